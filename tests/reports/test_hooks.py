# SPDX-License-Identifier: GPL-2.0
"""Operations by hook: read from records, kept in a result, answered and rendered."""

from __future__ import annotations

import argparse
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cli import outputs
from reports.formats import html, markdown, terminal
from reports.model.assemble import assemble
from reports.model.hookrows import answers, rows, text
from reports.model.hooks import HookCall, NewSocket, calls_from_json, calls_to_json
from reports.model.resultfile import from_text, to_text
from reports.model.results import Result, shareable
from reports.views import hooks

Json = dict[str, Any]
TCP: Json = {"family": 2, "type": 1, "protocol": 6, "kern": False}
TCP6 = {**TCP, "family": 10}
MPTCP = {**TCP, "protocol": 262}
KERN = {**TCP, "kern": True}


def call(name: str, returned: str | None = "0", by: str = "attempt", **more: Any) -> Json:
    """Return a call as the records have it."""
    return {"hook": f"security_{name}", "returned": returned, "by": by, "count": 1, **more}


def create(made: Json, **more: Any) -> Json:
    return call("socket_create", socket=made, **more)


ARRIVES = call("inet_conn_request", by="softirq")
DENIED = call("socket_connect", "EACCES")
CONTROL: dict[str, tuple[str, list[Json]]] = {
    "net.tcp.connect": ("ok", [create(TCP), call("socket_connect"), ARRIVES]),
    "net.tcp.connect[ipv6]": ("ok", [create(TCP6), call("socket_connect"), ARRIVES]),
    "net.tcp.autobind": ("ok", [create(TCP), call("socket_listen")]),
    "net.mptcp.connect": ("ok", [create(MPTCP), call("socket_connect"), create(KERN), ARRIVES]),
    "net.mptcp.bind": ("ok", [create(MPTCP), create(KERN), call("socket_bind"), create(TCP),
                              call("socket_connect"), ARRIVES]),
    "net.rds.sendmsg": ("no-effect", [call("socket_sendmsg"), ARRIVES,
                                      create(KERN, by="kernel", thread="kworker")]),
    "net.mount.nfs": ("ok", [create(KERN), ARRIVES, call("socket_sendmsg")]),
    "net.ring.silent": ("ok", [call("file_permission")]),
    "socket.accept.tcp": ("ok", [call("file_alloc"), call("socket_accept")]),
}


def records(
    name: str, abi: int, *, untraced: Json | None = None, shift: bool = False
) -> list[Json]:
    """Return the records of a kernel; one that is shifted calls another hook."""
    lines: list[Json] = [
        {"type": "kernel", "name": name},
        {"type": "start", "release": f"{name}-amd64", "abi": abi, "errata": 0},
        {"type": "hooks", "missing": None, "traced": ["security_socket_connect"],
         "untraced": untraced or {}},
    ]
    for case_id, (result, calls) in CONTROL.items():
        worlds: Json = {"control": {"result": result, "expected": "ok", "hooks": calls}}
        if case_id.startswith("net.tcp.connect") and abi >= 4:
            kind = TCP6 if "ipv6" in case_id else TCP
            seen = [create(kind), call("socket_listen") if shift else DENIED]
            worlds["deny"] = {"result": "EACCES", "expected": "EACCES", "hooks": seen}
        lines.append({"type": "result", "id": case_id, "verdict": "holds", "worlds": worlds})
    return [*lines, {"type": "end"}]


def column(tmp_path: Path, lines: list[Json]) -> Path:
    path = tmp_path / f"{lines[0]['name']}.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return path


@pytest.fixture
def result(tmp_path: Path) -> Result:
    """Two kernels that show the same in control, and one that cannot be traced."""
    lacking: list[Json] = [
        {"type": "kernel", "name": "lab"}, {"type": "start", "release": "9", "abi": 1},
        {"type": "hooks", "missing": "probes (CONFIG_KPROBE_EVENTS)", "traced": []},
        {"type": "end"},
    ]
    columns = [
        records("debian-6.1", 2), records("debian-7.3", 11, untraced={"security_x": "inlined"}),
        lacking,
    ]
    paths = [column(tmp_path, lines) for lines in columns]
    names = [name for name in CONTROL if "[" not in name]
    catalogue = [{"id": name, "family": name.partition(".")[0]} for name in names]
    return assemble(paths, catalogue, "0.1.0")


def test_a_result_keeps_what_was_traced(result: Result) -> None:
    again = from_text(to_text(result), "result")
    assert again == result
    kernel = again.kernels[1]
    assert kernel.traced == ("security_socket_connect",)
    assert kernel.untraced == {"security_x": "inlined"}
    case = kernel.case("socket.accept.tcp")
    assert case and case.worlds[0].hooks
    assert case.worlds[0].hooks[0] == HookCall("security_file_alloc", "0", "attempt")


def test_called_nothing_is_not_untraced() -> None:
    assert calls_from_json([]) == ()
    assert calls_from_json(None) is None
    assert calls_from_json({"hook": "x"}) is None


@pytest.mark.parametrize("broken", [
    [1], [{}], [{"hook": ""}], ["security_socket_bind"],
])
def test_broken_calls_are_left_out(broken: object) -> None:
    assert calls_from_json(broken) == ()


def test_broken_values_do_no_harm() -> None:
    (one,) = calls_from_json([{"hook": "a\x1b[31m|<b>", "returned": 5, "count": "x", "by": None,
                               "socket": {"family": "y"}, "thread": "\n"}]) or ()
    assert one == HookCall("a??31m??b?", "5", "attempt", 1, "?")
    assert calls_from_json(calls_to_json((one,))) == (one,)


@pytest.mark.parametrize(("made", "words"), [
    (NewSocket(2, 1, 6, False), "inet stream tcp"),
    (NewSocket(2, 1, 262, False), "inet stream mptcp"),
    (NewSocket(10, 5, 132, True), "inet6 seqpacket sctp kern"),
    (NewSocket(1, 2, 0, False), "unix dgram"),
    (NewSocket(43, 1, 0, False), "smc stream"),
    (NewSocket(16, 3, 6, False), "netlink raw 6"),
    (NewSocket(250, 9, 0, False), "family 250 9"),
])
def test_a_socket_in_words(made: NewSocket, words: str) -> None:
    assert str(made) == words


def test_what_shows_the_same_shares_a_row(result: Result) -> None:
    found = [row for row in rows(result) if row.label.startswith("net.tcp.connect")]
    assert [(row.label, row.world, row.kernels) for row in found] == [
        ("net.tcp.connect (+ipv6)", "control", ("debian-6.1", "debian-7.3")),
        ("net.tcp.connect (+ipv6)", "deny", ("debian-7.3",)),
    ]
    assert text(found[1].calls) == "socket_create(inet stream tcp), socket_connect EACCES"


def test_kernels_that_differ_do_not(tmp_path: Path) -> None:
    paths = [column(tmp_path, records("a", 11)), column(tmp_path, records("b", 11, shift=True))]
    found = [row for row in rows(assemble(paths, [], "0")) if row.world == "deny"]
    assert [row.kernels for row in found] == [("a",), ("b",)]
    assert text(found[1].calls) == "socket_create(inet stream tcp), socket_listen"


def test_the_answers(result: Result) -> None:
    found = answers(result.kernels[1])
    assert found.created_kern == (
        ("inet stream tcp kern",
         ("net.mptcp.connect", "net.mptcp.bind", "net.rds.sendmsg", "net.mount.nfs")),
    )
    assert found.obtained == ("socket.accept.tcp",)
    # mptcp.bind is connected to by a TCP socket of its own, which a hook saw.
    assert found.inside == (
        ("socket_connect", ("net.mptcp.connect",)), ("socket_sendmsg", ("net.rds.sendmsg",)),
    )
    assert found.unseen == ("net.mount.nfs",)
    assert found.hookless == ("net.ring.silent",)
    assert found.refused == (("socket_connect EACCES", ("net.tcp.connect",)),)
    assert dict(found.created)["inet6 stream tcp"] == ("net.tcp.connect",)


def test_the_terminal(result: Result) -> None:
    out = io.StringIO()
    terminal.show(hooks.document(result), Console(file=out, width=200))
    shown = out.getvalue()
    assert "socket_create(inet stream tcp), socket_connect EACCES" in shown
    assert "lab: its hooks cannot be traced: missing: probes (CONFIG_KPROBE_EVENTS)" in shown
    assert "socket_create(inet stream tcp kern) [kworker]" in shown


def test_markdown_and_page(result: Result) -> None:
    mail = markdown.to_text(hooks.document(result))
    assert "| `net.tcp.connect (+ipv6)` | deny | debian-7.3 | EACCES |" in mail
    page = html.to_text(hooks.document(result))
    assert "✓ → EACCES" in page and "<script" not in page
    assert page.count("<table") == 3  # the rows, and two grids: lab has none


def test_what_must_not_be_shared_is_not(result: Result) -> None:
    catalogue = json.loads(to_text(result))
    for case in catalogue["catalogue"]:
        if case["id"] == "net.mount.nfs":
            case["labels"] = ["unreported"]
    private = from_text(json.dumps(catalogue), "result")
    for writer in (markdown, html):
        assert "net.mount.nfs" in writer.to_text(hooks.document(result))
        assert "net.mount.nfs" not in writer.to_text(hooks.document(shareable(private)))


@pytest.mark.parametrize(("lacking", "status"), [(True, 2), (False, 0)])
def test_a_kernel_without_tracing_is_a_failure(
    result: Result, lacking: bool, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    args = argparse.Namespace(json=None, html=None, markdown=None, kernel=[])
    shown = Result("0", result.kernels if lacking else result.kernels[:2], result.catalogue)
    assert outputs.finish_hooks(shown, args) == status
    assert "debian-7.3 (debian-7.3-amd64, Landlock ABI 11)" in capsys.readouterr().out
