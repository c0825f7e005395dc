# SPDX-License-Identifier: GPL-2.0
"""Since which release a case is bad."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from reports.model.history import history
from reports.model.resultfile import dump_result
from reports.model.results import CaseResult, Kernel, Result
from reports.model.verdicts import DEVIATIONS, Verdict

CASE = "net.tcp.fastopen_sendto"


def kernel(release: str, *verdicts: str) -> Kernel:
    """Return a kernel on which the variants of the case have these verdicts."""
    names = (CASE, f"{CASE}[ipv6]", f"{CASE}[mapped]")
    return Kernel(f"k-{release.split('-')[0]}", release, cases=tuple(
        CaseResult(name, Verdict(verdict), f"why {verdict}")
        for name, verdict in zip(names, verdicts)))


KERNELS = [
    kernel("7.2.13", "holds"), kernel("7.1.13-x", "bypass", "holds"),
    kernel("6.12.118+deb", "holds", "holds", "cannot-run"), kernel("6.18.15", "bypass"),
    kernel("5.10.0", "absent"), kernel("6.19.14", "cannot-run"), kernel("6.1.0"),
    kernel("7.10.1", "holds", "errno"),
]


def test_good_and_bad_need_not_come_once() -> None:
    found = history(CASE, KERNELS, DEVIATIONS)
    assert [str(one) for one in found.stretches] == [
        "absent on 5.10.0", "good on 6.12.118", "bad on 6.18.15 to 7.1.13", "good on 7.2.13",
        "bad on 7.10.1"]
    assert found.first_bad and found.first_bad.release == "6.18.15"
    assert found.last_good and found.last_good.release == "6.12.118+deb"
    assert [one.release for one in found.good_again] == ["7.2.13"]
    assert [one.state for one in found.seen if one.kernel in ("k-6.1.0", "k-6.19.14")] == [
        "unknown", "unknown"]


def test_another_verdict_can_be_bad() -> None:
    found = history(CASE, KERNELS, [Verdict.ABSENT])
    assert found.first_bad and found.first_bad.release == "5.10.0" and not found.last_good
    (first,) = [one for one in history(f"{CASE}[ipv6]", KERNELS, DEVIATIONS).seen
                if one.state == "bad"]
    assert first.release == "7.10.1"


def test_the_command_reads_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = []
    for number, some in enumerate((KERNELS[:3], KERNELS[3:])):
        paths += ["--result", str(tmp_path / f"{number}.json")]
        dump_result(Result("1", tuple(some), date="2026-11-27T00:00Z"), Path(paths[-1]))
    assert main(["first-bad", CASE, *paths]) == 1
    said = capsys.readouterr().out
    assert "good on 6.12.118, bad on 6.18.15 to 7.1.13, good on 7.2.13" in said
    assert "tcp-fast-open affects 6.7 to 6.12.111, 6.13 to 7.1" in said
    assert main(["first-bad", CASE, *paths, "--json", "-"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["first_bad"] == "6.18.15" and data["known"] == ["tcp-fast-open"]
    assert main(["first-bad", CASE, *paths, "--bad", "open"]) == 0
    assert "none of the kernels on which it ran" in capsys.readouterr().out
    assert main(["first-bad", "net.tcp.bind", *paths]) == 2
    said = capsys.readouterr().out
    assert "nothing is known" in said and "none of" not in said
    assert main(["first-bad", CASE, *paths, "--kernel", "debian-7.3"]) == 2
    assert main(["first-bad", "net.tcp.fastopen", *paths]) == 2
    assert "did you mean" in capsys.readouterr().err
