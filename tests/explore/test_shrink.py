# SPDX-License-Identifier: GPL-2.0
"""What notices a wrong model becomes small: each clause, with the right model for a kernel."""

from __future__ import annotations

import pytest

from tests.explore.test_explore import explorer

SMALL = 8
LAYERS = {"layers.limit", "restrict.limit", "restrict.sixteen"}
"""It takes sixteen layers to show these."""


def shrunk(part: str) -> dict[str, tuple[int, int, int]]:
    """Return by clause how many operations there were, are, and how often they were run."""
    lines = explorer("--part", part, "--about", "shrink", "--seed", "1", "--decisions",
                     "200000").stdout.splitlines()
    return {clause: (int(before), int(after), int(runs))
            for clause, before, after, runs, _ in map(str.split, lines)}


@pytest.mark.parametrize("part, least", [("calls", 40), ("fs", 60), ("overlay", 9), ("net", 30),
                                         ("domain", 40), ("log", 35)])
def test_what_notices_a_wrong_model_becomes_small(part: str, least: int) -> None:
    found = shrunk(part)
    large = {clause: one for clause, one in found.items() if one[1] > SMALL}
    assert len(found) >= least and max(before for before, _, _ in found.values()) > 30
    # Some random scenarios resist; how many, docs/explore.md tells.
    assert len(large.keys() - LAYERS) <= len(found) // 30, large
    assert max(after for _, after, _ in found.values()) <= (20 if large.keys() & LAYERS else 12)
    # A small one takes less than a third of a millisecond.
    assert max(runs for _, _, runs in found.values()) < 6000
