# SPDX-License-Identifier: GPL-2.0
"""docs/network-cases.md: each row has a case that exists, or a reason."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "network-cases.md"
ROW = re.compile(r"\| ([CF]-\d+) \| [^|]+ \| ([^|]+) \|")
# The numbers of the rows: none may get lost.
ROWS = [
    *(f"C-{n:02}" for first, last in [(1, 27), (30, 46), (50, 57), (60, 64), (70, 83), (90, 115),
                                      (120, 126)] for n in range(first, last + 1)),
    *(f"F-{n:02}" for first, last in [(1, 18), (50, 69)] for n in range(first, last + 1)),
]


def named(text: str) -> list[str]:
    """Return the names of cases in a text."""
    words = re.findall(r"`([^`]+)`", text)
    return [word for word in words if "." in word and "/" not in word]


def test_every_row_is_there_once() -> None:
    found = [row for row, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))]
    assert found == ROWS


def test_every_row_has_a_case_or_a_reason() -> None:
    for row, answer in ROW.findall(PAGE.read_text(encoding="utf-8")):
        assert named(answer) or answer.startswith(("none: ", "the granting world")), row
