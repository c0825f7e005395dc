# SPDX-License-Identifier: GPL-2.0
"""Proves, in real machines, that the suite can fail and that it does not fail by itself."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
NEWEST = "debian-7.3"
OLDER = "debian-6.12"


def landproof(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher as a user would."""
    return subprocess.run([str(ROOT / "landproof"), *words], cwd=ROOT, text=True,
                          capture_output=True, check=False, timeout=400)


def verdicts(tmp_path: Path, kernel: str, *words: str) -> dict[str, str]:
    """Run in a machine; return the verdict of each case that ran."""
    file = tmp_path / "result.json"
    done = landproof("run", "--kernel", kernel, "--json", str(file), *words)
    assert "Traceback" not in done.stderr
    result: dict[str, Any] = json.loads(file.read_text())
    (column,) = result["kernels"]
    return {case["id"]: case["verdict"] for case in column["cases"]}


def test_nothing_holds_where_nothing_is_enforced(tmp_path: Path) -> None:
    found = verdicts(tmp_path, NEWEST, "--sabotage=allow")
    assert len(found) > 180
    assert [name for name, verdict in found.items() if verdict in ("holds", "broken")] == []
    assert sum(verdict == "bypass" for verdict in found.values()) > 180


def test_nothing_holds_without_landlock(tmp_path: Path) -> None:
    found = verdicts(tmp_path, OLDER, "--no-landlock")
    assert len(found) > 180
    assert set(found.values()) == {"absent", "cannot-run"}


def test_two_runs_agree(tmp_path: Path) -> None:
    words = ("--family", "scope", "--family", "overlay", "--family", "log")
    assert verdicts(tmp_path, NEWEST, *words) == verdicts(tmp_path, NEWEST, *words)


@pytest.mark.parametrize(("case", "verdict"), [("panic", "crash"), ("hang", "hang")])
def test_a_guest_that_ends_costs_one_case(tmp_path: Path, case: str, verdict: str) -> None:
    found = verdicts(tmp_path, OLDER, "--case", f"selftest.guest.{case}", "--case",
                     "scope.signal.kill", "--case", "socket.create.tcp")
    assert found[f"selftest.guest.{case}"] == verdict
    assert found["scope.signal.kill"] == "holds"
    assert found["socket.create.tcp"] == "open"


@pytest.mark.parametrize("words", [
    ("run", "--case", "no.such.case"),
    ("run", "--world", "nowhere"),
    ("run", "--kernel", "debian-0.1"),
    ("run", "--kernel", "/etc/passwd"),
    ("run", "--kernel", OLDER, "--modules", "/nowhere"),
    ("run", "--no-such-option"),
    ("run", "--json", "/nowhere/result.json"),
    ("run", "--baseline", "/etc/passwd"),
    ("hooks", "--case", "no.such.case"),
    ("hooks", "--kernel", "debian-0.1"),
    ("hooks", "--html", "/nowhere/page.html"),
    ("host", "--case", "no.such.case"),
    ("host", "--html", "/nowhere/page.html"),
    ("show", "no.such.case"),
    ("matrix", "/etc/passwd"),
    ("diff", "/nowhere", "/nowhere"),
    ("kernels", "remove", "no-such-kernel"),
    ("nonsense",),
])
def test_bad_input_is_one_line_and_status_2(words: tuple[str, ...]) -> None:
    done = landproof(*words)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
