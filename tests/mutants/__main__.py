# SPDX-License-Identifier: GPL-2.0
"""python3 -m tests.mutants [NAME...]: tries the bugs, those of these names or all."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table

from reports.model.records import load_records
from reports.model.results import Kernel as Column
from tests.mutants import driver, generate, mutant
from tests.mutants.driver import Score, Trial
from tests.mutants.mutant import Mutant
from vm import kernels, lab, paths, run, selftests, source
from vm.errors import UserError
from vm.paths import GUEST

ROOT = Path(__file__).resolve().parents[2]
RECIPE = "lab-7.3"
SELFTESTS = "linux-source-7.3"


def _arguments(words: list[str]) -> argparse.Namespace:
    """Return the parsed command line."""
    parser = argparse.ArgumentParser("tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "mutants.json",
                        metavar="FILE", help="where the trials are kept, and found again")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a page as well")
    parser.add_argument("--jobs", type=int, default=2, choices=(1, 2), metavar="N")
    parser.add_argument("--selftests", action="store_true",
                        help="score the kernel's own selftests beside the cases")
    parser.add_argument("--random", type=int, metavar="N",
                        help="so many bugs that nobody thought of, instead (generate.py)")
    parser.add_argument("--seed", type=int, default=1, metavar="S",
                        help="other bugs with another number; default: 1")
    parser.add_argument("--again", action="store_true", help="forget the trials of these bugs")
    parser.add_argument("--harness", type=Path, default=GUEST)
    return parser.parse_args(words)


class Seen(Exception):
    """A case has found the bug, or the user has seen enough: the rest need not run."""


class Lab:
    """Builds the kernels and runs the suite on them."""

    def __init__(self, harness: Path) -> None:
        """Begin with nothing built."""
        self.harness = harness
        self.version = ""
        self.without: dict[str, str] = {}
        self.interrupted = False

    def interrupt(self, *_: object) -> NoReturn:
        """Handle SIGINT: no guest runs its cases to the end."""
        self.interrupted = True
        raise KeyboardInterrupt

    def __call__(self, bug: Mutant | None, worker: int, cases: Sequence[str]) -> Column:
        """Return what the suite says of the kernel with a bug, or without."""
        if bug:
            kernel = lab.build(RECIPE, [bug.patch], as_name=f"mutant-{worker}")
        else:
            kernel = lab.build(RECIPE, progress=self._tell)
            self.version = kernel.version
        words = ["run", *(f"--case={case}" for case in cases)]

        def listen(name: str, record: dict[str, Any]) -> None:
            if self.interrupted:
                raise Seen
            if bug and (record["type"] == "died" or record["type"] == "result"
                        and driver.finds(record["verdict"])
                        and record["verdict"] != self.without.get(record["id"])):
                raise Seen

        with tempfile.TemporaryDirectory(prefix="landproof-mutant-") as scratch:
            place = Path(scratch)
            with suppress(Seen):
                run.run([kernel], words, place, self.harness, 1, listen)
            column = load_records(place / f"{kernel.name}.jsonl")
        if not bug:
            self.without = {case.id: case.verdict.value for case in column.cases}
        return column

    def selftests(self, bug: Mutant, worker: int) -> str:
        """Return the first of the kernel's own selftests that fails, also when it runs alone."""
        kernel = lab.build(RECIPE, [bug.patch], as_name=f"mutant-{worker}")
        found: list[str] = []

        def listen(name: str, record: dict[str, Any]) -> None:
            if self.interrupted:
                raise Seen
            if record["type"] == "died" or record["type"] == "alone" and not record["ok"]:
                found.append(str(record["id"]))
                raise Seen

        programs = selftests.programs(SELFTESTS, lambda what, part: None)
        with tempfile.TemporaryDirectory(prefix="landproof-mutant-") as scratch, suppress(Seen):
            selftests.run_all([kernel], programs, [], Path(scratch), self.harness, 1, listen)
        return found[0] if found else ""

    @staticmethod
    def _tell(name: str, what: str, part: float) -> None:
        """Show how far the kernel without a bug is."""
        print(f"\r{name}: {part:4.0%} {what[:50]:50}", end="", file=sys.stderr)


def _random(options: argparse.Namespace) -> list[Mutant]:
    """Return bugs that nobody thought of."""
    recipe = lab.recipes()[RECIPE]
    sources = source.fetch(recipe.source, recipe.suites, lambda what, part: None).path
    directory = ROOT / "build" / f"mutants-{options.seed}"
    return mutant.load(generate.write(sources, directory, options.random, options.seed), directory)


def _show(bugs: list[Mutant], score: Score) -> None:
    """Print the table."""
    table = Table("mutant", "what breaks", "found by", "by selftests")
    for row in driver.table(bugs, score):
        table.add_row(*row)
    Console().print(table)


def main(words: list[str]) -> int:
    """Return 0 if every bug is found or listed as invisible, 1 if not, 2 if it failed."""
    options = _arguments(words)
    try:
        bugs = _random(options) if options.random else mutant.load(options.names)
    except UserError as error:
        print(f"tests.mutants: {error}", file=sys.stderr)
        return 2
    except KeyError as error:
        print(f"tests.mutants: there is no mutant {error.args[0]}", file=sys.stderr)
        return 2
    score = Score(options.json)
    score.read()
    if options.again:
        for bug in bugs:
            score.trials.pop(bug.name, None)
    machine = Lab(options.harness)
    signal.signal(signal.SIGINT, machine.interrupt)
    start = time.monotonic()

    def tell(left: int, trial: Trial) -> None:
        print(f"{time.monotonic() - start:6.0f} s, {left} to go: {trial.name}:"
              f" {driver.summary(trial)}", file=sys.stderr, flush=True)

    try:
        driver.run(bugs, machine, score, paths.sha256(options.harness)[:16], options.jobs, tell,
                   machine.selftests if options.selftests else None)
    except (UserError, OSError) as error:
        print(f"tests.mutants: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tests.mutants: interrupted; what is done is kept", file=sys.stderr)
        return 2
    finally:
        for worker in range(options.jobs):
            with suppress(UserError):
                kernels.remove(f"mutant-{worker}")
    _show(bugs, score)
    if options.markdown:
        options.markdown.write_text(driver.markdown(bugs, score, {"version": machine.version}))
    good = (driver.FOUND, driver.EQUIVALENT)
    done = [driver.settled(bug, score) for bug in bugs]
    return 0 if all(trial and trial.outcome in good for trial in done) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
