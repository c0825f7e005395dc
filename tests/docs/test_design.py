# SPDX-License-Identifier: GPL-2.0
"""The drawing of the whole house in docs/design.md is the tree."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOM = re.compile(r"^(\w+)/ +(.*?)(?:  +.*)?$")


def drawing() -> dict[str, tuple[str, bool]]:
    """Return what stands behind each folder, and whether it is there already."""
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    block = re.search(r"^## 7\. .*?```\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    assert block
    rooms = {}
    for line in block[1].splitlines():
        found = ROOM.match(line)
        assert found, line
        rooms[found[1]] = (found[2], "(later)" not in line)
    return rooms


def folders(below: str = "") -> set[str]:
    """Return the folders in one; .ci and its like are not part of the house."""
    return {entry.name for entry in (ROOT / below).iterdir()
            if entry.is_dir() and not entry.name.startswith(".")
            and entry.name not in ("build", "__pycache__")}


def test_every_folder_is_drawn() -> None:
    assert {name for name, (_what, there) in drawing().items() if there} == folders()


def test_rooms_that_come_later_are_not_there() -> None:
    for name, (_what, there) in drawing().items():
        assert there or not (ROOT / name).exists(), f"{name}/ is there: it is not later any more"


def test_folders_in_folders() -> None:
    """Where only names stand behind a folder, they are the folders in it."""
    for name in ("harness", "reports"):
        inner = folders(name) - {"schema"}
        assert set(drawing()[name][0].split()) == inner


def test_the_table_of_layers() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)/` \|", text, re.MULTILINE)
    assert set(rows) == folders("harness")
