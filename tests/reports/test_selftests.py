# SPDX-License-Identifier: GPL-2.0
"""Why the kernel's selftests fail, read from records of real runs and from made-up ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reports.formats import html, terminal
from reports.model.results import Case, CaseResult, Kernel, Result
from reports.model.selftests import Column, Selftest, Why, load
from reports.model.verdicts import Verdict
from reports.views.selftests import document, exit_status, headline

RECORDED = Path(__file__).parent / "selftests"
FASTOPEN = "net_test.protocol.tcp_sandbox_with_ipv4_tcp1.tcp_fastopen"
SIGIO = "scoped_signal_test.global.sigio_to_pgid_members"
MUTED = "audit_test.audit.log_subdomains_off_fork"


def ours(name: str, **verdicts: Verdict) -> Result:
    """Return our own result on one kernel: cases by name, with _ for the dots' place."""
    cases = tuple(CaseResult(case.replace("__", "."), verdict)
                  for case, verdict in verdicts.items())
    catalogue = tuple(Case(case.id, case.id.partition(".")[0], guard=("net.connect_tcp",))
                      for case in cases)
    return Result("test", (Kernel(name, cases=cases),), catalogue)


def on_6_18(**verdicts: Verdict) -> Column:
    return load(RECORDED / "debian-6.18.jsonl", ours("debian-6.18", **verdicts))


def on_6_12() -> Column:
    return load(RECORDED / "debian-6.12.jsonl", ours("debian-6.12"))


def by_id(column: Column) -> dict[str, Selftest]:
    return {test.id: test for test in column.tests}


def test_what_a_later_abi_brought() -> None:
    tests = by_id(on_6_18())
    assert tests["net_test.protocol.udp_sandbox_with_ipv4_udp1.bind"].text == (
        "needs ABI 10 (net.bind_udp, net.connect_send_udp), the kernel has 7,"
        " landlock_create_ruleset: EINVAL")
    assert "ABI 8 (restrict.tsync)" in tests["tsync_test.global.tsync_interrupt"].text
    assert "ABI 11 (restrict.no_new_privs)" in tests[
        "base_test.global.restrict_self_no_new_privs"].text
    assert tests["base_test.global.abi_version"].text == (
        "needs ABI 11 (that very version), the kernel has 7")
    needing = {test.id for test in tests.values() if test.why is Why.NEEDS_ABI}
    assert not needing & {FASTOPEN, SIGIO, MUTED}


def test_what_is_real() -> None:
    column = on_6_18(net__tcp__fastopen_sendto=Verdict.BYPASS, net__tcp__connect=Verdict.HOLDS)
    assert {test.id for test in column.of(Why.REAL)} >= {FASTOPEN, SIGIO}
    tests = by_id(column)
    assert tests[FASTOPEN].deviations == ("net.tcp.fastopen_sendto",)
    assert tests[FASTOPEN].text == "Expected -EACCES (-13) == ret (0)"
    assert not tests[FASTOPEN].disagrees
    assert tests[SIGIO].disagrees
    assert column.only_ours == ()
    assert exit_status([column]) == 1


def test_agreement_is_status_0() -> None:
    column = on_6_18(net__tcp__fastopen_sendto=Verdict.BYPASS,
                     scope__signal__sigio_pgrp=Verdict.BYPASS,
                     log__audit__subdomains_off_fork=Verdict.BYPASS,
                     fs__whiteout__rename=Verdict.OPEN,
                     net__io_uring__fastopen=Verdict.BYPASS)
    assert exit_status([column]) == 0
    assert column.only_ours == ("net.io_uring.fastopen",)


def test_what_nothing_promises() -> None:
    verdicts = {"fs__whiteout__rename": Verdict.OPEN, "fs__whiteout__mknod": Verdict.OPEN}
    name = "fs_test.layout1.rename_whiteout_denied"
    assert by_id(on_6_18(**verdicts))[name].why is Why.NOT_PROMISED
    # Where ours holds, the two disagree; where it deviates, they agree.
    held = by_id(on_6_18(**{**verdicts, "fs__whiteout__mknod": Verdict.HOLDS}))[name]
    assert held.why is Why.REAL and held.disagrees
    broken = by_id(on_6_18(**{**verdicts, "fs__whiteout__mknod": Verdict.BYPASS}))[name]
    assert broken.why is Why.REAL and not broken.disagrees


def test_a_record_in_other_words() -> None:
    test = by_id(on_6_18())["net_test.audit.ipv4_tcp.connect_bound"]
    assert test.why is Why.WORDING
    assert "blockers=net.connect_tcp daddr=127.0.0.1" in test.text


def test_skips_and_passes() -> None:
    tests = by_id(on_6_18())
    assert tests["base_test.global.inconsistent_attr"].why is Why.PASSES
    skipped = tests["fs_test.layout3_fs.hostfs.release_inodes"]
    assert (skipped.why, skipped.text) == (
        Why.SKIPPED, "this filesystem is not supported (setup)")


def test_a_kernel_that_does_not_log() -> None:
    tests = by_id(on_6_12())
    assert "needs ABI 7 (audit records), the kernel has 6" in tests["audit_test.audit.layers"].text
    assert tests["audit_test.audit.layers"].why is Why.NEEDS_ABI


def test_what_is_none_of_landlocks_business() -> None:
    test = by_id(on_6_12())["fs_test.layout1.execute"]
    assert (test.why, test.text) == (Why.CANNOT_RUN, "execveat(322): EINVAL")


def record(**more: Any) -> dict[str, Any]:
    """Return a test's record."""
    return {"type": "result", "id": "net_test.mini.one", "ok": False, "directive": "",
            "enforced": True, "handled": ["net.connect_tcp"], "calls": [], "lines": [], **more}


def call(name: str, error: str | None = "EACCES", **more: Any) -> dict[str, Any]:
    return {"call": name, "error": error, "detail": "", "lacks": [], "abi": 0, **more}


def judged(tmp_path: Path, *records: dict[str, Any], **verdicts: Verdict) -> Column:
    path = tmp_path / "k.jsonl"
    start = [{"type": "kernel", "name": "k"}, {"type": "start", "release": "9", "abi": 7}]
    path.write_text("".join(json.dumps(line) + "\n" for line in [*start, *records]))
    return load(path, ours("k", **verdicts))


ASSERTION = "# net_test.c:12:one:Expected 0 (0) == connect(fd) (-1)"
LACKING = call("landlock_create_ruleset", "EINVAL", lacks=["net.bind_udp"], abi=10)


@pytest.mark.parametrize(("more", "why"), [
    # In a domain, what Landlock can refuse with is its own business; what is absent is not.
    ({"calls": [call("connect")], "lines": [ASSERTION]}, Why.REAL),
    ({"calls": [call("socket", "EPROTONOSUPPORT")], "lines": [ASSERTION]}, Why.CANNOT_RUN),
    # Outside of any, whatever fails is none of Landlock's.
    ({"calls": [call("connect", "EINVAL")], "lines": [ASSERTION], "enforced": False},
     Why.CANNOT_RUN),
    # A failure that the test wanted and got says nothing.
    ({"calls": [call("socket", "EPROTONOSUPPORT")],
      "lines": ["# net_test.c:12:one:Expected -13 (-13) == ret (0)"]}, Why.REAL),
    # What was refused before, and accepted by the test, neither.
    ({"calls": [LACKING, call("connect")], "lines": [ASSERTION]}, Why.REAL),
    # But a test that hangs had no chance to say more.
    ({"calls": [LACKING, call("kill")], "lines": ["# one: Test terminated by timeout"]},
     Why.NEEDS_ABI),
    ({"calls": [], "lines": ["# one: Test terminated by timeout"]}, Why.UNEXPLAINED),
    ({}, Why.UNEXPLAINED),
])
def test_reasons(tmp_path: Path, more: dict[str, Any], why: Why) -> None:
    (test,) = judged(tmp_path, record(**more)).tests
    assert test.why is why


def test_what_passes_alone(tmp_path: Path) -> None:
    failed = record(calls=[call("mkdir", "EEXIST")], lines=[ASSERTION])
    (test,) = judged(tmp_path, failed, record(type="alone", ok=True)).tests
    assert test.why is Why.LEFTOVER and "Expected 0" in test.text


def test_alone_it_tells_its_own_reason(tmp_path: Path) -> None:
    failed = record(calls=[call("mkdir", "EEXIST")], lines=[ASSERTION], enforced=False)
    alone = record(type="alone", calls=[LACKING], lines=[ASSERTION])
    (test,) = judged(tmp_path, failed, alone).tests
    assert test.why is Why.NEEDS_ABI


def test_by_right_where_no_entry_names_it(tmp_path: Path) -> None:
    failed = record(calls=[call("connect")], lines=[ASSERTION])
    (test,) = judged(tmp_path, failed, net__tcp__connect=Verdict.OVERBLOCK).tests
    assert test.deviations == ("net.tcp.connect",)
    # Rights are too coarse to say that something is open here.
    (test,) = judged(tmp_path, failed, net__tcp__connect=Verdict.OPEN).tests
    assert test.disagrees


def test_what_did_not_run_is_said(tmp_path: Path) -> None:
    column = judged(tmp_path, record(ok=True),
                    {"type": "program", "name": "net_test", "planned": 3, "seen": 1, "status": 1},
                    {"type": "died", "id": "fs_test.x.y", "how": "crash"})
    assert column.notes == ("net_test: 1 of 3 tests ran",
                            "crash in fs_test.x.y: the rest of that program did not run")


def test_a_kernel_that_did_not_boot(tmp_path: Path) -> None:
    column = judged(tmp_path, {"type": "unavailable", "why": "did not boot"})
    assert exit_status([column]) == 2
    assert "not run: did not boot" in html.to_text(document([column], "linux-source-7.3", "1"))


def test_outputs(capsys: pytest.CaptureFixture[str]) -> None:
    columns = [on_6_18(net__tcp__fastopen_sendto=Verdict.BYPASS), on_6_12()]
    shown = document(columns, "linux-source-7.3", "1.0")
    terminal.show(shown, terminal.console())
    printed = capsys.readouterr().out
    line = next(line for line in printed.splitlines() if FASTOPEN in line)
    assert "Expected -EACCES (-13) == ret (0)" in line and "✗ bypass" in line
    line = next(line for line in printed.splitlines() if SIGIO in line)
    assert "Expected 0 (0) == signal_received (1)" in line and "NO DEVIATION OF OURS" in line
    page = html.to_text(shown)
    assert headline(columns) in page and FASTOPEN in page and "NO DEVIATION OF OURS" in page
    data = json.loads(shown.json() if shown.json else "")
    assert data["kernels"][0]["counts"]["real"] == len(columns[0].of(Why.REAL))
    assert {test["id"] for test in data["kernels"][0]["tests"]} == set(by_id(columns[0]))
