# SPDX-License-Identifier: GPL-2.0
"""`landproof list`: the cases, without running any."""

from __future__ import annotations

import argparse
import json

from cli.guest import listed
from cli.options import add_selection, selection
from reports.views.listing import print_cases, print_coverage


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    listing = commands.add_parser("list", help="print the cases without running them")
    add_selection(listing)
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.add_argument("--coverage", action="store_true",
                         help="which cases guard which name of the UAPI")
    listing.set_defaults(run=run_list)


def run_list(args: argparse.Namespace) -> int:
    """Print the cases, or what they cover, without running any."""
    if args.coverage:
        covered = json.loads(listed("--coverage", "--json"))
        print_coverage(covered, as_json=args.json)
        return 0
    cases = json.loads(listed("--json", *selection(args)))
    print_cases(cases, as_json=args.json)
    return 0
