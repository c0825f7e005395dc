# SPDX-License-Identifier: GPL-2.0
"""Tables of docs/explore.md: what the explorer says of itself, and what was measured."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEASURED = ROOT / "docs" / "measured" / "explore-mutants.txt"
SHRUNK = ROOT / "docs" / "measured" / "explore-shrunk.txt"
SMALL = 8
GUEST = ROOT / "build" / "landproof-guest"


def said(*words: str) -> dict[str, list[str]]:
    """Return the lines that the explorer prints about clauses, by clause."""
    text = subprocess.run([GUEST, "explore", *words], capture_output=True, text=True,
                          check=True).stdout
    return {line.split()[0]: line.split()[1:] for line in text.splitlines()}


def parts() -> list[str]:
    """Return the parts, as the table of the clauses has them."""
    text = subprocess.run([GUEST, "explore", "--about", "model"], capture_output=True, text=True,
                          check=True).stdout
    return [line.split("`")[1] for line in text.splitlines() if line.startswith("### Part")]


def mutants() -> None:
    """Print how soon each mutant is noticed (measured), and by how many scenarios (counted)."""
    noticed = {line.split()[0]: line.split()[1:] for line in MEASURED.read_text().splitlines()}
    print("| part | clause | decisions, median | longest | scenarios of the corpus |")
    print("| --- | --- | --- | --- | --- |")
    for part in parts():
        for clause, (count, *_) in said("--part", part, "--about", "corpus").items():
            median, longest = noticed.get(clause, ["not measured", "not measured"])[:2]
            print(f"| {part} | `{clause}` | {median} | {longest} | {count} |")


def shrunk() -> None:
    """Print how small the differences became that were measured, and in what time."""
    found: dict[str, list[list[int]]] = {}
    for line in SHRUNK.read_text().splitlines():
        part, _, *numbers = line.split()
        found.setdefault(part, []).append([int(number) for number in numbers])
    print("| part | differences | operations before, median | after, median | longest |"
          " at most 8 | ms, median | longest |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for part, all_of_them in found.items():
        before, after, took = (sorted(one[at] for one in all_of_them) for at in range(3))
        middle = len(after) // 2
        print(f"| {part} | {len(after)} | {before[middle]} | {after[middle]} | {after[-1]} |"
              f" {sum(one <= SMALL for one in after)} | {took[middle]} | {took[-1]} |")


if __name__ == "__main__":
    {"mutants": mutants, "shrunk": shrunk}[sys.argv[1]]()
