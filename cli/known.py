# SPDX-License-Identifier: GPL-2.0
"""`landproof known`: the deviations and gaps that are understood."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli import outputs
from cli.guest import cases, version
from reports.errors import UserError
from reports.model.known import current_name, known_issues, matches
from reports.model.results import base
from reports.views import known as view
from reports.views.show import unknown


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "known", help="print the known issues: kernels, fixes, reports",
        description="Print the deviations and gaps that are understood: which kernels have each,"
                    " what fixed it and where it is recorded.")
    parser.add_argument("case", metavar="CASE", nargs="?", default="",
                        help="only issues about this case; * and ? are any characters")
    outputs.add_format_options(parser, leave_out=["json"])
    parser.add_argument("--json", action="store_const", const=Path("-"),
                        help="for programs, to standard output, by"
                             " reports/schema/known-issues.schema.json")
    parser.set_defaults(run=run_known)


def run_known(args: argparse.Namespace) -> int:
    """Print the known issues, all or those about a case."""
    outputs.check_outputs(args)
    issues = known_issues()
    if args.case:
        wanted = current_name(args.case)
        every = {f"{case.id}[{name}]" if name else case.id
                 for case in cases() for name in (*case.variants, "")}
        named = {name for name in every if matches(wanted, name) or matches(wanted, base(name))}
        if not named:
            raise UserError(unknown(wanted, every))
        issues = tuple(one for one in issues if any(map(one.about, named)))
    outputs.report(view.document(issues, args.case, version()), args)
    return 0
