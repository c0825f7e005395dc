# SPDX-License-Identifier: GPL-2.0
"""Every command of docs/ci.md runs as it is written there, in order, and leaves what it names."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.vm.mirror import package
from vm import store

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"),
                    re.DOTALL | re.MULTILINE)
FEW = "#!/bin/sh\ncase $1 in\nrun) shift; exec {real} run --case net.tcp.bind \"$@\" ;;\nesac\n" \
      "exec {real} \"$@\"\n"
"""The command with fewer cases: what is tested here is the page, not the kernels."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The top of a clone, as far as the page can see."""
    tree = tmp_path_factory.mktemp("clone")
    for entry in ROOT.iterdir():
        if entry.name not in (".git", "landproof"):
            (tree / entry.name).symlink_to(entry)
    (tree / "landproof").write_text(FEW.format(real=ROOT / "landproof"))
    (tree / "landproof").chmod(0o755)
    return tree


@pytest.fixture(scope="module")
def page(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clone after all commands of the page, one after the other."""
    new, old = store.cached("debian-7.3"), store.cached("debian-6.12")
    assert new and new.image and old and old.image, "./landproof kernels fetch"
    deb = package(tmp_path_factory.mktemp("deb"), f"linux-image-{old.version}", "1",
                  {f"boot/vmlinuz-{old.version}": old.image.read_bytes()})
    variables = {"KERNEL": str(new.image), "PACKAGE": str(deb),
                 "XDG_STATE_HOME": str(tmp_path_factory.mktemp("state"))}
    for block in BLOCKS:
        done = subprocess.run(["bash", "-euc", block], cwd=clone, env={**os.environ, **variables},
                              capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    return clone


def test_the_page_has_commands() -> None:
    assert len(BLOCKS) >= 7


def test_the_baseline_and_the_new_result_have_the_cases(page: Path) -> None:
    for name in ("baseline.json", "new.json"):
        (kernel,) = json.loads((page / name).read_text())["kernels"]
        assert {case["verdict"] for case in kernel["cases"]} == {"holds"}


def test_what_the_page_names_is_written(page: Path) -> None:
    assert "<testsuite" in (page / "junit.xml").read_text()
    assert "KTAP version 1" in (page / "result.ktap").read_text()
    assert "debian-7.3" in (page / "comment.md").read_text()
    assert "net.tcp.bind" in (page / "report.html").read_text()


def test_records_of_a_board_become_a_page(page: Path) -> None:
    assert "fs.read_file.open" in (page / "board.html").read_text()


def test_every_option_of_the_table_is_one(page: Path) -> None:
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    said = subprocess.run([ROOT / "landproof", "run", "--help"], capture_output=True, text=True,
                          check=True).stdout
    for option in re.findall(r"^\| `(--\w+)`", text, re.MULTILINE):
        assert option in said
