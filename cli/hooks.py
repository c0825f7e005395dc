# SPDX-License-Identifier: GPL-2.0
"""`landproof hooks`: which hooks the attempts call."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from cli.guest import catalogue, version
from cli.options import add_machines, boot, selection
from cli.outputs import add_format_options, check_outputs, finish_hooks
from reports.model.assemble import assemble

HOOK_CASES = ["net.*", "socket.*", "scope.abstract_unix.*", "fs.resolve_unix.*"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    hooks = commands.add_parser(
        "hooks", help="trace which hooks the attempts call: operations by hook",
        description="Run the cases of sockets and the network in virtual machines and trace which"
                    " hooks of the security modules each attempt calls, and what they return.",
        epilog="Exit status: 0, or 2 if a kernel could not run or not trace.")
    add_machines(hooks)
    hooks.add_argument("--case", action="append", default=[], metavar="GLOB",
                       help=f"cases by name; default: {' '.join(HOOK_CASES)}")
    add_format_options(hooks)
    hooks.set_defaults(run=run_hooks)


def run_hooks(args: argparse.Namespace) -> int:
    """Run the cases while the kernel traces which hooks they call."""
    check_outputs(args)
    args.case = args.case or HOOK_CASES
    words = ["--hooks", *selection(args)]
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        records = boot(args, words, Path(scratch))
        return finish_hooks(assemble(records, catalogue(), version()), args)
