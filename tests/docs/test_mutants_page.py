# SPDX-License-Identifier: GPL-2.0
"""docs/mutants.md counts what there is, and names bugs and cases that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8")
EXPLORER = "## The corpus and the explorer"
CASES, _, EXPLORED = PAGE.partition(EXPLORER)
ROWS = [line.strip("|").split(" | ") for line in CASES.splitlines() if line.startswith("| ")][1:]


def test_the_numbers_are_those_of_the_table() -> None:
    patches = {path.stem for path in (ROOT / "tests" / "mutants").glob("*.patch")}
    (total, found, survived, equivalent, untried), = re.findall(
        r"^(\d+) bugs .*: (\d+) found, (\d+) survived, (\d+) equivalent, (\d+) not tried\.$",
        PAGE, re.MULTILINE)
    assert int(total) == len(patches)
    assert int(equivalent) == sum(row[2].startswith("equivalent") for row in ROWS)
    assert int(survived) == sum(row[2] == "survived" for row in ROWS)
    assert int(found) == len(ROWS) - int(equivalent) - int(survived)
    assert int(untried) == int(total) - len(ROWS)
    assert {row[0].strip() for row in ROWS} <= patches


def test_the_cases_exist() -> None:
    listed = subprocess.run([ROOT / "build" / "landproof-guest", "list"], capture_output=True,
                            text=True, check=True)
    names = set(listed.stdout.split())
    found = re.compile(r"([\w.]+(?:\[\w+\])?) \((?:bypass|overblock|errno|dishonest)")
    for row in ROWS:
        for case in found.findall(row[2]):
            assert case in names, row[0]
