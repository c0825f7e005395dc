# SPDX-License-Identifier: GPL-2.0
"""Proves, in real machines, that the suite can fail and that it does not fail by itself."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.guest import catalogue
from reports.model.resultfile import load_result
from reports.model.results import CaseResult
from reports.model.results import Kernel as Column
from reports.model.verdicts import Verdict

ROOT = Path(__file__).parents[1]
NEWEST = "debian-7.3"
OLDER = "debian-6.12"


def landproof(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher as a user would."""
    return subprocess.run([str(ROOT / "landproof"), *words], cwd=ROOT, text=True,
                          capture_output=True, check=False, timeout=1800)


def column(tmp_path: Path, kernel: str, *words: str) -> Column:
    """Run in a machine; return what the result file says of its kernel."""
    file = tmp_path / "result.json"
    done = landproof("run", "--kernel", kernel, "--json", str(file), *words)
    assert "Traceback" not in done.stderr
    (found,) = load_result(file).kernels
    return found


def verdicts(tmp_path: Path, kernel: str, *words: str) -> dict[str, str]:
    """Run in a machine; return the verdict of each case that ran."""
    return {case.id: case.verdict.value for case in column(tmp_path, kernel, *words).cases}


def all_names() -> set[str]:
    """Return the names of all cases and their variants, but for what --filesystems brings."""
    return {f"{case['id']}[{variant}]" if variant else case["id"]
            for case in catalogue() for variant in case["variants"]
            if "unreported" not in case["labels"] and "filesystems" not in case["needs"]}


@pytest.fixture(scope="module")
def sabotaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, CaseResult]]:
    """Return what all cases say on one kernel: as it is, and with each sabotage."""
    kinds = {"": (), "allow": ("--sabotage=allow",),
             "deny": ("--sabotage=deny", "--world=grant")}

    def run(kind: str) -> dict[str, CaseResult]:
        cases = column(tmp_path_factory.mktemp("run"), NEWEST, *kinds[kind]).cases
        return {case.id: case for case in cases}

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(kinds, pool.map(run, kinds), strict=True))


NEVER_DENIED = {"explore.domain[sigio_process]"}
"""What promises that signals arrive, and nothing else: debian-6.18 shows that it can fail."""

OTHERWISE = {"explore.calls": Verdict.OVERBLOCK}
"""What promises what Landlock's calls answer: where nothing is enforced, they answer otherwise."""


def test_every_promise_turns_bypass_where_nothing_is_enforced(
        sabotaged: dict[str, dict[str, CaseResult]]) -> None:
    assert all(set(cases) == all_names() for cases in sabotaged.values())
    held = {name for name, case in sabotaged[""].items() if case.verdict is Verdict.HOLDS}
    assert {name.split(".")[0] for name in held} == {name.split(".")[0] for name in all_names()}
    assert held >= NEVER_DENIED
    allowing = {name: case for name, case in sabotaged["allow"].items()
                if name not in NEVER_DENIED}
    assert {name: allowing[name].verdict for name in held - NEVER_DENIED
            if allowing[name].verdict is not OTHERWISE.get(name, Verdict.BYPASS)} == {}
    assert [name for name, case in allowing.items()
            if case.verdict in (Verdict.HOLDS, Verdict.BROKEN)] == []


def test_every_grant_turns_overblock_where_every_rule_is_dropped(
        sabotaged: dict[str, dict[str, CaseResult]]) -> None:
    granted = {name for name, case in sabotaged[""].items() if case.verdict is Verdict.HOLDS
               and any(world.name == "grant" for world in case.worlds)
               # Where an erratum is not fixed, the right does not guard the operation yet.
               and any(world.name == "deny" and world.expected != "ok" for world in case.worlds)}
    assert granted
    denying = sabotaged["deny"]
    assert {name: denying[name].verdict for name in granted
            if denying[name].verdict is not Verdict.OVERBLOCK} == {}


def test_nothing_holds_without_landlock(tmp_path: Path) -> None:
    found = verdicts(tmp_path, OLDER, "--no-landlock")
    assert set(found) == all_names()
    assert set(found.values()) == {"absent", "cannot-run"}


def test_two_runs_agree(tmp_path: Path) -> None:
    words = ("--family", "scope", "--family", "overlay", "--family", "log")
    first = verdicts(tmp_path, NEWEST, *words)
    assert "holds" in first.values()
    assert verdicts(tmp_path, NEWEST, *words) == first


@pytest.mark.parametrize(("case", "verdict"),
                         [("panic", "crash"), ("hang", "hang"), ("warn", "crash")])
def test_a_guest_that_ends_or_warns_costs_one_case(tmp_path: Path, case: str, verdict: str) -> None:
    found = verdicts(tmp_path, OLDER, "--case", f"selftest.guest.{case}", "--case",
                     "scope.signal.kill", "--case", "socket.create.tcp")
    assert found[f"selftest.guest.{case}"] == verdict
    assert found["scope.signal.kill"] == "holds"
    assert found["socket.create.tcp"] == "open"


def test_what_a_kernel_says_once_it_may_say_again(tmp_path: Path) -> None:
    """Debugfs arms warnings again; after what cannot be armed a fresh machine follows."""
    found = verdicts(tmp_path, OLDER, "--case", "selftest.guest.warn", "--case",
                     "socket.create.tcp[ipv6]", "--records", str(tmp_path))
    lines = (tmp_path / f"{OLDER}.jsonl").read_text().splitlines()
    said = [record.get("id", record["type"]) for record in map(json.loads, lines)
            if record["type"] in ("start", "result", "renew", "end")]
    assert said == ["start", "selftest.guest.warn", "selftest.guest.warn[lockdep]", "renew",
                    "start", "socket.create.tcp[ipv6]", "end"]
    assert found == {"selftest.guest.warn": "crash", "selftest.guest.warn[lockdep]": "crash",
                     "socket.create.tcp[ipv6]": "open"}


def test_what_only_landlock_refuses_to_everybody_is_overblocked(tmp_path: Path) -> None:
    found = verdicts(tmp_path, OLDER, "--case", "selftest.guest.overblock", "--case",
                     "selftest.guest.refused")
    assert found == {"selftest.guest.overblock": "open",
                     "selftest.guest.overblock[refused]": "overblock",
                     "selftest.guest.refused": "cannot-run"}


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
