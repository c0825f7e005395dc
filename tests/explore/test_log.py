# SPDX-License-Identifier: GPL-2.0
"""The part `log`: a wrong model of audit records is noticed in a machine, and told in short."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.explore.programs import FLAGS
from tests.explore.test_explore import NOBODY, Record, explorer
from vm import kernels, run
from vm.paths import GUEST

KERNEL = "debian-7.3"
MUTANT = "quiet.scope"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """What a machine finds with a model in which scopes are never quiet."""
    words = ["explore", "--part", "log", "--mutant", MUTANT, "--decisions", "200", "--seed", "1"]
    [path] = run.run(kernels.choose([KERNEL]), words, tmp_path_factory.mktemp("run"), GUEST, 1,
                     lambda name, record: None)
    records = [json.loads(line) for line in path.read_text().splitlines()]
    [explored] = [one for one in records if one["type"] == "explored"]
    assert isinstance(explored, dict) and not explored.get("failure")
    return explored


def test_a_wrong_model_is_noticed_and_nothing_else(found: Record) -> None:
    assert found["decisions"] >= 200 and found["unstable"] == 0 and found["findings"]
    for one in found["findings"]:
        assert (one["verdict"], one["wanted"], one["got"]) == ("log", "works", "ENODATA")
        assert "scope." in one["operation"] and "quiet_scoped" in "".join(one["operations"])


def test_what_is_found_is_small(found: Record) -> None:
    for one in found["findings"]:
        assert one["shrunk_from"] > 20
        assert len(one["operations"]) <= 8 or one["shrink_ms"] >= 6000


def test_its_program_compiles(found: Record, tmp_path: Path) -> None:
    source = tmp_path / "found.c"
    source.write_text(found["findings"][0]["program"])
    subprocess.run(["cc", *FLAGS, "-o", tmp_path / "found", source], check=True)


def test_what_is_missing_is_named() -> None:
    done = explorer("--part", "log", "--seconds", "1", prefix=NOBODY)
    assert "log: left out: needs root privileges (audit log)" in done.stderr and not done.stdout


def test_each_clause_is_missed_by_twenty_scenarios() -> None:
    lines = explorer("--part", "log", "--about", "corpus").stdout.splitlines()
    counts = {line.split()[0]: int(line.split()[1]) for line in lines}
    assert len(counts) > 30 and min(counts.values()) >= 20, counts
