# SPDX-License-Identifier: GPL-2.0
"""`landproof first-bad`: since which release a case is bad."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from cli.guest import cases, catalogue, version
from cli.options import add_machines, boot
from cli.outputs import add_format_options, check_outputs, report
from reports.errors import UserError
from reports.model.assemble import assemble
from reports.model.history import State, history
from reports.model.known import current_name, known_issues, with_current_names
from reports.model.resultfile import load_result
from reports.model.results import Result, base, variant
from reports.model.verdicts import DEVIATIONS, Verdict
from reports.views import history as view
from reports.views.show import unknown

BAD = [verdict for verdict in Verdict if verdict not in (Verdict.CANNOT_RUN, Verdict.BROKEN)]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "first-bad", help="print since which release a case is bad",
        description="Order kernels by release and print where a case is good and where bad: from"
                    " results, or from a run of that case alone.",
        epilog="Exit status: 0 bad on none of the kernels, 1 bad on some, 2 nothing is known.")
    parser.add_argument("case", metavar="CASE",
                        help="its name; without a variant, all of them: one is enough to be bad")
    add_machines(parser)
    parser.add_argument("--result", type=Path, action="append", default=[], metavar="FILE",
                        help="show what this earlier result has of it, and run nothing; may be"
                             " repeated")
    add_bad(parser)
    add_format_options(parser)
    parser.set_defaults(run=run_first_bad)


def add_bad(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which verdicts are bad."""
    parser.add_argument("--bad", type=Verdict, action="append", default=[], metavar="VERDICT",
                        choices=BAD, help="what is bad; default: every deviation")


def bad_verdicts(args: argparse.Namespace) -> frozenset[Verdict]:
    """Return the verdicts that are bad."""
    return frozenset(args.bad) or DEVIATIONS


def case_name(word: str) -> str:
    """Return the name of one case of today; raise UserError for another word."""
    wanted = current_name(word)
    known = {case.id: case.variants for case in cases()}
    if variant(wanted) not in (*known.get(base(wanted), ()), "") or base(wanted) not in known:
        raise UserError(unknown(wanted, {
            f"{name}[{one}]" if one else name
            for name, variants in known.items() for one in ("", *variants)}))
    return wanted


def run_first_bad(args: argparse.Namespace) -> int:
    """Print the history of a case, from results or from a run of it."""
    check_outputs(args)
    wanted = case_name(args.case)
    if args.result and (args.kernel or args.set):
        raise UserError("--result has run already: give no --kernel and no --set")
    if args.result:
        results = [with_current_names(load_result(path)) for path in args.result]
    else:
        results = [_run(wanted, args)]
    kernels = [kernel for result in results for kernel in result.kernels]
    bad = bad_verdicts(args)
    found = history(wanted, kernels, bad)
    verdicts = {one.verdict for one in found.seen if one.state is State.BAD}
    issues = [one for one in known_issues()
              if one.about(wanted) and verdicts.intersection(one.verdicts)]
    date = max(result.date or "" for result in results)
    report(view.document(found, issues, results[-1].landproof, date), args)
    if not found.stretches:
        return 2
    return 1 if found.first_bad else 0


def _run(case: str, args: argparse.Namespace) -> Result:
    """Run the one case on the kernels."""
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        records = boot(args, ["--unreported", "--case", case], Path(scratch))
        return assemble(records, catalogue(), version())
