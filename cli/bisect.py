# SPDX-License-Identifier: GPL-2.0
"""`landproof bisect` and `bisect-step`: the commit since which a case is bad."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from cli.firstbad import add_bad, bad_verdicts, case_name
from reports.model.files import check_writable, write_text
from reports.model.history import State, history
from reports.model.records import load_records
from reports.model.verdicts import Verdict
from vm import bisect, lab, paths, progress, run, store
from vm.bisect import SKIP, Answer, Outcome
from vm.errors import BuildError
from vm.paths import GUEST

FORM = "urn:landproof:bisect:1"
STATUS = {"good": 0, "bad": 1, SKIP: 125}
"""What `git bisect run` takes."""

ABORT = 255
"""Of `bisect-step`, for what is no answer: from 128 on `git bisect run` stops."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands."""
    parser = commands.add_parser(
        "bisect", help="find the commit since which a case is bad",
        description="Bisect a git tree of the kernel: build lab kernels of its commits, boot them"
                    " and run the case. The tree is only read; what an interrupted bisection"
                    " found out is not tried again.",
        epilog="Exit status: 0 the first bad commit was found, 1 it is one of several that could"
               " not be tried, 2 it failed.")
    parser.add_argument("case", metavar="CASE",
                        help="its name; without a variant, all of them: one is enough to be bad")
    parser.add_argument("good", metavar="GOOD", help="a commit on which it is good; if BAD is an"
                        " ancestor of it, the commit that mended the case is looked for")
    parser.add_argument("bad_commit", metavar="BAD", help="a commit on which it is bad")
    parser.add_argument("--tree", type=Path, required=True, metavar="DIR",
                        help="the git tree, which is not written to")
    parser.add_argument("--file", action="append", default=[], metavar="PATH",
                        help="only commits that touch this path of the tree; may be repeated")
    parser.add_argument("--again", action="store_true",
                        help="forget what an earlier bisection found out")
    parser.add_argument("--json", type=Path, metavar="FILE",
                        help="write what was found and all that was tried; - is standard output")
    _add_build(parser)
    parser.set_defaults(run=run_bisect)

    step = commands.add_parser(
        "bisect-step", help="say whether the sources here are bad, for git bisect run",
        description="Build a lab kernel of the sources in this directory, boot it and run the"
                    " case: git bisect run landproof bisect-step CASE.",
        epilog="Exit status: 0 good, 1 bad, 125 cannot be tried, 255 it failed.")
    step.add_argument("case", metavar="CASE", help="its name, with a variant or without")
    _add_build(step)
    step.set_defaults(run=run_step, failure=ABORT)


def _add_build(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how kernels are built and what is bad."""
    parser.add_argument("--recipe", default="", metavar="NAME",
                        help="of the lab kernels; default: the one for the version of the sources")
    parser.add_argument("--lacks", action="append", default=[], metavar="OPTION",
                        help="an option that the sources do not have")
    parser.add_argument("--make", action="append", default=[], metavar="VAR=VALUE",
                        help="a variable for make, such as KCFLAGS=-Wno-error")
    add_bad(parser)


class Trial:
    """Builds sources and runs the case on them."""

    def __init__(self, args: argparse.Namespace, case: str, sources: Path, name: str) -> None:
        """Take what was asked for, the sources, and what their kernel is called."""
        self.args, self.case, self.sources, self.name = args, case, sources, name
        self.bad = bad_verdicts(args)
        self.recipe: str = args.recipe

    def __call__(self, _commit: str = "") -> Answer:
        """Return whether the sources are bad as they are now."""
        self.recipe = self.recipe or lab.recipe_for(self.sources)
        try:
            with progress.fetching() as tell:
                kernel = lab.build(self.recipe, (), tell, self.name, self.sources,
                                   self.args.lacks, self.args.make)
        except BuildError as error:
            return Answer(SKIP, f"it does not build: {error}")
        with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
            (records,) = run.run([kernel], ["run", "--unreported", "--case", self.case],
                                 Path(scratch), GUEST, 1, lambda *_: None)
            (seen,) = history(self.case, [load_records(records)], self.bad).seen
        return judge(seen.state, seen.verdict, seen.why)


def judge(state: State, verdict: Verdict | None, why: str) -> Answer:
    """Return the answer that a kernel gives: one that could not try the case is skipped."""
    if state is State.UNKNOWN:
        return Answer(SKIP, f"{verdict or 'it did not run'}: {why}")
    return Answer("bad" if state is State.BAD else "good", str(verdict))


def run_bisect(args: argparse.Namespace) -> int:
    """Find the first bad commit, and print it."""
    if args.json:
        check_writable(args.json)
    case = case_name(args.case)
    repository = bisect.Repository(args.tree)
    good, bad = repository.commit(args.good), repository.commit(args.bad_commit)
    key = json.dumps([case, sorted(bad_verdicts(args)), args.recipe, args.lacks, args.make,
                      paths.sha256(GUEST)])
    name = f"bisect-{repository.directory.name[-8:]}"
    with paths.lock(name, lambda: _say("another bisection of this tree is at work")):
        memory = bisect.Memory(repository, key)
        if args.again:
            memory.answers.clear()
        trial = Trial(args, case, repository.tree, name)
        try:
            found = bisect.Bisection(repository, memory, trial, _say).run(good, bad, args.file)
        finally:
            store.forget(store.directory(name))
    if args.json:
        write_text(args.json, to_json(case, good, bad, found))
    if str(args.json) != "-":
        print(told(case, found, repository.tree))
    return 0 if len(found.candidates) == 1 else 1


def run_step(args: argparse.Namespace) -> int:
    """Answer for the sources in this directory, as `git bisect run` wants it."""
    case = case_name(args.case)
    here = Path.cwd()
    answer = Trial(args, case, here, f"bisect-{bisect.mark(here)}")()
    print(f"{case}: {answer.word}, {answer.why}")
    return STATUS[answer.word]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def told(case: str, found: Outcome, tree: Path) -> str:
    """Return what people read of an outcome."""
    what = "good again" if found.wanted == "good" else "bad"
    if len(found.candidates) == 1:
        (first,) = found.candidates
        return (f"{case} is {what} since commit {first.hash}\n    {first.subject}\n"
                f"    {first.author}, {first.date}\n"
                f"tried {_count(found)}; git -C {tree} show {first.hash[:12]}")
    lines = [f"{case} is {what} since one of {len(found.candidates)} commits, of which only the"
             " last could be tried:"]
    lines += [f"    {one}" for one in found.candidates]
    return "\n".join([*lines, f"tried {_count(found)}"])


def _count(found: Outcome) -> str:
    skipped = sum(answer.word == SKIP for _commit, answer in found.tried)
    return f"{len(found.tried)} commits, of which {skipped} could not be tried"


def to_json(case: str, good: str, bad: str, found: Outcome) -> str:
    """Return the outcome for programs."""
    candidates: Sequence[dict[str, str]] = [asdict(one) for one in found.candidates]
    data = {
        "$schema": FORM, "case": case, "good": good, "bad": bad, "looked_for": found.wanted,
        "first": candidates[0] if len(candidates) == 1 else None,
        "candidates": candidates,
        "tried": [{**asdict(commit), "answer": answer.word, "why": answer.why,
                   "seconds": answer.seconds} for commit, answer in found.tried],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
