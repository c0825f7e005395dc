# SPDX-License-Identifier: GPL-2.0
"""One case or several: what each claims, and what each kernel did with it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Facts,
    Item,
    Items,
    Part,
    Section,
    Table,
    Words,
    linked,
    words,
)
from reports.errors import UserError
from reports.model.known import current_name, explain, matches, with_current_names
from reports.model.public import reports_about
from reports.model.results import (
    UNREPORTED,
    Case,
    CaseResult,
    Kernel,
    Result,
    base,
    reproduce,
    variant,
)
from reports.model.rows import short_names

HERE = "build/landproof-guest host -c"


def document(name: str, result: Result) -> Document:
    """Return everything about the cases that `name` stands for: one, a variant of it, or a glob.

    A result without kernels shows what the catalogue says alone. Follows former names. Raises
    UserError for a name that nothing knows, with names that look alike.
    """
    result = with_current_names(result)
    found = _chosen(name, result)
    if not found:
        raise UserError(unknown(current_name(name), {*_ids(result), *result.by_id()}))
    return Document(
        title=name,
        # The last stands first in a terminal, so that a glob's cases come in their order.
        blocks=tuple(_case(one, result) for one in reversed(found)),
        landproof=result.landproof,
        date=result.date or "",
    )


def knows(result: Result, name: str) -> bool:
    """Whether the result or its catalogue has such a case (and variant)."""
    return bool(_chosen(name, with_current_names(result)))


def _chosen(name: str, result: Result) -> list[str]:
    """Return the cases, each as it was asked for: with a variant, or for all of them."""
    wanted = current_name(name)
    entry = result.by_id().get(base(wanted))
    if entry is not None and variant(wanted) in (*entry.variants, ""):
        return [wanted]
    if any(wanted in (one, base(one)) for one in _ids(result)):
        return [wanted]
    if not {"*", "?"}.intersection(name):
        return []
    names = {*map(base, _ids(result)), *result.by_id()}
    return sorted(one for one in names if matches(name, one))


def _ids(result: Result) -> list[str]:
    return sorted({case.id for kernel in result.kernels for case in kernel.cases})


def _case(wanted: str, result: Result) -> Block:
    chosen = [one for one in _ids(result) if wanted in (one, base(one))]
    entry = result.by_id().get(base(wanted))
    parts: list[Part] = _metadata(entry) if entry else []
    for case_id in chosen:
        parts.append(Items((Item(words(Cell(case_id, strong=True))),)))
        parts += _on_kernels(case_id, result.kernels, entry)
    if not chosen and result.kernels:
        parts.append(Items((Item(words("It was not part of this run.")),)))
    here = f"{HERE} '{wanted}'"
    parts.append(Items((Item(words("on this machine: ", Cell(here, code=True))),)))
    return Block(tuple(parts), wanted)


def _metadata(entry: Case) -> list[Part]:
    facts = {
        "promise": words(entry.promise),
        "guard": _list(entry.guard),
        "since": words(f"ABI {entry.since}" if entry.since else ""),
        "source": linked(entry.source),
        "gap": linked(entry.gap or ""),
        "reported": linked(", ".join(report.address for report in reports_about(entry.id))),
        "needs": words(", ".join(entry.needs)),
        "labels": words(", ".join(entry.labels)),
        "variants": words(", ".join(name or "plain" for name in entry.variants)),
        "worlds": words(", ".join(entry.worlds)),
        "code": words(f"{entry.file}:{entry.line}" if entry.line else entry.file),
    }
    pairs = tuple((name, line) for name, line in facts.items() if line)
    return [Items((Item(words(entry.claim)),)), Facts(pairs)]


def _list(names: Sequence[str]) -> Words:
    """Return names, each a run of its own, so that it can be a link."""
    return tuple(cell for name in names for cell in (Cell(", "), Cell(name)))[1:]


def _on_kernels(
    case_id: str, kernels: Sequence[Kernel], entry: Case | None
) -> list[Part]:
    shown = [(kernel, case) for kernel in kernels if (case := kernel.case(case_id))]
    lines: list[Words] = []
    reasons: dict[str, list[str]] = {}
    for kernel, case in shown:
        reasons.setdefault(f"{case.verdict}: {case.why}", []).append(kernel.name)
    lines += [words(f"{short_names(names)}: {why}") for why, names in reasons.items()]
    for issue in dict.fromkeys(explain(case, kernel) for kernel, case in shown):
        if issue:
            known = words(f" ({issue.extent}). {issue.text}")
            lines.append((*words("known: "), *linked(issue.report), *known))
    for kernel, case in shown:
        for text in (*case.news, *_notes(case), *case.log, *case.console):
            lines.append(words(f"{kernel.name} | {text}"))
    kernel = next((kernel for kernel, case in shown if case.deviates), shown[0][0])
    unreported = entry is not None and UNREPORTED in entry.labels
    again = reproduce(kernel, case_id, unreported=unreported)
    lines.append(words("again: ", Cell(again, code=True)))
    return [_table(shown), Items(tuple(map(Item, lines)))]


def _notes(case: CaseResult) -> list[str]:
    return [f"{world.name}: {world.note}" for world in case.worlds if world.note]


def _table(shown: Sequence[tuple[Kernel, CaseResult]]) -> Table:
    worlds = list(dict.fromkeys(world.name for _kernel, case in shown for world in case.worlds))
    rows = []
    for kernel, case in shown:
        cells = {world.name: world for world in case.worlds}
        row = [Cell(kernel.name), Cell(str(case.verdict), verdict=case.verdict)]
        for name in worlds:
            world = cells.get(name)
            if world is None:
                row.append(Cell())
            elif world.as_promised:
                row.append(Cell(world.result))
            else:
                row.append(Cell(f"{world.result}, not {world.expected}", strong=True))
        row.append(Cell("" if case.ms is None else f"{case.ms:.1f}"))
        rows.append(tuple(row))
    columns = (*map(Column, ("kernel", "verdict", *worlds)), Column("ms", number=True))
    return Table(columns, (Section(tuple(rows)),))


def unknown(name: str, names: set[str]) -> str:
    """Return what to say of a name that no case has, with names that look alike."""
    if not name:
        return "no case has an empty name: see `landproof list`"
    alike = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.5)
    alike = alike or [one for one in sorted(names) if name in one][:3]
    hint = f"did you mean {', '.join(alike)}?" if alike else "see `landproof list`"
    return f"no case is called {name!r}: {hint}"
