# SPDX-License-Identifier: GPL-2.0
"""Where a case is good and bad: the first bad release, and what is known of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

from reports.document import Block, Cell, Column, Document, Facts, Section, Table, Words, words
from reports.model.history import History, Seen, State
from reports.model.known import Issue

FORM = "urn:landproof:first-bad:1"


def document(found: History, issues: Sequence[Issue], landproof: str, date: str) -> Document:
    """Return the answer, what it rests on, and the known issues that explain it."""
    told = ", ".join(map(str, found.stretches)) or "nothing is known"
    facts = {
        "in short": words(told),
        "first bad": _release(found.first_bad)
        or words("none of the kernels on which it ran" if found.stretches else ""),
        "last good": _release(found.last_good) if found.first_bad else (),
        "good again": words(", ".join(f"{one.release} ({one.kernel})"
                                      for one in found.good_again)),
        "known": words("; ".join(f"{one.id} {one.extent}" for one in issues)),
    }
    pairs = tuple((name, line) for name, line in facts.items() if line)
    table = Table(tuple(map(Column, ("release", "kernel", "", "verdict", "why"))),
                  (Section(tuple(map(_row, found.seen))),))
    return Document(f"{found.case}: first bad release",
                    (Block((Facts(pairs),)), Block((table,))), landproof, date,
                    json=partial(to_json, found, issues, landproof, date))


def _release(one: Seen | None) -> Words:
    return words(f"{one.release} ({one.kernel})" + ", without a rule for it"
                 * (one.state is State.ABSENT)) if one else ()


def _row(one: Seen) -> tuple[Cell, ...]:
    verdict = Cell(str(one.verdict), verdict=one.verdict) if one.verdict else Cell()
    why = one.why if one.state in (State.BAD, State.UNKNOWN) else ""
    return (Cell(one.release), Cell(one.kernel), Cell(one.state, strong=one.state is State.BAD),
            verdict, Cell(why))


def to_json(found: History, issues: Sequence[Issue], landproof: str, date: str) -> str:
    """Return the same for programs."""
    def about(one: Seen) -> dict[str, Any]:
        return {"kernel": one.kernel, "release": one.release, "state": one.state,
                "verdict": one.verdict, "why": one.why}

    data = {
        "$schema": FORM, "landproof": landproof, "date": date, "case": found.case,
        "first_bad": found.first_bad.release if found.first_bad else None,
        "last_good": found.last_good.release if found.last_good else None,
        "good_again": [one.release for one in found.good_again],
        "stretches": [{"state": one.state, "first": one.releases[0], "last": one.releases[-1]}
                      for one in found.stretches],
        "known": [one.id for one in issues],
        "kernels": list(map(about, found.seen)),
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
