# SPDX-License-Identifier: GPL-2.0
"""The programs that the explorer writes of its findings: short, narrow, compiled without a warning.

Each mutant of the model has one: what it would be told as, on a kernel that does as the model says.
`make reproducers` runs them all; tests/reproduce/test_programs.py has some on its machines.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.explore.programs import PARTS, WIDTH, check, programs

LINES = 100
LONG = {"log": (1, 105)}
"""How many programs of a part may be longer, and how long: docs/explore.md says why."""


@pytest.mark.parametrize("part", PARTS)
def test_short_and_narrow(part: str) -> None:
    found = programs(part)
    assert len(found) > 5
    few, most = LONG.get(part, (0, LINES))
    assert sum(len(one.lines) > LINES for one in found) <= few
    assert max(len(one.lines) for one in found) <= most
    assert [(one.name, line) for one in found for line in one.lines
            if len(line) > WIDTH or "\t" in line] == []


@pytest.mark.parametrize("part", PARTS)
def test_compiled_without_a_warning(part: str, tmp_path: Path) -> None:
    assert check(programs(part)[::8], tmp_path) == ""


def test_what_a_list_does_in_order_is_a_function_and_no_turns() -> None:
    """Most programs of the log are read from top to bottom."""
    ordered = ["static long list(int sandbox)" in one.text for one in programs("log")]
    assert sum(ordered) > len(ordered) * 3 / 4
