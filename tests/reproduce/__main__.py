# SPDX-License-Identifier: GPL-2.0
"""Runs all programs and their cases on kernels: do both say the same? `make reproducers`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from cli import reproduce
from cli.guest import catalogue, version
from reports.model.assemble import assemble
from reports.model.results import base
from reports.model.verdicts import Verdict
from tests.reproduce import machines
from vm import kernels, progress, run
from vm.paths import GUEST

STATUS = {Verdict.HOLDS: 0, Verdict.CLOSED: 0, Verdict.OPEN: 1, Verdict.ABSENT: 2}
"""The exit status of a program where its case has this verdict; 1 where it deviates."""


def main(names: list[str]) -> int:
    """Print each difference; return 1 if there is one."""
    cases = reproduce.names("*")
    differences = compared = 0
    untried: list[str] = []
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch, \
            progress.fetching() as tell:
        place = Path(scratch)
        chosen = [one for one in kernels.choose(names, progress=tell) if not one.unavailable]
        ended = machines.run_all(chosen, machines.build(cases, place), place / "programs")
        words = [word for name in dict.fromkeys(map(base, cases)) for word in ("--case", name)]
        records = run.run(chosen, ["run", *words], place / "cases", GUEST, None,
                          lambda name, record: None)
        result = assemble(records, catalogue(), version())
        for kernel in result.kernels:
            if not ended[kernel.name]:
                print(f"{kernel.name}: the machine could not be prepared for programs")
                differences += 1
                continue
            for name in cases:
                case, one = kernel.case(name), ended[kernel.name].get(name)
                if case is None or one is None or case.verdict == Verdict.BROKEN:
                    print(f"{kernel.name}: {name}: did not run")
                    differences += 1
                    continue
                if case.verdict == Verdict.CANNOT_RUN:
                    untried.append(f"{kernel.name}: {name}: {case.why}")
                    continue
                compared += 1
                if one.status != STATUS.get(case.verdict, 1):
                    differences += 1
                    print(f"{kernel.name}: {name}: {case.verdict} ({case.why}), and the program"
                          f" ended with {one.status}:\n{one.said}")
    if untried:
        print("not compared, because the case cannot run there:", *untried, sep="\n    ")
    print(f"{len(cases)} programs on {len(chosen)} kernels: {compared} compared,"
          f" {differences} differ")
    return int(differences > 0 or not compared)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
