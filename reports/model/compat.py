# SPDX-License-Identifier: GPL-2.0
"""Which kernels enforce which access right: compatibility data, from results alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reports.model.distributions import distribution
from reports.model.known import explain
from reports.model.results import Case, CaseResult, Kernel, Result, base
from reports.model.rows import NOT_ENFORCED, RIGHT_PREFIXES
from reports.model.verdicts import Verdict
from reports.model.versions import numbers

FORM = "urn:landproof:compat-data:1"
UAPI = {"fs": "LANDLOCK_ACCESS_FS_", "net": "LANDLOCK_ACCESS_NET_", "scope": "LANDLOCK_SCOPE_"}


class Support(StrEnum):
    """What became of a right on a kernel."""

    ENFORCED = "enforced"
    PARTLY = "partly"
    NOT = "not"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Note:
    """What a user of the right has to know of a kernel."""

    text: str
    cases: tuple[str, ...] = ()
    report: str = ""


@dataclass(frozen=True, slots=True)
class On:
    """A right on one kernel."""

    kernel: Kernel
    support: Support
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Right:
    """An access right or a scope."""

    name: str
    abi: int
    cases: tuple[str, ...]  # what is promised of it
    by_distribution: Mapping[str, tuple[On, ...]]  # oldest release first

    @property
    def constant(self) -> str:
        """What <linux/landlock.h> calls it."""
        return uapi(self.name)


def uapi(name: str) -> str:
    """Return what <linux/landlock.h> calls a right: LANDLOCK_ACCESS_FS_TRUNCATE."""
    where, _, what = name.partition(".")
    return UAPI[where] + what.upper()


def rights(result: Result) -> list[Right]:
    """Return the rights that the cases of a result are about, by ABI version and name."""
    about: dict[str, list[Case]] = {}
    for entry in result.catalogue:
        # A domain that is lost or left says nothing of the right that shows it.
        if entry.kind == "denied" and entry.family != "domain":
            for name in entry.guard:
                if name.startswith(RIGHT_PREFIXES):
                    about.setdefault(name, []).append(entry)
    columns = [(one, _by_base(one)) for one in result.kernels if one.cases]
    columns.sort(key=lambda column: (numbers(column[0].release or ""), column[0].name))
    return sorted((_right(name, entries, columns) for name, entries in about.items()),
                  key=lambda one: (one.abi, one.name))


def _by_base(kernel: Kernel) -> dict[str, list[CaseResult]]:
    found: dict[str, list[CaseResult]] = {}
    for case in kernel.cases:
        found.setdefault(base(case.id), []).append(case)
    return found


def _right(name: str, entries: Sequence[Case],
           columns: Sequence[tuple[Kernel, Mapping[str, Sequence[CaseResult]]]]) -> Right:
    abi = min((one.since for one in entries if one.since), default=0)
    cases = tuple(entry.id for entry in entries)
    owners: dict[str, list[On]] = {}
    for kernel, by_base in columns:
        shown = [case for one in cases for case in by_base.get(one, ())]
        owners.setdefault(distribution(kernel), []).append(_on(name, abi, kernel, shown))
    return Right(name, abi, cases, {owner: tuple(found) for owner, found in owners.items()})


def _on(name: str, abi: int, kernel: Kernel, shown: Sequence[CaseResult]) -> On:
    """Return what a kernel makes of a right, by the cases that try it there."""
    if not kernel.abi:
        return On(kernel, Support.NOT, (Note("Landlock is not available"),))
    notes = _deviations(kernel, [case for case in shown if case.deviates])
    if kernel.rights.get(name) is False:
        lie = (Note(f"ABI version {kernel.abi} promises it, and it is refused"),)
        return On(kernel, Support.NOT, (*lie, *notes) if kernel.abi >= abi else notes)
    if kernel.rights.get(name) and kernel.abi < abi:
        notes = (Note(f"taken although ABI version {kernel.abi} does not promise it"), *notes)
    holds = any(case.verdict is Verdict.HOLDS for case in shown)
    against = any(case.verdict in NOT_ENFORCED for case in shown)
    if holds:
        return On(kernel, Support.PARTLY if against else Support.ENFORCED, notes)
    if against:
        return On(kernel, Support.NOT, notes)
    if shown and all(case.verdict is Verdict.ABSENT for case in shown):
        return On(kernel, Support.NOT, notes)
    why = dict.fromkeys(", ".join(case.missing) or case.why for case in shown
                        if case.verdict in (Verdict.CANNOT_RUN, Verdict.BROKEN))
    return On(kernel, Support.UNKNOWN,
              (*notes, *(Note(f"could not be tried: {text}") for text in why)))


def _deviations(kernel: Kernel, cases: Sequence[CaseResult]) -> tuple[Note, ...]:
    """Return a note for each known issue, and one for each deviation that none explains."""
    told: dict[tuple[str, str], list[str]] = {}
    for case in cases:
        issue = explain(case, kernel)
        text = issue.text if issue else f"{case.verdict}: {case.why}"
        told.setdefault((text, issue.report if issue else ""), []).append(case.id)
    return tuple(Note(text, tuple(ids), report) for (text, report), ids in told.items())


def to_json(result: Result, dates: Mapping[str, str]) -> str:
    """Return the compatibility data, as schema/compat-data.schema.json describes them."""
    kernels = {
        one.name: {
            "distribution": distribution(one), "release": one.release,
            "architecture": one.provenance.machine, "abi": one.abi,
            "errata": _errata(one.errata), "date": dates.get(one.name, result.date),
        } for one in result.kernels if one.cases}
    data = {
        "$schema": FORM, "landproof": result.landproof, "date": result.date, "kernels": kernels,
        "rights": {one.constant: {
            "name": one.name, "abi": one.abi, "page": f"right/{one.name}.html",
            "support": {owner: _support(found) for owner, found in one.by_distribution.items()},
        } for one in rights(result)}}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _errata(errata: int | None) -> list[int] | None:
    if errata is None:
        return None
    return [bit + 1 for bit in range(errata.bit_length()) if errata >> bit & 1]


def _support(found: Sequence[On]) -> dict[str, object]:
    notes: dict[Note, list[str]] = {}
    for on in found:
        for note in on.notes:
            notes.setdefault(note, []).append(on.kernel.name)
    return {
        "since": next((on.kernel.name for on in found
                       if on.support in (Support.ENFORCED, Support.PARTLY)), None),
        **{kind: [on.kernel.name for on in found if on.support is kind] for kind in Support},
        "notes": [{"kernels": names, "text": note.text, "cases": list(note.cases),
                   "report": note.report or None} for note, names in notes.items()],
    }
