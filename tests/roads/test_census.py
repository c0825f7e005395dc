# SPDX-License-Identifier: GPL-2.0
"""What a kernel offers and no table has is named: on made-up records, and asked of real kernels."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reports.document import Room
from reports.formats.registry import document_formats
from reports.model import census, roadmap
from reports.views import census as views

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "reports" / "schema" / "census.schema.json"
TABLES = roadmap.load()
# Numbers and a name that no kernel has.
NEW: list[tuple[str, int | str]] = [
    ("syscall", 900), ("uring.opcode", 200), ("hook", "path_teleport")]


def offer(key: int | str) -> dict[str, Any]:
    return {"name": key} if isinstance(key, str) else {"number": key, "answer": "EINVAL"}


def records(name: str) -> list[dict[str, Any]]:
    """Return the records of a kernel that offers just what the tables have."""
    made: list[dict[str, Any]] = [{"type": "kernel", "name": name},
                                  {"type": "start", "release": "1.2.3"}]
    made += [{"type": "census", "family": family.name, "missing": None,
              "offers": [offer(key) for key in family.roads]} for family in TABLES.values()]
    return [*made, {"type": "end"}]


def read(tmp_path: Path, *kernels: list[dict[str, Any]]) -> census.Census:
    paths = []
    for number, made in enumerate(kernels):
        paths.append(tmp_path / f"{number}.jsonl")
        paths[-1].write_text("".join(json.dumps(one) + "\n" for one in made))
    return census.read(paths, TABLES, "0.0")


def more(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the records of a kernel that offers one more of three families."""
    made = copy.deepcopy(made)
    for family, key in NEW:
        next(one for one in made if one.get("family") == family)["offers"].append(offer(key))
    return made


def unclassified(found: census.Census) -> list[tuple[str, int | str]]:
    return [(family.name, key) for one in found.columns
            for family, key, _answer in found.unclassified(one)]


def test_a_kernel_of_the_tables_has_nothing_unclassified(tmp_path: Path) -> None:
    assert unclassified(read(tmp_path, records("a"))) == []


def test_exactly_what_is_new_is_unclassified(tmp_path: Path) -> None:
    assert unclassified(read(tmp_path, more(records("a")))) == NEW


def test_what_is_new_in_a_kernel(tmp_path: Path) -> None:
    found = read(tmp_path, records("a"), more(records("b")))
    ((before, after, new),) = found.new()
    assert (before.name, after.name) == ("a", "b")
    assert [(family.name, key) for family, key in new] == NEW


def test_a_family_that_nobody_knows_is_unclassified(tmp_path: Path) -> None:
    made = records("a")
    made.insert(2, {"type": "census", "family": "portal", "missing": None, "offers": [offer(1)]})
    found = read(tmp_path, made)
    assert unclassified(found) == [("portal", 1)]
    views.document(found)


def test_without_btf_functions_stand_for_hooks(tmp_path: Path) -> None:
    made = records("a")
    hooks = next(one for one in made if one.get("family") == "hook")
    hooks["offers"] = [offer("security_path_mkdir"), offer("security_settime64"),
                       offer("security_path_teleport")]
    found = read(tmp_path, made)
    assert unclassified(found) == [("hook", "security_path_teleport")]
    assert found.who("hook", "path_mkdir") == found.who("hook", "settime") == ["a"]


@pytest.mark.parametrize(("made", "trouble"), [
    (records("a")[:-1], "the count was not finished"),
    ([{"type": "kernel", "name": "a"}, {"type": "unavailable", "why": "no image"}], "no image"),
])
def test_what_was_not_counted_is_told(
    tmp_path: Path, made: list[dict[str, Any]], trouble: str
) -> None:
    (column,) = read(tmp_path, made).columns
    assert column.trouble == trouble


def test_the_schema_holds(tmp_path: Path) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(census.to_json(read(tmp_path, records("a"), more(records("b")))))
    jsonschema.validate(data, schema)
    assert [(one["family"], one["road"]) for one in data["kernels"][1]["unclassified"]] == NEW


def test_every_format_writes_the_map(tmp_path: Path) -> None:
    document = views.document(read(tmp_path, records("a"), more(records("b"))))
    assert any(block.title == "The map" for block in document.shown(Room.TERMINAL))
    for name, one in document_formats().items():
        text = one.to_text(document)
        assert name in ("junit", "ktap") or "path_teleport" in text, name
    page = document_formats()["html"].to_text(document)
    squares = sum(len(family.roads) for family in TABLES.values())
    assert page.count('<li class="s-') == squares + len(NEW)


def test_here(tmp_path: Path) -> None:
    """This kernel has what every kernel has, and no more than the tables know of such families."""
    out = tmp_path / "out.json"
    done = subprocess.run([str(ROOT / "landproof"), "census", "--here", "--json", str(out)],
                          capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in (0, 1), done.stderr
    data = json.loads(out.read_text())
    (kernel,) = data["kernels"]
    offered = {(one["family"], one["name"]) for one in data["roads"] if one["kernels"]}
    if "syscall" not in kernel["missing"]:
        assert {("syscall", "read"), ("syscall", "exit_group"), ("fcntl", "SETOWN"),
                ("ioctl", "FIONBIO")} <= offered
        assert ("syscall", "create_module") not in offered
    assert ("filesystem", "proc") in offered


def test_kernels_have_nothing_unclassified(tmp_path: Path) -> None:
    """An old kernel and a new one: all that they offer is in the tables, and newer calls show."""
    out = tmp_path / "out.json"
    done = subprocess.run([str(ROOT / "landproof"), "census", "--kernel", "debian-6.1", "--kernel",
                           "debian-7.3", "--json", str(out)],
                          capture_output=True, text=True, check=False, timeout=500)
    data = json.loads(out.read_text())
    assert [one["unclassified"] for one in data["kernels"]] == [[], []], done.stdout
    assert done.returncode == 0, done.stderr
    assert all(set(one["missing"]) <= {"syscall.x32"} for one in data["kernels"])
    by = {(one["family"], one["name"]): one["kernels"] for one in data["roads"]}
    assert by["syscall", "landlock_create_ruleset"] == ["debian-6.1", "debian-7.3"]
    assert by["syscall", "fchroot"] == ["debian-7.3"]
    assert by["hook", "unix_find"] == ["debian-7.3"]
    assert by["uring.opcode", "BIND"] == ["debian-7.3"]
