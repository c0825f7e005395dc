# SPDX-License-Identifier: GPL-2.0
"""Proves the tests: breaks copies of the product, in one place at a time.

usage: python3 -m tests.breakages [NAME...]

Each breakage (breakages.toml) is a text that stands once in a file, what takes its place, and the
tests that must turn red. They must be green without it. A text that is no longer there, or twice,
and a test that is gone are errors: the breakage is to be written anew, for the code as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", "__pycache__", ".mypy_cache", ".pytest_cache")
"""What the copy does without; the objects of a build stay, so that make builds what differs."""

Result = TypeVar("Result")

GREEN, RED = 0, 1
"""What pytest exits with when all tests pass, and when some fail; all else is trouble."""


class Stale(Exception):
    """A breakage does not fit the code or the tests any more."""


@dataclass(frozen=True)
class Breakage:
    """One thing that is broken."""

    name: str
    what: str
    """What a user would see of it."""
    file: str
    find: str
    put: str
    tests: tuple[str, ...]
    """The tests that must turn red, as pytest names them below tests/."""


def load(names: Sequence[str] = (), path: Path = HERE / "breakages.toml") -> list[Breakage]:
    """Return the breakages of these names, or all; raise KeyError for a name that none has."""
    known = {name: Breakage(name, entry["what"], entry["file"], entry["find"], entry["put"],
                            tuple(entry["tests"]))
             for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    return [known[name] for name in names] if names else list(known.values())


def broken(breakage: Breakage, text: str) -> str:
    """Return a file's text with the breakage; raise Stale if it does not fit."""
    times = text.count(breakage.find)
    if times != 1:
        raise Stale(f"what it replaces stands {times} times in {breakage.file}: {breakage.find!r}")
    return text.replace(breakage.find, breakage.put)


def run_tests(tree: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests in a tree; return what pytest exits with, and what it printed."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("LANDPROOF_BUILD", "LANDPROOF_GUEST")}
    done = subprocess.run(
        ["/usr/bin/python3", "-B", "-m", "pytest", "-q", "--tb=no", "-rfp",
         "-p", "no:cacheprovider", *(f"tests/{test}" for test in tests)],
        cwd=tree, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def told(outcome: str, test: str, said: str) -> bool:
    """Return whether this outcome of a test, or of one of its parameters, was printed."""
    return bool(re.search(rf"^{outcome} tests/{re.escape(test)}(\[| |$)", said, re.MULTILINE))


@dataclass(frozen=True)
class Outcome:
    """What a breakage did to its tests, but for those that turned red."""

    green: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()
    """They were skipped, because of what this machine lacks (tests/conftest.py)."""

    def __str__(self) -> str:
        if self.green:
            return f"STAYS GREEN: {' '.join(self.green)}"
        return f"not tried here: {' '.join(self.untried)}" if self.untried else "red"


def attempt(tree: Path, breakage: Breakage) -> Outcome:
    """Break the product in a tree, and mend it; return what its tests said."""
    file = tree / breakage.file
    if not file.is_file():
        raise Stale(f"there is no {breakage.file}")
    sound = file.read_text(encoding="utf-8")
    file.write_text(broken(breakage, sound), encoding="utf-8")
    try:
        status, said = run_tests(tree, breakage.tests)
    finally:
        file.write_text(sound, encoding="utf-8")
    if status not in (GREEN, RED):
        last = said.strip().splitlines()[-1:] or ["nothing"]
        raise Stale(f"pytest says {last[0]!r} (status {status})")
    left = [test for test in breakage.tests if not told("FAILED", test, said)]
    green = tuple(test for test in left if told("PASSED", test, said))
    return Outcome(green, tuple(test for test in left if test not in green))


def main(names: list[str]) -> int:
    """Try the breakages; return 0, 1 if tests stayed green, 2 if something does not fit.

    A test that is skipped on this machine is neither: it is named.
    """
    try:
        breakages = load(names)
    except KeyError as error:
        print(f"breakages: there is no breakage {error.args[0]}", file=sys.stderr)
        return 2
    start, status, untried = time.monotonic(), 0, 0
    cores = os.cpu_count() or 1
    with (tempfile.TemporaryDirectory(prefix="landproof-breakages-") as scratch,
          ThreadPoolExecutor(cores) as pool):
        trees: SimpleQueue[Path] = SimpleQueue()
        for number in range(cores):
            trees.put(Path(shutil.copytree(ROOT, Path(scratch) / f"tree{number}", symlinks=True,
                                           ignore=LEFT_OUT)))

        def try_in_a_tree(work: Callable[[Path], Result]) -> Future[Result]:
            """Have work done in a copy that nobody else is using."""
            def job() -> Result:
                tree = trees.get()
                try:
                    return work(tree)
                finally:
                    trees.put(tree)
            return pool.submit(job)

        tests = sorted({test for breakage in breakages for test in breakage.tests})
        without_any = try_in_a_tree(partial(run_tests, tests=tests))
        tries = [(one, try_in_a_tree(partial(attempt, breakage=one))) for one in breakages]
        for breakage, trial in tries:
            try:
                outcome = trial.result()
            except Stale as error:
                print(f"{breakage.name}: does not fit: {error}", flush=True)
                status = 2
                continue
            print(f"{breakage.name}: {outcome}", flush=True)
            status = max(status, 1 if outcome.green else 0)
            untried += bool(outcome.untried)
        sound, said = without_any.result()
        if sound != GREEN:
            print(f"breakages: the tests fail without any:\n{said}", file=sys.stderr)
            return 2
    verdict = "see above" if status else "each turns its tests red"
    if untried:
        verdict += f"; {untried} not wholly tried here"
    print(f"{len(breakages)} breakages, {time.monotonic() - start:.0f} s: {verdict}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
