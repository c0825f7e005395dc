# SPDX-License-Identifier: GPL-2.0
"""Which hook of the security modules saw each operation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Group,
    Item,
    Items,
    Note,
    Part,
    Room,
    Section,
    Table,
    words,
)
from reports.model.findings import count
from reports.model.hookrows import CONTROL, LEFT_OUT, Row, answers, rows, text
from reports.model.hooks import ATTEMPT, HookCall
from reports.model.resultfile import to_text
from reports.model.results import Kernel, Result, base
from reports.model.rows import short_names

NAMES = 8  # in a list; more are counted
MARKS = {"io_uring": "ᵘ", "softirq": "ˢ", "kernel": "ᵏ"}
LEGEND = (
    "Hooks in the order of their first calls; what returns 0 or nothing stands alone, else with"
    " what it returned. An attempt also sends and receives, which proves its effect. In brackets:"
    " who called, where it was not the attempt. Left out: "
    + ", ".join(LEFT_OUT) + "."
)
GRID = (
    "A cell says what the hook returned: ✓ is 0, or nothing to return. After an arrow: what it"
    " returned under a policy, – if it was not reached. Called by"
    f" {MARKS['io_uring']} a thread of io_uring, {MARKS['softirq']} the receiving side of the"
    f" network, {MARKS['kernel']} a thread of the kernel; kern: for a socket that the kernel"
    " keeps for itself."
)


def document(result: Result) -> Document:
    """Return what each kernel answers, the rows behind it, and a grid where there is room."""
    found = rows(result)
    names = [kernel.name for kernel in result.kernels]
    table = Table(
        tuple(map(Column, ("operation", "world", "kernels", "result", "hooks"))),
        (Section(tuple(_row(row, result) for row in found)),),
    )
    grids = [_grid(result, kernel) for kernel in result.kernels if not kernel.unavailable]
    return Document(
        title="Which hook saw it",
        intro=words(LEGEND),
        blocks=(
            Block(tuple(_kernel(kernel) for kernel in result.kernels)),
            Block((table,), f"{count(len(found), 'row')}, {short_names(names)}", folded=True),
            Block((*words_of_grid(grids), *grids), "Operations by hook", room=Room.PAGE),
        ),
        landproof=result.landproof,
        date=result.date or "",
        json=partial(to_text, result),
    )


def words_of_grid(grids: Sequence[Part]) -> tuple[Part, ...]:
    """Return how to read the grids, if there are any."""
    return (Group("How to read it", (Items((Item(words(GRID)),)),)),) if grids else ()


def _kernel(kernel: Kernel) -> Part:
    if kernel.unavailable:
        return Note(words(f"{kernel.name}: {kernel.unavailable}"))
    landlock = f"Landlock ABI {kernel.abi}" if kernel.abi else "no Landlock"
    lacking = "".join(f"; not {hook}: {why}" for hook, why in kernel.untraced.items())
    cases = count(len({base(case.id) for case in kernel.cases}), "operation")
    title = (
        f"{kernel.name} ({kernel.release}, {landlock}): {cases},"
        f" {count(len(kernel.traced), 'hook')} traced{lacking}"
    )
    lost = tuple(Note(words(f"Not complete: {one.why}.")) for one in kernel.lost)
    items = (
        Item(
            words(f"{question}:"),
            tuple(words(f"{group}: " if group else "", _names(names)) for group, names in groups)
            or (words("none"),),
        )
        for question, groups in answers(kernel).sections()
    )
    return Group(title, (*lost, Items(tuple(items))))


def _names(names: Sequence[str]) -> Cell:
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return Cell(", ".join(names[:NAMES]) + more, detail=", ".join(names))


def _row(row: Row, result: Result) -> tuple[Cell, ...]:
    ran = [kernel.name for kernel in result.kernels if not kernel.unavailable]
    where = "all" if list(row.kernels) == ran else short_names(row.kernels)
    return (Cell(row.label, code=True), Cell(row.world), Cell(where), Cell(row.result),
            Cell(text(row.calls)))


def _grid(result: Result, kernel: Kernel) -> Group:
    """Return one kernel's grid; an operation has a line of its own wherever a variant differs."""
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
    hooks = [name for name in sorted(names, key=_family) if name in called]
    catalogue = result.by_id()
    lines = []
    for case_id in labels.values():
        shared = list(worlds[case_id].values())
        entry = catalogue.get(base(case_id))
        label = min((row.label for row in shared), key=len)
        results = " → ".join(dict.fromkeys(row.result for row in shared))
        lines.append((
            Cell(label, code=True, detail=entry.claim if entry else ""), Cell(results),
            *(_cell(name, shared) for name in hooks),
        ))
    columns = (Column("operation"), Column("result"), *(Column(one, narrow=True) for one in hooks))
    title = f"{kernel.name}: {len(lines)} operations by {len(hooks)} hooks"
    return Group(title, (Table(columns, (Section(tuple(lines)),)),), folded=True)


def _family(name: str) -> tuple[int, str]:
    order = ("socket", "unix", "inet", "sctp", "mptcp", "file")
    family = name.partition("_")[0]
    return (order.index(family) if family in order else len(order), family)


def _cell(hook: str, shared: Iterable[Row]) -> Cell:
    """Return what the hook returned; `✓ → EACCES` where a policy changed that."""
    calls = {row.world: [call for call in row.calls if call.name == hook] for row in shared}
    if not any(calls.values()):
        return Cell()
    shown = [
        " ".join(dict.fromkeys(map(_shown, calls[world]))) or "–"
        for world in sorted(calls, key=lambda world: world != CONTROL)
    ]
    details = [f"{world}: {text(some) or 'not called'}" for world, some in calls.items()]
    refused = any(call.refused for some in calls.values() for call in some)
    return Cell(" → ".join(dict.fromkeys(shown)), detail="\n".join(details), strong=refused)


def _shown(call: HookCall) -> str:
    mark = "" if call.by == ATTEMPT else MARKS.get(call.by, "")
    kern = "kern " if call.socket and call.socket.kern else ""
    return f"{kern}{'✓' if call.returned in (None, '0') else call.returned}{mark}"
