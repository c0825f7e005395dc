# SPDX-License-Identifier: GPL-2.0
"""Races: nothing is violated on this machine, and each invariant can be."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.explore.test_explore import Record, explorer

RACES = {"open", "refer", "tsync"}

pytestmark = pytest.mark.needs("Landlock", "mount namespaces")


def raced(*words: str) -> tuple[dict[str, Record], subprocess.CompletedProcess[str]]:
    """Return what came of each race on this machine."""
    done = explorer("--races", "--seconds", "1", "--json", *words)
    found = {one["race"]: one for one in map(json.loads, done.stdout.splitlines())}
    left_out = {line.split(":")[0] for line in done.stderr.splitlines() if "left out" in line}
    assert found.keys() | left_out == RACES, done.stderr
    return found, done


def test_nothing_is_violated() -> None:
    found, done = raced()
    assert done.returncode == 0, done.stdout
    for one in found.values():
        assert one["succeeded"] and one["refused"] and one["acts"] and not one["violations"]


@pytest.mark.parametrize("how", ["allow", "grant"])
def test_each_invariant_can_be_violated(how: str) -> None:
    """It takes a fraction of the second that each race has."""
    found, done = raced(f"--sabotage={how}")
    assert done.returncode == 1
    for one in found.values():
        assert one["violations"] and one["example"]


def test_a_rule_too_many_is_for_races_only() -> None:
    done = explorer("--sabotage=grant")
    assert done.returncode == 2 and "explore --races" in done.stderr
