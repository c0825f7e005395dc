# SPDX-License-Identifier: GPL-2.0
"""Records: whatever a machine leaves behind becomes a column."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reports.errors import UserError
from reports.model.records import LINE_MAX, LINES_MAX, load_records
from reports.model.results import Kernel
from reports.model.verdicts import Verdict
from tests.reports.samples import KERNELS, UGLY, Json, records, result_line, write_lines

KERNEL: Json = {"type": "kernel", "name": "lab-1", "sha256": {"kernel": "ab"}, "modules": "none"}
START: Json = {"type": "start", "release": "6.12.1", "abi": 6, "errata": 1, "landlock": "ok"}
END: Json = {"type": "end", "ms": 1.0, "total_ms": 2.0}


def load(tmp_path: Path, *lines: Json | str) -> Kernel:
    """Write lines as they are and read them back."""
    text = "".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines)
    path = tmp_path / "records.jsonl"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    return load_records(path)


def verdicts(kernel: Kernel) -> dict[str, str]:
    """Return what each case showed."""
    return {case.id: str(case.verdict) for case in kernel.cases}


def test_a_whole_run(tmp_path: Path) -> None:
    kernel = load_records(write_lines(tmp_path / "r", records(KERNELS[3])))
    assert (kernel.name, kernel.abi, kernel.errata) == ("debian-6.18", 7, 7)
    assert not kernel.lost and not kernel.notes and kernel.unavailable is None
    case = kernel.case("net.tcp.fastopen_sendto[ipv6]")
    assert case and case.verdict is Verdict.BYPASS
    assert [world.name for world in case.worlds][:3] == ["control", "bystander", "deny"]
    assert not case.worlds[2].as_promised and case.worlds[3].as_promised
    assert kernel.rights["net.connect_tcp"] is True
    assert kernel.provenance.sha256["harness"] == "7" * 64


def test_modules_are_there_or_say_why_not(tmp_path: Path) -> None:
    assert load(tmp_path, KERNEL, START, END).provenance.modules == "none"
    assert load(tmp_path, KERNEL | {"modules": True}, START, END).provenance.modules is None


def test_without_a_driver_it_is_the_host(tmp_path: Path) -> None:
    assert load(tmp_path, START, END).name == "host"


@pytest.mark.parametrize("how, verdict", [("crash", "crash"), ("hang", "hang"), (None, "crash")])
def test_a_machine_that_died(tmp_path: Path, how: str | None, verdict: str) -> None:
    kernel = load(
        tmp_path, KERNEL, START, {"type": "case", "id": "a.b.c"},
        {"type": "died", "id": "a.b.c", "how": how, "console": ["Oops"]},
        START, result_line("a.b.d", "holds"), END,
    )
    assert verdicts(kernel) == {"a.b.c": verdict, "a.b.d": "holds"}
    assert kernel.cases[0].console == ("Oops",) and not kernel.lost


def test_cut_off_inside_a_case(tmp_path: Path) -> None:
    kernel = load(
        tmp_path, KERNEL, START, result_line("a.b.a", "holds"), {"type": "case", "id": "a.b.c"}
    )
    assert verdicts(kernel) == {"a.b.a": "holds", "a.b.c": "broken"}
    assert "early, after 2 cases" in kernel.lost[0].why


def test_cut_off_inside_a_line(tmp_path: Path) -> None:
    kernel = load(tmp_path, KERNEL, START, {"type": "case", "id": "a.b.c"}, '{"type":"resu')
    assert verdicts(kernel) == {"a.b.c": "broken"}
    assert kernel.notes == ("1 line was unreadable in the records",)


@pytest.mark.parametrize("following", [START, {"type": "case", "id": "a.b.d"}])
def test_a_case_that_nothing_ended(tmp_path: Path, following: Json) -> None:
    kernel = load(tmp_path, START, {"type": "case", "id": "a.b.c"}, following, END)
    assert verdicts(kernel)["a.b.c"] == "broken"


FIRST = {"type": "result", "id": "a.b.c", "verdict": "bypass", "why": "deny: ok"}


@pytest.mark.parametrize(("first", "second", "verdict"), [
    ("bypass", "bypass", "bypass"),
    ("bypass", "holds", "broken"),
    ("bypass", "errno", "broken"),
    ("crash", "holds", "broken"),
    ("crash", "hang", "crash"),
])
def test_what_does_not_show_again_is_no_deviation(tmp_path: Path, first: str, second: str,
                                                  verdict: str) -> None:
    column = load(tmp_path, {"type": "kernel", "name": "k"}, {**FIRST, "verdict": first},
                  {"type": "end"},
                  {"type": "again", "id": "a.b.c", "first": first, "verdict": second})
    (case,) = column.cases
    assert case.verdict == verdict and not column.lost
    assert bool(case.flaky) == (verdict == "broken")
    assert case.why.startswith(f"flaky: {first} at first, {second} in a fresh machine") == \
        (verdict == "broken")


@pytest.mark.parametrize(("control", "verdict"), [("works", "overblock"), ("", "cannot-run")])
def test_what_landlock_refuses_to_everybody(tmp_path: Path, control: str, verdict: str) -> None:
    refused = {"type": "result", "id": "a.b", "verdict": "cannot-run", "why": "EPERM",
               "missing": "without Landlock too: EPERM", "cause": "control-refused",
               "worlds": {"control": {"result": "EPERM", "expected": "ok"}}}
    column = load(tmp_path, {"type": "kernel", "name": "k"}, refused, {"type": "end"},
                  {"type": "without-landlock", "id": "a.b", "control": control})
    (case,) = column.cases
    assert case.verdict == verdict
    assert ("control: EPERM" in case.why) == (verdict == "overblock") == (not case.missing)


def test_a_machine_that_failed_leaves_no_result(tmp_path: Path) -> None:
    column = load(tmp_path, {"type": "kernel", "name": "k"}, {"type": "start"},
                  {"type": "case", "id": "a.b.c"},
                  {"type": "interrupted", "id": "a.b.c", "why": "QEMU was ended by SIGKILL"},
                  {"type": "start"}, {"type": "case", "id": "a.b.c"},
                  {**FIRST, "verdict": "holds"}, {"type": "end"})
    (case,) = column.cases
    assert case.verdict == "holds" and not column.lost
    assert column.notes == (
        "QEMU was ended by SIGKILL in a.b.c: ran again in a fresh machine",)


def test_garbage_is_counted_and_skipped(tmp_path: Path) -> None:
    noise = ["\x1b[2JSeaBIOS", "null", "[1]", '{"no":"type"}', "[" * 100_000, '{"type":7}']
    kernel = load(tmp_path, *noise, START, {"type": "of tomorrow"}, '{"type":"result"}', END)
    assert kernel.notes == ("7 lines were unreadable in the records",)


def test_values_of_the_wrong_kind(tmp_path: Path) -> None:
    kernel = load(
        tmp_path,
        START | {"abi": "7", "errata": True, "rights": [1], "release": 6},
        '{"type":"result","id":"a","verdict":["x"],"ms":NaN,"worlds":{"deny":3,"grant":{}}}',
        '{"type":"result","id":"b","verdict":"fine","ms":1e999,"missing":"one","log":"l1\\nl2"}',
        END,
    )
    assert (kernel.abi, kernel.errata, kernel.release) == (None, None, "6")
    first, second = kernel.cases
    assert first.verdict is second.verdict is Verdict.BROKEN
    assert "'fine'" in second.why and first.ms is None and second.ms is None
    assert [world.name for world in first.worlds] == ["grant"]
    assert (second.missing, second.log) == (("one",), ("l1", "l2"))


def test_of_two_results_the_worse_stays(tmp_path: Path) -> None:
    kernel = load(
        tmp_path, START, result_line("a", "bypass"), result_line("a", "holds"),
        result_line("b", "holds"), result_line("b", "errno"), END,
    )
    assert verdicts(kernel) == {"a": "bypass", "b": "errno"}
    assert len(kernel.notes) == 2


def test_a_kernel_that_cannot_be_had(tmp_path: Path) -> None:
    kernel = load(tmp_path, KERNEL, {"type": "unavailable", "why": "not in the archive"})
    assert kernel.unavailable == "not in the archive" and not kernel.lost and not kernel.notes
    silent = {"type": "unavailable", "why": "did not boot", "console": ["a", "b", "c", "d"]}
    assert load(tmp_path, KERNEL, silent).notes == ("console: b", "console: c", "console: d")


def test_a_lost_machine_is_said_once(tmp_path: Path) -> None:
    kernel = load(tmp_path, KERNEL, START, {"type": "lost", "why": "silent", "console": "a\nb"})
    assert [(lost.why, lost.console) for lost in kernel.lost] == [("silent", ("a", "b"))]


def test_dying_outside_a_case_is_being_lost(tmp_path: Path) -> None:
    assert load(tmp_path, START, {"type": "died", "how": "crash"}, END).lost


def test_text_can_always_be_shown(tmp_path: Path) -> None:
    kernel = load(tmp_path, START, result_line("a", "holds", why=UGLY, log=[UGLY]), END)
    for text in (kernel.cases[0].why, *kernel.cases[0].log):
        assert "\\x1b[31mred\\x00" in text and "\\u202e" in text and "\\ud800" in text
        assert text.isprintable() and text.encode("utf-8")


def test_a_console_without_end_is_cut(tmp_path: Path) -> None:
    console = ["x" * 5_000_000, *(f"line {n}" for n in range(1000))]
    died = {"type": "died", "id": "a", "how": "crash", "console": console}
    assert load(tmp_path, START, died, END).cases[0].console[-1] == "line 999"
    assert len(load(tmp_path, START, died, END).cases[0].console) == LINES_MAX
    died["console"] = ["x" * 5_000_000]
    assert len(load(tmp_path, START, died, END).cases[0].console[0]) < LINE_MAX + 50


@pytest.mark.parametrize("text", ["", "\n\n", "not records\n", '{"type":"of tomorrow"}\n'])
def test_no_records_at_all(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match="no records"):
        load(tmp_path, text)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot read: "):
        load_records(tmp_path / "none")
