# SPDX-License-Identifier: GPL-2.0
"""Runs the suite again and again on the same kernels: does each case always say the same?

usage: python3 -m tests.reliability [--runs N] [--shuffle] KERNEL...

Trouble of the machines or the suite, and cases that say something else in any run, are printed; the
exit status is 1 then. With --shuffle, every run but the first has an order of its own.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from reports.model.results import CaseResult
from reports.model.results import Kernel as Column
from tests import trial
from vm import kernels
from vm.errors import UserError
from vm.paths import GUEST


class Runs:
    """What the runs said so far: of each case of each kernel, the verdicts and why."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self.count = 0
        self.said: dict[tuple[str, str], list[CaseResult]] = defaultdict(list)
        self.trouble: list[str] = []

    def take(self, columns: Sequence[Column]) -> None:
        """Remember one run."""
        self.count += 1
        for column in columns:
            self.trouble += [f"{column.name}: {why}" for why in trial.troubles(column)]
            for case in column.cases:
                self.said[column.name, case.id].append(case)

    def unequal(self) -> list[str]:
        """Return a line for each case that said several things, or nothing in some run."""
        lines = []
        for (name, case), results in self.said.items():
            words = {result.verdict.value: result.why for result in results}
            silent = self.count - len(results)
            if len(words) > 1 or silent:
                said = [f"{verdict} ({why})" for verdict, why in words.items()]
                lines.append(f"{name}: {case}: " + "; ".join(
                    said + [f"nothing in {silent} runs"] * bool(silent)))
        return lines


def main(words: list[str]) -> int:
    """Return 0 if all runs said the same, 1 if not, 2 if they could not be done."""
    parser = argparse.ArgumentParser("tests.reliability", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, metavar="N")
    parser.add_argument("--shuffle", action="store_true")
    parser.add_argument("--harness", type=Path, default=GUEST, metavar="FILE")
    parser.add_argument("kernels", nargs="+", metavar="KERNEL")
    options = parser.parse_args(words)
    runs = Runs()
    try:
        chosen = kernels.choose(options.kernels)
        for number in range(options.runs):
            order = ["--shuffle", str(number)] if options.shuffle and number else []
            known = set(runs.trouble)
            runs.take(trial.columns(chosen, order, options.harness))
            for why in sorted(set(runs.trouble) - known):
                print(why, file=sys.stderr)
            print(f"run {number + 1} of {options.runs}: cases that differ: {len(runs.unequal())},"
                  f" troubles of our own: {len(runs.trouble)}", file=sys.stderr, flush=True)
    except UserError as error:
        print(f"tests.reliability: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tests.reliability: interrupted", file=sys.stderr)
        return 2
    found = [*runs.unequal(), *runs.trouble]
    deviations = [f"{name}: {case} {found.verdict}" for (name, case), results in runs.said.items()
                  for found in trial.deviations(results[:1]).values()]
    print("\n".join(found) or f"{len(runs.said)} cases, {options.runs} runs: always the same,"
          f" deviations: {', '.join(deviations) or 'none'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
