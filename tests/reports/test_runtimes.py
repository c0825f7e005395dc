# SPDX-License-Identifier: GPL-2.0
"""Runs of tools: from records to answers, gates and every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from reports.errors import UserError
from reports.formats import junit, ktap, markdown, runtimespage
from reports.model.judgement import Gate, judge
from reports.model.runtimegate import as_result, columns
from reports.model.runtimes import Run, Tool, answers, assemble, load, to_json, typed, without
from reports.views import runtimes as views

CATALOGUE = [{"id": "fs.a", "guard": ["fs.read_file"], "labels": []},
             {"id": "net.b", "guard": ["net.bind_udp"], "labels": []},
             {"id": "fs.secret", "guard": ["fs.truncate"], "labels": ["unreported"]}]
TOOLS = (Tool("strict", "1.0", "hard"), Tool("lax", "2.0", "soft"))


def world(result: str | None, **more: Any) -> dict[str, Any]:
    return {"started": result is not None, "result": result, "layers": 1, "status": 0, "ms": 1.0,
            "coarse": False, "inexpressible": False, "lost": [], "said": "", "note": "",
            "command": "/x/ld-linux-x86-64.so.2 --library-path /x /x/tool --deny a"
                       " --ok /x/probe /tmp/12/dir /x/probe attempt 1 0 2000 3", **more}


def outcome(tool: str, case: str, verdict: str, why: str = "because",
            **worlds: dict[str, Any]) -> dict[str, Any]:
    return {"type": "runtime", "tool": tool, "id": case, "verdict": verdict, "coarse": False,
            "why": why, "worlds": worlds}


def run(tmp_path: Path, *outcomes: dict[str, Any], end: bool = True) -> Run:
    records = [{"type": "kernel", "name": "k-1"}, {"type": "start", "release": "9.9", "abi": 3},
               *outcomes, *([{"type": "end"}] if end else [])]
    file = tmp_path / "k-1.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in records))
    return assemble([file], "0", TOOLS, CATALOGUE, date="2026-01-01T00:00Z")


def usual(tmp_path: Path, lax: str = "open-silent") -> Run:
    return run(
        tmp_path,
        outcome("strict", "fs.a", "enforced", "EACCES", deny=world("EACCES"), grant=world("ok")),
        outcome("lax", "fs.a", lax, deny=world("ok", layers=0)),
        outcome("strict", "net.b", "inexpressible", strictest=world("ok")),
        outcome("lax", "net.b", "inexpressible", strictest=world("EACCES")),
        outcome("raw", "net.b", "raw", strictest=world("EACCES")),
        outcome("lax", "fs.c", "not-applicable", "its policy is C code"))


def test_three_answers(tmp_path: Path) -> None:
    found = usual(tmp_path)
    strict, lax = (answers(found, "k-1", tool) for tool in ("strict", "lax"))
    assert (strict.closed, strict.told) == ("yes: 1 of 1 enforced", "nothing to tell")
    assert strict.leaves == "net.bind_udp (1 case)"
    assert (lax.closed, lax.told) == ("no: 1 of 1 got through", "no: 1 of 1 silent")
    assert lax.leaves == "nothing that raw calls stop"
    assert not strict.bad and lax.bad


def test_what_did_not_start_is_not_closed_to_everything(tmp_path: Path) -> None:
    found = run(tmp_path, outcome("strict", "fs.a", "refused-start", "exit status 1: no"),
                outcome("strict", "net.b", "inexpressible", strictest=world(None)))
    one = answers(found, "k-1", "strict")
    assert one.closed == "yes: 0 of 1 enforced, 1 refused to start" and one.told == "yes"
    assert one.leaves == "not known: its strictest policy does not start"


@pytest.mark.parametrize(("verdict", "strict", "status"), [
    ("enforced", False, 0), ("open-silent", False, 1), ("overblock", False, 1),
    ("open-told", False, 0), ("open-told", True, 1), ("refused-start", False, 0),
    ("kernel", False, 0), ("confounded", False, 0), ("broken", False, 2),
])
def test_exit_status(verdict: str, strict: bool, status: int, tmp_path: Path) -> None:
    found = usual(tmp_path, verdict)
    assert judge(as_result(found, strict), Gate(), columns(found)).status == status


@pytest.mark.parametrize(("before", "now", "status"), [
    ("open-silent", "open-silent", 0), ("enforced", "open-silent", 1),
    ("enforced", "refused-start", 1), ("enforced", "open-told", 1),
    ("enforced", "inexpressible", 1), ("open-silent", "refused-start", 0),
    ("refused-start", "open-silent", 1), ("enforced", "enforced", 0),
])
def test_against_a_baseline(before: str, now: str, status: int, tmp_path: Path) -> None:
    old, new = as_result(usual(tmp_path, before)), as_result(usual(tmp_path, now))
    assert judge(new, Gate(old)).status == status


def test_a_run_that_did_not_end_fails(tmp_path: Path) -> None:
    found = run(tmp_path, outcome("strict", "fs.a", "enforced", deny=world("EACCES")), end=False)
    assert found.troubles == ["k-1: the run did not come to its end"]
    assert judge(as_result(found)).status == 2


def test_what_a_description_does_not_say_is_told(tmp_path: Path) -> None:
    found = run(tmp_path, outcome("strict", "fs.a", "enforced",
                                  deny=world("EACCES", lost=["proc", "user"])))
    assert found.undeclared == ["strict takes away proc, user, which its description does not say"]
    assert found.undeclared[0] in markdown.to_text(views.document(found, judge(as_result(found))))


def test_what_ran_again_counts_as_it_was_last(tmp_path: Path) -> None:
    found = run(tmp_path, outcome("strict", "fs.a", "broken"), outcome("strict", "fs.a", "kernel"))
    assert [one.verdict for one in found.outcomes] == ["kernel"]


def test_json_comes_back(tmp_path: Path) -> None:
    found, path = without(usual(tmp_path), {"gone": "no compiler"}), tmp_path / "run.json"
    assert found.troubles == ["gone is left out: no compiler"]
    path.write_text(to_json(found))
    assert load(path) == found


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"landproof": "1", "kernels": []}'])
def test_something_else_is_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(UserError, match="is no result of") as caught:
        load(path)
    assert "\n" not in str(caught.value)


def test_a_line_to_type() -> None:
    assert typed(world("ok")["command"], "tool") == "tool --deny a --ok PROGRAM ./dir PROGRAM"
    assert typed("A=1 B=/tmp/3/x /y/box /y/p attempt 1 0 2 3", "box") == "A=1 B=./x box PROGRAM"


def test_what_must_not_be_shared_is_in_no_page(tmp_path: Path) -> None:
    found = run(tmp_path, outcome("lax", "fs.secret", "open-silent", deny=world("ok")))
    assert "fs.secret" not in runtimespage.to_text(found.shared, judge(as_result(found.shared)))
    judgement = judge(as_result(found))
    assert "fs.secret" not in ktap.to_text(judgement.judged) + junit.to_text(judgement.judged)
    assert judgement.status == 1
    assert "fs.secret" in to_json(found)


def test_formats(tmp_path: Path) -> None:
    found = usual(tmp_path)
    judgement = judge(as_result(found))
    lines = ktap.to_text(judgement.judged).splitlines()
    assert "    not ok 1 fs.a" in lines and "not ok 2 lax on k-1" in lines
    xml = ET.fromstring(junit.to_text(judgement.judged))
    failure = xml.find("testsuite[@name='lax on k-1']/testcase/failure")
    assert failure is not None and "open-silent: because" in str(failure.get("message"))
    assert "./landproof runtimes --tool lax --kernel k-1 --case 'fs.a'" in str(failure.text)
    text = markdown.to_text(views.document(found, judgement))
    assert "no: 1 of 1 got through" in text and "lax on k-1: open-silent" in text
    page = runtimespage.to_text(found, judgement)
    assert "no: 1 of 1 silent" in page and "1 case (its policy is C code)" in page
