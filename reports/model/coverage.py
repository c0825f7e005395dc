# SPDX-License-Identifier: GPL-2.0
"""Which of Landlock's own code ran: the counters of a run's records, through gcovr."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reports.errors import UserError

SUBJECT = Path("security/landlock")
KINDS = ("line", "function", "branch", "decision")
"""What is counted: a branch for each way that it goes, a decision only where all were taken."""

PLURALS = {"line": "lines", "function": "functions", "branch": "branches",
           "decision": "decisions"}


Files = dict[Path, bytes]
"""The .gcda files of one boot, by the names that the kernel gives them: those of its build."""


@dataclass
class Counters:
    """What the records of one run say of the code that ran."""

    boots: list[Files] = field(default_factory=list)
    """Of each boot the last that it wrote."""
    lost: int = 0
    """Boots that died with what they had counted since they last wrote."""


@dataclass(frozen=True)
class Coverage:
    """What gcovr makes of the counters."""

    trace: Path
    """Its file of every line, from which it makes reports and which it can merge."""
    root: Path
    """The kernel's sources."""
    summary: dict[str, Any]
    lines: dict[str, dict[int, bool]]
    """Of each file, the lines with code: did they run?"""
    idle: list[str]
    """The functions that did not run."""

    def total(self, kind: str, where: dict[str, Any] | None = None) -> dict[str, int]:
        """Return how many lines, functions, branches or decisions ran, of how many."""
        counts = where or self.summary
        return {"covered": counts[f"{kind}_covered"], "total": counts[f"{kind}_total"]}


def counters(records: Path) -> Counters:
    """Return the counters in a file of records; raise UserError if the kernel has none."""
    found = Counters()
    with records.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            kind = record["type"]
            if kind == "start":
                found.boots.append({})
            elif kind == "gcov" and "missing" in record:
                raise UserError(f"this kernel has no {record['missing']}")
            elif kind == "gcov":
                found.boots[-1][Path(record["file"])] = base64.b64decode(record["data"])
            elif kind in ("died", "lost"):
                found.lost += 1
            elif kind == "unavailable":
                raise UserError(record["why"])
    found.boots = [boot for boot in found.boots if boot]
    if not found.boots:
        raise UserError("the kernel died before it wrote any counters")
    return found


def measure(found: Counters, notes: Path, scratch: Path) -> Coverage:
    """Let gcovr read the counters, and add up those of several boots.

    `notes` is the directory of the .gcno files, which the compiler wrote; `scratch` a new one.
    The sources are looked for where the kernel was built.
    """
    parts = [_measure(boot, notes, scratch / str(number))
             for number, boot in enumerate(found.boots)]
    return merge(parts, scratch / "all") if len(parts) > 1 else parts[0]


def _measure(files: Files, notes: Path, scratch: Path) -> Coverage:
    """Let gcovr read the counters of one boot."""
    build = next(iter(files)).parents[len(SUBJECT.parts)]
    root = _sources(build)
    data = scratch / SUBJECT
    data.mkdir(parents=True)
    for name, content in files.items():
        note = (notes / name.name).with_suffix(".gcno")
        if not note.exists():
            raise UserError(f"{note} is missing: build the kernel again (landproof kernels build)")
        shutil.copy(note, data)
        (data / name.name).write_bytes(content)
    trace, summary = scratch / "trace.json", scratch / "summary.json"
    _gcovr(root, "--object-directory", str(build), "--json", str(trace),
           "--json-summary", str(summary), str(scratch))
    return _coverage(root, trace, json.loads(summary.read_text()))


def merge(parts: Iterable[Coverage], scratch: Path) -> Coverage:
    """Return what ran in any of the parts."""
    some = list(parts)
    scratch.mkdir()
    trace, summary = scratch / "trace.json", scratch / "summary.json"
    _gcovr(some[0].root, *(word for part in some for word in ("-a", str(part.trace))),
           "--json", str(trace), "--json-summary", str(summary))
    return _coverage(some[0].root, trace, json.loads(summary.read_text()))


def write_html(coverage: Coverage, place: Path) -> None:
    """Write the pages: `place` is the first one, or the directory for it."""
    first = place if place.suffix == ".html" else place / "index.html"
    try:
        first.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{place}: cannot write: {error.strerror}") from error
    _gcovr(coverage.root, "-a", str(coverage.trace), "--html-details", str(first.absolute()),
           "--html-title", f"Coverage of {SUBJECT}")


def to_json(coverage: Coverage, selftests: Coverage | None = None) -> str:
    """Return the numbers, and what only one of two suites reaches."""
    numbers: dict[str, Any] = _numbers(coverage)
    if selftests:
        numbers["selftests"] = _numbers(selftests)
        numbers["only_landproof"] = only(coverage, selftests)
        numbers["only_selftests"] = only(selftests, coverage)
    return json.dumps(numbers, indent=1) + "\n"


def only(one: Coverage, other: Coverage) -> dict[str, list[int]]:
    """Return the lines that ran in `one` and not in `other`, by file."""
    lines = {name: [line for line, ran in known.items()
                    if ran and not other.lines.get(name, {}).get(line)]
             for name, known in one.lines.items()}
    return {name: found for name, found in lines.items() if found}


def ranges(lines: Iterable[int]) -> str:
    """Return line numbers as "3-5, 9"."""
    runs: list[list[int]] = []
    for line in sorted(lines):
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def _numbers(coverage: Coverage) -> dict[str, dict[str, int]]:
    return {PLURALS[kind]: coverage.total(kind) for kind in KINDS}


def _sources(build: Path) -> Path:
    """Return the sources' directory of a build; make O= leaves a link to it."""
    link = build / "source"
    sources = link if link.exists() else build
    if not any(sources.glob(f"{SUBJECT}/*.c")):
        raise UserError(f"the kernel was built in {build}, but its sources are not there any more")
    return sources.resolve()


def _coverage(root: Path, trace: Path, summary: dict[str, Any]) -> Coverage:
    """Return what gcovr wrote."""
    if not summary["line_total"]:
        raise UserError("the counters are of another build than the .gcno files, or gcov is of"
                        " another version than the compiler")
    files = json.loads(trace.read_text())["files"]
    # What is false is left out by gcovr 7, and so are lines without code.
    lines = {file["file"]: {line["line_number"]: line["count"] > 0 for line in file["lines"]
                            if not line.get("gcovr/noncode") and not line.get("gcovr/excluded")}
             for file in files}
    idle = sorted({function["name"] for file in files for function in file["functions"]
                   if not function["execution_count"]})
    return Coverage(trace, root, _with_decisions(summary, files), lines, idle)


def _with_decisions(summary: dict[str, Any], files: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the summary with the lines that branch, and those left in every way they can be."""
    ways = {file["file"]: [all(branch["count"] for branch in line["branches"])
                           for line in file["lines"] if line["branches"]] for file in files}

    def counts(of: list[bool]) -> dict[str, int]:
        return {"decision_covered": sum(of), "decision_total": len(of)}

    return {**summary, **counts([one for found in ways.values() for one in found]),
            "files": [{**file, **counts(ways[file["filename"]])} for file in summary["files"]]}


def _gcovr(root: Path, *words: str) -> None:
    """Call gcovr for the files of Landlock below the sources."""
    command = ["gcovr", "--root", str(root), "--filter", f".*{SUBJECT}/", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UserError("gcovr is not installed: run vm/setup.sh vm/packages-lab.txt") from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise UserError(f"gcovr failed: {said[-1] if said else 'no reason given'}")
