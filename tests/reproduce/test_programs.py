# SPDX-License-Identifier: GPL-2.0
"""The stand-alone programs: short, complete, compiled without a warning, and true."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli import reproduce
from cli.guest import cases
from reports.formats import mail
from reports.model import program
from reports.model.known import known_issues
from reports.model.results import UNREPORTED
from reports.model.verdicts import DEVIATIONS
from tests.explore import programs
from tests.reproduce import machines
from vm import kernels

LINES = 100


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Return the text of every program."""
    return reproduce.texts(reproduce.names("*"))


def test_short(texts: dict[str, str]) -> None:
    """No program is longer than a maintainer reads."""
    assert {name: len(text.splitlines()) for name, text in texts.items()
            if len(text.splitlines()) > LINES} == {}


def test_narrow(texts: dict[str, str]) -> None:
    """A program stands in a mail as it is: no line is too long for one, and none has a tab."""
    assert {name for name, text in texts.items() for line in text.splitlines()
            if len(line) > mail.WIDTH or "\t" in line} == set()


def test_folded_outside_of_strings() -> None:
    """A line that is too long is broken behind an operator or a comma, and never in a string."""
    said = '    if (call(first, "a, b || c, d, e, f, g, h, i, j", second) || other(third, fourth))'
    assert list(program._folded(said)) == [
        '    if (call(first, "a, b || c, d, e, f, g, h, i, j", second) ||',
        "            other(third, fourth))"]
    whole = f'    "{"x, " * 30}"'
    assert list(program._folded(whole)) == [whole]


def test_every_constant_is_replaced(texts: dict[str, str]) -> None:
    """What the parts write in capitals is in no program."""
    words = [*program._table()["constants"], "SAID", "AS_PROMISED", "OTHERWISE"]
    assert [(name, word) for name, text in texts.items() for word in words
            if f"({word}" in text or f" {word} " in text] == []


def test_table_names_cases() -> None:
    """Every name in the table is one of a case, and every part belongs to a program."""
    known = set(reproduce.names("*"))
    for one in program.programs():
        assert set(one.cases) <= known
    used = {name for one in program.programs() for name in one.data["files"]}
    parts = {path.name for path in program.DATA.glob("*.c")}
    assert parts == used | {"head.c", "main.c"}


def test_every_road_that_is_open_has_one() -> None:
    """What `landproof reach` may show as open or bypass has a program."""
    roads = [case.id for case in cases() if case.gap and UNREPORTED not in case.labels and any(
        label.startswith(("reach-", "serve-")) for label in case.labels)]
    assert [one for one in roads if not program.find(one)] == []


WITHOUT = (
    "cred-transfer", "short-unspec", "thread-signals", "disconnected", "whiteouts",
    "more-layers", "rule-unions", "refer-unhandled", "mount-root-parent",
    "proc-namespace-links", "socket-rules-peeloff",
)
"""Deviations that no kernel of the default set has any more, or that only a patch brings."""


def test_every_deviation_has_one() -> None:
    """A broken promise that is known has a program, but for those that are named here."""
    lacking = [issue.id for issue in known_issues() if DEVIATIONS & set(issue.verdicts)
               and not any(program.find(case.id) for case in cases() if issue.about(case.id))]
    assert lacking == list(WITHOUT)


CHOSEN = ("net.tcp.fastopen_sendto", "net.io_uring.sendmsg_fastopen", "scope.signal.sigio_pgrp",
          "log.audit.subdomains_off_fork", "net.mptcp.connect_plain_peer[ipv6]",
          "net.sctp.connectx", "fs.refer.net_only_domain", "net.vsock.connect", "net.raw.tcp",
          "net.mptcp.subflow")


EXPLORED = {"log": ("log.denied", "log.exec", "log.same_children", "quiet.port", "end.record"),
            "domain": ("inherit.exec", "sigio.scope")}
"""Mutants of the model, whose programs are of each kind that the parts have."""


@pytest.fixture(scope="module")
def explored() -> list[programs.Program]:
    """Return programs that the explorer writes."""
    return [one for part, mutants in EXPLORED.items() for one in programs.programs(part)
            if one.found["mutant"] in mutants]


@pytest.fixture(scope="module")
def ended(
    explored: list[programs.Program], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, machines.Ended]]:
    """Run some programs, one of each kind, on a kernel that shows it and one that does not."""
    place = tmp_path_factory.mktemp("programs")
    built = machines.build(CHOSEN, place) | programs.build(explored, place)
    return machines.run_all(kernels.choose(["debian-6.18", "debian-7.3"]), built, place / "run")


@pytest.mark.parametrize("case", CHOSEN)
def test_shows_what_the_case_shows(
    case: str, ended: dict[str, dict[str, machines.Ended]]
) -> None:
    """The status is that of the table: 1 where it shows, 0 where it is mended."""
    found = program.find(case)
    assert found
    for word, status in (("shows", 1), ("stops", 0)):
        if (kernel := found.data.get(word)) in ended:
            one = ended[kernel][case]
            assert one.status == status, one.said
            assert "Without the sandbox: it works" in one.said or "recorded" in one.said


def test_the_explorer_s_show_what_their_lists_show(
    explored: list[programs.Program], ended: dict[str, dict[str, machines.Ended]]
) -> None:
    """On a kernel that does what the model says, they end as it says."""
    assert len(explored) == sum(map(len, EXPLORED.values()))
    on = ended["debian-7.3"]
    assert {one.name: wrong for one in explored
            if (wrong := one.wrong(on[one.name].status, on[one.name].said))} == {}


@pytest.mark.needs("user namespaces")
def test_a_program_says_what_is_missing(tmp_path: Path) -> None:
    """Where the operation cannot be tried at all, the program ends with 2."""
    built = machines.build(["net.dccp.connect"], tmp_path)
    done = subprocess.run(["unshare", "-rn", str(built["net.dccp.connect"])],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "cannot be tried" in done.stdout
