# SPDX-License-Identifier: GPL-2.0
"""Runs the suite again and again on the same kernels: does each case always say the same?

usage: python3 -m tests.reliability [--runs N] [--shuffle] KERNEL...

A machine that dies, and a case that says something else in any run, are printed; the exit status
is 1 then. With --shuffle, every run but the first has an order of its own.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from reports.model.verdicts import DEVIATIONS, Verdict
from vm import kernels, run
from vm.errors import UserError
from vm.paths import GUEST



class Runs:
    """What the runs said so far: of each case of each kernel, the verdicts and why."""

    def __init__(self) -> None:
        """Nothing was said yet."""
        self.said: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self.trouble: list[str] = []

    def take(self, name: str, record: dict[str, Any]) -> None:
        """Remember one record of a kernel."""
        kind = record["type"]
        if kind == "result":
            self.said[name, record["id"]].setdefault(record["verdict"], record["why"])
        elif kind in ("died", "lost", "unavailable"):
            why = record.get("why") or f"{record['how']} in {record['id']}"
            self.trouble.append(f"{name}: {why}")

    def unequal(self) -> list[str]:
        """Return a line for each case that said several things."""
        return [f"{name}: {case}: " + "; ".join(f"{verdict} ({why})"
                                                for verdict, why in verdicts.items())
                for (name, case), verdicts in self.said.items() if len(verdicts) > 1]


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
            with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
                run.run(chosen, ["run", *order], Path(scratch), options.harness, None, runs.take)
            print(f"run {number + 1} of {options.runs}: cases that differ: {len(runs.unequal())},"
                  f" machines that died: {len(runs.trouble)}", file=sys.stderr, flush=True)
    except UserError as error:
        print(f"tests.reliability: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tests.reliability: interrupted", file=sys.stderr)
        return 2
    found = [*runs.unequal(), *runs.trouble]
    deviations = [f"{name}: {case} {verdict}" for (name, case), verdicts in runs.said.items()
                  for verdict in verdicts if Verdict(verdict) in DEVIATIONS]
    print("\n".join(found) or f"{len(runs.said)} cases, {options.runs} runs: always the same,"
          f" deviations: {', '.join(deviations) or 'none'}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
