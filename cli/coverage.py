# SPDX-License-Identifier: GPL-2.0
"""`landproof coverage`: which of Landlock's own code the cases reach."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from cli.options import SELFTESTS, add_selection, selection
from reports.formats.terminal import console
from reports.model import coverage
from reports.model.files import check_writable, write_text
from vm import kernels, lab, progress, run, selftests
from vm.paths import GUEST

COVERAGE_KERNEL = "lab-7.3-gcov"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    covering = commands.add_parser(
        "coverage", help="which of Landlock's own code the cases reach",
        description="Run the cases on a kernel that counts which lines of security/landlock run"
                    " (CONFIG_GCOV_KERNEL), and report with gcovr.",
        epilog="Exit status: 0, or 2 if it could not be measured.")
    covering.add_argument("--kernel", default=COVERAGE_KERNEL, metavar="K",
                          help=f"a name or a build tree; default: {COVERAGE_KERNEL}")
    covering.add_argument("--json", type=Path, metavar="FILE",
                          help="the numbers; - is standard output")
    covering.add_argument("--html", type=Path, metavar="FILE",
                          help="the sources with their counters, as pages: the first one, or a"
                               " directory for them")
    covering.add_argument("--selftests", action="store_true",
                          help="measure the kernel's own selftests too, and list the lines that"
                               " only one of the two reaches")
    covering.add_argument("--from", dest="source", default=SELFTESTS, metavar="SOURCE",
                          help="the selftests': linux-source-X.Y or a directory of kernel sources;"
                               " default: %(default)s")
    add_selection(covering)
    covering.set_defaults(run=run_coverage)


def run_coverage(args: argparse.Namespace) -> int:
    """Run the cases on a kernel that counts which lines of Landlock run; report."""
    if args.json:
        check_writable(args.json)
    words = selection(args)
    lab.prepare()
    with progress.fetching() as tell:
        (kernel,) = kernels.choose([args.kernel], progress=tell)
        programs = args.selftests and selftests.programs(
            args.source, lambda what, part: tell("selftests", what, part))
    notes = kernels.kept(kernel, coverage.SUBJECT)
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        place = Path(scratch)
        with progress.display([kernel]) as listener:
            (records,) = run.run([kernel], ["run", "--gcov", *words], place, GUEST, None, listener)
        suite, theirs = coverage.counters(records), None
        lost = suite.lost
        measured = coverage.measure(suite, notes, place / "suite")
        if programs:
            with progress.display([kernel]) as listener:
                (records,) = selftests.run_all([kernel], programs, [], place / "records", GUEST,
                                               None, listener, more=["--gcov"])
            found = coverage.counters(records)
            lost += found.lost
            theirs = coverage.measure(found, notes, place / "selftests")
        if args.html:
            coverage.write_html(measured, args.html)
        if str(args.json) != "-":
            coverage.show(measured, theirs, console())
        if args.json:
            write_text(args.json, coverage.to_json(measured, theirs))
    if lost:
        print(f"landproof: boots that died: {lost}; the last that they counted is lost, so"
              " that more may have run than is shown", file=sys.stderr)
    return 0
