# SPDX-License-Identifier: GPL-2.0
"""The marks of docs/runtimes.md go red where a result is otherwise, or says nothing."""

from __future__ import annotations

from typing import Any

from tests.runtimes.marks import MARKS, wrong


def as_marked() -> list[dict[str, Any]]:
    """Return an outcome for each mark, just as it should be."""
    return [{"tool": mark.tool.rstrip("*"), "kernel": mark.kernel.replace("*", "7.3"),
             "case": mark.case.replace("*", "x"), "verdict": mark.verdicts[0], "why": "",
             "worlds": {"strictest": {"result": mark.strictest}}}
            for mark in MARKS if mark.case not in ("*", "fs.*")] + [
        {"tool": mark.tool.rstrip("*"), "kernel": mark.kernel.replace("*", "7.3"),
         "case": "fs.other", "verdict": mark.verdicts[0], "why": "", "worlds": {}}
        for mark in MARKS if mark.case in ("*", "fs.*")]


def test_what_is_as_marked_is_right() -> None:
    assert [one for one in wrong(as_marked()) if "word.--unix" not in one] == []


def test_a_silent_hole_is_told() -> None:
    found = as_marked()
    (one,) = [one for one in found if (one["tool"], one["case"]) == ("setpriv", "fs.other")]
    one |= {"verdict": "open-silent", "why": "it got through"}
    assert list(wrong(found)) == [
        "setpriv, debian-7.3, fs.other: open-silent (it got through), and not enforced or kernel"
        " or inexpressible or refused-start or confounded"]


def test_a_control_that_enforces_is_told() -> None:
    found = as_marked()
    (one,) = [one for one in found if one["tool"] == "bubblewrap"]
    one |= {"verdict": "enforced", "why": "EACCES"}
    assert len(list(wrong(found))) == 1


def test_a_hole_that_is_closed_is_told() -> None:
    found = as_marked()
    (one,) = [one for one in found if (one["tool"], one["case"]) == (
        "minijail", "fs.truncate.truncate")]
    one["worlds"] = {"strictest": {"result": "EACCES"}}
    assert list(wrong(found)) == [
        "minijail, debian-7.3, fs.truncate.truncate: its strictest policy stops it"]


def test_silence_is_told() -> None:
    assert len(list(wrong([]))) == len(MARKS)
