# SPDX-License-Identifier: GPL-2.0
"""Makes older kernels of lab-6.12, of which Debian has none, and tries the suite on them.

usage: python3 -m tests.older [NAME...]

With what an ABI version knew and the bugs of its time, or with the bug of an erratum that the
kernel does not claim to have fixed, nothing is a deviation. With the bug of an erratum that it
claims to have fixed, the cases of that erratum say so.
"""

from __future__ import annotations

import sys
from pathlib import Path

from reports.model.known import matches
from reports.model.results import CaseResult
from reports.model.verdicts import Verdict
from tests import trial
from vm import kernels, lab
from vm.errors import UserError

HERE = Path(__file__).parent
RECIPE = "lab-6.12"

HEALTHY = {
    "abi-1": ("abi-1", "erratum-3", "erratum-4"),
    "abi-2": ("abi-2", "erratum-3", "erratum-4"),
    "abi-3": ("abi-3", "erratum-3", "erratum-4"),
    "abi-4": ("abi-4", "erratum-1", "erratum-3", "erratum-4"),
    "abi-5": ("abi-5", "erratum-1", "erratum-3", "erratum-4"),
    "abi-6": ("abi-6", "erratum-1", "erratum-2", "erratum-3", "erratum-4"),
    "abi-6-fixed": ("abi-6",),
    **{f"erratum-{n}": (f"erratum-{n}", f"unclaimed-{n}") for n in range(1, 5)},
}
"""Kernels that keep their promises, by the patches that make them."""

OF_THE_SOURCES = ("net.tcp.*_other_family_unhandled*", "fs.refer.rule_on_root*")
"""What the sources of all these kernels, Linux 6.12, deviate in: known issues say so."""

LYING = {f"claims-{n}": (f"erratum-{n}",) for n in range(1, 5)}
"""Kernels that claim a fix which they do not have."""


def try_kernel(name: str, patches: tuple[str, ...], *words: str) -> dict[str, CaseResult]:
    """Build a kernel, run cases, forget it; return the deviations."""
    kernel = lab.build(RECIPE, [HERE / f"{patch}.patch" for patch in patches], as_name=name)
    try:
        return trial.deviations(trial.try_cases(kernel, *words))
    finally:
        kernels.remove(name)


def prove(name: str) -> list[str]:
    """Try one kernel; return what is wrong with the suite."""
    if name in HEALTHY:
        found = try_kernel(f"older-{name}", HEALTHY[name])
        return [f"{name}: {case} {result.verdict} ({result.why})"
                for case, result in found.items()
                if not any(matches(glob, case) for glob in OF_THE_SOURCES)]
    erratum = f"errata.{name.removeprefix('claims-')}"
    found = try_kernel(f"older-{name}", LYING[name], "--case", f"{erratum}*")
    return [] if any(result.verdict is Verdict.DISHONEST for result in found.values()) else [
        f"{name}: {erratum} does not find it"]


def main(names: list[str]) -> int:
    """Try all kernels or some; return 0, 1 if the suite is wrong about one, or 2."""
    known = [*HEALTHY, *LYING]
    if unknown := set(names) - set(known):
        print(f"older: no such kernel: {' '.join(sorted(unknown))}; there are {' '.join(known)}",
              file=sys.stderr)
        return 2
    wrong: list[str] = []
    try:
        for name in names or known:
            said = prove(name)
            print(f"{name}: {'; '.join(said) or 'as it must be'}", flush=True)
            wrong += said
    except UserError as error:
        print(f"older: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
