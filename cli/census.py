# SPDX-License-Identifier: GPL-2.0
"""`landproof census`: what kernels offer, held against the tables of roads/."""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import vm.callers
from cli.guest import version
from cli.options import add_machines, booting
from cli.outputs import add_format_options, check_outputs, report
from reports.errors import UserError
from reports.model import callers, roadmap
from reports.model import census as model
from reports.views import callers as caller_views
from reports.views import census as views
from vm import kernels, progress, run, selftests
from vm.paths import GUEST

X32 = "syscall.x32=y"
"""Debian's kernels have the x32 ABI, and take its calls only if told so."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "census", help="count what kernels offer, and find what nobody has looked at",
        description="Ask kernels for their system calls, io_uring opcodes, sockets, hooks, file"
                    " systems and commands, and hold that against the tables of roads/.",
        epilog="Exit status: 0, 1 if a kernel offers what no table has, 2 if one could not be"
               " counted.")
    add_machines(parser)
    parser.add_argument("--here", action="store_true", help="this machine's kernel, without a VM")
    parser.add_argument("--source", metavar="S",
                        help="not kernels but sources, linux-source-X.Y or a directory: who calls"
                             " what reaches files and processes, and asks no check")
    parser.add_argument("--against", metavar="S", help="older sources: mark what is new")
    parser.add_argument("--records", type=Path, metavar="DIR", help="keep the records here")
    add_format_options(parser)
    parser.set_defaults(run=run_census)


def run_census(args: argparse.Namespace) -> int:
    """Count, and report; return the exit status."""
    check_outputs(args)
    if args.source:
        return _sources(args)
    if args.against:
        raise UserError("--against belongs to --source")
    if args.here and args.kernel:
        raise UserError("--here is this machine's kernel: leave --kernel out")
    tables = roadmap.load()
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        place = args.records or Path(scratch)
        place.mkdir(parents=True, exist_ok=True)
        files = [_here(place)] if args.here else _boot(args, place)
        found = model.read(files, tables, version())
    report(views.document(found), args)
    return _status(found, bool(args.kernel or args.here))


def _sources(args: argparse.Namespace) -> int:
    """List callers in sources; return 1 if the table says nothing of one."""
    if args.here or args.kernel:
        raise UserError("--source reads sources: leave --kernel and --here out")
    table = callers.load()
    found = _callers(args.source, table)
    before = _callers(args.against, table) if args.against else []
    sources = callers.Sources(Path(args.source).name, found, table,
                              Path(args.against).name if args.against else "",
                              {one.name: one for one in before})
    report(caller_views.document(sources, version()), args)
    return int(bool(sources.unclassified()))


def _callers(name: str, table: callers.Table) -> list[callers.Caller]:
    with progress.fetching() as tell:
        tree = selftests.tree(name, lambda what, part: tell(name, what, part))
    return [callers.Caller(f"{one.file} {one.function}", one.calls, one.checked)
            for one in vm.callers.find(tree, table.functions, table.checks)]


def _status(found: model.Census, asked: bool) -> int:
    """Return 2 for a kernel that could not be counted, 1 for a road that no table has.

    Of the default set, one that cannot be had is a column that says so.
    """
    troubled = [one for one in found.columns if one.trouble]
    if any(one.release or asked for one in troubled) or len(troubled) == len(found.columns):
        return 2
    return int(any(next(found.unclassified(one), None) for one in found.columns))


def _here(place: Path) -> Path:
    """Count on this machine; return the records."""
    path = place / "here.jsonl"
    with path.open("wb") as records:
        records.write(json.dumps({"type": "kernel", "name": "here"}).encode() + b"\n")
        records.flush()
        done = subprocess.run([str(GUEST), "census", "--records", str(records.fileno())],
                              pass_fds=[records.fileno()], check=False)
    if done.returncode:
        raise UserError(f"the harness died with status {done.returncode}")
    return path


def _boot(args: argparse.Namespace, place: Path) -> list[Path]:
    """Count in virtual machines; return the records, a file for each kernel."""
    boot = booting(args)
    boot = replace(boot, append=(X32, *boot.append))
    with progress.fetching() as tell:
        chosen = kernels.choose(args.kernel, modules=args.modules, progress=tell,
                                of_set=args.set)
    with progress.display(chosen) as listener:
        return run.run(chosen, ["census"], place, GUEST, args.jobs, listener, boot)
