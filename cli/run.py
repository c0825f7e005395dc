# SPDX-License-Identifier: GPL-2.0
"""`landproof run`: the cases, in virtual machines."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from cli.guest import catalogue, version
from cli.options import add_machines, add_selection, add_worlds, boot, selection, with_options
from cli.outputs import add_output_options, check_outputs, finish
from reports.model.assemble import assemble
from vm import filesystems


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    run = commands.add_parser("run", help="run the cases in virtual machines")
    add_machines(run)
    run.add_argument("--fs", action="append", default=[], metavar="NAME",
                     help="cases work on this file system instead of tmpfs, in a column of its"
                          f" own: {', '.join(filesystems.known())}, or all of them")
    run.add_argument("--records", type=Path, metavar="DIR", help="keep the records here")
    run.add_argument("--no-landlock", action="store_true",
                     help="boot with Landlock left out of lsm=: nothing may hold then")
    add_selection(run)
    add_worlds(run)
    add_output_options(run)
    run.set_defaults(run=run_cases)


def run_cases(args: argparse.Namespace) -> int:
    """Run the cases in virtual machines and report."""
    check_outputs(args)
    words = selection(args)
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        outdir = args.records or Path(scratch)
        try:
            records = boot(args, words, outdir)
        except KeyboardInterrupt:
            # What was won before the interruption is kept.
            if won := sorted(outdir.glob("*.jsonl")):
                finish(with_options(assemble(won, catalogue(), version()), args), args)
            raise
        result = with_options(assemble(records, catalogue(), version()), args)
        return finish(result, args, asked=args.kernel)
