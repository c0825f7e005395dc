# SPDX-License-Identifier: GPL-2.0
"""`landproof report`: a mail to maintainers about what a case showed."""

from __future__ import annotations

import argparse
import re
import subprocess
from pathlib import Path

from cli.reproduce import texts
from reports.errors import UserError
from reports.formats import kcidb, mail
from reports.formats.mail import Recipients
from reports.model import program
from reports.model.files import check_writable, write_text
from reports.model.known import current_name
from reports.model.report import Report, gather
from reports.model.resultfile import load_result

SCRIPT = Path("scripts/get_maintainer.pl")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "report", help="write a mail to the maintainers about what a case showed",
        description="Write a plain-text mail about what a case showed, as the kernel's documents"
                    " ask for it. It says first if it must not go to a public list.")
    parser.add_argument("case", metavar="CASE", help="its name, with a variant or without")
    parser.add_argument("result", metavar="RESULT", type=Path,
                        help="a result that has it: the newest kernel that deviates is described")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE",
                        help="write the mail here; default: standard output")
    parser.add_argument("--tree", type=Path, metavar="DIR",
                        help="kernel sources, whose get_maintainer.pl names the recipients")
    parser.add_argument("--introduced", default="", metavar="WHAT",
                        help="the commit, or the versions (v6.17..v6.18), that began it: then it is"
                             " a regression")
    parser.add_argument("--markdown", type=Path, metavar="FILE",
                        help="for an issue tracker instead; - is standard output")
    parser.add_argument("--kcidb", type=Path, metavar="FILE",
                        help="for KernelCI's common database instead: JSON, schema 5.3")
    parser.add_argument("--public", action="store_true",
                        help="it is no security problem, or is public already")
    parser.set_defaults(run=run_report)


def run_report(args: argparse.Namespace) -> int:
    """Write the mail, or the other forms."""
    for path in (args.output, args.markdown, args.kcidb):
        if path:
            check_writable(path)
    result = load_result(args.result)
    report = gather(current_name(args.case), result, args.introduced)
    text = texts([report.id]).get(report.id, "") if program.find(report.id) else ""
    if (args.markdown or args.kcidb) and (report.secret or (report.private and not args.public)):
        hint = "" if report.secret else "; --public says that it is no security problem"
        raise UserError(f"{report.id} is not to be made public: {report.private} (SECURITY.md)"
                        + hint)
    if args.markdown:
        write_text(args.markdown, mail.markdown(report, text))
    if args.kcidb:
        write_text(args.kcidb, kcidb.to_text(report, result))
    if not (args.markdown or args.kcidb):
        public = args.public or not report.private
        to = recipients(args.tree, report, public) if args.tree else Recipients()
        write_text(args.output or Path("-"),
                   mail.mail(report, to, text, public and not report.secret))
    return 0


def recipients(tree: Path, report: Report, public: bool) -> Recipients:
    """Return whom the tree's own script names for the files that the case's source names."""
    if not (tree / SCRIPT).is_file():
        raise UserError(f"{tree} has no {SCRIPT}: give the top of kernel sources")
    files = [one for one in report.files if (tree / one).exists()]
    if not files:
        raise UserError(f"{tree} has none of {', '.join(report.files)}")
    words = ["--no-git", "--no-git-fallback", *([] if public else ["--no-l", "--no-r"])]
    done = subprocess.run(["perl", str(SCRIPT), *words, "-f", *files], cwd=tree,
                          capture_output=True, text=True, check=False)
    if done.returncode:
        said = [*done.stderr.strip().splitlines(), "no reason given"][0]
        raise UserError(f"{tree / SCRIPT} failed: {said}")
    people, lists = [], []
    for line in done.stdout.splitlines():
        address, _, role = line.partition(" (")
        if re.search(r"\blist\b", role):
            lists.append(address.strip())
        elif "@" in address:
            people.append(address.strip())
    return Recipients(tuple(people), tuple(lists))
