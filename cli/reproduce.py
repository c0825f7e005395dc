# SPDX-License-Identifier: GPL-2.0
"""`landproof reproduce`: a stand-alone C program that shows what a case shows."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cli.guest import called, cases, listed, version
from reports.errors import UserError
from reports.model import program
from reports.model.files import write_text
from reports.model.known import current_name, known_issues, matches
from reports.model.results import Case, base


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "reproduce", help="write a C program that shows what a case shows",
        description="Write a stand-alone C program, which needs only a compiler and libc, that"
                    " shows what a case shows. The program exits with 0 if the kernel does as"
                    " promised, 1 if not, 2 if it cannot be tried.")
    parser.add_argument("case", nargs="?", metavar="CASE",
                        help="a case with its variant, or the name of a known issue; * and ? are"
                             " any characters")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE",
                        help="write it here; a directory takes several; default: standard output")
    parser.add_argument("--list", action="store_true", help="name the cases that have a program")
    parser.set_defaults(run=run_reproduce)


def run_reproduce(args: argparse.Namespace) -> int:
    """Write one program, or several into a directory."""
    if args.list:
        print("\n".join(names(args.case or "*")))
        return 0
    if not args.case:
        raise UserError("name a case; --list has those that have a program")
    found = _chosen(args.case)
    if args.output and args.output.is_dir():
        for name, text in texts(found).items():
            write_text(args.output / file_name(name), text)
        return 0
    if len(found) > 1:
        raise UserError(f"{len(found)} programs: choose one of {', '.join(found)}, or give -o DIR")
    (text,) = texts(found).values()
    write_text(args.output or Path("-"), text)
    return 0


def _ids(known: tuple[Case, ...]) -> Iterator[str]:
    for case in known:
        for variant in case.variants or ("",):
            yield case.id + f"[{variant}]" * bool(variant)


def names(glob: str) -> list[str]:
    """Return the cases with their variants that have a program and match."""
    return [one for one in _ids(cases()) if matches(glob, one) and program.find(one)]


def _chosen(word: str) -> list[str]:
    """Return the cases that are meant and have a program."""
    globs = next((one.cases for one in known_issues() if one.id == word), (current_name(word),))
    every = list(_ids(cases()))
    found = [one for one in every if any(matches(glob, one) for glob in globs)]
    if not found:
        raise UserError(f"no case and no known issue is called {word}: `landproof list` has the"
                        " cases")
    made = [one for one in found if program.find(one)]
    if not made:
        raise UserError(f"{word} has no program: `landproof reproduce --list` names those that do")
    return made


def file_name(case_id: str) -> str:
    """Return the name of a case's program in a directory."""
    return case_id.replace("[", "-").replace("]", "") + ".c"


def texts(names: Sequence[str]) -> dict[str, str]:
    """Return the programs of cases, with their variants."""
    rights = json.loads(listed("--coverage", "--json"))
    values = {name: one["value"] for name, one in rights.items()}
    known = {one.id: one for one in cases()}
    made_by = version()
    planned: dict[str, list[str]] = {}
    for name in names:
        if found := program.find(name):
            planned.setdefault(found.plan_for, []).append(name)
    return {plan["id"]: program.compose(known[base(plan["id"])], plan, values, made_by)
            for kernel, asked in planned.items() for plan in _plans(kernel, asked)}


def _plans(kernel: str, asked: Sequence[str]) -> Iterator[dict[str, Any]]:
    words = [word for name in dict.fromkeys(map(base, asked)) for word in ("--case", name)]
    said = called("plan", "--json", "--unreported", "--plan-for", kernel, *words)
    yield from (one for one in json.loads(said) if one["id"] in asked)
