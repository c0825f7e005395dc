# SPDX-License-Identifier: GPL-2.0
"""Callers that no check of a path stands before: what is unclassified, what is new, all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

from reports.document import Block, Cell, Column, Document, Paragraph, Room, Section, Table, words
from reports.model.callers import Caller, Sources, to_json
from reports.model.roadmap import TREATMENTS


def document(sources: Sources, landproof: str) -> Document:
    """Return what nobody has looked at first, then what is new, then the rest."""
    unchecked = sources.unchecked()
    strange = sources.unclassified()
    known = Counter(road.treatment for one in unchecked
                    if (road := sources.table.known.get(one.name)))
    known["unclassified"] = len(strange)
    numbers = ", ".join(f"{known[word]} {word}" for word in (*TREATMENTS, "unclassified")
                        if known[word])
    said = f"{len(sources.callers)} callers; {len(unchecked)} ask no check themselves: {numbers}"
    new = sources.new()
    return Document(
        f"Callers in {sources.name}",
        (Block((Paragraph(words(said)), *([_table(sources, strange)] if strange else [])),
               "Unclassified" if strange else ""),
         Block((_table(sources, new),) if new else (), f"New beside {sources.against}"),
         Block((_table(sources, unchecked),), "All", room=Room.PAGE)),
        landproof, json=partial(to_json, sources, landproof))


def _table(sources: Sources, callers: Sequence[Caller]) -> Table:
    rows = []
    for one in callers:
        road = sources.table.known.get(one.name)
        rows.append((Cell(one.name, code=True), Cell(", ".join(one.calls)),
                     Cell(road.treatment if road else "unclassified"),
                     Cell(road.why if road else "")))
    columns = (Column("caller"), Column("calls"), Column("treatment"), Column("why"))
    return Table(columns, (Section(tuple(rows)),))
