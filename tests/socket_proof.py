# SPDX-License-Identifier: GPL-2.0
"""Proves the cases of the proposed socket rules on kernels that have them.

usage: python3 -m tests.socket_proof [RECIPE | PATCH...]

Builds each recipe, on which every case must hold, and then once more with each of its patches
that take something out: the cases that a patch names ("Found by:") must turn red, and of all
cases each must have turned red once.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from vm import kernels, lab, run
from vm.errors import UserError
from vm.kernels import Kernel
from vm.paths import GUEST

ROOT = Path(__file__).parents[1]
PATCHES = ROOT / "tests" / "patches"

BREAKING = {
    "lab-7.3-socket": "without-*.patch",
    "lab-7.3-socket-canonical": "canonical-without-*.patch",
}
"""For each recipe the patches that break it."""

DECOY = ("lab-7.3", PATCHES / "not-socket-rules.patch")
"""A kernel that has something else where socket rules are looked for."""

RED = {"bypass", "overblock", "errno", "dishonest", "crash", "hang"}
Verdicts = dict[str, str]


def verdicts(kernel: Kernel, *words: str) -> Verdicts:
    """Run the socket cases on a kernel; return the verdict of each."""
    found: Verdicts = {}

    def listen(_: str, record: dict[str, Any]) -> None:
        if record["type"] == "result":
            found[record["id"]] = record["verdict"]
        if record["type"] in ("unavailable", "broken"):
            raise UserError(f"{kernel.name}: {record.get('why')}")

    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        run.run([kernel], ["run", "--case", "socket.rule.*", *words], Path(scratch), GUEST, 1,
                listen)
    return found


def broken_by(recipe: str, patch: Path) -> Verdicts:
    """Build a recipe with one more patch, run the cases, and forget the kernel."""
    name = f"{recipe}+{patch.stem}"
    try:
        return verdicts(lab.build(recipe, [patch], as_name=name))
    finally:
        if name in kernels.built():
            kernels.remove(name)


def finders(patch: Path) -> set[str]:
    """Return the names of the cases that must find what a patch breaks."""
    about = patch.read_text().split("\n\n", 1)[0]
    found = re.search(r"Found by:(.*)", about, re.DOTALL)
    return set(found[1].split()) if found else set()


def with_subjects(names: Iterable[str]) -> set[str]:
    """Return the names and, of variants, those of their cases."""
    return {part for name in names for part in (name, name.split("[")[0])}


def prove(recipe: str, patches: Sequence[Path], whole: bool) -> list[str]:
    """Run a recipe and what breaks it; return what is wrong with the cases."""
    wrong = []
    kernel = lab.build(recipe)
    sound = verdicts(kernel)
    holding = {name for name, verdict in sound.items() if verdict == "holds"}
    print(f"{recipe}: {len(holding)} hold", flush=True)
    wrong += [f"{recipe}: {name} {verdict}" for name, verdict in sound.items()
              if verdict not in ("holds", "absent")]
    wrong += [f"{recipe}: {name} {verdict} with nothing enforced"
              for name, verdict in verdicts(kernel, "--sabotage=allow").items()
              if name in holding and verdict != "bypass"]
    ever: set[str] = set()
    for patch in patches:
        red = {name for name, verdict in broken_by(recipe, patch).items() if verdict in RED}
        ever |= red
        missed = finders(patch) - with_subjects(red)
        print(f"{patch.stem}: {len(red)} red" + (f", but not {' '.join(sorted(missed))}"
                                                 if missed else ""), flush=True)
        wrong += [f"{patch.stem}: not found by {name}" for name in sorted(missed)]
        wrong += [f"{patch.stem}: names no case"] * (not finders(patch))
    never = with_subjects(holding) - with_subjects(ever)
    if whole:
        wrong += [f"{recipe}: {name} never turned red" for name in sorted(never)
                  if "[" not in name]
    return wrong


def prove_decoy() -> list[str]:
    """See that socket rules are not found where something else is."""
    found = broken_by(*DECOY)
    print(f"{DECOY[1].stem}: {len(found)} cases", flush=True)
    return [f"{DECOY[1].stem}: {name} {verdict}" for name, verdict in found.items()
            if verdict != "absent"]


def main(words: list[str]) -> int:
    """Prove all, some recipes, or some patches; return 0, 1 if a case is wrong, or 2."""
    wrong: list[str] = []
    named = {Path(word).stem for word in words}
    try:
        for recipe, pattern in BREAKING.items():
            whole = not words or recipe in words
            patches = [patch for patch in sorted(PATCHES.glob(pattern))
                       if whole or patch.stem in named]
            if patches:
                wrong += prove(recipe, patches, whole)
        if not words or DECOY[1].stem in named:
            wrong += prove_decoy()
    except UserError as error:
        print(f"socket_proof: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 2
    print("\n".join(wrong) if wrong else "every case is proved")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
