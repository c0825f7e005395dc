# SPDX-License-Identifier: GPL-2.0
"""Two results, case by case."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from reports.document import Document
from reports.formats import terminal
from reports.formats.registry import document_formats
from reports.model import known
from reports.model.comparison import Difference, Kind, Rules, compare, renamed
from reports.model.results import Case, CaseResult, Kernel, Lost, Result, World
from reports.model.verdicts import Verdict
from reports.views import diff


def view(difference: Difference) -> Document:
    """Return what is said of a difference."""
    return diff.document(difference, Result("1"))


def said(difference: Difference) -> str:
    """Return what a wide terminal shows of it, without what fills the columns."""
    out = io.StringIO()
    terminal.show(view(difference), Console(file=out, width=200))
    return "\n".join(" ".join(line.split()) for line in out.getvalue().splitlines())


def result(*cases: tuple[str, str], name: str = "lab", **more: object) -> Result:
    """Return a result of one kernel from names and verdicts."""
    made = tuple(CaseResult(case_id, Verdict(word), why=word) for case_id, word in cases)
    kernel = Kernel(name, "6.1", cases=made, **more)  # type: ignore[arg-type]
    other = Kernel("other", "6.1", cases=(CaseResult("x.y", Verdict.HOLDS),))
    return Result("1", kernels=(kernel, other))


@pytest.mark.parametrize(
    "old, new, kind, worse",
    [
        ("holds", "bypass", Kind.DEVIATING, True),
        ("open", "overblock", Kind.DEVIATING, True),
        ("errno", "bypass", Kind.CHANGED, True),
        ("bypass", "errno", Kind.CHANGED, True),
        ("bypass", "holds", Kind.FIXED, False),
        ("bypass", "closed", Kind.FIXED, False),
        ("bypass", "cannot-run", Kind.CHANGED, False),
        ("bypass", "broken", Kind.CHANGED, False),
        ("holds", "absent", Kind.CHANGED, True),
        ("holds", "cannot-run", Kind.CHANGED, True),
        ("holds", "broken", Kind.CHANGED, True),
        ("absent", "holds", Kind.CHANGED, False),
        ("open", "closed", Kind.CHANGED, False),
        ("absent", "open", Kind.CHANGED, False),
        (None, "bypass", Kind.NEW_HERE, False),
        (None, "holds", Kind.ADDED, False),
        ("bypass", None, Kind.REMOVED, False),
        ("holds", "holds", None, False),
    ],
)
def test_what_became_of_a_case(
    old: str | None, new: str | None, kind: Kind | None, worse: bool
) -> None:
    difference = compare(
        result(*[("a.b", old)] if old else []), result(*[("a.b", new)] if new else [])
    )
    assert [change.kind for change in difference.changes] == ([kind] if kind else [])
    assert difference.worse is worse
    text = said(difference)
    assert (f"{kind} (1)" in text and "a.b" in text) if kind else "No difference" in text


def with_worlds(*worlds: World) -> Result:
    """Return a result of one case with these worlds."""
    case = CaseResult("a.b", Verdict.OPEN, worlds=worlds)
    return Result("1", kernels=(Kernel("lab", cases=(case,)),))


def test_worlds_under_an_equal_verdict() -> None:
    old = with_worlds(World("control", "ok", "ok", 1.0), World("deny", "ok", None, 1.0))
    new = with_worlds(World("control", "ok", "ok", 9.0, "slow"), World("deny", "EPERM", None))
    difference = compare(old, new)
    assert [change.kind for change in difference.changes] == [Kind.WORLDS]
    assert not difference.worse
    assert "deny: ok → EPERM" in said(difference)
    data = json.loads(diff.to_json(difference))
    assert data["changes"][0]["worlds"] == {
        "deny": {"old": {"result": "ok", "expected": None},
                 "new": {"result": "EPERM", "expected": None}}
    }
    promised = with_worlds(World("control", "ok", "ok"), World("deny", "ok", "ok"))
    assert "deny: promised nothing → ok" in said(compare(old, promised))
    slower = with_worlds(World("control", "ok", "ok", 7.0), World("deny", "ok"))
    assert not compare(old, slower).changes


def test_the_same_step_on_several_kernels_is_one_line(request: pytest.FixtureRequest) -> None:
    newer: Result = request.getfixturevalue("result")
    older = replace(
        newer,
        kernels=tuple(
            replace(
                kernel,
                cases=tuple(replace(case, verdict=Verdict.HOLDS) if case.deviates else case
                            for case in kernel.cases),
            )
            for kernel in newer.kernels
        ),
    )
    text = said(compare(older, newer))
    assert "newly deviating (11)" in text
    assert (
        "net.tcp.fastopen_sendto (+ipv6) ✓ holds → ✗ bypass debian-6.18, 6.19, 7.0, 7.1"
        " deny, stacked, inherited: got through, promised EACCES"
    ) in text
    assert text.strip().splitlines()[-1].startswith("Worse: 11 newly deviating; ")
    assert "newly fixed (11)" in said(compare(newer, older))
    assert not compare(newer, newer).changes


def test_kernels_that_come_and_go() -> None:
    one = result(("a", "holds"))
    two = replace(one, kernels=(one.kernels[0], replace(one.kernels[1], name="fresh")))
    difference = compare(one, two)
    assert (difference.added, difference.removed) == (("fresh",), ("other",))
    assert difference.worse and not compare(one, two, Rules(allow_missing=True)).worse
    assert "Worse: 1 kernel gone; 1 results compared." in said(difference)
    assert "other: only in the old result" in said(difference)


@pytest.mark.parametrize(
    "gone", [{"unavailable": "dropped", "cases": ()}, {"lost": (Lost("dropped"),)}]
)
def test_a_kernel_that_no_longer_runs_is_worse(gone: dict[str, Any]) -> None:
    one = result(("a", "holds"))
    kernel = replace(one.kernels[0], **gone)
    two = replace(one, kernels=(kernel, one.kernels[1]))
    difference = compare(one, two)
    assert difference.stopped == (("lab", "dropped"),) and difference.worse
    assert "lab: no longer runs: dropped" in said(difference)
    assert not compare(two, one).worse and not compare(two, two).worse


def test_kernels_of_two_names_are_paired_by_the_user() -> None:
    def one(name: str, release: str, word: str) -> Result:
        case = CaseResult("a.b", Verdict(word))
        return Result("1", kernels=(Kernel(name, release, cases=(case,)),))

    new = renamed(one("debian-6.18", "6.18", "bypass"), ["debian-6.12"])
    difference = compare(one("debian-6.12", "6.12", "holds"), new)
    assert difference.changes[0].kernel == "debian-6.12"
    assert difference.releases == (("debian-6.12", "6.12", "6.18"),)
    assert difference.worse


def test_renames_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "renames", lambda: {"a.old": "a.new"})
    assert not compare(result(("a.old", "holds")), result(("a.new", "holds"))).changes
    assert compare(result(("a.old[x]", "holds")), result(("a.new[x]", "bypass"))).worse


def test_cases_that_are_not_shared_are_left_out() -> None:
    entries = (Case("a.b", "a", labels=("a", "unreported")), Case("x.y", "x"))
    old = replace(result(("a.b", "holds")), catalogue=entries)
    new = replace(result(("a.b", "bypass")), catalogue=entries)
    difference = compare(old, new)
    assert "lab" not in said(difference)
    for one in document_formats().values():
        assert "a.b" not in one.to_text(view(difference))


def test_json_says_all_of_it() -> None:
    data = json.loads(
        diff.to_json(compare(result(("a", "holds"), ("b", "open")), result(("a", "bypass"))))
    )
    assert data["worse"] is True and data["compared"] == 2
    assert data["changes"][0] | {"worlds": {}} == {
        "kernel": "lab", "case": "a", "kind": "newly deviating", "old": "holds", "new": "bypass",
        "worse": True, "worlds": {},
    }
    assert data["changes"][1]["kind"] == "removed" and data["changes"][1]["new"] is None


def test_every_format_tells_what_got_worse() -> None:
    difference = compare(result(("a.b", "holds")), result(("a.b", "bypass")))
    for one in document_formats().values():
        text = one.to_text(view(difference))
        assert all(word in text for word in ("a.b", "holds", "bypass", "newly deviating", "lab"))
