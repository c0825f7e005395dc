# SPDX-License-Identifier: GPL-2.0
"""What docs/adding-a-right.md promises, tried with an imaginary right in a copy of the tree."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.harness.conftest import ROOT

PATCH = Path(__file__).with_name("imaginary-right.patch")
PAGE = ROOT / "docs/adding-a-right.md"
FILES_MAX = 5


class Tree:
    """A copy of the tree, with the patch."""

    def __init__(self, place: Path) -> None:
        self.place = place
        place.mkdir()
        for name in ("Makefile", "version.sh", "harness", "cases", "explore", "oci"):
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place / name)
            else:
                shutil.copy2(ROOT / name, place / name)
        # What the patch does not touch is not compiled again.
        shutil.copytree(ROOT / "build", place / "build",
                        ignore=shutil.ignore_patterns("asan", "*.json", "*.html"))
        self.run("patch", "-s", "-p1", "-i", str(PATCH))
        self.make()

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(argv, cwd=self.place, capture_output=True, text=True, check=True)

    def make(self) -> None:
        self.run("make", "-s", f"-j{os.cpu_count()}", "all")

    def guest(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.place / "build/landproof-guest", *arguments],
                              capture_output=True, text=True, check=False)

    def json(self, *arguments: str) -> Any:
        return json.loads(self.guest(*arguments, "--json").stdout)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(tmp_path_factory.mktemp("right") / "tree")


def changed() -> list[str]:
    return re.findall(r"^\+\+\+ b/(\S+)", PATCH.read_text(), re.MULTILINE)


def test_a_right_costs_few_files() -> None:
    assert 0 < len(changed()) <= FILES_MAX


def test_the_page_names_these_files() -> None:
    assert not [file for file in changed() if file not in PAGE.read_text()]


def test_the_table_and_the_coverage_know_it(tree: Tree) -> None:
    (case,) = tree.json("list", "--label", "fs.send_unix")
    assert (case["id"], case["since"]) == ("fs.send_unix.sendto", 12)
    assert case["guard"] == ["fs.send_unix"] and "grant" in case["worlds"]
    covered = tree.json("list", "--coverage")["fs.send_unix"]
    assert covered == {"abi": 12, "cases": ["fs.send_unix.sendto"], "reason": None,
                       "value": 1 << 17}


def test_a_kernel_without_it_is_not_blamed(tree: Tree) -> None:
    done = tree.guest("host", "--ktap", "--case", "fs.send_unix.*")
    assert done.returncode == 0
    assert re.search(r"^ok 1 fs.send_unix.sendto # SKIP (needs ABI 12|no Landlock)", done.stdout,
                     re.MULTILINE)


def test_the_system_s_header_will_be_compared(tree: Tree) -> None:
    """Each bit of the UAPI has its assertion: a pattern that no longer fits would drop it."""
    asserted = (tree.place / "build/abi_names.h").read_text()
    assert "SAME(FS_SEND_UNIX, LANDLOCK_ACCESS_FS_SEND_UNIX);" in asserted
    bits = re.findall(r"^\t((?:FS|NET|SCOPE|CREATE|ADD|RESTRICT)_\w+)\s*= 1 << \d+,",
                      (tree.place / "harness/landlock/abi.h").read_text(), re.MULTILINE)
    assert len(bits) > 30 and re.findall(r"^SAME\((\w+),", asserted, re.MULTILINE) == bits


def test_the_check_is_content(tree: Tree) -> None:
    done = tree.guest("list", "--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_check_names_who_exercises_it_unsaid(tree: Tree) -> None:
    file = tree.place / "cases/fs/resolve_unix.c"
    text = file.read_text()
    file.write_text(re.sub(r"^\t\.uses\s*= FS\(SEND_UNIX\),\n", "", text, flags=re.MULTILINE))
    tree.make()
    done = tree.guest("list", "--check")
    file.write_text(text)
    tree.make()
    assert done.returncode == 2
    (said,) = done.stderr.splitlines()
    assert said.startswith("cases/fs/resolve_unix.c:") and "fs.resolve_unix.sendto:" in said
    assert said.endswith("fs.send_unix")


def test_the_check_names_a_right_without_a_case(tree: Tree) -> None:
    file = tree.place / "cases/fs/resolve_unix.c"
    text = file.read_text()
    start = text.index('CASE("fs.send_unix.sendto"')
    file.write_text(text[:start] + text[text.index(");\n", start) + 3:])
    tree.make()
    done = tree.guest("list", "--check")
    file.write_text(text)
    tree.make()
    assert done.returncode == 2
    (said,) = done.stderr.splitlines()
    assert said.startswith("fs.send_unix: no case")
