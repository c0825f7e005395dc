# SPDX-License-Identifier: GPL-2.0
"""What tools enforce: tools down, kernels across, and one outcome in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

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
from reports.model.judgement import Judgement
from reports.model.runtimegate import column, command
from reports.model.runtimes import (
    MEANINGS, RAW, Outcome, Run, Tool, answers, counted, to_json, typed,
)

ALIKE = 3  # cases that are named of those with one reason


def document(run: Run, judgement: Judgement, strict: bool = False) -> Document:
    """Return the table, the deviations by reason, and what was missing."""
    seen = {one.verdict for one in run.outcomes}
    meanings = Facts(tuple((verdict, words(text)) for verdict, text in MEANINGS.items()
                           if verdict in seen))
    deviations = tuple(_deviations(run, judgement, strict))
    return Document(
        "What tools enforce",
        (Block((table(run), *(Note(words(text)) for text in (*run.troubles, *run.undeclared)))),
         Block((Items(deviations),) if deviations else (), "Deviations"),
         Block(tuple(_counts(run, tool) for tool in run.tools), "Outcomes", folded=True,
               room=Room.MAIL),
         Block((meanings,) if seen else (), "What the words mean", folded=True)),
        run.landproof, run.date, json=partial(to_json, run))


def title(tool: Tool) -> str:
    """Return a tool's name with its version and what it is to do where it cannot enforce."""
    version = f" {tool.version[:24]}" if tool.version else ""
    return f"{tool.name}{version}{f' ({tool.model})' if tool.model else ''}"


def table(run: Run) -> Table:
    """Return the three answers of each tool, kernels across."""
    sections = []
    for tool in run.tools:
        found = [answers(run, one.name, tool.name) for one in run.machines]
        sections.append(Section((
            (Cell("fails closed?"), *(Cell(one.closed, strong=one.bad) for one in found)),
            (Cell("says so?"), *(Cell(one.told) for one in found)),
            (Cell("leaves open?"), *(Cell(one.leaves) for one in found)),
        ), title(tool)))
    return Table((Column(""), *(Column(one.name) for one in run.machines)), tuple(sections))


def _counts(run: Run, tool: Tool) -> Table:
    kernels = [(one.name, counted(run.of(one.name, tool.name))) for one in run.machines]
    shown = [verdict for verdict in MEANINGS if any(counts[verdict] for _name, counts in kernels)]
    return Table((Column(tool.name), *(Column(one, number=True) for one in shown)), (Section(
        tuple((Cell(name), *(Cell(str(counts[one] or "")) for one in shown))
              for name, counts in kernels)),))


def _deviations(run: Run, judgement: Judgement, strict: bool) -> list[Item]:
    """Return an item for each tool, kernel and reason; the first cases stand for all."""
    gates = {(kernel.name, case.id): case.gate
             for kernel in judgement.judged.kernels for case in kernel.cases if case.gate}
    alike: dict[tuple[str, str, str, str, str], list[Outcome]] = {}
    for one in run.deviations(strict):
        gate = gates.get((column(one.tool, one.kernel), one.case), "")
        alike.setdefault((one.tool, one.kernel, one.verdict, one.why, gate), []).append(one)
    return [Item(words(Cell(f"{tool} on {kernel}: {verdict}", strong=True), f": {why}",
                       f" ({gate})" if gate else ""),
                 _examples(found))
            for (tool, kernel, verdict, why, gate), found in alike.items()]


def _examples(found: Sequence[Outcome]) -> tuple[Words, ...]:
    first = found[0]
    line = typed(str((first.worlds.get("word") or first.worlds.get("deny") or {}).get("command")),
                 first.tool)
    more = f", and {len(found) - ALIKE} more" if len(found) > ALIKE else ""
    return (words(", ".join(one.case for one in found[:ALIKE]), more),
            words(Cell(line, code=True)))


def one(run: Run, found: Outcome) -> Document:
    """Return all that is known of one outcome: what to type, and what came of it."""
    pairs: list[tuple[str, Words]] = [
        ("verdict", words(Cell(found.verdict, strong=True), f": {found.why}",
                          " (coarse)" if found.coarse else "")),
        ("means", words(MEANINGS.get(found.verdict, ""))),
        ("guarded by", words(", ".join(run.guards(found.case)) or "-")),
        ("again", words(Cell(f"./landproof {command(found.tool, found.kernel)}"
                             f" --case '{found.case}'", code=True))),
    ]
    raw = next((other for other in run.of(found.kernel, RAW) if other.case == found.case), None)
    for name, world in found.worlds.items():
        pairs.append((name, words(_came(world))))
        if line := typed(world["command"], found.tool):
            pairs.append(("  type", words(Cell(line, code=True))))
        if world["said"]:
            pairs.append(("  said", words(" / ".join(world["said"].strip().splitlines()))))
        if raw and name in raw.worlds:
            pairs.append(("  raw calls", words(_came(raw.worlds[name]))))
    return Document(f"{found.case} by {found.tool} on {found.kernel}",
                    (Block((Facts(tuple(pairs)),)),), run.landproof, run.date)


def _came(world: Mapping[str, Any]) -> str:
    """Return what a world came to: the result, the layers, what the tool took away."""
    if world["inexpressible"]:
        return f"not run: {world['note']}"
    if not world["started"]:
        return f"the program did not start (status {world['status']})"
    layers = "1 layer" if world["layers"] == 1 else f"{world['layers']} layers"
    lost = f", without its {', '.join(world['lost'])}" if world["lost"] else ""
    note = f", {world['note']}" if world["note"] else ""
    return f"{world['result']}, {layers}{lost}{note}"
