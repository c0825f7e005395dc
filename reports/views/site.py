# SPDX-License-Identifier: GPL-2.0
"""The pages of a site: each is a document, and has an address that does not change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Facts,
    Item,
    Items,
    Section,
    Table,
    Words,
    linked,
    mapped,
    words,
)
from reports.model import compat
from reports.model.results import CaseResult, Kernel, Result, base
from reports.model.roads import sections
from reports.model.rows import short_names
from reports.model.site import History, Step
from reports.views import diff, matrix, reach, show

NEWEST = 10  # steps of the history that the first page names

Pages = Iterator[tuple[str, Document]]


def pages(known: History) -> Pages:
    """Yield the addresses and the documents of all pages that results alone make."""
    now = known.now
    about = compat.rights(now)
    main = {block.title: block for block in matrix.document(now, full=True).blocks}
    yield "index.html", _page(now, "Landlock, kernel by kernel", (
        main[""], Block((_steps(known.steps[:-NEWEST - 1:-1]),), "What is new"),
        main["One version, several distributions"]),
        intro=matrix.document(now).intro)
    yield "matrix.html", _page(now, "The matrix", (replace(main["The matrix"], title=""),))
    yield "findings.html", _page(now, "Findings", tuple(
        replace(main[title], folded=False)
        for title in main if title not in ("", "The matrix", "What ran",
                                           "One version, several distributions")))
    if shown := sections(now):
        yield "roads.html", reach.document(now, shown, None)
    yield "rights.html", _page(now, "Which kernels enforce which right", (_by_right(about),))
    for right in about:
        yield f"right/{right.name}.html", _right(now, right)
    yield "cases.html", _page(now, "The cases", (_cases(now),))
    yield from _each_case(now)
    yield "history.html", _page(now, "History", (Block((_steps(known.steps[::-1]),)),))
    for step in known.steps:
        yield f"history/{step.name}.html", changes(step)


def _page(result: Result, title: str, blocks: tuple[Block, ...], intro: Words = ()) -> Document:
    return Document(title, blocks, result.landproof, result.date or "", intro)


class Linker:
    """Makes links of the names of cases and rights, wherever they stand alone or begin a label."""

    def __init__(self, known: History) -> None:
        names = {base(case.id) for one in known.now.kernels for case in one.cases}
        self._addresses = {name: f"case/{name}.html" for name in names}
        self._addresses |= {one.name: f"right/{one.name}.html" for one in compat.rights(known.now)}

    def __call__(self, document: Document) -> Document:
        """Return the document with links to the pages of the names in it."""
        return replace(document, blocks=mapped(document.blocks, self._cell))

    def _cell(self, cell: Cell) -> Cell:
        if cell.link or not cell.text:
            return cell
        name = re.split(r"[ []", cell.text, maxsplit=1)[0]
        alone = cell.code or name == cell.text
        address = self._addresses.get(name, "") if alone else ""
        return replace(cell, link=address) if address else cell


def _steps(steps: Sequence[Step]) -> Items:
    return Items(tuple(
        Item(words(Cell(f"{one.when:%Y-%m-%d %H:%M}", link=f"history/{one.name}.html")),
             (words(one.summary),)) for one in steps))


def changes(step: Step) -> Document:
    """Return what a result changed of what was known."""
    title = f"What changed with the result of {step.when:%Y-%m-%d %H:%M}"
    new = Items((Item(words(f"new: {short_names(step.new)}")),)) if step.new else None
    if step.difference:
        found = diff.document(step.difference, step.result)
        blocks = (Block((new,)), *found.blocks) if new else found.blocks
        return replace(found, title=title, blocks=blocks, json=None)
    return _page(step.result, title, (Block((new,) if new else ()),))


def _by_right(about: Sequence[compat.Right]) -> Block:
    owners = list(dict.fromkeys(owner for one in about for owner in one.by_distribution))
    rows = tuple((Cell(one.name, code=True), Cell(str(one.abi)),
                  *(Cell(_in_short(one.by_distribution.get(owner, ()))) for owner in owners))
                 for one in about)
    columns = (Column("right"), Column("since ABI"), *map(Column, owners))
    return Block((Table(columns, (Section(rows),)),))


def _in_short(found: Sequence[compat.On]) -> str:
    """Return since which kernel of a distribution a right is enforced, and where but partly."""
    since = next((on for on in found if on.support in _THERE), None)
    if since is None:
        return "not" if found else ""
    partly = [on.kernel.name for on in found if on.support is compat.Support.PARTLY]
    lost = [on.kernel.name for on in found[found.index(since):] if on.support not in _THERE]
    return "; ".join([f"since {since.kernel.release}",
                      *([f"partly: {short_names(partly)}"] if partly else []),
                      *([f"not shown: {short_names(lost)}"] if lost else [])])


_THERE = (compat.Support.ENFORCED, compat.Support.PARTLY)


def _right(result: Result, right: compat.Right) -> Document:
    rows = tuple(Section(tuple(_on(on) for on in found), owner)
                 for owner, found in right.by_distribution.items())
    columns = tuple(map(Column, ("kernel", "release", "ABI", "enforced?", "note")))
    facts = Facts((("since", words(f"ABI version {right.abi}")),
                   ("here", words(Cell(right.name, code=True)))))
    by_id = result.by_id()
    cases = Items(tuple(Item(words(Cell(name, code=True), f"  {by_id[name].claim}"))
                        for name in right.cases))
    return _page(result, f"Which kernels enforce {right.constant}?", (
        Block((facts, Table(columns, rows))),
        Block((cases,), f"The cases that try it ({len(right.cases)})")))


def _on(on: compat.On) -> tuple[Words | Cell, ...]:
    notes: list[Cell] = []
    for note in on.notes:
        notes += [Cell("; ")] if notes else []
        notes += linked(f"{note.text} {note.report}".strip())
    return (Cell(on.kernel.name), Cell(on.kernel.release or "?"),
            Cell(str(on.kernel.abi or "none")),
            Cell(on.support, strong=on.support is not compat.Support.ENFORCED), tuple(notes))


def _cases(result: Result) -> Block:
    ran = {base(case.id) for one in result.kernels for case in one.cases}
    rows = tuple((Cell(one.id, code=True), Cell(one.claim), Cell(one.promise))
                 for one in sorted(result.catalogue, key=lambda one: one.id) if one.id in ran)
    return Block((Table(tuple(map(Column, ("case", "claim", "promise"))), (Section(rows),)),))


def _each_case(result: Result) -> Pages:
    """Yield a page for each case that ran: the same as `landproof show`."""
    shown: dict[str, dict[str, list[CaseResult]]] = {}
    for kernel in result.kernels:
        for case in kernel.cases:
            shown.setdefault(base(case.id), {}).setdefault(kernel.name, []).append(case)
    by_id = result.by_id()
    for name in sorted(shown):
        kernels: list[Kernel] = [replace(one, cases=tuple(shown[name][one.name]))
                                 for one in result.kernels if one.name in shown[name]]
        alone = replace(result, kernels=tuple(kernels),
                        catalogue=(by_id[name],) if name in by_id else ())
        yield f"case/{name}.html", show.document(name, alone)
