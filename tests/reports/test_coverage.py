# SPDX-License-Identifier: GPL-2.0
"""Tests of the coverage report, with a small program that gcc built and counted like a kernel."""

from __future__ import annotations

import base64
import io
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from reports.errors import UserError
from reports.formats import terminal
from reports.model import coverage
from reports.views import coverage as views

SOURCE = """\
static int larger(int a, int b)
{
	if (a > b)
		return a;
	return b;
}

int never(void)
{
	return 3;
}

int main(int argc, char **argv)
{
	return larger(argc, 2) < 2;
}
"""


@dataclass(frozen=True)
class Build:
    """A build in a directory below links to the sources, as vm/lab.py makes it."""

    directory: Path

    def notes(self) -> Path:
        """Return where the compiler's notes are."""
        return self.directory / coverage.SUBJECT

    def records(self, name: str, *words: str, more: str = "") -> Path:
        """Run the program; return the records of its counters."""
        data = self.notes() / "toy.gcda"
        data.unlink(missing_ok=True)
        subprocess.run([self.directory / "toy", *words], check=True)
        line = {"type": "gcov", "file": str(data),
                "data": base64.b64encode(data.read_bytes()).decode()}
        path = self.directory / name
        path.write_text('{"type": "start"}\n' + more + json.dumps(line) + '\n{"type": "end"}\n')
        return path


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Build the program."""
    sources, tree = tmp_path / "sources", tmp_path / "tree"
    for directory in (sources, tree, tree / ".build"):
        (directory / coverage.SUBJECT).mkdir(parents=True)
    (sources / coverage.SUBJECT / "toy.c").write_text(SOURCE)
    (tree / coverage.SUBJECT / "toy.c").symlink_to(sources / coverage.SUBJECT / "toy.c")
    (tree / ".build" / "source").symlink_to(tree)
    made = Build(tree / ".build")
    for command in (["-c", f"../{coverage.SUBJECT}/toy.c", "-o", f"{coverage.SUBJECT}/toy.o"],
                    [f"{coverage.SUBJECT}/toy.o", "-o", "toy"]):
        subprocess.run(["gcc", "--coverage", *command], cwd=made.directory, check=True)
    return made


def test_numbers(build: Build, tmp_path: Path) -> None:
    """Lines, functions and branches that ran, of all that there are."""
    found = coverage.counters(build.records("a.jsonl"))
    measured = coverage.measure(found, build.notes(), tmp_path / "scratch")
    assert json.loads(coverage.to_json(measured)) == {
        "lines": {"covered": 5, "total": 8}, "functions": {"covered": 2, "total": 3},
        "branches": {"covered": 1, "total": 2}, "decisions": {"covered": 0, "total": 1}}
    assert measured.idle == ["never"]
    assert [line for line, ran in measured.lines[f"{coverage.SUBJECT}/toy.c"].items()
            if not ran] == [4, 8, 10]


def test_merge_and_difference(build: Build, tmp_path: Path) -> None:
    """Two suites together, and what only one of them reaches."""
    few, more = (coverage.measure(coverage.counters(build.records("r.jsonl", *words)),
                                  build.notes(), tmp_path / name)
                 for name, words in (("few", ()), ("more", ("x", "y"))))
    both = coverage.merge([few, more], tmp_path / "both")
    assert both.total("line") == {"covered": 6, "total": 8}
    assert both.total("decision") == {"covered": 1, "total": 1}
    numbers = json.loads(coverage.to_json(few, more))
    assert numbers["only_landproof"] == {f"{coverage.SUBJECT}/toy.c": [5]}
    assert numbers["only_selftests"] == {f"{coverage.SUBJECT}/toy.c": [4]}
    console = Console(record=True, width=80, file=io.StringIO())
    terminal.show(views.document(few, more), console)
    said = console.export_text()
    assert "the kernel's selftests: lines 62.5 % (5/8)" in said
    assert "only Landproof reaches: 1\n  security/landlock/toy.c: 5" in said
    assert "only the selftests reach: 1\n  security/landlock/toy.c: 4" in said


def test_pages(build: Build, tmp_path: Path) -> None:
    """A page for each file, and one that leads to them."""
    found = coverage.counters(build.records("a.jsonl"))
    measured = coverage.measure(found, build.notes(), tmp_path / "scratch")
    coverage.write_html(measured, tmp_path / "pages")
    assert (tmp_path / "pages" / "index.html").exists()
    assert list((tmp_path / "pages").glob("index.toy.c.*.html"))


def test_boots_that_were_lost(build: Build) -> None:
    """What a dead machine had counted since it last wrote is gone, and said to be."""
    died = '{"type": "died", "id": "x", "how": "crash", "console": []}\n'
    assert coverage.counters(build.records("a.jsonl", more=died)).lost == 1


def test_several_boots(build: Build, tmp_path: Path) -> None:
    """The counters of a boot that died later, and of the next one, are added up."""
    first = build.records("a.jsonl").read_text().replace('{"type": "end"}\n', "")
    second = build.records("b.jsonl", "x", "y")
    second.write_text(first + second.read_text())
    found = coverage.counters(second)
    assert len(found.boots) == 2
    measured = coverage.measure(found, build.notes(), tmp_path / "scratch")
    assert measured.total("line") == {"covered": 6, "total": 8}


@pytest.mark.parametrize(("line", "why"), [
    ('{"type": "gcov", "missing": "counters"}', "this kernel has no counters"),
    ('{"type": "unavailable", "why": "not built"}', "not built"),
    ('{"type": "start"}', "the kernel died before it wrote any counters"),
])
def test_nothing_to_report(tmp_path: Path, line: str, why: str) -> None:
    """Without counters there is one line that says why."""
    records = tmp_path / "a.jsonl"
    records.write_text(line + "\n")
    with pytest.raises(UserError, match=why):
        coverage.counters(records)


def test_notes_of_another_build(build: Build, tmp_path: Path) -> None:
    """Counters that do not fit the notes are no report of zeros."""
    found = coverage.counters(build.records("a.jsonl"))
    (tmp_path / "none").mkdir()
    with pytest.raises(UserError, match="build the kernel again"):
        coverage.measure(found, tmp_path / "none", tmp_path / "scratch")


def test_ranges() -> None:
    """Lines that follow each other are one range."""
    assert coverage.ranges([9, 3, 4, 5]) == "3-5, 9"
