# SPDX-License-Identifier: GPL-2.0
"""The part `overlay`: a wrong model of merged hierarchies is noticed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.explore.programs import FLAGS
from tests.explore.test_explore import explored


def test_a_right_model_finds_nothing() -> None:
    found = explored("--part", "overlay", "--decisions", "4000", "--seed", "4")
    assert found["decisions"] >= 4000 and not found["findings"]


@pytest.mark.parametrize("mutant", ["overlay.lower", "overlay.above", "overlay.copied"])
def test_the_corpus_notices_a_wrong_model_on_a_kernel(mutant: str) -> None:
    assert explored("--part", "overlay", "--replay", "corpus", "--mutant", mutant)["findings"]


def test_a_program_shows_it_by_itself(tmp_path: Path) -> None:
    """Its exit status is 1, because this kernel does other than the wrong model says."""
    found = explored("--part", "overlay", "--mutant", "overlay.lower", "--decisions", "2000",
                     "--seed", "3")
    wrong = next(one for one in found["findings"] if one["wanted"] == "works")
    source = tmp_path / "found.c"
    source.write_text(wrong["program"])
    assert len(wrong["operations"]) <= 10 and len(wrong["program"].splitlines()) <= 100
    subprocess.run(["cc", *FLAGS, "-o", tmp_path / "found", source], check=True)
    done = subprocess.run([tmp_path / "found"], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-2:] == ["without a sandbox: Success",
                                             "with it: Permission denied"]
    assert done.returncode == 1
