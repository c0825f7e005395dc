# SPDX-License-Identifier: GPL-2.0
"""`landproof list`: the cases, without running any."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from cli import outputs
from cli.guest import listed
from cli.options import add_selection, selection
from reports.views import listing as views


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    listing = commands.add_parser("list", help="print the cases without running them")
    add_selection(listing)
    outputs.add_format_options(listing, leave_out=["json"])
    listing.add_argument("--json", metavar="FILE", type=Path, nargs="?", const=Path("-"),
                         help="for programs; without FILE to standard output")
    listing.add_argument("--coverage", action="store_true",
                         help="which cases guard which name of the UAPI")
    listing.set_defaults(run=run_list)


def run_list(args: argparse.Namespace) -> int:
    """Print the cases, or what they cover, without running any."""
    outputs.check_outputs(args)
    if args.coverage:
        document = views.coverage(json.loads(listed("--coverage", "--json")))
    else:
        document = views.cases(json.loads(listed("--json", *selection(args))))
    outputs.report(document, args)
    return 0
