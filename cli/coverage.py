# SPDX-License-Identifier: GPL-2.0
"""`landproof coverage`: which of Landlock's own code the cases reach."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from cli import outputs
from cli.options import SELFTESTS, add_selection, selection
from reports.errors import UserError
from reports.model import coverage
from reports.views import coverage as views
from vm import kernels, lab, progress, run, selftests
from vm.paths import GUEST
from vm.places import labs

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
    outputs.add_format_options(covering, leave_out=["html"])
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
    outputs.check_outputs(argparse.Namespace(**{**vars(args), "html": None}))
    words = selection(args)
    with progress.fetching() as tell:
        (kernel,) = kernels.choose([args.kernel], progress=tell)
        if kernel.unavailable:
            raise UserError(f"{kernel.name}: {kernel.unavailable}")
        notes = labs.kept(kernel, coverage.SUBJECT)
        lab.prepare()
        programs = args.selftests and selftests.programs(
            args.source, lambda what, part: tell("selftests", what, part))
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
        pages, args.html = args.html, None  # gcovr's, not the document's
        if pages:
            coverage.write_html(measured, pages)
        outputs.report(views.document(measured, theirs), args)
    if lost:
        print(f"landproof: boots that died: {lost}; the last that they counted is lost, so"
              " that more may have run than is shown", file=sys.stderr)
    return 0
