# SPDX-License-Identifier: GPL-2.0
"""`landproof reach`: which roads lead to a guarded port."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from cli.guest import catalogue, version
from cli.options import add_machines, boot
from cli.outputs import add_format_options, check_outputs, finish_reach
from reports.errors import UserError
from reports.model.assemble import assemble
from reports.model.resultfile import load_result
from reports.model.roads import PROTOCOLS, guarded_port, road_labels


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    roads = commands.add_parser("reach", help="print which roads lead to a guarded port",
                                description="Try every way to talk to a port, or to serve on it,"
                                            " that a policy denies; print what got through.")
    add_machines(roads)
    roads.add_argument("--port", type=guarded_port, metavar="tcp/443",
                       help="guard this port, and show this protocol only; tcp or udp: only that")
    roads.add_argument("--result", type=Path, metavar="FILE",
                       help="show what this earlier result has of it, and run nothing")
    add_format_options(roads)
    roads.set_defaults(run=run_reach)


def run_reach(args: argparse.Namespace) -> int:
    """Print which roads lead to a guarded port, from a run of those cases or an earlier result."""
    check_outputs(args)
    protocol, number = args.port or (None, None)
    protocols = [protocol] if protocol else list(PROTOCOLS)
    if args.result:
        if number or args.kernel:
            raise UserError("--result has run already: give --port tcp or udp, and no --kernel")
        return finish_reach(load_result(args.result), args, protocols, number)
    words = [word for one in protocols for word in road_labels(one)]
    if number:
        words += ["--port", str(number)]
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        records = boot(args, words, Path(scratch))
        return finish_reach(assemble(records, catalogue(), version()), args, protocols, number)
