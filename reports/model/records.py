# SPDX-License-Identifier: GPL-2.0
"""Reads the records of one kernel's run (docs/records.md), whatever became of the machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reports.errors import UserError
from reports.model.files import read_bytes
from reports.model.hooks import calls_from_json
from reports.model.results import HOST, CaseResult, Kernel, Lost, Provenance, World, clean
from reports.model.verdicts import LOOKS, Verdict

Record = Mapping[str, Any]

LINE_MAX = 1000  # a guest can print a line without end
LINES_MAX = 200


def load_records(path: Path) -> Kernel:
    """Return the column that the records in `path` tell of.

    Nothing that a machine wrote is an error here: lines that cannot be read are counted in
    the kernel's notes, and a case that never ended is `broken`, unless the driver saw the
    machine die in it. Raises UserError if the file cannot be read or holds no record at all.
    """
    raw = read_bytes(path)
    reader = _Reader()
    for record in _records(raw, reader):
        reader.take(record)
    if not reader.seen:
        raise UserError(f"{path}: no records in this file: run the kernel again")
    return reader.kernel()


def _records(raw: bytes, reader: _Reader) -> Iterator[Record]:
    for line in raw.split(b"\n"):
        if not line.strip():
            continue
        try:
            record = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict) and isinstance(record.get("type"), str):
            yield record
        else:
            reader.unreadable += 1


@dataclass
class _Reader:
    """What the lines so far have said."""

    seen: bool = False
    unreadable: int = 0
    about: dict[str, Any] = field(default_factory=dict)  # of `kernel` and the first `start`
    cases: dict[str, CaseResult] = field(default_factory=dict)
    running: str | None = None
    ended: bool = False
    unavailable: str | None = None
    lost: list[Lost] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take(self, record: Record) -> None:
        """Take one line; a type that is not known is ignored."""
        handlers: dict[str, Callable[[Record], None]] = {
            "kernel": self._kernel,
            "start": self._start,
            "hooks": self._hooks,
            "case": self._case,
            "result": self._result,
            "died": self._died,
            "lost": self._lost,
            "end": self._end,
            "unavailable": self._unavailable,
            "note": self._note,
            "interrupted": self._resumes,
            "again": self._again,
            "without-landlock": self._without_landlock,
        }
        handler = handlers.get(record["type"])
        if handler:
            self.seen = True
            handler(record)

    def _kernel(self, record: Record) -> None:
        self.about |= record

    def _start(self, record: Record) -> None:
        self._interrupted("the machine started again inside this case")
        self.ended = False
        # After a crash the same kernel starts again: what it said first stands.
        self.about = {**record, **self.about}

    def _hooks(self, record: Record) -> None:
        self.about = {**record, **self.about}
        if missing := _text(record.get("missing")):
            self.unavailable = f"its hooks cannot be traced: missing: {missing}"

    def _case(self, record: Record) -> None:
        self._interrupted("the next case began before this one had ended")
        self.running = _text(record.get("id")) or None

    def _result(self, record: Record) -> None:
        case_id = _text(record.get("id"))
        if not case_id:
            self.unreadable += 1
            return
        self.running = None
        word = record.get("verdict")
        known = isinstance(word, str) and word in list(Verdict)
        self._keep(
            CaseResult(
                id=case_id,
                verdict=Verdict(str(word)) if known else Verdict.BROKEN,
                why=_text(record.get("why")) if known else f"unknown verdict {_text(word)!r}",
                ms=_number(record.get("ms")),
                worlds=_worlds(record.get("worlds")),
                missing=_texts(record.get("missing")),
                news=_texts(record.get("news")),
                log=_texts(record.get("log")),
                console=_texts(record.get("console")),
            )
        )

    def _died(self, record: Record) -> None:
        case_id = _text(record.get("id")) or self.running
        console = _texts(record.get("console"))
        if not case_id:
            self.lost.append(Lost("the machine died, and no case was running", console))
            return
        self.running = None
        verdict = Verdict.HANG if record.get("how") == "hang" else Verdict.CRASH
        why = (
            "the machine fell silent inside this case"
            if verdict is Verdict.HANG
            else "the machine died inside this case"
        )
        self._keep(CaseResult(id=case_id, verdict=verdict, why=why, console=console))

    def _lost(self, record: Record) -> None:
        self.ended = True  # said why, which is enough
        why = _text(record.get("why")) or "the machine was lost outside any case"
        self.lost.append(Lost(why, _texts(record.get("console"))))

    def _end(self, _record: Record) -> None:
        self.ended = True

    def _unavailable(self, record: Record) -> None:
        self.unavailable = _text(record.get("why")) or "no reason given"
        self.notes += [f"console: {line}" for line in _texts(record.get("console"))[-3:]]

    def _resumes(self, record: Record) -> None:
        """The machine failed and the case runs again in another: nothing came out yet."""
        self.running = None
        self.ended = True
        where = f"in {case_id}" if (case_id := _text(record.get("id"))) else "outside any case"
        self.notes.append(f"{_text(record.get('why'))} {where}: ran again in a fresh machine")

    def _again(self, record: Record) -> None:
        """A deviation that did not show again in a fresh machine is none."""
        case = self.cases.get(_text(record.get("id")))
        second = _text(record.get("verdict"))
        died = {Verdict.CRASH, Verdict.HANG}
        if case and case.verdict != second and not {case.verdict, second} <= died:
            flaky = f"{case.verdict} at first, {second} in a fresh machine"
            self.cases[case.id] = replace(case, verdict=Verdict.BROKEN, flaky=flaky,
                                          why=f"flaky: {flaky}; {case.why}")

    def _without_landlock(self, record: Record) -> None:
        """What a kernel refuses to everybody only while Landlock is on, Landlock refuses."""
        case = self.cases.get(_text(record.get("id")))
        if case and case.verdict is Verdict.CANNOT_RUN and record.get("control") == "works":
            did = next((one.result for one in case.worlds if one.name == "control"), "refused")
            self.cases[case.id] = replace(
                case, verdict=Verdict.OVERBLOCK, missing=(),
                why=f"control: {did} without any sandbox, and this kernel started without Landlock"
                    " allows it")

    def _note(self, record: Record) -> None:
        self.notes.append(_text(record.get("text")) or "no text given")

    def _interrupted(self, why: str) -> None:
        if self.running:
            self._keep(CaseResult(id=self.running, verdict=Verdict.BROKEN, why=why))
            self.running = None

    def _keep(self, case: CaseResult) -> None:
        """Keep the result; of two for one case the worse one, so that nothing gets hidden."""
        before = self.cases.get(case.id)
        if before:
            self.notes.append(f"{case.id} has two results: {before.verdict}, {case.verdict}")
            if LOOKS[before.verdict].severity > LOOKS[case.verdict].severity:
                return
        self.cases[case.id] = case

    def kernel(self) -> Kernel:
        """Return the column, after the last line."""
        self._interrupted("the records end inside this case")
        if not self.ended and not self.unavailable:
            self.lost.append(Lost(f"the records end early, after {len(self.cases)} cases"))
        if self.unreadable:
            lines = "line was" if self.unreadable == 1 else "lines were"
            self.notes.append(f"{self.unreadable} {lines} unreadable in the records")
        about = self.about
        untraced = about.get("untraced")
        rights = about.get("rights")
        return Kernel(
            name=_text(about.get("name")) or HOST,
            release=_text(about.get("release")) or None,
            abi=_integer(about.get("abi")),
            errata=_integer(about.get("errata")),
            provenance=_provenance(about),
            rights=(
                {clean(name): taken for name, taken in rights.items() if isinstance(taken, bool)}
                if isinstance(rights, dict)
                else {}
            ),
            traced=_texts(about.get("traced")),
            untraced=(
                {clean(name): _text(why) for name, why in untraced.items()}
                if isinstance(untraced, dict)
                else {}
            ),
            cases=tuple(self.cases.values()),
            unavailable=self.unavailable,
            lost=tuple(self.lost),
            notes=tuple(self.notes),
        )


def _provenance(about: Record) -> Provenance:
    sums = about.get("sha256")
    modules = about.get("modules")
    return Provenance(
        version=_text(about.get("version")) or None,
        source=_text(about.get("source")) or None,
        machine=_text(about.get("machine")) or None,
        architecture=_text(about.get("architecture")) or None,
        compat=_text(about.get("compat")) or None,
        cmdline=_text(about.get("cmdline")) or None,
        lsm=_text(about.get("lsm")) or None,
        landlock=_text(about.get("landlock")) or None,
        sha256=(
            {clean(name): _text(value) for name, value in sums.items() if value}
            if isinstance(sums, dict)
            else {}
        ),
        config=_texts(about.get("config")),
        modules=_text(modules) or None if isinstance(modules, str) else None,
        accel=_text(about.get("accel")) or None,
        filesystem=_text(about.get("filesystem")) or None,
        qemu=_text(about.get("qemu")) or None,
    )


def _worlds(data: object) -> tuple[World, ...]:
    if not isinstance(data, dict):
        return ()
    return tuple(
        World(
            name=clean(name),
            result=_text(world.get("result")) or "broken",
            expected=_text(world.get("expected")) or None,
            ms=_number(world.get("ms")),
            note=_text(world.get("note")) or None,
            hooks=calls_from_json(world.get("hooks")),
        )
        for name, world in data.items()
        if isinstance(world, dict)
    )


def _text(value: object) -> str:
    text = "" if value is None else clean(value if isinstance(value, str) else str(value))
    return text if len(text) <= LINE_MAX else f"{text[:LINE_MAX]}… ({len(text)} characters)"


def _texts(value: object) -> tuple[str, ...]:
    """Return a list of texts, or one text as a list of its lines; the last ones if too many."""
    if isinstance(value, str):
        value = value.splitlines()
    if not isinstance(value, list):
        return ()
    return tuple(text for text in map(_text, value[-LINES_MAX:]) if text)


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < 1e15 else None  # neither NaN nor infinite


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
