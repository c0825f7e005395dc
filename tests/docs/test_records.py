# SPDX-License-Identifier: GPL-2.0
"""docs/records.md names every record and every key that the guest writes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUEST = ROOT / "build" / "landproof-guest"
PAGE = (ROOT / "docs" / "records.md").read_text(encoding="utf-8")
WRITTEN = PAGE.partition("## Added by the driver")[0]
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", WRITTEN, re.MULTILINE))


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """What the guest records of some cases here: some hold, some cannot run, some have remarks."""
    with TemporaryFile() as file:
        subprocess.run([GUEST, "run", "-f", "api", "-f", "fs", "--records",
                        str(file.fileno())], pass_fds=[file.fileno()], check=False)
        file.seek(0)
        return [json.loads(line) for line in file]


def test_every_kind_of_record_is_there(records: list[dict[str, Any]]) -> None:
    assert {record["type"] for record in records} == {"start", "case", "result", "end"}


def test_the_page_names_every_key(records: list[dict[str, Any]]) -> None:
    for record in records:
        named = set(re.findall(r"`(\w+)`", ROWS[record["type"]]))
        assert set(record) - {"type"} <= named, record["type"]


def test_the_page_names_every_key_of_a_world(records: list[dict[str, Any]]) -> None:
    (form,) = re.findall(r"`worlds` maps the name of a world to `(\{.*?\})`", PAGE)
    named = set(re.findall(r'"(\w+)":', form))
    for record in records:
        for world in record.get("worlds", {}).values():
            assert set(world) <= named


def test_the_page_names_every_key_of_the_listing() -> None:
    listed = subprocess.run([GUEST, "list", "--json"], capture_output=True, text=True, check=True)
    text = PAGE.partition("## `landproof-guest list --json`")[2].partition("## ")[0]
    named = set(re.findall(r'"(\w+)":', text))
    keys = {key for case in json.loads(listed.stdout) for key in case}
    assert keys == named - {"abi", "value", "cases", "reason"}
