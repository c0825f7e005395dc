# SPDX-License-Identifier: GPL-2.0
"""Real kernels tell which hooks saw an attempt: those that must have, and no others."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
KERNELS = ("debian-6.12", "debian-7.3")
CASES = ("socket.create.tcp", "socket.create.attr", "net.tcp.connect", "socket.accept.tcp",
         "net.mptcp.connect_plain_peer", "net.io_uring.connect")
TCP: dict[str, Any] = {"family": 2, "type": 1, "protocol": 6, "kern": False}
Calls = list[dict[str, Any]]


@pytest.fixture(scope="module", params=KERNELS)
def kernel(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return the column of a kernel."""
    file = tmp_path_factory.mktemp("hooks") / "hooks.json"
    words = [word for case in CASES for word in ("--case", case)]
    done = subprocess.run(
        [str(ROOT / "landproof"), "hooks", "--kernel", request.param, "--json", str(file), *words],
        cwd=ROOT, text=True, capture_output=True, check=False, timeout=300,
    )
    assert done.returncode == 0, done.stderr
    (column,) = json.loads(file.read_text())["kernels"]
    return column


def calls(kernel: Any, case_id: str, world: str, name: str) -> Calls:
    """Return the calls of a hook in a world of a case."""
    (case,) = (case for case in kernel["cases"] if case["id"] == case_id)
    return [call for call in case["worlds"][world]["hooks"] if call["hook"] == f"security_{name}"]


def returned(found: Calls) -> list[tuple[str, str]]:
    return [(call["by"], call["returned"]) for call in found]


def test_the_hooks_are_there(kernel: Any) -> None:
    assert {"security_socket_create", "security_socket_connect"} <= set(kernel["traced"])
    # Its wrapper is security_sock_rcv_skb().
    assert set(kernel["untraced"]) == {"security_socket_sock_rcv_skb"}


def test_a_socket_is_asked_for(kernel: Any) -> None:
    for world in ("control", "deny"):
        (call,) = calls(kernel, "socket.create.tcp", world, "socket_create")
        assert call == {"hook": "security_socket_create", "returned": "0", "by": "attempt",
                        "count": 1, "socket": TCP}


def test_the_hook_that_refuses_says_so(kernel: Any) -> None:
    for case in ("net.tcp.connect", "net.io_uring.connect"):
        control = calls(kernel, case, "control", "socket_connect")
        assert returned(control) == [("attempt", "0")]
        assert returned(calls(kernel, case, "deny", "socket_connect")) == [("attempt", "EACCES")]


def test_the_other_end_is_told_apart(kernel: Any) -> None:
    found = calls(kernel, "net.tcp.connect", "control", "inet_conn_request")
    assert returned(found) == [("softirq", "0")]
    # What the peer itself calls is none of the attempt's.
    assert calls(kernel, "net.tcp.connect", "control", "socket_accept") == []


def test_accept_asks_for_no_socket(kernel: Any) -> None:
    assert calls(kernel, "socket.accept.tcp", "deny", "socket_create") == []
    assert returned(calls(kernel, "socket.accept.tcp", "deny", "socket_accept")) \
        == [("attempt", "0")]


def test_the_kernels_own_socket(kernel: Any) -> None:
    found = calls(kernel, "net.mptcp.connect_plain_peer", "control", "socket_create")
    assert [call["socket"] for call in found] == [{**TCP, "protocol": 262}, {**TCP, "kern": True}]


def test_what_has_no_network_calls_none_of_its_hooks(kernel: Any) -> None:
    (case,) = (case for case in kernel["cases"] if case["id"] == "socket.create.attr")
    for world in case["worlds"].values():
        assert {call["hook"] for call in world["hooks"]} <= {
            "security_file_alloc", "security_file_free", "security_file_release"}
