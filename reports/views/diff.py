# SPDX-License-Identifier: GPL-2.0
"""What changed between two results: what got worse first, equal steps in one row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Item,
    Items,
    Paragraph,
    Section,
    Table,
    Words,
    words,
)
from reports.model.comparison import Change, Difference, Kind
from reports.model.findings import count, evidence
from reports.model.results import Result, World, base
from reports.model.rows import Row, short_names
from reports.model.verdicts import Verdict


def document(difference: Difference, new: Result) -> Document:
    """Return the sum, a table for each kind of change, and what became of the kernels."""
    return Document(
        title="What changed",
        blocks=(
            Block((Paragraph(words(_total(difference))),)),
            *(_block(difference, kind) for kind in Kind),
            Block(_kernels(difference), "Kernels"),
        ),
        landproof=new.landproof,
        date=new.date or "",
        json=partial(to_json, difference),
    )


def _total(difference: Difference) -> str:
    if not difference.changes and not difference.missing and not difference.weaker:
        return f"No difference in {difference.compared} results."
    numbers = Counter(change.kind for change in difference.changes)
    counts = [f"{numbers[kind]} {kind}" for kind in Kind if numbers[kind]]
    if gone := len(difference.missing):
        counts.append(f"{count(gone, 'kernel')} gone")
    if claims := len(difference.weaker):
        counts.append(f"{count(claims, 'claim')} less")
    verdict = "Worse" if difference.worse else "Not worse"
    return f"{verdict}: {', '.join(counts)}; {difference.compared} results compared."


def _kernels(difference: Difference) -> tuple[Items, ...]:
    lines = [f"{name}: {old} → {new}" for name, old, new in difference.releases]
    lines += [f"{name}: no longer runs: {why}" for name, why in difference.stopped]
    lines += [f"{name}: {what}" for name, what in difference.weaker]
    lines += [f"{name}: only in the new result" for name in difference.added]
    lines += [f"{name}: only in the old result" for name in difference.removed]
    return (Items(tuple(Item(words(line)) for line in lines)),) if lines else ()


def _block(difference: Difference, kind: Kind) -> Block:
    chosen = [change for change in difference.changes if change.kind is kind]
    columns = tuple(map(Column, ("case", "verdict", "kernels", "what it showed")))
    table = Table(columns, (Section(tuple(map(_row, _together(chosen)))),))
    return Block((table,) if chosen else (), f"{kind} ({len(chosen)})")


def _together(changes: Sequence[Change]) -> list[list[Change]]:
    """Return the steps: of variants, and on kernels, that take it together."""
    kernels: dict[tuple[str, str, str], list[Change]] = {}
    for change in changes:
        kernels.setdefault((change.case, change.verdicts, _story(change)), []).append(change)
    variants: dict[tuple[object, ...], list[Change]] = {}
    for (case, verdicts, story), some in kernels.items():
        names = tuple(change.kernel for change in some)
        variants.setdefault((base(case), verdicts, story, names), []).extend(some)
    return list(variants.values())


def _row(step: Sequence[Change]) -> tuple[Words | Cell, ...]:
    first = step[0]
    cases = tuple(dict.fromkeys(change.case for change in step))
    names = tuple(dict.fromkeys(change.kernel for change in step))
    return (
        Cell(Row(cases, ()).label, code=True),
        _verdicts(first),
        Cell(short_names(names)),
        Cell(_story(first)),
    )


def _verdicts(change: Change) -> Words:
    old = change.old.verdict if change.old else None
    new = change.new.verdict if change.new else None
    if old == new:
        return (_verdict(new, ""),)
    return words(_verdict(old, "new case"), " → ", _verdict(new, "gone"))


def _verdict(verdict: Verdict | None, otherwise: str) -> Cell:
    return Cell(verdict or otherwise, verdict=verdict)


def _story(change: Change) -> str:
    if change.kind is Kind.WORLDS:
        return "; ".join(_step(name, was, now) for name, (was, now) in change.worlds.items())
    if change.new and (change.new.deviates or change.new.verdict is Verdict.BROKEN):
        return evidence(change.new)
    return ""


def _step(name: str, was: World | None, now: World | None) -> str:
    if was and now and was.result == now.result:
        return f"{name}: promised {was.expected or 'nothing'} → {now.expected or 'nothing'}"
    return f"{name}: {was.result if was else 'none'} → {now.result if now else 'none'}"


def to_json(difference: Difference) -> str:
    """Return the difference for programs."""
    data: dict[str, Any] = {
        "worse": difference.worse,
        "compared": difference.compared,
        "kernels": {
            "added": difference.added,
            "removed": difference.removed,
            "stopped": [{"name": name, "why": why} for name, why in difference.stopped],
            "weaker": [{"name": name, "what": what} for name, what in difference.weaker],
            "releases": [
                {"name": name, "old": old, "new": new}
                for name, old, new in difference.releases
            ],
        },
        "changes": [
            {
                "kernel": change.kernel,
                "case": change.case,
                "kind": change.kind,
                "old": change.old.verdict if change.old else None,
                "new": change.new.verdict if change.new else None,
                "worse": change.worse,
                "worlds": {
                    name: {"old": _world_json(was), "new": _world_json(now)}
                    for name, (was, now) in change.worlds.items()
                },
            }
            for change in difference.changes
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _world_json(world: World | None) -> dict[str, str | None] | None:
    return None if world is None else {"result": world.result, "expected": world.expected}
