# SPDX-License-Identifier: GPL-2.0
"""Every case that a document names exists, and reach.md shows the claims that cases make."""

from __future__ import annotations

import json
import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.docs.generate import ROOT, documents


@pytest.fixture(scope="module")
def table() -> list[dict[str, Any]]:
    """The table of all cases."""
    done = subprocess.run([ROOT / "build" / "landproof-guest", "list", "--json", "--unreported"],
                          capture_output=True, text=True, check=True)
    cases: list[dict[str, Any]] = json.loads(done.stdout)
    return cases


@pytest.mark.parametrize("path", documents(), ids=[path.name for path in documents()])
def test_the_cases_exist(path: Path, table: list[dict[str, Any]]) -> None:
    families = "|".join(sorted({case["family"] for case in table} - {"selftest"}))
    ids = [case["id"] for case in table]
    names = {f"{case['id']}[{variant}]" if variant else case["id"]
             for case in table for variant in case["variants"]}
    # adding-a-right.md explains this patch, which brings a case of its own.
    patch = (ROOT / "tests" / "harness" / "imaginary-right.patch").read_text(encoding="utf-8")
    names |= set(re.findall(r'^\+CASE\("([^"]+)"', patch, re.MULTILINE))
    # Clauses of the model have names like those of cases.
    model = subprocess.run([ROOT / "build" / "landproof-guest", "explore", "--about", "model"],
                           capture_output=True, text=True, check=True).stdout
    names |= set(re.findall(r"^\| `([\w.]+)` \|", model, re.MULTILINE))
    rights = {name for case in table for name in (*case["guard"], *case["covers"])}
    for name in re.findall(rf"`((?:{families})\.[\w.*?]+(?:\[\w+\])?)`", path.read_text()):
        assert name in names or name in rights or name.endswith((".c", ".h", ".example")) or any(
            fnmatchcase(one, name) for one in ids), f"{path.name}: {name}"


def test_the_roads_are_claims(table: list[dict[str, Any]]) -> None:
    claims = {case["claim"] for case in table}
    text = (ROOT / "docs" / "reach.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| (?:reaches|serves|cannot-run)", text, re.MULTILINE)
    assert len(rows) > 20
    assert set(rows) <= claims


def test_the_readme_names_the_newest_abi() -> None:
    header = (ROOT / "harness" / "landlock" / "abi.h").read_text(encoding="utf-8")
    newest = re.search(r"^#define ABI_NEWEST (\d+)$", header, re.MULTILINE)
    readme = re.search(r"ABI versions 1 to (\d+)", (ROOT / "README.md").read_text("utf-8"))
    assert newest and readme and newest[1] == readme[1]
