# SPDX-License-Identifier: GPL-2.0
"""What the kernel's selftests showed: on the terminal, as one page, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from reports.formats.page import render
from reports.model.selftests import MEANINGS, Column, Selftest, Why
from reports.model.verdicts import Verdict

CASES_SHOWN = 6
WORST_FIRST: tuple[Why, ...] = tuple(reversed(Why))
SHOWN = (Why.REAL, Why.UNEXPLAINED, Why.NOT_PROMISED, Why.WORDING)
"""What a reader has to look at; the others are folded."""


def headline(columns: Sequence[Column]) -> str:
    """Return the answer: how many of the failures are real."""
    failed = sum(len(column.tests) - len(column.of(Why.PASSES)) - len(column.of(Why.SKIPPED))
                 for column in columns)
    real = sum(len(column.of(Why.REAL)) for column in columns)
    if not failed:
        return "No selftest fails"
    return f"{real} of {failed} failing selftests {'is' if real == 1 else 'are'} real"


def to_html(columns: Sequence[Column], source: str, version: str) -> str:
    """Return the page."""
    return render(
        "selftests.html.j2",
        title=headline(columns),
        source=source,
        version=version,
        columns=columns,
        sections=[(why, rows) for why in WORST_FIRST if (rows := _rows(columns, why))],
        open_sections=SHOWN,
        whys=list(Why),
        meanings=MEANINGS,
        verdicts=Verdict,
        limit=CASES_SHOWN,
    )


def _rows(columns: Sequence[Column], why: Why) -> list[tuple[Column, Selftest]]:
    if why is Why.PASSES:
        return []
    return [(column, test) for column in columns for test in column.of(why)]


def to_json(columns: Sequence[Column], source: str, version: str) -> str:
    """Return all of it, for programs (docs/selftests.md)."""
    kernels = [{**asdict(column), "counts": {str(why): len(column.of(why)) for why in Why}}
               for column in columns]
    return json.dumps({"landproof": version, "selftests": source, "kernels": kernels},
                      indent=1, ensure_ascii=False) + "\n"


def show(columns: Sequence[Column], console: Console) -> None:
    """Print the sums, and every test that somebody has to look at."""
    table = Table("kernel", "ABI", "tests", *Why, box=None)
    for column in columns:
        if column.unavailable:
            table.add_row(column.name, f"not run: {column.unavailable}")
        else:
            counts = (str(len(column.of(why)) or "·") for why in Why)
            table.add_row(column.name, str(column.abi or "none"), str(len(column.tests)), *counts)
    console.print(table)
    for column in columns:
        for why in SHOWN:
            for test in column.of(why):
                console.print(_line(column, test), highlight=False, markup=False, soft_wrap=True)
        for note in column.notes:
            console.print(f"{column.name}: not complete: {note}", markup=False, soft_wrap=True)
        if column.only_ours:
            console.print(f"{column.name}: only ours: {', '.join(column.only_ours)}",
                          highlight=False, markup=False, soft_wrap=True)
    console.print(f"{headline(columns)}.", highlight=False)


def _line(column: Column, test: Selftest) -> str:
    ours = ""
    if test.why is Why.REAL:
        ours = f"; ours: {', '.join(test.deviations)}" if test.deviations else \
            "; NO DEVIATION OF OURS"
    return f"{column.name}: {test.why}: {test.id}: {test.text}{ours}"


def exit_status(columns: Sequence[Column]) -> int:
    """2: nothing ran on a kernel; 1: a real failure is no deviation of ours; else 0."""
    if any(column.unavailable or not column.tests for column in columns):
        return 2
    return int(any(test.disagrees for column in columns for test in column.tests))
