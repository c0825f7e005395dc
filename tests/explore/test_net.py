# SPDX-License-Identifier: GPL-2.0
"""The part `net`: a wrong model of ports is noticed, and what is found is a program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.explore.programs import FLAGS
from tests.explore.test_explore import Record, explored

pytestmark = pytest.mark.needs("rules on ports")


@pytest.fixture(scope="module")
def wrong() -> Record:
    """What is found by a model in which listen(2) without bind(2) needs a right."""
    found = explored("--part", "net", "--mutant", "ports.listen", "--decisions", "3000",
                     "--seed", "3")
    seen: list[Record] = [one for one in found["findings"] if "listen" in one["operation"]]
    assert seen
    return seen[0]


def test_a_right_model_finds_only_what_is_known() -> None:
    found = explored("--part", "net", "--decisions", "30000", "--seed", "4")
    assert found["decisions"] >= 30000
    assert {one.get("clause") for one in found["findings"]} <= {"ports.fastopen"}


def test_what_is_found_is_small(wrong: Record) -> None:
    assert wrong["shrunk_from"] > 20 and len(wrong["operations"]) <= 8
    assert (wrong["wanted"], wrong["got"], wrong["control"]) == ("EACCES", "works", "works")


def test_a_program_shows_it_by_itself(wrong: Record, tmp_path: Path) -> None:
    """Its exit status is 1, because this kernel does other than the wrong model says."""
    source = tmp_path / "found.c"
    source.write_text(wrong["program"])
    lines = wrong["program"].splitlines()
    assert len(lines) <= 100 and max(map(len, lines)) <= 75
    subprocess.run(["cc", *FLAGS, "-o", tmp_path / "found", source], check=True)
    done = subprocess.run([tmp_path / "found"], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["without a sandbox: Success",
                                        "with it: Success"]
    assert done.returncode == 1


@pytest.mark.parametrize("mutant", ["ports.layers", "ports.port", "ports.action", "ports.bind_zero",
                                    "ports.ipv6"])
def test_the_corpus_notices_a_wrong_model_on_a_kernel(mutant: str) -> None:
    found = explored("--part", "net", "--replay", "corpus", "--mutant", mutant)
    assert [one for one in found["findings"] if one.get("clause") != "ports.fastopen"]


def test_a_port_may_stay_after_two_disconnections(tmp_path: Path) -> None:
    """A socket that asked for any port and never was connected keeps it (Linux 6.18)."""
    path = tmp_path / "list.txt"
    path.write_text("= net 3\ninside socket #3 tcp6\ninside bind #3 v6any:0\n"
                    "inside connect #3 unspec:1103\ninside connect #3 unspec:1103\n"
                    "inside bind #3 v6any:1203\n")
    assert "failure" not in explored("--part", "net", "--replay", str(path))
