# SPDX-License-Identifier: GPL-2.0
"""Races: nothing is violated on this machine, and each invariant can be."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.explore.test_explore import Record, explorer
from vm import image, kernels, run
from vm.paths import GUEST

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


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Record]:
    """What came of all races in one machine with two processors, by how they are sabotaged."""
    entries = [image.Entry("races", 0o040755), image.file("races/explorer", GUEST, 0o755)]
    for how, option in {"1-not": "", "2-allow": "--sabotage=allow",
                        "3-grant": "--sabotage=grant"}.items():
        script = f"exec /races/explorer explore --races --seconds 1 --json {option}\n"
        entries.append(image.Entry(f"races/{how}.sh", 0o100644, script.encode()))
    [path] = run.run(kernels.choose(["debian-7.3"]), ["scripts", "--scripts", "/races"],
                     tmp_path_factory.mktemp("run"), GUEST, 1, lambda name, record: None,
                     run.Boot(processors=2), extra=image.cpio(entries))
    records = map(json.loads, path.read_text().splitlines())
    return {one["id"]: one for one in records if one["type"] == "script"}


def raced_in(booted: dict[str, Record], how: str, status: int) -> list[Record]:
    assert booted[how]["status"] == status, booted[how]["said"]
    found: list[Record] = [json.loads(line) for line in booted[how]["said"].splitlines()
                           if line.startswith("{")]
    assert {one["race"] for one in found} == RACES
    assert {one["processors"] for one in found} == {2}
    return found


def test_nothing_is_violated_in_a_machine(booted: dict[str, Record]) -> None:
    for one in raced_in(booted, "1-not", 0):
        assert one["succeeded"] and one["refused"] and one["acts"] and not one["violations"]


@pytest.mark.parametrize("how", ["2-allow", "3-grant"])
def test_each_invariant_can_be_violated_in_a_machine(booted: dict[str, Record], how: str) -> None:
    for one in raced_in(booted, how, 1):
        assert one["violations"] and one["example"]
