# SPDX-License-Identifier: GPL-2.0
"""The patches that give a kernel one more road: no table has it, and it would be named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reports.model import roadmap

PATCHES = Path(__file__).resolve().parents[1] / "patches"
TABLES = roadmap.load()


def text(name: str) -> str:
    return (PATCHES / f"census-{name}.patch").read_text(encoding="utf-8")


def test_one_more_system_call() -> None:
    (number,) = re.findall(r"^\+(\d+)\tcommon\t", text("syscall"), re.MULTILINE)
    keys = [key for key in TABLES["syscall"].roads if isinstance(key, int)]
    assert int(number) == max(keys) + 1


def test_one_more_opcode() -> None:
    assert re.findall(r"^\+\tIORING_OP_(\w+),$", text("opcode"), re.MULTILINE) == ["TELEPORT"]
    keys = [key for key in TABLES["uring.opcode"].roads if isinstance(key, int)]
    assert f"uring.opcode {max(keys) + 1} " in text("opcode")


def test_one_more_hook() -> None:
    (name,) = re.findall(r"^\+LSM_HOOK\(int, 0, (\w+),", text("hook"), re.MULTILINE)
    hooks = TABLES["hook"]
    assert {name, f"security_{name}"}.isdisjoint(hooks.roads.keys() | hooks.aliases.keys())


@pytest.mark.parametrize("name", ["syscall", "opcode", "hook"])
def test_the_patch_says_what_the_census_must_name(name: str) -> None:
    assert "landproof census on it must name" in text(name).partition("\n---")[0]
