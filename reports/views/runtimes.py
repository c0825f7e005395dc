# SPDX-License-Identifier: GPL-2.0
"""What tools enforce: tools down, kernels across, and one outcome in full."""

from __future__ import annotations

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
    Section,
    Table,
    words,
)
from reports.model.runtimes import MEANINGS, Outcome, Run, counted, to_json

ALIKE = 3  # cases that are named of those with one reason


def document(run: Run, strict: bool = False) -> Document:
    """Return the table, the deviations by reason, and what was missing."""
    tools = [name for name in run.tools() if name != "raw"]
    table = Table(
        (Column("tool"), *(Column(kernel) for kernel in run.kernels)),
        (Section(tuple((Cell(tool, code=True), *(Cell(_summary(run, kernel, tool))
                                                 for kernel in run.kernels)) for tool in tools)),))
    seen = {one.verdict for one in run.outcomes}
    meanings = Facts(tuple((verdict, words(text)) for verdict, text in MEANINGS.items()
                           if verdict in seen and verdict != "not-applicable"))
    return Document(
        "What tools enforce",
        (Block((table, *(Note(words(text)) for text in run.troubles))),
         Block((meanings,), "What the words mean"),
         Block((Items(tuple(_deviations(run, strict))),), "Deviations")),
        run.landproof, json=partial(to_json, run))


def _summary(run: Run, kernel: str, tool: str) -> str:
    counts = counted(run.of(kernel, tool))
    parts = [f"{counts[verdict]} {verdict}" for verdict in MEANINGS if counts[verdict]]
    if left := run.left_open(kernel, tool):
        parts.append(f"{left} open under its strictest policy")
    return ", ".join(parts) or "nothing was tried"


def _deviations(run: Run, strict: bool) -> list[Item]:
    """Return an item for each tool, kernel and reason; the first cases stand for all."""
    alike: dict[tuple[str, str, str, str], list[Outcome]] = {}
    for one in run.deviations(strict):
        alike.setdefault((one.tool, one.kernel, one.verdict, one.why), []).append(one)
    return [Item(words(Cell(f"{tool} on {kernel}: {verdict}", strong=True), f": {why}"),
                 (words(f"{len(found)} of its cases: ",
                        ", ".join(one.case for one in found[:ALIKE]),
                        ", ..." if len(found) > ALIKE else ""),))
            for (tool, kernel, verdict, why), found in alike.items()]


def one(found: Outcome, landproof: str) -> Document:
    """Return all that is known of one outcome: what to type, and what came of it."""
    pairs = [("verdict", words(Cell(found.verdict, strong=True), f": {found.why}",
                               " (coarse)" if found.coarse else ""))]
    for name, world in found.worlds.items():
        ended = f"status {world['status']}, the program did not start"
        came = f"{world['result']}, {world['layers']} layers" if world["started"] else ended
        pairs.append((name, words(came)))
        if world["command"]:
            pairs.append(("  command", words(Cell(world["command"], code=True))))
        if world["said"]:
            pairs.append(("  said", words(world["said"].strip())))
    return Document(f"{found.case} by {found.tool} on {found.kernel}",
                    (Block((Facts(tuple(pairs)),)),), landproof)
