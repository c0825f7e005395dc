# SPDX-License-Identifier: GPL-2.0
"""What the kernel's own selftests showed, and why each one failed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Facts,
    Item,
    Items,
    Note,
    Room,
    Section,
    Table,
    Words,
    words,
)
from reports.model.selftests import Column as Kernel
from reports.model.selftests import MEANINGS, Selftest, Why
from reports.model.verdicts import Verdict

CASES_SHOWN = 6
WORST_FIRST: tuple[Why, ...] = tuple(reversed(Why))
SHOWN = (Why.REAL, Why.UNEXPLAINED, Why.NOT_PROMISED, Why.WORDING)
"""What a reader has to look at; the others are folded."""


def headline(kernels: Sequence[Kernel]) -> str:
    """Return the answer: how many of the failures are real."""
    failed = sum(len(one.tests) - len(one.of(Why.PASSES)) - len(one.of(Why.SKIPPED))
                 for one in kernels)
    real = sum(len(one.of(Why.REAL)) for one in kernels)
    if not failed:
        return "No selftest fails"
    return f"{real} of {failed} failing selftests {'is' if real == 1 else 'are'} real"


def document(kernels: Sequence[Kernel], source: str, version: str) -> Document:
    """Return the sums, every test that somebody has to look at, and the others folded."""
    ours = tuple(
        Item(words(f"{one.name}: only ours: "), (words(Cell(", ".join(one.only_ours), code=True)),))
        for one in kernels
        if one.only_ours
    )
    notes = tuple(Note(words(f"{one.name}: not complete: {note}"))
                  for one in kernels for note in one.notes)
    return Document(
        title=headline(kernels),
        intro=words(f"The Landlock selftests of {source}, on each kernel; the reasons come from"
                    " the calls that failed."),
        blocks=(
            Block((Items((Item(words(f"{headline(kernels)}.")),)),), room=Room.TERMINAL),
            Block((_sums(kernels), *notes)),
            Block((Facts(tuple((str(why), words(MEANINGS[why])) for why in Why)),),
                  "What the words mean", room=Room.MAIL),
            *(_tests(kernels, why) for why in WORST_FIRST if why is not Why.PASSES),
            Block((Items(ours),) if ours else (),
                  "Deviations of Landproof's that no selftest of upstream shows"),
        ),
        landproof=version,
        json=partial(to_json, kernels, source, version),
    )


def _sums(kernels: Sequence[Kernel]) -> Table:
    rows = tuple(
        (Cell(one.name), Cell(f"not run: {one.unavailable}"))
        if one.unavailable
        else (Cell(one.name), Cell(str(one.abi or "none")), Cell(str(len(one.tests))),
              *(Cell(str(len(one.of(why)) or "·")) for why in Why))
        for one in kernels
    )
    columns = (Column("kernel"), Column("ABI"), Column("tests", number=True),
               *(Column(str(why), number=True) for why in Why))
    return Table(columns, (Section(rows),))


def _tests(kernels: Sequence[Kernel], why: Why) -> Block:
    """Return the tests with one reason: shown, or folded and on a page only."""
    rows = tuple(_row(one, test) for one in kernels for test in one.of(why))
    columns = ("selftest", "kernel", "upstream", "why", "ours, on the same subject")
    parts = (Table(tuple(map(Column, columns)), (Section(rows),)),) if rows else ()
    if why in SHOWN:
        return Block(parts, f"{why}: {len(rows)}; {MEANINGS[why]}")
    return Block(parts, f"{why}: {len(rows)}; {MEANINGS[why]}", folded=True, room=Room.PAGE)


def _row(kernel: Kernel, test: Selftest) -> tuple[Cell | Words, ...]:
    said = {Why.PASSES: "ok", Why.SKIPPED: "skip"}.get(test.why, "not ok")
    return (Cell(test.id, code=True), Cell(kernel.name), Cell(said), Cell(test.text),
            tuple(_ours(test)))


def _ours(test: Selftest) -> Iterable[Cell]:
    if test.disagrees:
        yield Cell("NO DEVIATION OF OURS. ", strong=True)
    shown = [one for one in test.related if one[1] is not Verdict.HOLDS]
    for name, verdict in shown[:CASES_SHOWN]:
        yield from (Cell(name, code=True), Cell(" "), Cell(str(verdict), verdict=verdict))
        yield Cell(" ")
    if len(shown) > CASES_SHOWN:
        yield Cell(f"and {len(shown) - CASES_SHOWN} more")
    if held := len(test.related) - len(shown):
        yield Cell(f"{held} hold{'s' if held == 1 else ''}")
    if not test.related:
        yield Cell("none")


def to_json(kernels: Sequence[Kernel], source: str, version: str) -> str:
    """Return all of it, for programs (docs/selftests.md)."""
    counted = [{**asdict(one), "counts": {str(why): len(one.of(why)) for why in Why}}
               for one in kernels]
    return json.dumps({"landproof": version, "selftests": source, "kernels": counted},
                      indent=1, ensure_ascii=False) + "\n"


def exit_status(kernels: Sequence[Kernel]) -> int:
    """2: nothing ran on a kernel; 1: a real failure is no deviation of ours; else 0."""
    if any(one.unavailable or not one.tests for one in kernels):
        return 2
    return int(any(test.disagrees for one in kernels for test in one.tests))
