# SPDX-License-Identifier: GPL-2.0
"""Operations by hook as one HTML page: a matrix for each kernel, no script, no network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reports.formats.page import render
from reports.model.hooks import ATTEMPT, HookCall
from reports.model.results import Kernel, Result, shareable
from reports.views.hookrows import CONTROL, Row, answers, rows, text

FEW = 8  # cases in a list; more are folded
MARKS = {"io_uring": "ᵘ", "softirq": "ˢ", "kernel": "ᵏ"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A hook in one operation: in the control world, and under a policy where that differs."""

    text: str
    details: str
    refused: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One operation of the matrix of one kernel."""

    label: str
    claim: str
    results: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The hooks that anything called on one kernel, and the operations that did."""

    hooks: tuple[str, ...]
    lines: tuple[Line, ...]


def to_text(result: Result) -> str:
    """Return the page. Cases that must not be shared are not in it."""
    shared = shareable(result)
    return render(
        "hooks.html.j2",
        result=shared,
        matrix=lambda kernel: _matrix(shared, kernel),
        answers=answers,
        marks=MARKS,
        few=FEW,
    )


def _matrix(result: Result, kernel: Kernel) -> Matrix:
    """Return the matrix; an operation has a line of its own wherever a variant differs."""
    alone = Result(result.landproof, (kernel,), result.catalogue)
    worlds: dict[str, dict[str, Row]] = {}
    labels: dict[str, str] = {}
    for row in rows(alone):
        for case_id in row.ids:
            worlds.setdefault(case_id, {})[row.world] = row
    for case_id, seen in worlds.items():
        # Variants share a line if they share a row in each of the worlds.
        labels.setdefault(repr([row.ids for row in seen.values()]), case_id)
    called = {call.name for seen in worlds.values() for row in seen.values() for call in row.calls}
    names = [name.removeprefix("security_") for name in kernel.traced]
    hooks = tuple(name for name in sorted(names, key=_family) if name in called)
    catalogue = result.by_id()
    lines = []
    for case_id in labels.values():
        shared = list(worlds[case_id].values())
        entry = catalogue.get(case_id.partition("[")[0])
        lines.append(
            Line(
                label=min((row.label for row in shared), key=len),
                claim=entry.claim if entry else "",
                results=" → ".join(dict.fromkeys(row.result for row in shared)),
                cells=tuple(_cell(name, shared) for name in hooks),
            )
        )
    return Matrix(hooks, tuple(lines))


def _family(name: str) -> tuple[int, str]:
    order = ("socket", "unix", "inet", "sctp", "mptcp", "file")
    family = name.partition("_")[0]
    return (order.index(family) if family in order else len(order), family)


def _cell(hook: str, shared: Iterable[Row]) -> Cell | None:
    """Return the cell: what the hook returned; `0 → EACCES` where a policy changed that."""
    calls = {row.world: [call for call in row.calls if call.name == hook] for row in shared}
    if not any(calls.values()):
        return None
    shown = [
        " ".join(dict.fromkeys(map(_shown, calls[world]))) or "–"
        for world in sorted(calls, key=lambda world: world != CONTROL)
    ]
    details = [f"{world}: {text(some) or 'not called'}" for world, some in calls.items()]
    return Cell(
        text=" → ".join(dict.fromkeys(shown)),
        details="\n".join(details),
        refused=any(call.refused for some in calls.values() for call in some),
    )


def _shown(call: HookCall) -> str:
    mark = "" if call.by == ATTEMPT else MARKS.get(call.by, "")
    kern = "kern " if call.socket and call.socket.kern else ""
    return f"{kern}{'✓' if call.returned in (None, '0') else call.returned}{mark}"
