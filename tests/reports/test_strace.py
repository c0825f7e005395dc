# SPDX-License-Identifier: GPL-2.0
"""What strace wrote is read by world, joined, and compared; one real case in a machine."""

from __future__ import annotations

import pytest

from cli.main import main
from reports.model.strace import Step, compare, read
from tests.reports.conftest import Run
from vm import kernels
from vm.kernel import Kernel

CASE = "net.tcp.bind[ipv6]"

# Two worlds of a case and one of another variant, with a peer's calls in between.
TEXT = """\
1     clone(child_stack=0x1, flags=CLONE_VM|SIGCHLD) = 40
40    write(-1, "landproof: control policy net.tcp.bind[ipv6]", 44) = -1 EBADF (Bad file descriptor)
40    write(-1, "landproof: control attempt net.tcp.bind[ipv6]", 45) = -1 EBADF (Bad)
40    socket(AF_INET6, SOCK_STREAM, 0)  = 9
40    bind(9, {sa_family=AF_INET6, sin6_port=htons(7001)}, 28 <unfinished ...>
33    accept(9, NULL, NULL <unfinished ...>
40    <... bind resumed>)               = 0
40    recvfrom(9 <unfinished ...>
33    <... accept resumed>)             = 12
40    <... recvfrom resumed>, "x", 16, 0, NULL, NULL) = 1
40    fork()                            = 41
41    getpid()                          = 41
41    +++ exited with 0 +++
40    write(-1, "landproof: control end net.tcp.bind[ipv6]", 41) = -1 EBADF (Bad file descriptor)
40    exit_group(0)                     = ?
42    write(-1, "landproof: deny policy net.tcp.bind[ipv6]", 41) = -1 EBADF (Bad file descriptor)
42    landlock_restrict_self(9, 0)      = 0
42    write(-1, "landproof: deny attempt net.tcp.bind[ipv6]", 42) = -1 EBADF (Bad file descriptor)
42    socket(AF_INET6, SOCK_STREAM, 0)  = 9
42    bind(9, {sa_family=AF_INET6, sin6_port=htons(7001)}, 28) = -1 EACCES (Permission denied)
42    write(-1, "landproof: deny end net.tcp.bind[ipv6]", 38) = -1 EBADF (Bad file descriptor)
43    write(-1, "landproof: deny attempt net.tcp.bind", 36) = -1 EBADF (Bad file descriptor)
43    getuid()                          = 0
"""

BIND = "bind(9, {sa_family=AF_INET6, sin6_port=htons(7001)}, 28) = "


def test_worlds_have_their_own_calls() -> None:
    worlds = read(TEXT, CASE)
    assert set(worlds) == {"control", "deny"}
    assert worlds["control"].policy == []
    assert worlds["control"].attempt == [
        "socket(AF_INET6, SOCK_STREAM, 0) = 9", BIND + "0",
        'recvfrom(9, "x", 16, 0, NULL, NULL) = 1', "fork() = 41", "getpid() = 41"]
    assert worlds["deny"].policy == ["landlock_restrict_self(9, 0) = 0"]
    assert worlds["deny"].attempt[-1] == BIND + "-1 EACCES (Permission denied)"


def test_the_first_difference_is_marked() -> None:
    worlds = read(TEXT, CASE)
    steps = compare(worlds["control"].attempt, worlds["deny"].attempt, ("control", "deny"))
    assert steps[0] == Step("", "socket(AF_INET6, SOCK_STREAM, 0) = 9")
    assert [step for step in steps if step.first] == [
        Step("deny", BIND + "-1 EACCES (Permission denied)", True)]


def test_what_is_missing_is_a_difference_too() -> None:
    steps = compare(["a() = 0", "b() = 0", "c() = 0"], ["a() = 0"], ("control", "deny"))
    assert [(step.world, step.first) for step in steps] == [
        ("", False), ("control", True), ("control", False)]


def test_chance_makes_no_difference() -> None:
    steps = compare(["mmap(NULL) = 0x7f0012345678", "getpid() = 4711"],
                    ["mmap(NULL) = 0x7fff87654321", "getpid() = 4712"], ("control", "deny"))
    assert not any(step.world for step in steps)


@pytest.mark.parametrize(("name", "why"), [
    (["net.tcp.none"], "no case is called"), (["net.tcp.bind", "--world", "call"], "no world call"),
])
def test_nonsense_is_refused(run: Run, name: list[str], why: str) -> None:
    said = run("trace", *name, "--kernel", "debian-7.3")
    assert said.returncode == 2 and why in said.stderr


def test_a_kernel_that_cannot_be_had_says_why(monkeypatch: pytest.MonkeyPatch,
                                               capsys: pytest.CaptureFixture[str]) -> None:
    lost = Kernel("debian-9.9", "nowhere", unavailable="no network")
    monkeypatch.setattr(kernels, "choose", lambda *_args, **_named: [lost])
    assert main(["trace", "net.tcp.bind", "--kernel", "debian-9.9"]) == 2
    assert capsys.readouterr().err == "landproof: debian-9.9: no network\n"


def test_a_real_case(run: Run) -> None:
    """The call that Landlock refuses is the one that is marked; the peer's calls are not there."""
    said = run("trace", "net.tcp.fastopen_sendto", "--kernel", "debian-7.3")
    assert said.returncode == 0, said.stderr
    assert "holds" in said.stdout.splitlines()[0]
    assert "handled_access_net=LANDLOCK_ACCESS_NET_CONNECT_TCP" in said.stdout
    (marked,) = [line for line in said.stdout.splitlines() if line.startswith(">")]
    assert marked.startswith("> deny     sendto(") and "= -1 EACCES" in marked
    assert "accept(" not in said.stdout
