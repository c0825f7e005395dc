# SPDX-License-Identifier: GPL-2.0
"""The checks of OCI runtimes as a document: checks down, runtimes and kernels across."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial

from oci.judge import DEVIATIONS, MEANINGS, Outcome
from reports.document import (
    Block,
    Cell,
    Document,
    Facts,
    Item,
    Items,
    Note,
    Section,
    Table,
    words,
)
from reports.document import Column as Head


@dataclass(frozen=True)
class Column:
    """What a runtime made of the checks on a kernel."""

    runtime: str
    version: str
    kernel: str
    outcomes: tuple[Outcome, ...]
    trouble: str = ""
    """Why something is missing."""

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"{self.runtime}, {self.kernel}"


def status(columns: Sequence[Column]) -> int:
    """Return 2 if something could not run, 1 if a runtime does not as it should."""
    verdicts = {one.verdict for column in columns for one in column.outcomes}
    if "broken" in verdicts or any(column.trouble for column in columns):
        return 2
    return 1 if verdicts & set(DEVIATIONS) else 0


def document(columns: Sequence[Column], landproof: str) -> Document:
    """Return the table, what deviates and what the words mean."""
    rows = list(dict.fromkeys((one.form, one.check.id) for column in columns
                              for one in column.outcomes))
    cells = [{(one.form, one.check.id): one for one in column.outcomes} for column in columns]
    table = Table(
        (Head("form"), Head("check"), *(Head(column.title) for column in columns)),
        (Section(tuple((Cell(row[0]), Cell(row[1], code=True),
                        *(Cell(found[row].verdict if row in found else "") for found in cells))
                       for row in rows)),))
    seen = {one.verdict for column in columns for one in column.outcomes}
    meanings = Facts(tuple((verdict, words(text)) for verdict, text in MEANINGS.items()
                           if verdict in seen))
    return Document(
        "What OCI runtimes make of process.landlock",
        (Block((table, *(Note(words(f"{column.title}: {column.trouble}")) for column in columns
                         if column.trouble))),
         Block((meanings,), "What the words mean"),
         Block((Items(tuple(_deviations(columns))),), "Deviations, and what could not run")),
        landproof, json=partial(to_json, columns, landproof))


def _deviations(columns: Sequence[Column]) -> list[Item]:
    return [Item(words(Cell(f"{one.check.id} ({one.form}) by {column.title}: {one.verdict}",
                            strong=True)),
                 (words(one.check.claim), words(one.why)))
            for column in columns for one in column.outcomes
            if one.verdict not in ("holds", "absent")]


def to_json(columns: Sequence[Column], landproof: str) -> str:
    """Return all that is known, with what each container showed."""
    return json.dumps({"landproof": landproof, "oci": [
        {"runtime": column.runtime, "version": column.version, "kernel": column.kernel,
         "trouble": column.trouble,
         "outcomes": [{"check": one.check.id, "form": one.form, "verdict": one.verdict,
                       "why": one.why, "seen": [asdict(seen) for seen in one.seen]}
                      for one in column.outcomes]} for column in columns]}, indent=1) + "\n"
