# SPDX-License-Identifier: GPL-2.0
"""The tables say of every road that is Landlock's business which case tries it, or why none."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reports.errors import UserError
from reports.model import roadmap
from reports.model.roadmap import Family, Road

ROOT = Path(__file__).resolve().parents[2]
# What every domain restricts without a right, and Landlock's own interface.
WITHOUT_RIGHT = {"ptrace", "topology", "landlock"}

HEAD = 'family = "syscall"\ntitle = "Calls"\nsource = "syscall_64.tbl"\n'
GOOD = 'open = { number = 2, class = "path", guarded = ["fs.read_file"], cases = ["a.case"] }\n'


@pytest.fixture(scope="module")
def catalogue() -> list[dict[str, Any]]:
    """The table of all cases that are not kept private."""
    done = subprocess.run([ROOT / "build" / "landproof-guest", "list", "--json"],
                          capture_output=True, text=True, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def names(catalogue: list[dict[str, Any]]) -> set[str]:
    return {f"{case['id']}[{variant}]" if variant else case["id"]
            for case in catalogue for variant in case["variants"]}


def test_the_tables_have_no_defect(catalogue: list[dict[str, Any]]) -> None:
    rights = {right for case in catalogue for right in case["guard"]} | WITHOUT_RIGHT
    assert roadmap.defects(roadmap.load(), names(catalogue), rights) == []


def table(tmp_path: Path, text: str, head: str = HEAD) -> dict[str, Family]:
    (tmp_path / "table.toml").write_text(f"{head}[texts]\nfree = \"a page\"\n[roads]\n{text}")
    return roadmap.load(tmp_path)


def only(tables: dict[str, Family]) -> Road:
    (road,) = tables["syscall"].roads.values()
    return road


def test_a_line_is_read(tmp_path: Path) -> None:
    road = only(table(tmp_path, GOOD))
    assert (road.key, road.treatment, road.why, road.cases) == (
        2, "guarded", "fs.read_file", ("a.case",))
    assert roadmap.defects({"syscall": Family("syscall", "", "", {2: road})}, {"a.case"},
                           {"fs.read_file"}) == []


def test_a_text_is_named(tmp_path: Path) -> None:
    line = 'stat = { number = 4, class = "path", documented = "@free", cases = ["a.case"] }'
    assert only(table(tmp_path, line)).why == "a page"


@pytest.mark.parametrize(("line", "wrong"), [
    (GOOD.replace('"a.case"', '"no.case"'), "there is no case no.case"),
    (GOOD.replace("fs.read_file", "fs.red_file"), "there is no right fs.red_file"),
    ('stat = { number = 4, class = "path", documented = "@free" }', "neither a case nor a reason"),
    ('stat = { number = 4, class = "path", undocumented = "x" }', "neither a case nor a reason"),
    (GOOD.replace(" }", ', untried = "why" }'), "cases, and a reason"),
])
def test_a_defect_is_found(tmp_path: Path, line: str, wrong: str) -> None:
    (found,) = roadmap.defects(table(tmp_path, line), {"a.case"}, {"fs.read_file"})
    assert wrong in found


@pytest.mark.parametrize(("line", "wrong"), [
    ('open = { number = 2, class = "path" }', "takes one of guarded"),
    ('open = { number = 2, class = "path", guarded = ["a"], unrelated = "b" }', "takes one of"),
    ('open = { number = 2, class = "paths", unrelated = "b" }', "its class is none of"),
    ('open = { number = 2, class = "path", unrelated = "@no" }', "there is no text no"),
    ('open = { number = 2, klass = "path", unrelated = "b" }', "unknown klass"),
    ('open = { number = 2, class = "path", unrelated = "b" }\n'
     'creat = { number = 2, class = "path", unrelated = "b" }', "have one number"),
    ('creat = { number = 8, like = "open" }', "there is no text like"),
])
def test_a_wrong_table_is_refused(tmp_path: Path, line: str, wrong: str) -> None:
    with pytest.raises(UserError, match=wrong):
        table(tmp_path, line)


def test_what_is_like_another_is_treated_alike() -> None:
    tables = roadmap.load()
    road = next(road for road in tables["syscall.i386"].roads.values() if road.name == "truncate64")
    assert (road.treatment, road.why, road.kind) == ("guarded", "fs.truncate", "path")
