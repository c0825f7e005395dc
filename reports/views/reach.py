# SPDX-License-Identifier: GPL-2.0
"""What reaches a guarded port: road by kernel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Item,
    Items,
    Note,
    Part,
    Table,
    Words,
    linked,
    words,
)
from reports.document import Section as Rows
from reports.model.results import Result
from reports.model.roads import Cell as RoadCell
from reports.model.roads import Road, Section, columns, lacking
from reports.model.rows import short_names
from reports.model.verdicts import DEVIATIONS, LOOKS, Verdict

INTRODUCTION = (
    "Each road was tried without a sandbox, where it has to work, and under a policy that denies"
    " the port. A road that reaches the port, or serves on it, got through that policy: what"
    " it sent came back, or was seen to arrive. The word behind tells what the documentation says."
)
MEANINGS = {
    Verdict.HOLDS: "as the documentation promises: stopped, or, by design, left free",
    Verdict.OPEN: "nothing promises to stop it",
    Verdict.BYPASS: "the documentation promises to stop it",
    Verdict.ABSENT: "this kernel's Landlock has no rule for the port; seen without a sandbox",
}


def document(result: Result, shown: Sequence[Section], number: int | None) -> Document:
    """Return the roads, what the words mean and what was missing."""
    kernels = columns(result)
    table = Table(
        columns=(Column("road"), *(Column(one.name) for one in kernels), Column("upstream"),
                 Column("case")),
        sections=tuple(_rows(one, number) for one in shown),
    )
    notes: list[Part] = [
        Note(words(f"{kernel.name}: {text}"))
        for kernel in result.kernels
        for text in (kernel.unavailable, *(lost.why for lost in kernel.lost), *kernel.notes)
        if text
    ]
    legend = [Item(_legend(verdict, said)) for verdict, said in _occurring(shown).items()]
    gaps = [
        Item(words(f"missing on {short_names(names)}: {missing}"))
        for missing, names in lacking(result, shown).items()
    ]
    return Document(
        title="What reaches a guarded port",
        intro=words(INTRODUCTION),
        blocks=(Block((table, Items((*legend, *gaps)), *notes)),),
        landproof=result.landproof,
        date=result.date or "",
        json=partial(to_json, result, shown, number),
    )


def _rows(section: Section, number: int | None) -> Rows:
    counts = (Cell(f"{some} of {of}", strong=True) for some, of in section.through)
    return Rows(
        title=section.title(number),
        rows=(
            *(_row(road) for road in section.roads),
            (Cell("how many get through", strong=True), *counts),
        ),
    )


def _row(road: Road) -> tuple[Words | Cell, ...]:
    upstream = linked(road.upstream)
    return (Cell(road.claim), *map(_cell, road.cells), upstream, Cell(road.case, code=True))


def _cell(cell: RoadCell | None) -> Cell:
    if cell is None:
        return Cell()
    word = cell.word.upper() if cell.verdict in DEVIATIONS else cell.word
    only = f" [{', '.join(cell.variants)}]" if cell.variants else ""
    text = f"{word or LOOKS[cell.verdict].short}{only}"
    return Cell(text, verdict=cell.verdict, detail=cell.missing)


def _occurring(shown: Sequence[Section]) -> dict[Verdict, list[str]]:
    """Return the verdicts that occur, with the words that stand before them."""
    cells = [cell for one in shown for road in one.roads for cell in road.cells if cell]
    return {
        verdict: sorted({one.word for one in cells if one.verdict is verdict} - {""})
        for verdict in LOOKS
        if any(one.verdict is verdict for one in cells)
    }


def _legend(verdict: Verdict, said: Sequence[str]) -> Words:
    meaning = MEANINGS.get(verdict, LOOKS[verdict].meaning)
    behind = f"{verdict}: {meaning}"
    if not said:
        return words(Cell(behind, verdict=verdict))
    return words(Cell(" or ".join(said), verdict=verdict), f", {behind}")


def to_json(result: Result, shown: Sequence[Section], number: int | None) -> str:
    """Return the table for programs."""
    kernels = columns(result)
    data = {
        "landproof": result.landproof,
        "date": result.date,
        "port": number,
        "kernels": [
            {"name": one.name, "release": one.release, "abi": one.abi} for one in kernels
        ],
        "roads": [
            {
                "case": road.case,
                "road": road.claim,
                "direction": section.direction,
                "protocol": section.protocol,
                "upstream": road.upstream,
                "kernels": {
                    kernel.name: {
                        "verdict": cell.verdict,
                        "word": cell.word,
                        "variants": list(cell.variants),
                        "missing": cell.missing,
                    }
                    for kernel, cell in zip(kernels, road.cells, strict=True)
                    if cell
                },
            }
            for section in shown
            for road in section.roads
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
