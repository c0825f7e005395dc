# SPDX-License-Identifier: GPL-2.0
"""Makes older kernels of lab-6.12, of which Debian has none, and tries the suite on them.

usage: python3 -m tests.older [NAME...]

With what an ABI version knew and the bugs of its time, or with the bug of an erratum that the
kernel does not claim to have fixed, nothing is a deviation. With the bug of an erratum that it
claims to have fixed, the cases of that erratum say so.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from reports.model.verdicts import DEVIATIONS, Verdict
from vm import kernels, lab, run
from vm.errors import UserError
from vm.paths import GUEST

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

LYING = {f"claims-{n}": (f"erratum-{n}",) for n in range(1, 5)}
"""Kernels that claim a fix which they do not have."""


def deviations(name: str, patches: tuple[str, ...], *words: str) -> dict[str, str]:
    """Build a kernel, run cases, forget it; return the deviations: what, and why."""
    found: dict[str, str] = {}

    def listen(_: str, record: dict[str, Any]) -> None:
        if record["type"] == "result" and Verdict(record["verdict"]) in DEVIATIONS:
            found[record["id"]] = f"{record['verdict']} ({record['why']})"
        if record["type"] in ("died", "unavailable", "broken"):
            raise UserError(f"{name}: {record.get('why')}")

    kernel = lab.build(RECIPE, [HERE / f"{patch}.patch" for patch in patches], as_name=name)
    try:
        with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
            run.run([kernel], ["run", *words], Path(scratch), GUEST, 1, listen)
    finally:
        kernels.remove(name)
    return found


def prove(name: str) -> list[str]:
    """Try one kernel; return what is wrong with the suite."""
    if name in HEALTHY:
        found = deviations(f"older-{name}", HEALTHY[name])
        return [f"{name}: {case} {what}" for case, what in found.items()]
    erratum = f"errata.{name.removeprefix('claims-')}"
    found = deviations(f"older-{name}", LYING[name], "--case", f"{erratum}*")
    return [] if any(what.startswith("dishonest") for what in found.values()) else [
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
