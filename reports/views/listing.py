# SPDX-License-Identifier: GPL-2.0
"""The catalogue of cases, and which of them guard what of the UAPI."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

from reports.document import Block, Cell, Column, Document, Item, Items, Section, Table, words
from reports.model.resultfile import case_from_json
from reports.model.results import Case, family_order


def cases(catalogue: Sequence[Mapping[str, Any]]) -> Document:
    """Return what `list --json` gave: a line for each case, by family."""
    entries = sorted(
        map(case_from_json, catalogue), key=lambda case: (family_order(case.family), case.id)
    )
    runs = sum(max(1, len(entry.variants)) for entry in entries)
    sections = []
    for name, group in groupby(entries, key=lambda case: case.family):
        lines = tuple(map(_case, group))
        sections.append(Section(lines, f"{name} ({len(lines)})"))
    columns = tuple(map(Column, ("case", "since", "labels", "claim", "variants")))
    total = Items((Item(words(f"{len(entries)} cases, {runs} with their variants")),))
    return Document(
        title="The cases", blocks=(Block((Table(columns, tuple(sections)), total)),),
        json=partial(_json, catalogue),
    )


def _case(entry: Case) -> tuple[Cell, ...]:
    since = "open" if entry.kind == "open" else f"ABI {entry.since}" if entry.since else ""
    labels = " ".join(label for label in entry.labels if label != entry.family)
    variants = ", ".join(filter(None, entry.variants))
    return (Cell(entry.id, code=True), Cell(since), Cell(labels), Cell(entry.claim), Cell(variants))


def coverage(covered: Mapping[str, Mapping[str, Any]]) -> Document:
    """Return what `list --coverage --json` gave: for each right, flag and field, its cases."""
    rows, lacking = [], []
    for name, about in covered.items():
        cases = [str(case) for case in about.get("cases") or ()]
        reason = str(about.get("reason") or "")
        if not cases and not reason:
            lacking.append(name)
        more = f" and {len(cases) - 3} more" if len(cases) > 3 else ""
        abi = f"ABI {about['abi']}" if about.get("abi") else "proposed"
        rows.append((
            Cell(name), Cell(abi), Cell(str(len(cases)) if cases else "–"),
            Cell(f"{' '.join(cases[:3])}{more}" if cases else reason),
        ))
    columns = (Column("feature"), Column("since"), Column("cases", number=True), Column(""))
    end = (
        words(Cell(f"without a case or a reason: {', '.join(lacking)}", strong=True))
        if lacking
        else words(f"{len(covered)} features, each with a case or a reason")
    )
    return Document(
        title="What the cases cover",
        blocks=(Block((Table(columns, (Section(tuple(rows)),)), Items((Item(end),)))),),
        json=partial(_json, covered),
    )


def _json(data: object) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
