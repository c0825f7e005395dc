# SPDX-License-Identifier: GPL-2.0
"""The case that docs/writing-a-case.md shows builds as it stands there, holds, and can fail."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "writing-a-case.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def guest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A harness with the case of the page and no other."""
    place = tmp_path_factory.mktemp("example")
    (code,) = re.findall(r"^```c\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (place / "example.c").write_text(code)
    subprocess.run(["make", "-s", "-j2", f"BUILD={place}/build", f"CASES={place}/example.c"],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return place / "build" / "landproof-guest"


def ktap(guest: Path, *words: str) -> str:
    """Return what the case says on this machine."""
    done = subprocess.run([guest, "host", *words], capture_output=True, text=True, check=False)
    return done.stdout


@pytest.mark.needs("Landlock")
def test_it_holds_and_can_fail(guest: Path) -> None:
    assert "\nok 1 fs.read_file.example" in ktap(guest)
    assert "\nnot ok 1 fs.read_file.example" in ktap(guest, "--sabotage=allow")
    assert "\nnot ok 1 fs.read_file.example" in ktap(guest, "--sabotage=deny")


def test_it_has_no_defect(guest: Path) -> None:
    done = subprocess.run([guest, "list", "--check"], capture_output=True, text=True, check=False)
    assert "fs.read_file.example" not in done.stdout + done.stderr


def test_the_rules_are_numbered_once() -> None:
    rules = PAGE.partition("## Rules")[2].partition("## ")[0]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", rules, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
