# SPDX-License-Identifier: GPL-2.0
"""The part `calls`: a wrong model of Landlock's own calls is noticed, and told as a program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.explore.programs import FLAGS
from tests.explore.test_explore import explored

pytestmark = pytest.mark.needs("Landlock")


def test_a_right_model_finds_nothing() -> None:
    found = explored("--part", "calls", "--decisions", "20000", "--seed", "4")
    assert found["decisions"] >= 20000 and not found["findings"]


@pytest.mark.parametrize("mutant", ["create.empty", "add.path", "restrict.capability",
                                    "restrict.limit", "calls.enforced"])
def test_the_corpus_notices_a_wrong_model_on_a_kernel(mutant: str) -> None:
    assert explored("--part", "calls", "--replay", "corpus", "--mutant", mutant)["findings"]


def test_the_first_difference_can_be_the_last() -> None:
    words = ("--part", "calls", "--mutant", "add.file", "--decisions", "20000", "--seed", "4")
    first, = explored(*words, "--first")["findings"]
    (found, *_), few = explored(*words)["findings"], len(first["operations"])
    assert first["seed"] == found["seed"] and few > len(found["operations"])


def test_a_program_shows_it_by_itself(tmp_path: Path) -> None:
    """Its exit status is 1, because this kernel does other than the wrong model says."""
    found = explored("--part", "calls", "--mutant", "add.file", "--decisions", "20000",
                     "--seed", "3")
    wrong = found["findings"][0]
    assert (wrong["wanted"], wrong["got"]) == ("works", "EINVAL")
    source = tmp_path / "found.c"
    source.write_text(wrong["program"])
    lines = wrong["program"].splitlines()
    assert len(wrong["operations"]) <= 3
    assert len(lines) <= 100 and max(map(len, lines)) <= 75
    subprocess.run(["cc", *FLAGS, "-o", tmp_path / "found", source], check=True)
    done = subprocess.run([tmp_path / "found"], capture_output=True, text=True, check=False)
    assert done.stdout == "the last call: Invalid argument\n" and done.returncode == 1
