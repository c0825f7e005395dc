# SPDX-License-Identifier: GPL-2.0
"""Each format, read by the program that it is written for."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import junitparser
import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Item,
    Items,
    Section,
    Table,
    linked,
)
from reports.formats import html, junit, ktap, markdown, matrixpage
from reports.formats import json as json_format
from reports.formats import terminal as terminal_format
from reports.formats.registry import document_formats
from reports.model.judgement import Gate, judge
from reports.model.results import CaseResult, Kernel, Lost, Result, shareable
from reports.model.rows import families, rows
from reports.model.verdicts import DEVIATIONS, LOOKS, Verdict
from reports.views import matrix
from tests.fetch_kunit import kunit

SECRETS = ("whisper", "secret", "whispered", "unreported_one", "not_in_catalogue")


Writer = Callable[[Result], str]
WRITERS: list[Writer] = [
    matrixpage.to_text, junit.to_text, ktap.to_text,
    lambda result: html.to_text(matrix.document(shareable(result), full=True)),
    lambda result: markdown.to_text(matrix.document(shareable(result), full=True)),
]


def one_kernel(result: Result, index: int = 3) -> Result:
    """Return the result of one kernel of several."""
    return replace(result, kernels=(result.kernels[index],))


@pytest.mark.parametrize("writer", WRITERS)
def test_what_is_made_to_be_shared_keeps_secrets(writer: Writer, odd: Result) -> None:
    text = writer(odd)
    assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("writer", WRITERS)
def test_every_verdict_is_in_every_format(writer: Writer, odd: Result) -> None:
    text = writer(odd)
    told = re.sub(r"odd\.verdict\.\w+", "", text)  # the name of a case is not its verdict
    for verdict in Verdict:
        assert f"odd.verdict.{verdict.replace('-', '_')}" in text
        # In JUnit XML, what holds is a test about which there is nothing to say.
        assert verdict in told or (verdict is Verdict.HOLDS and writer is junit.to_text)
    assert "\x1b" not in text and "\x00" not in text and "\u202e" not in text
    assert text.encode("utf-8")


@pytest.mark.parametrize("writer", WRITERS)
def test_nothing_to_show_is_no_error(writer: Writer) -> None:
    assert writer(Result("1"))
    assert writer(Result("1", kernels=(Kernel("gone", unavailable="dropped"),)))
    bare = Kernel("odd", cases=(CaseResult("a", Verdict.HOLDS),))
    assert writer(Result("1", kernels=(bare,)))


# KTAP


def kunit_parse(text: str, tmp_path: Path) -> dict[str, Any]:
    """Return what the kernel's own parser makes of it; fail if it finds an error."""
    (tmp_path / "out.ktap").write_text(text, encoding="utf-8")
    assert kunit().exists(), "the kernel's parser is missing: python3 -m tests.fetch_kunit"
    command = [sys.executable, str(kunit()), "parse", str(tmp_path / "out.ktap")]
    done = subprocess.run(
        [*command, f"--json={tmp_path / 'out.json'}"], capture_output=True, text=True, check=False
    )
    assert "ERROR" not in done.stdout and "errors:" not in done.stdout, done.stdout[-2000:]
    assert "Traceback" not in done.stderr
    parsed: dict[str, Any] = json.loads((tmp_path / "out.json").read_text())
    return parsed


def statuses(group: dict[str, Any]) -> dict[str, str]:
    """Return name and status of the points of one group."""
    return {case["name"]: case["status"] for case in group["test_cases"]}


EXPECTED = {
    Verdict.HOLDS: "PASS", Verdict.OPEN: "PASS", Verdict.CLOSED: "PASS", Verdict.ABSENT: "SKIP",
    Verdict.CANNOT_RUN: "SKIP", Verdict.BROKEN: "FAIL", **{one: "FAIL" for one in DEVIATIONS},
}


def test_kunit_sees_every_point_of_every_kernel(result: Result, tmp_path: Path) -> None:
    groups = kunit_parse(ktap.to_text(result), tmp_path)["sub_groups"]
    assert [group["name"] for group in groups] == [kernel.name for kernel in result.kernels]
    for group, kernel in zip(groups, result.kernels, strict=True):
        shown = {case.id: EXPECTED[case.verdict] for case in kernel.cases}
        assert statuses(group) == shown


def test_kunit_sees_one_kernel_without_a_group(result: Result, tmp_path: Path) -> None:
    parsed = kunit_parse(ktap.to_text(one_kernel(result)), tmp_path)
    assert not parsed["sub_groups"]
    assert statuses(parsed) == {
        case.id: EXPECTED[case.verdict] for case in result.kernels[3].cases
    }


def test_kunit_reads_past_everything_ugly(odd: Result, tmp_path: Path) -> None:
    parsed = kunit_parse(ktap.to_text(odd), tmp_path)
    assert statuses(parsed["sub_groups"][0]) == {
        f"odd.verdict.{word.replace('-', '_')}": EXPECTED[word] for word in Verdict
    }
    assert statuses(parsed) == {"lab-7.4": "SKIP"}


def test_ktap_plans_and_directives(odd: Result) -> None:
    lines = ktap.to_text(odd).splitlines()
    assert lines[:2] == ["KTAP version 1", "1..2"]
    inner = [line[4:] for line in lines if line.startswith("    ")]
    assert inner[:3] == ["KTAP version 1", "# Subtest: lab-7.3", f"1..{len(Verdict)}"]
    points = [line for line in inner if re.match(r"(not )?ok ", line)]
    assert [int(re.findall(r"\d+", line)[0]) for line in points] == list(range(1, len(Verdict) + 1))
    found = {line.split()[-1 if " # " not in line else line.split().index("#") - 1]: line
             for line in points}
    assert " # SKIP " in found["odd.verdict.absent"]
    assert " # SKIP " in found["odd.verdict.cannot_run"]
    assert found["odd.verdict.open"].startswith("ok ") and " # XFAIL " in found["odd.verdict.open"]
    assert found["odd.verdict.closed"].startswith("ok ")
    for verdict in (*DEVIATIONS, Verdict.BROKEN):
        assert found[f"odd.verdict.{verdict}"].startswith("not ok ")
    assert " # ERROR " in found["odd.verdict.broken"]
    assert lines[-1].startswith("Bail out! ")
    assert "1 broken case" in lines[-1] and "fell silent" in lines[-1]


def test_ktap_says_nothing_of_bailing_out_when_all_is_well(result: Result) -> None:
    assert "Bail out!" not in ktap.to_text(result)


def test_ktap_numbers_kernels_that_did_not_run(tmp_path: Path) -> None:
    ran = Kernel("a", "6.1", 2, cases=(CaseResult("x", Verdict.HOLDS),))
    kernels = (ran, Kernel("b", unavailable="dropped # really"), Kernel("c", lost=(Lost("gone"),)))
    parsed = kunit_parse(ktap.to_text(Result("1", kernels=kernels)), tmp_path)
    assert statuses(parsed) == {"b": "SKIP", "c": "FAIL"}


# JUnit


def test_junit_as_its_readers_see_it(odd: Result, result: Result, tmp_path: Path) -> None:
    for one in (result, odd):
        path = tmp_path / "junit.xml"
        path.write_text(junit.to_text(one), encoding="utf-8")
        suites = list(junitparser.JUnitXml.fromfile(str(path)))
        assert [suite.name for suite in suites] == [kernel.name for kernel in one.kernels]
        cases = [case for suite in suites for case in suite]
        names = [(case.classname, case.name) for case in cases]
        assert len(set(names)) == len(names)
        for suite in suites:
            counts = (suite.tests, suite.failures, suite.errors, suite.skipped)
            suite.update_statistics()
            assert counts == (suite.tests, suite.failures, suite.errors, suite.skipped)


def test_junit_failures_tell_all_in_their_body(result: Result) -> None:
    root = ET.fromstring(junit.to_text(result).encode())
    failures = root.findall(".//testcase[@name='net.tcp.fastopen_sendto']/failure")
    assert len(failures) == 4 and failures[0].get("type") == "bypass"
    body = failures[0].text or ""
    assert "deny, stacked, inherited: got through, promised EACCES" in body
    assert "landlock-lsm/linux#41" in body
    assert "./landproof run --kernel debian-6.18 --case 'net.tcp.fastopen_sendto'" in body
    properties = {
        one.get("name"): one.get("value")
        for one in root.findall("testsuite[@name='debian-6.18']/properties/property")
    }
    assert properties["abi"] == "7" and properties["sha256.kernel"] == "6" * 64


def test_junit_tells_skipped_broken_and_lost_apart(odd: Result) -> None:
    root = ET.fromstring(junit.to_text(odd).encode())
    tags = {
        case.get("name"): [child.tag for child in case] for case in root.iter("testcase")
    }
    for verdict in Verdict:
        tag = {"PASS": "system-out", "SKIP": "skipped", "FAIL": "failure"}[EXPECTED[verdict]]
        wanted = [] if verdict is Verdict.HOLDS else [tag]
        wanted = ["error"] if verdict is Verdict.BROKEN else wanted
        assert tags[f"odd.verdict.{verdict.replace('-', '_')}"] == wanted
    assert tags["machine.1"] == ["error"] and tags["machine"] == ["skipped"]


# Markdown


def test_markdown_is_sums_findings_and_folded_matrix(result: Result) -> None:
    text = markdown_of(result)
    assert text.startswith("## Landlock, kernel by kernel\n\n3 cases deviate on 4 of 9 kernels.")
    order = [text.index(word) for word in ("rights", "### Deviations", "### The matrix")]
    assert order == sorted(order)
    assert "| debian-6.18 | 6.18.15+deb14-amd64 | 7 | 1, 2, 3 | 18 of 20 |" in text
    assert "`landlock-lsm/linux#41`" in text
    assert text.count("<details>") == text.count("</details>") == len(samples_families(result)) + 2
    assert len(text) < 60_000  # a comment on a pull request takes 65 536 characters


def markdown_of(result: Result) -> str:
    """Return the matrix as Markdown, which is made to be shared."""
    return markdown.to_text(matrix.document(shareable(result)))


def samples_families(result: Result) -> set[str]:
    """Return the families that are shown."""
    return {case.id.partition(".")[0] for kernel in result.kernels for case in kernel.cases}


@pytest.mark.parametrize("name", ["result", "odd"])
def test_markdown_tables_are_whole(name: str, request: pytest.FixtureRequest) -> None:
    text = markdown_of(request.getfixturevalue(name))
    tokens = MarkdownIt().enable("table").parse(text)
    widths: list[int] = []
    for token in tokens:
        if token.type == "tr_open":
            widths.append(0)
        elif token.type in ("th_open", "td_open"):
            widths[-1] += 1
        elif token.type == "table_close":
            assert len(set(widths)) == 1
            widths = []


def test_markdown_lets_no_markup_through(odd: Result) -> None:
    text = markdown_of(odd)
    rendered = MarkdownIt().enable("table").render(text)
    assert set(re.findall(r"</?(b|script|a|img)\b", rendered)) == set()
    outside = re.sub("`[^`]*`", "", text)  # in code nobody and no issue is mentioned
    assert "@someone" not in outside and not re.search(r"#\d", outside)


# HTML


class Outline(HTMLParser):
    """Collects the elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", ["result", "odd"])
def test_the_page_needs_nothing_from_outside(name: str, request: pytest.FixtureRequest) -> None:
    text = matrixpage.to_text(request.getfixturevalue(name))
    for tag, attributes in Outline(text).elements:
        assert tag not in ("link", "img", "iframe", "base", "object"), tag
        assert not attributes.get("src")
        # Links lead elsewhere only when somebody follows them.
        assert tag == "a" or not attributes.get("href")
        assert (attributes.get("href") or "#").startswith(("#", "https://"))
        assert not [key for key in attributes if key.startswith("on")]
    assert "url(" not in text and "@import" not in text
    assert "default-src 'none'" in text


def test_the_page_lets_no_markup_through(odd: Result) -> None:
    text = matrixpage.to_text(odd)
    tags = [tag for tag, _attributes in Outline(text).elements]
    assert tags.count("script") == 2 and text.count("</script>") == 2
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', text, re.S)
    assert found and "<" not in found.group(1)
    data = json.loads(found.group(1))
    bypass = data["results"][0][data["ids"].index("odd.verdict.bypass")]
    assert "</script><b>&amp; ]]>" in data["texts"][bypass[0]]


def test_the_page_has_the_whole_matrix_without_a_script(result: Result) -> None:
    text = matrixpage.to_text(result)
    shown = re.findall(r'<td class="v-[a-z-]+">([a-z-]+)</td>', text)
    assert len(shown) == sum(
        len(rows(ids, result.kernels)) for _name, ids in families(result)
    ) * len(result.kernels)
    assert shown.count("bypass") == 7  # variants that show the same share a row


# The terminal


def printed(result: Result, gate: Gate = Gate(), *, width: int = 200, terminal: bool = True,
            **more: Any) -> str:
    """Return what the table prints."""
    file = io.TextIOWrapper(
        io.BytesIO(), encoding=more.pop("encoding", "utf-8"), errors="replace"
    )
    console = Console(file=file, force_terminal=terminal, width=width, color_system=None)
    terminal_format.show(matrix.judged(judge(result, gate), **more), console)
    file.seek(0)
    return file.read()


def test_the_table_in_words_and_in_signs(result: Result) -> None:
    wide, narrow = printed(result, full=True), printed(result, width=80)
    assert "api.add_rule.bad_fd" in wide and "api.add_rule.* (9 of 10)" in narrow
    line = next(line for line in wide.splitlines() if "net.tcp.fastopen_sendto" in line)
    assert line.split()[2:] == [
        *["–", "absent"] * 2, "✓", "holds", *["✗", "BYPASS"] * 4, *["✓", "holds"] * 2
    ]
    line = next(line for line in narrow.splitlines() if "net.tcp.fastopen_sendto" in line)
    assert line.split()[2:] == [*"––✓✗✗✗✗✓✓"]
    assert "✗ bypass" in narrow and max(map(len, narrow.splitlines())) <= 80
    assert "landlock-lsm/linux#41" in wide and "18 of 20" in wide


def test_the_table_in_a_pipe_is_wide(result: Result) -> None:
    assert "✗ BYPASS" in printed(result, width=80, terminal=False)


def test_the_table_in_plain_letters(odd: Result, result: Result) -> None:
    text = printed(result, encoding="ascii", width=80)
    assert "?" not in text.replace("? cannot-run", "").replace(" ? ", "")
    assert "X BYPASS" in printed(odd, encoding="ascii")


def test_the_table_shows_what_is_not_shared(odd: Result) -> None:
    text = printed(odd)
    assert "odd.whisper.unreported_one" in text
    assert "not run: no such kernel" in text and "fell silent between two cases" in text
    for look in LOOKS.values():
        assert f"{look.sign} {look.short}" in text
    assert "[31m" in text and "\x1b[31m" not in text


def test_the_table_tells_what_the_baseline_has(result: Result) -> None:
    text, plain = printed(result, Gate(result)), printed(result)
    known = sum(case.deviates for kernel in result.kernels for case in kernel.cases)
    assert f"{known} deviations more: no regression, or accepted" in text
    assert "✗ bypass  " in plain and "✗ bypass  " not in text


def test_the_table_of_nothing() -> None:
    assert printed(Result("1"))


# Any document


def a_table(columns: int) -> Document:
    """Return a document with one wide table."""
    row = (Cell("a.case"), *(Cell(f"cell-{number}-of-it") for number in range(columns)))
    heads = (Column("case"), *(Column(f"column {number}") for number in range(columns)))
    return Document("Wide", (Block((Table(heads, (Section((row,)),)),)),))


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_nothing_disappears_on_a_narrow_terminal(width: int) -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=width, color_system=None)
    terminal_format.show(a_table(9), console)
    text = file.getvalue().replace("\n", "").replace(" ", "")
    for number in range(9):
        assert f"cell-{number}-of-it" in text and f"column{number}" in text


@pytest.mark.parametrize("width", range(50, 100, 7))
def test_a_folded_table_keeps_every_word(width: int) -> None:
    row = (Cell("net.tcp.fastopen_connect_of_a_long_name"), Cell("6.12, 6.18, 6.19, 7.0, 7.1"),
           Cell("every world came out as promised, and then some more"))
    heads = tuple(map(Column, ("case", "kernels", "what it showed")))
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=width, color_system=None)
    document = Document("Long", (Block((Table(heads, (Section((row,)),)),)),))
    terminal_format.show(document, console)
    text = file.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert all(word in text for cell in row[1:] for word in cell.text.split())


@pytest.mark.parametrize("width", [60, 80])
def test_the_whole_matrix_on_a_narrow_terminal(result: Result, width: int) -> None:
    text = printed(result, width=width)
    commands = re.compile("again: ")  # are not folded, to be copied
    lines = [line for line in text.splitlines() if not commands.search(line)]
    assert max(map(len, lines)) <= width
    for kernel in result.kernels:
        assert kernel.release and kernel.release.split("+")[0] in text
    for word in ("rights", "deviate", "open", "no run", "18 of 20"):
        assert word in text


def test_a_format_is_found_by_its_file() -> None:
    assert {"json", "markdown", "html"} <= set(document_formats())


def test_json_of_any_document_is_the_document() -> None:
    data = json.loads(json_format.to_text(a_table(1)))
    (table,) = data["blocks"][0]["parts"]
    assert table["kind"] == "table" and table["sections"][0]["rows"] == [
        [{"text": "a.case"}, {"text": "cell-0-of-it"}]
    ]


@pytest.mark.parametrize(("text", "target"), [
    ("landlock-lsm/linux#41, fixed in 7.2", "https://github.com/landlock-lsm/linux/issues/41"),
    ("userspace-api/landlock: erratum 1",
     "https://docs.kernel.org/userspace-api/landlock.html"),
    ("CVE-2024-42318", "https://www.cve.org/CVERecord?id=CVE-2024-42318"),
])
def test_what_upstream_has_is_a_link(text: str, target: str) -> None:
    line = linked(text)
    assert "".join(cell.text for cell in line) == text
    assert [cell.link for cell in line if cell.link] == [target]
    document = Document("x", (Block((Items((Item(line),)),)),))
    assert f'href="{target}"' in html.to_text(document)
    # A link to an issue would leave a mark in its thread; other links are links.
    assert (f"]({target})" in markdown.to_text(document)) == ("/issues/" not in target)
