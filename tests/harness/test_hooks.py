# SPDX-License-Identifier: GPL-2.0
"""The reader of the trace, line by line, and what a machine says that cannot trace."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.harness.conftest import ROOT, Guest

BEGIN = "landproof: attempt"
END = "landproof: attempt ended"
MARKER_ASKED = "file_permission: (rw_verify_area+0x1/0x2 <- security_file_permission) ret=0"
Read = Callable[..., Any]


def line(text: str, task: str = "init-80", flags: str = ".....") -> str:
    """Return a line as trace_pipe prints it."""
    return f"{task:>21}   [000] {flags}     3.141592: {text}"


def mark(text: str) -> str:
    return line(f"tracing_mark_write: {text}")


def hook(name: str, returned: int | None = 0, **where: str) -> str:
    """Return the line of a hook's return."""
    value = "" if returned is None else f" ret={returned}"
    return line(f"{name}: (caller+0x1/0x2 <- security_{name}){value}", **where)


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Return the function that gives lines to the reader and returns what it says."""
    program = tmp_path_factory.mktemp("trace") / "trace_lines"
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
         "-Wno-missing-field-initializers", "-fsanitize=address,undefined",
         "-fno-sanitize-recover=all", f"-I{ROOT}/harness", "-o", str(program),
         str(Path(__file__).with_name("trace_lines.c")),
         str(ROOT / "harness/engine/hooks_trace.c"), str(ROOT / "harness/base/json.c")],
        check=True,
    )

    def read_lines(*lines: str) -> Any:
        done = subprocess.run([str(program)], input="\n".join(lines) + "\n", text=True,
                              capture_output=True, check=True)
        return json.loads(done.stdout).get("hooks")

    return read_lines


def test_only_between_the_marks(read: Read) -> None:
    found = read(hook("socket_bind"), mark(BEGIN), hook("socket_connect", -13), mark(END),
                 hook("socket_listen"))
    assert found == [
        {"hook": "security_socket_connect", "returned": "EACCES", "by": "attempt", "count": 1}
    ]


def test_the_mark_itself_is_no_call(read: Read) -> None:
    assert read(mark(BEGIN), line(MARKER_ASKED), mark(END)) == []
    (one,) = read(mark(BEGIN), line(MARKER_ASKED), line(MARKER_ASKED), mark(END))
    assert one["count"] == 1


def test_an_attempt_that_never_came_is_unknown(read: Read) -> None:
    assert read(hook("socket_bind")) is None


def test_lost_lines_are_no_answer(read: Read) -> None:
    assert read(mark(BEGIN), "CPU:0 [LOST 12 EVENTS]", mark(END)) is None


def test_too_many_calls_are_no_answer(read: Read) -> None:
    assert read(mark(BEGIN), *(hook("socket_bind", -n) for n in range(65)), mark(END)) is None
    assert len(read(mark(BEGIN), *(hook("socket_bind", -n) for n in range(64)), mark(END))) == 64


def test_children_are_the_attempt_and_others_are_not(read: Read) -> None:
    found = read(
        line("task_newtask: pid=70 comm=init clone_flags=0", "init-1"),
        mark(BEGIN),
        line("task_newtask: pid=81 comm=init clone_flags=0"),
        line("task_newtask: pid=82 comm=init clone_flags=0", "init-81"),
        hook("socket_connect", task="init-82"),
        hook("socket_accept", task="socat-60"),
        hook("socket_recvmsg", task="init-70"),
        mark(END),
    )
    assert [call["hook"] for call in found] == ["security_socket_connect"]


def test_who_called(read: Read) -> None:
    found = read(
        mark(BEGIN),
        line("task_newtask: pid=83 comm=init clone_flags=0"),
        hook("socket_connect", task="iou-wrk-80-83"),
        hook("inet_conn_request", flags="..s2."),
        hook("inet_csk_clone", None, flags=".Ns4", task="socat-60"),
        hook("socket_sendmsg", task="kworker/0:1-45"),
        line("task_newtask: pid=90 comm=kthreadd clone_flags=0", "kthreadd-2"),
        hook("socket_recvmsg", task="krxrpcio/7000-90"),
        mark(END),
    )
    assert [(call["by"], call.get("thread")) for call in found] == [
        ("io_uring", "iou-wrk"), ("softirq", None), ("softirq", None), ("kernel", "kworker"),
        ("kernel", "krxrpcio"),
    ]
    assert found[2]["returned"] is None


def test_what_socket_is_made(read: Read) -> None:
    asked = ("create_arguments: (security_socket_create+0x0/0x80)"
             " family={} type={} protocol={} kern={}")
    found = read(
        mark(BEGIN),
        line(asked.format(2, 1, 262, 0)), hook("socket_create"),
        line(asked.format(2, 1, 6, 1)), hook("socket_create"), hook("socket_connect"),
        mark(END),
    )
    assert [call.get("socket") for call in found] == [
        {"family": 2, "type": 1, "protocol": 262, "kern": False},
        {"family": 2, "type": 1, "protocol": 6, "kern": True},
        None,
    ]


def test_equal_calls_are_counted(read: Read) -> None:
    found = read(mark(BEGIN), hook("socket_sendmsg"), hook("socket_sendmsg", -13),
                 hook("socket_sendmsg"), mark(END))
    assert [(call["returned"], call["count"]) for call in found] == [("0", 2), ("EACCES", 1)]


@pytest.mark.parametrize("text", [
    "", "[", "-[0", " [0", "] : ", "x-1 [000] : :", " [000] ..s. 1: a:",
    "-5 [000] .. 1.0: tracing_mark_write: x", "\x7f" * 400,
])
def test_broken_lines_do_no_harm(read: Read, text: str) -> None:
    assert read(mark(BEGIN), text, mark(END)) == []


def test_a_host_is_not_traced(guest: Guest) -> None:
    run = guest.host("--hooks", "--case", "socket.create.tcp")
    assert run.status == 2
    assert run.errors == "landproof-guest: hooks: missing: a machine of its own (landproof hooks)\n"
    assert [record["type"] for record in run.records] == ["start", "hooks", "end"]
