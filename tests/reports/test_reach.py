# SPDX-License-Identifier: GPL-2.0
"""The table of roads to a guarded port: its words, its formats, its command."""

from __future__ import annotations

import json
import subprocess
import sys
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from reports.formats import html, markdown, terminal
from reports.formats import json as json_format
from reports.model.resultfile import dump_result
from reports.model.results import Case, CaseResult, Kernel, Result, World
from reports.model.roads import Cell, Section, lacking, sections
from reports.model.verdicts import Verdict
from reports.views import reach as view
from tests.reports.conftest import ROOT
from tests.reports.test_commands import fails_in_one_line


def road(case_id: str, label: str, kind: str = "denied", gap: str | None = None,
         **more: str) -> Case:
    """Return the entry of a case that is a road."""
    return Case(
        id=case_id, family="net", claim=f"the road {case_id}", kind=kind, since=4, gap=gap,
        labels=("net", label, *more.values()), file="cases/net/x.c", line=len(case_id),
    )


CATALOGUE = (
    road("net.sctp.connect", "reach-tcp", "open", "landlock-lsm/linux#40"),
    road("net.tcp.connect", "reach-tcp"),
    road("net.tcp.fastopen_sendto", "reach-tcp"),
    road("net.tcp.connected_before", "reach-tcp", "allowed"),
    road("net.tcp.listen_autobind", "serve-tcp", "open", "landlock-lsm/linux#15"),
    road("net.udp.sendto", "reach-udp"),
    road("net.rxrpc.sendmsg", "reach-udp", "open", "private", more="unreported"),
    Case(id="net.tcp.other", family="net", labels=("net",)),
)


def ran(case_id: str, verdict: Verdict, missing: str = "", **worlds: str) -> CaseResult:
    """Return a case's result, given what came out in which world."""
    return CaseResult(
        case_id, verdict, worlds=tuple(World(name, text) for name, text in worlds.items()),
        missing=(missing,) if missing else (),
    )


OLD = Kernel(
    "old", "6.1", 2,
    cases=(
        ran("net.tcp.connect", Verdict.ABSENT, control="ok"),
        ran("net.tcp.connect[ipv6]", Verdict.ABSENT),
        ran("net.sctp.connect", Verdict.CANNOT_RUN, missing="SCTP (module sctp)"),
        ran("net.udp.sendto", Verdict.ABSENT, control="ok"),
        ran("net.rxrpc.sendmsg", Verdict.OPEN, control="ok", deny="ok"),
    ),
)
NEW = Kernel(
    "new", "7.0", 8,
    cases=(
        ran("net.tcp.connect", Verdict.HOLDS, control="ok", deny="EACCES", grant="ok"),
        ran("net.tcp.connect[ipv6]", Verdict.HOLDS, control="ok", deny="EACCES"),
        ran("net.tcp.fastopen_sendto", Verdict.HOLDS, control="ok", deny="EACCES"),
        ran("net.tcp.fastopen_sendto[ipv6]", Verdict.BYPASS, control="ok", deny="ok"),
        ran("net.tcp.connected_before", Verdict.HOLDS, control="ok", deny="ok"),
        ran("net.sctp.connect", Verdict.CLOSED, control="ok", deny="EACCES"),
        ran("net.tcp.listen_autobind", Verdict.OPEN, control="ok", deny="ok"),
        ran("net.udp.sendto", Verdict.OVERBLOCK, control="ok", deny="EACCES", grant="EACCES"),
        ran("net.tcp.other", Verdict.HOLDS, control="ok", deny="EACCES"),
    ),
)
RESULT = Result("0.1.0", (OLD, NEW), CATALOGUE)


def cells(shown: list[Section]) -> dict[str, tuple[Cell | None, ...]]:
    """Return all rows."""
    return {one.case: one.cells for section in shown for one in section.roads}


def test_words_say_what_was_seen_under_the_policy() -> None:
    shown = cells(sections(RESULT))
    words = {
        case: tuple((cell.word, str(cell.verdict)) for cell in row if cell)
        for case, row in shown.items()
    }
    assert words == {
        "net.tcp.connect": (("reaches", "absent"), ("stopped", "holds")),
        "net.tcp.fastopen_sendto": (("reaches", "bypass"),),
        "net.tcp.connected_before": (("reaches", "holds"),),
        "net.sctp.connect": (("", "cannot-run"), ("stopped", "closed")),
        "net.tcp.listen_autobind": (("serves", "open"),),
        "net.udp.sendto": (("reaches", "absent"), ("stopped", "overblock")),
    }


def test_a_road_is_open_if_a_variant_is_and_says_which() -> None:
    cell = cells(sections(RESULT))["net.tcp.fastopen_sendto"][1]
    assert cell and cell.verdict is Verdict.BYPASS and cell.variants == ("ipv6",)


def test_sections_and_their_order() -> None:
    titles = [(one.title(443), [road.case for road in one.roads]) for one in sections(RESULT)]
    assert titles == [
        ("Talking to TCP port 443",
         ["net.tcp.connect", "net.tcp.fastopen_sendto", "net.tcp.connected_before",
          "net.sctp.connect"]),
        ("Serving on TCP port 443", ["net.tcp.listen_autobind"]),
        ("Talking to UDP port 443", ["net.udp.sendto"]),
    ]
    assert [one.protocol for one in sections(RESULT, ["udp"])] == ["udp"]
    assert sections(RESULT)[0].title(None) == "Talking to a TCP port"


def test_upstream_names_issue_and_fix() -> None:
    told = {one.case: one.upstream for section in sections(RESULT) for one in section.roads}
    assert told["net.sctp.connect"] == "landlock-lsm/linux#40"
    assert told["net.tcp.fastopen_sendto"] == "landlock-lsm/linux#41, fixed in 6.12.112, 7.2"
    assert told["net.tcp.connected_before"] == "by design"
    assert told["net.tcp.connect"] == "stopped from ABI 4 on"


def test_how_many_get_through() -> None:
    assert [one.through for one in sections(RESULT)] == [
        [(1, 1), (2, 4)], [(0, 0), (1, 1)], [(1, 1), (0, 1)],
    ]


def test_a_variant_that_was_not_tried_says_nothing() -> None:
    kernel = Kernel("old", "6.1", 2, cases=(
        ran("net.tcp.connect", Verdict.CANNOT_RUN, missing="IORING_OP_BIND"),
        ran("net.tcp.connect[ipv6]", Verdict.ABSENT),
    ))
    cell = cells(sections(Result("0.1.0", (kernel,), CATALOGUE)))["net.tcp.connect"][0]
    assert cell == Cell(Verdict.CANNOT_RUN, "", (), "IORING_OP_BIND")


def test_what_is_missing_is_named() -> None:
    assert lacking(RESULT, sections(RESULT)) == {"SCTP (module sctp)": ["old"]}


def test_formats_leave_out_what_is_not_public() -> None:
    shown = sections(RESULT)
    for writer in (markdown, html, json_format):
        text = writer.to_text(view.document(RESULT, shown, 443))
        assert "rxrpc" not in text and "private" not in text
        assert "net.tcp.fastopen_sendto" in text and "SCTP (module sctp)" in text


def test_json_is_the_table() -> None:
    data = json.loads(json_format.to_text(view.document(RESULT, sections(RESULT), 443)))
    assert data["port"] == 443 and [one["name"] for one in data["kernels"]] == ["old", "new"]
    first = data["roads"][0]
    found = (first["case"], first["direction"], first["protocol"])
    assert found == ("net.tcp.connect", "reach", "tcp")
    assert first["kernels"]["new"] == {
        "verdict": "holds", "word": "stopped", "variants": [], "missing": "",
    }


def test_markdown() -> None:
    text = markdown.to_text(view.document(RESULT, sections(RESULT), None))
    assert "### Talking to a TCP port" in text
    assert "| – reaches | ✓ stopped |" in text
    assert "**✗ REACHES \\[ipv6\\]**" in text
    assert "`landlock-lsm/linux#40`" in text


class Page(HTMLParser):
    """Collects what a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note tags, and attributes that name something elsewhere."""
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]


def test_html_stands_alone() -> None:
    page = Page()
    page.feed(html.to_text(view.document(RESULT, sections(RESULT), 443)))
    assert all(one.startswith("https://") for one in page.loads) and "script" not in page.tags
    assert page.tags.count("table") == 3


@pytest.mark.parametrize("width", [60, 240])
def test_terminal(width: int) -> None:
    out = StringIO()
    target = Console(file=out, width=width, force_terminal=True, color_system=None)
    terminal.show(view.document(RESULT, sections(RESULT), 443), target)
    assert "bypass: the documentation promises to stop it" in out.getvalue().replace("\n", " ")
    assert ("✗ REACHES [ipv6]" in out.getvalue()) == (width == 240)


# The command, on a result: it needs no machine.


def reach(*args: object) -> subprocess.CompletedProcess[str]:
    """Run `landproof reach`."""
    return subprocess.run(
        [sys.executable, ROOT / "landproof", "reach", *map(str, args)],
        capture_output=True, text=True, check=False,
    )


@pytest.fixture(scope="module")
def result_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reach") / "result.json"
    dump_result(RESULT, path)
    return path


def test_command_on_a_result(result_file: Path) -> None:
    done = reach("--result", result_file)
    assert (done.returncode, done.stderr) == (1, "")
    assert "Talking to a TCP port" in done.stdout and "Talking to a UDP port" in done.stdout
    done = reach("--result", result_file, "--port", "tcp", "--markdown", "-")
    assert done.stdout.startswith("## What reaches a guarded port")
    assert "UDP port" not in done.stdout


@pytest.mark.parametrize(
    "port, word",
    [("443", "try tcp/443"), ("icmp/1", "try tcp/443"), ("tcp/", "try tcp/443"),
     ("tcp/0", "1 to 65535"), ("udp/65536", "1 to 65535"), ("tcp/x", "try tcp/443"), ("", "try")],
)
def test_bad_ports(port: str, word: str) -> None:
    done = reach("--port", port)
    assert done.returncode == 2 and word in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_bad_input(result_file: Path, tmp_path: Path) -> None:
    fails_in_one_line(reach("--result", result_file, "--port", "tcp/443"), "--result")
    fails_in_one_line(reach("--result", tmp_path / "none.json"), "no such file")
    dump_result(Result("0.1.0", (NEW,), ()), tmp_path / "empty.json")
    fails_in_one_line(reach("--result", tmp_path / "empty.json"), "no road")
