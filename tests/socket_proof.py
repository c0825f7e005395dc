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
from collections.abc import Iterable, Sequence
from pathlib import Path

from reports.model.results import CaseResult
from reports.model.verdicts import Verdict
from tests import trial
from vm import kernels, lab
from vm.errors import UserError
from vm.kernel import Kernel
from vm.places import labs

ROOT = Path(__file__).parents[1]
PATCHES = ROOT / "tests" / "patches"

BREAKING = {
    "lab-7.3-socket": "without-*.patch",
    "lab-7.3-socket-canonical": "canonical-without-*.patch",
}
"""For each recipe the patches that break it."""

DECOY = ("lab-7.3", PATCHES / "not-socket-rules.patch")
"""A kernel that has something else where socket rules are looked for."""


def try_cases(kernel: Kernel, *words: str) -> tuple[CaseResult, ...]:
    """Run the socket cases on a kernel."""
    return trial.try_cases(kernel, "--case", "socket.rule.*", *words)


def broken_by(recipe: str, patch: Path) -> tuple[CaseResult, ...]:
    """Build a recipe with one more patch, run the cases, and forget the kernel."""
    name = f"{recipe}+{patch.stem}"
    try:
        return try_cases(lab.build(recipe, [patch], as_name=name))
    finally:
        if name in labs.built():
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
    sound = try_cases(kernel)
    holding = {case.id for case in sound if case.verdict is Verdict.HOLDS}
    print(f"{recipe}: {len(holding)} hold", flush=True)
    wrong += [f"{recipe}: {case.id} {case.verdict}" for case in sound
              if case.verdict not in (Verdict.HOLDS, Verdict.ABSENT)]
    sabotaged = {case.id for case in try_cases(kernel, "--sabotage=allow")
                 if case.verdict is Verdict.BYPASS}
    wrong += [f"{recipe}: {name} is no bypass with nothing enforced"
              for name in sorted(holding - sabotaged)]
    wrong += [f"{recipe}: no case holds"] * (not holding)
    ever: set[str] = set()
    for patch in patches:
        red = set(trial.deviations(broken_by(recipe, patch)))
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
    return [f"{DECOY[1].stem}: {case.id} {case.verdict}" for case in found
            if case.verdict is not Verdict.ABSENT]


def main(words: list[str]) -> int:
    """Prove all, some recipes, or some patches; return 0, 1 if a case is wrong, or 2."""
    wrong: list[str] = []
    named = {Path(word).name.removesuffix(".patch") for word in words}
    there = {patch.stem for pattern in (*BREAKING.values(), DECOY[1].name)
             for patch in PATCHES.glob(pattern)}
    if unknown := named - there - set(BREAKING):
        print(f"socket_proof: no such recipe or patch: {' '.join(sorted(unknown))}",
              file=sys.stderr)
        return 2
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
