# SPDX-License-Identifier: GPL-2.0
"""The kernel's own selftests: why each one fails, and whether our matrix knows of it."""

from __future__ import annotations

import errno
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from reports.errors import UserError
from reports.model.known import matches
from reports.model.results import Case, Kernel, Result, base, clean
from reports.model.verdicts import DEVIATIONS, Verdict

RELATIONS = Path(__file__).parents[1] / "selftests.toml"

LOGS = 7
"""The ABI version since which Landlock writes audit records."""

AUDIT = "protocol 9"  # NETLINK_AUDIT, as vm/recorder.c tells of it

# With a domain in force a call can fail because of it; not with these.
ABSENT = {"ENOSYS", "ENODEV", "EPROTONOSUPPORT", "EAFNOSUPPORT", "ESOCKTNOSUPPORT", "ENOPROTOOPT"}

_ASSERTION = re.compile(r"# \S+\.[ch]:\d+:[^:]*:(Expected .*)")
_VALUES = re.compile(r"Expected .*?\((-?\d+)\) (?:==|!=|<=?|>=?) .*\((-?\d+)\)")

Record = Mapping[str, Any]


class Why(StrEnum):
    """What to make of a selftest's result."""

    PASSES = "passes"
    SKIPPED = "skipped"
    NEEDS_ABI = "needs ABI"
    CANNOT_RUN = "cannot run"
    LEFTOVER = "passes alone"
    WORDING = "log wording"
    NOT_PROMISED = "not promised"
    UNEXPLAINED = "unexplained"
    REAL = "real"


MEANINGS = {
    Why.PASSES: "as upstream wants it",
    Why.SKIPPED: "skipped by itself",
    Why.NEEDS_ABI: "asks this kernel for what a later ABI version brought",
    Why.CANNOT_RUN: "a call that is none of Landlock's business failed",
    Why.LEFTOVER: "fails after others only, over what they left behind",
    Why.WORDING: "enforced and logged; the record reads differently",
    Why.NOT_PROMISED: "behaviour that this kernel does not promise; our case is open here",
    Why.UNEXPLAINED: "no call and no assertion says why",
    Why.REAL: "the kernel took all that was asked, and does otherwise than the test expects",
}


@dataclass(frozen=True, slots=True)
class Selftest:
    """One selftest on one kernel, and our cases about the same."""

    id: str
    why: Why
    text: str = ""
    assertion: str = ""
    related: tuple[tuple[str, Verdict], ...] = ()

    @property
    def deviations(self) -> tuple[str, ...]:
        """Return our deviating cases about it."""
        return tuple(name for name, verdict in self.related if verdict in DEVIATIONS)

    @property
    def disagrees(self) -> bool:
        """Whether this is a real failure that is no deviation of ours."""
        return self.why is Why.REAL and not self.deviations


@dataclass(frozen=True, slots=True)
class Column:
    """What the selftests showed on one kernel."""

    name: str
    release: str | None = None
    abi: int | None = None
    tests: tuple[Selftest, ...] = ()
    unavailable: str | None = None
    notes: tuple[str, ...] = ()  # what did not run, and why
    only_ours: tuple[str, ...] = ()  # deviations that no selftest shows

    def of(self, why: Why) -> tuple[Selftest, ...]:
        """Return the tests with that reason."""
        return tuple(test for test in self.tests if test.why is why)


# --- reading

@dataclass
class _Run:
    """The records of one kernel, sorted."""

    about: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Record] = field(default_factory=dict)
    alone: dict[str, Record] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unavailable: str | None = None

    def take(self, record: Record) -> None:
        """Take one record; a type that is not known is ignored."""
        kind = record.get("type")
        if kind in ("kernel", "start"):
            self.about = {**record, **self.about}
        elif kind == "result":
            self.results[str(record.get("id"))] = record
        elif kind == "alone":
            self.alone[str(record.get("id"))] = record
        elif kind == "program" and record.get("planned") != record.get("seen"):
            self.notes.append(f"{record.get('name')}: {record.get('seen')} of"
                              f" {record.get('planned')} tests ran")
        elif kind == "died":
            self.notes.append(f"{record.get('how')} in {record.get('id')}: the rest of that"
                              " program did not run")
        elif kind == "lost":
            self.notes.append(str(record.get("why")))
        elif kind == "unavailable":
            self.unavailable = str(record.get("why"))


def load(path: Path, ours: Result) -> Column:
    """Return what the records in `path` tell of one kernel, beside our own result."""
    run = _Run()
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for record in _records(file):
                run.take(record)
    except OSError as error:
        raise UserError(f"{path}: cannot read the records: {error.strerror}") from error
    name = str(run.about.get("name") or "host")
    kernel = ours.kernel(name) or Kernel(name)
    abi = run.about.get("abi")
    judge = _Judge(abi if isinstance(abi, int) else 0, kernel, ours.by_id())
    tests = tuple(judge.test(record, run.alone.get(id)) for id, record in run.results.items())
    shown = {case for test in tests if test.why is Why.REAL for case in test.deviations}
    return Column(
        name=name,
        release=clean(str(run.about.get("release") or "")) or None,
        abi=judge.abi if run.results else None,
        tests=tests,
        unavailable=run.unavailable and clean(run.unavailable),
        notes=tuple(map(clean, run.notes)),
        only_ours=tuple(case.id for case in kernel.cases if case.deviates and case.id not in shown),
    )


def _records(lines: Iterator[str]) -> Iterator[Record]:
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict):
            yield record


# --- judging

@dataclass(frozen=True)
class _Judge:
    """Tells why tests fail, on a kernel of an ABI version with our own column."""

    abi: int
    kernel: Kernel
    catalogue: Mapping[str, Case]

    def test(self, record: Record, alone: Record | None) -> Selftest:
        """Judge a test by what it did in its program, and if it failed, alone."""
        name = clean(str(record["id"]))
        if record.get("ok"):
            skipped = str(record.get("directive") or "").partition("SKIP")[2].strip()
            return Selftest(name, Why.SKIPPED if skipped else Why.PASSES, clean(skipped))
        about = alone or record
        if about.get("ok"):
            return Selftest(name, Why.LEFTOVER, f"among the others: {_said(record)}",
                            _assertion(record))
        related = self._related(name, about)
        why, text = self._why(about, related)
        return Selftest(name, why, clean(text), _assertion(about), tuple(related))

    def _why(self, about: Record, related: Sequence[tuple[str, Verdict]]) -> tuple[Why, str]:
        last, (wanted, measured) = _last_call(about), _values(about)
        if last.get("lacks"):
            return Why.NEEDS_ABI, self._needs(last["abi"], ", ".join(last["lacks"]), last)
        answer = re.match(r"version (\d+)", str(last.get("detail")))
        if answer and wanted and wanted > int(answer[1]):
            return Why.NEEDS_ABI, self._needs(wanted, "that very version", last)
        failed = last.get("error")
        number = getattr(errno, str(failed), None)
        refused = number is not None and measured in (-1, -number)
        if refused and last.get("call") == "recvfrom" and last.get("detail") == AUDIT:
            if self.abi < LOGS:
                return Why.NEEDS_ABI, self._needs(LOGS, "audit records", last)
            if found := next((line for line in _lines(about) if line.startswith("DATA: ")), ""):
                return Why.WORDING, found.removeprefix("DATA: ")
        elif refused and (not about.get("enforced") or failed in ABSENT):
            return Why.CANNOT_RUN, f"{last['call']}({last.get('detail', '')}): {failed}"
        if not _assertion(about):
            return Why.UNEXPLAINED, _said(about)
        verdicts = {verdict for _name, verdict in related}
        if verdicts and _named(str(about["id"])) and verdicts <= {Verdict.OPEN, Verdict.ABSENT}:
            return Why.NOT_PROMISED, f"{_said(about)}; ours: {', '.join(sorted(verdicts))}"
        return Why.REAL, _said(about)

    def _needs(self, abi: int, what: str, call: Record) -> str:
        has = f"has {self.abi}" if self.abi else "has no Landlock"
        failed = f", {call.get('call')}: {call['error']}" if call.get("error") else ""
        return f"needs ABI {abi} ({what}), the kernel {has}{failed}"

    def _related(self, name: str, about: Record) -> list[tuple[str, Verdict]]:
        """Return our cases: those that the table names, else those of the rights in question."""
        globs = _named(name)
        rights = {right for right in about.get("handled") or ()
                  if not right.startswith("field.")}
        return [
            (case.id, case.verdict) for case in self.kernel.cases
            if (any(matches(glob, case.id) or matches(glob, base(case.id)) for glob in globs)
                if globs else self._guards(case.id) & rights)
        ]

    def _guards(self, case_id: str) -> set[str]:
        case = self.catalogue.get(base(case_id))
        return set(case.guard) if case else set()


def _last_call(about: Record) -> Record:
    """Return the call that failed last before the first assertion that failed.

    A test that ended otherwise, for instance by its time-out, may have made others since it met
    what the kernel lacks.
    """
    calls: list[Record] = list(about.get("calls") or [{}])
    if not _assertion(about):
        calls.sort(key=lambda call: bool(call.get("lacks")))
    return calls[-1]


def _lines(about: Record) -> list[str]:
    return [str(line) for line in about.get("lines") or ()]


def _assertion(about: Record) -> str:
    """Return the first assertion that failed."""
    found = (_ASSERTION.match(line) for line in _lines(about))
    return next((clean(match[1]) for match in found if match), "")


def _values(about: Record) -> tuple[int | None, int | None]:
    """Return what the first failed assertion wanted and what it got, if these are numbers."""
    values = _VALUES.match(_assertion(about))
    return (int(values[1]), int(values[2])) if values else (None, None)


def _said(about: Record) -> str:
    """Return why a test failed, in its own words."""
    return _assertion(about) or next((line for line in _lines(about)), "") or "it said nothing"


# --- the relations

@cache
def _relations() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    entries = tomllib.loads(RELATIONS.read_text(encoding="utf-8"))["relation"]
    return tuple((tuple(entry["tests"]), tuple(entry["cases"])) for entry in entries)


def _named(test: str) -> tuple[str, ...]:
    """Return the globs of our cases that the table's first entry for this test has."""
    return next((cases for tests, cases in _relations()
                 if any(matches(glob, test) for glob in tests)), ())
