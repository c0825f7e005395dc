# SPDX-License-Identifier: GPL-2.0
"""What the user sees while machines run and kernels are fetched."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from vm import progress
from vm.kernel import Kernel

KERNELS = [Kernel("debian-6.1", "x"), Kernel("debian-7.3", "x")]
RECORDS: list[tuple[str, dict[str, Any]]] = [
    ("debian-7.3", {"type": "kernel"}),
    ("debian-6.1", {"type": "kernel"}),
    ("debian-6.1", {"type": "unavailable", "why": "no network"}),
    ("debian-7.3", {"type": "start", "selected": 2}),
    ("debian-7.3", {"type": "case", "id": "a"}),
    ("debian-7.3", {"type": "died", "id": "a", "how": "crash"}),
    ("debian-7.3", {"type": "start", "selected": 2}),
    ("debian-7.3", {"type": "case", "id": "b"}),
    ("debian-7.3", {"type": "result", "id": "b"}),
    ("debian-7.3", {"type": "end"}),
]


def terminal(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Let the display believe that it has a terminal; return what it writes there."""
    written = io.StringIO()
    monkeypatch.setattr(progress, "Console", lambda stderr: Console(
        file=written, force_terminal=True, width=100))
    return written


def test_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.display(KERNELS) as listener:
        for name, record in RECORDS:
            listener(name, record)
    out, err = capsys.readouterr()
    assert out == ""  # reports may go there
    assert err.splitlines() == [
        "debian-7.3: boots",
        "debian-6.1: boots",
        "debian-6.1: unavailable: no network",
        "debian-7.3: 0/2 cases",
        "debian-7.3: boots again after crash in a, 1/2 cases",
        "debian-7.3: 1/2 cases",
        "debian-7.3: done, 2/2 cases",
    ]


def test_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    written = terminal(monkeypatch)
    with progress.display(KERNELS) as listener:
        for name, record in RECORDS:
            listener(name, record)
    assert "done, 2/2 cases" in written.getvalue()
    assert "unavailable: no network" in written.getvalue()


def test_a_guest_that_says_odd_things(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch)
    with progress.display(KERNELS) as listener:
        listener("debian-7.3", {"type": "kernel"})
        listener("debian-7.3", {"type": "start"})
        listener("debian-7.3", {"type": "what"})
        listener("debian-7.3", {"type": "result", "id": "[bold]"})


def test_plain_downloads(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.fetching() as tell:
        for part in (0.0, 0.1, 0.3, 0.31, 1.0):
            tell("debian-6.1", "file 1 of 1", part)
        tell("debian-6.1", "done", 1)
    assert capsys.readouterr().err.splitlines() == [
        "debian-6.1: file 1 of 1 0%", "debian-6.1: file 1 of 1 10%", "debian-6.1: file 1 of 1 30%",
        "debian-6.1: file 1 of 1", "debian-6.1: done"]


def test_a_plain_log_of_a_build_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.fetching() as tell:
        tell("lab-7.3", "configuring", 0)
        for step in range(400, 1000):  # an earlier build has done the others
            tell("lab-7.3", f"{step}.o", step / 1000)
        tell("lab-7.3", "done", 1)
    assert capsys.readouterr().err.splitlines() == [
        "lab-7.3: configuring 0%", "lab-7.3: 400.o 40%", "lab-7.3: 500.o 50%",
        "lab-7.3: 750.o 75%", "lab-7.3: done"]


def test_download_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    written = terminal(monkeypatch)
    with progress.fetching() as tell:
        pass
    assert written.getvalue() == ""  # nothing fetched, nothing shown
    with progress.fetching() as tell:
        tell("debian-6.1", "file 1 of 1", 0.5)
        tell("debian-6.1", "done", 1)
    assert "debian-6.1" in written.getvalue()
