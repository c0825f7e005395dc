# SPDX-License-Identifier: GPL-2.0
"""Which of Landlock's own code ran."""

from __future__ import annotations

from functools import partial

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Group,
    Item,
    Items,
    Part,
    Section,
    Table,
    words,
)
from reports.model.coverage import KINDS, PLURALS, SUBJECT, Coverage, only, ranges, to_json


def document(ours: Coverage, selftests: Coverage | None = None) -> Document:
    """Return a row for each file, and how the kernel's selftests compare."""
    parts: list[Part] = [_table(ours)]
    if ours.idle:
        parts.append(Items((Item(words(f"functions that did not run: {', '.join(ours.idle)}")),)))
    if selftests:
        shares = (f"{PLURALS[kind]} {_share(selftests.total(kind))}" for kind in KINDS)
        parts += [
            Items((Item(words(f"the kernel's selftests: {', '.join(shares)}")),)),
            _only("lines that only Landproof reaches", only(ours, selftests)),
            _only("lines that only the selftests reach", only(selftests, ours)),
        ]
    return Document(
        title=f"Coverage of {SUBJECT}", blocks=(Block(tuple(parts)),),
        json=partial(to_json, ours, selftests),
    )


def _table(ours: Coverage) -> Table:
    rows = []
    for file in ours.summary["files"]:
        name = file["filename"]
        idle = [line for line, ran in ours.lines.get(name, {}).items() if not ran]
        shares = (Cell(_share(ours.total(kind, file))) for kind in KINDS)
        rows.append((Cell(name.removeprefix(f"{SUBJECT}/")), *shares, Cell(ranges(idle))))
    rows.append((Cell("all", strong=True), *(Cell(_share(ours.total(kind))) for kind in KINDS)))
    columns = (Column(str(SUBJECT)), *(Column(PLURALS[kind], number=True) for kind in KINDS),
               Column("lines that did not run"))
    return Table(columns, (Section(tuple(rows)),))


def _only(title: str, lines: dict[str, list[int]]) -> Group:
    count = sum(map(len, lines.values()))
    items = tuple(Item(words(f"{name}: {ranges(found)}")) for name, found in lines.items())
    return Group(f"{title}: {count}", (Items(items),))


def _share(count: dict[str, int]) -> str:
    """Return "97.1 % (1471/1515)"."""
    part = 100 * count["covered"] / count["total"] if count["total"] else 100.0
    return f"{part:.1f} % ({count['covered']}/{count['total']})"
