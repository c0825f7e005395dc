# SPDX-License-Identifier: GPL-2.0
"""The table of the roads to a guarded port: for a terminal, as Markdown, HTML and JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.formats.markdown import code, escape, table
from reports.formats.page import render
from reports.formats.terminal import is_plain
from reports.model.results import Result
from reports.model.rows import short_names
from reports.model.verdicts import DEVIATIONS, LOOKS, Verdict
from reports.views.reach import Cell, Section, columns, lacking

ROAD_WIDTH = 46  # of a terminal; longer ones are folded

INTRODUCTION = (
    "Each road was tried without a sandbox, where it has to work, and under a policy that denies"
    " the port. A road that reaches the port, or serves on it, got through that policy: what"
    " it sent came back, or was seen to arrive. The word behind tells what the documentation says."
)
MEANINGS = {
    Verdict.HOLDS: "as the documentation promises: stopped, or, by design, left free",
    Verdict.OPEN: "nothing promises to stop it",
    Verdict.BYPASS: "the documentation promises to stop it",
    Verdict.ABSENT: "this kernel's Landlock has no rule for the port; seen without a sandbox",
}


def print_reach(result: Result, target: Console, shown: Sequence[Section],
                number: int | None) -> None:
    """Print the table: in each cell a sign and a word where they fit, else the sign alone."""
    plain = is_plain(target)
    grid = _grid(result, shown, number, plain=plain, words=True)
    needed = target.measure(grid, options=target.options.update(width=10_000)).maximum
    if not target.is_terminal:
        target.width = max(target.width, needed)
    if needed > target.width:
        grid = _grid(result, shown, number, plain=plain, words=False)
    target.print(grid, highlight=False)
    target.print()
    for verdict, words in _legend(shown).items():
        sign = LOOKS[verdict].ascii if plain else LOOKS[verdict].sign
        line = Text.assemble((f"{sign} {' or '.join(words)}", LOOKS[verdict].style))
        line.append(f"{', ' if words else ''}{verdict}: {_meaning(verdict)}")
        target.print(line, highlight=False)
    for missing, names in lacking(result, shown).items():
        target.print(Text(f"missing on {short_names(names)}: {missing}", style="dim"))
    for kernel in result.kernels:
        for text in (kernel.unavailable, *(lost.why for lost in kernel.lost), *kernel.notes):
            if text:
                target.print(Text(f"{kernel.name}: {text}", style="yellow"))


def to_markdown(result: Result, shown: Sequence[Section], number: int | None) -> str:
    """Return the table as Markdown."""
    kernels = columns(result)
    parts = [f"## What reaches a guarded port\n\n{INTRODUCTION}"]
    for section in shown:
        head = ["road", *(escape(kernel.name) for kernel in kernels), "upstream", "case"]
        lines = [
            [escape(road.claim), *map(_markdown_cell, road.cells), _code_or_text(road.upstream),
             code(road.case)]
            for road in section.roads
        ]
        counts = [f"{some} of {all_}" for some, all_ in section.through]
        lines.append(["how many get through", *counts, "", ""])
        parts.append(f"### {section.title(number)}\n\n{table(head, lines)}")
    parts.append("\n".join(f"- {verdict}: {_meaning(verdict)}" for verdict in _legend(shown)))
    gaps = lacking(result, shown).items()
    parts.append("\n".join(f"- missing on {short_names(names)}: {escape(missing)}"
                           for missing, names in gaps))
    return "\n\n".join(filter(None, parts)) + "\n"


def to_html(result: Result, shown: Sequence[Section], number: int | None) -> str:
    """Return the table as one page that needs nothing beside itself."""
    return render(
        "reach.html.j2",
        result=result,
        columns=columns(result),
        sections=shown,
        number=number,
        introduction=INTRODUCTION,
        legend=_legend(shown),
        meaning=_meaning,
        looks=LOOKS,
        words=_words,
        lacking=lacking(result, shown),
        short_names=short_names,
    )


def to_json(result: Result, shown: Sequence[Section], number: int | None) -> str:
    """Return the table for programs."""
    kernels = columns(result)
    data = {
        "landproof": result.landproof,
        "date": result.date,
        "port": number,
        "kernels": [
            {"name": one.name, "release": one.release, "abi": one.abi} for one in kernels
        ],
        "roads": [
            {
                "case": road.case,
                "road": road.claim,
                "direction": section.direction,
                "protocol": section.protocol,
                "upstream": road.upstream,
                "kernels": {
                    kernel.name: {
                        "verdict": cell.verdict,
                        "word": cell.word,
                        "variants": list(cell.variants),
                        "missing": cell.missing,
                    }
                    for kernel, cell in zip(kernels, road.cells, strict=True)
                    if cell
                },
            }
            for section in shown
            for road in section.roads
        ],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _grid(
    result: Result, shown: Sequence[Section], number: int | None, *, plain: bool, words: bool
) -> Table:
    grid = Table(
        box=box.ASCII2 if plain else box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    grid.add_column("road", overflow="fold", max_width=ROAD_WIDTH)
    for kernel in columns(result):
        grid.add_column(Text(kernel.name), no_wrap=words)
    grid.add_column("upstream", overflow="fold", max_width=ROAD_WIDTH)
    grid.add_column("case", overflow="fold")
    for section in shown:
        counts = (Text(f"{some} of {all_}", style="bold") for some, all_ in section.through)
        grid.add_row(Text(section.title(number), style="bold"), *counts)
        for road in section.roads:
            cells = (_terminal_cell(cell, plain=plain, words=words) for cell in road.cells)
            grid.add_row(Text(road.claim), *cells, Text(road.upstream),
                         Text(road.case, style="dim"))
    return grid


def _terminal_cell(cell: Cell | None, *, plain: bool, words: bool) -> Text:
    if cell is None:
        return Text("")
    look = LOOKS[cell.verdict]
    sign = look.ascii if plain else look.sign
    if not words:
        return Text(sign, style=look.style)
    word = cell.word.upper() if cell.verdict in DEVIATIONS else cell.word or look.short
    only = f" [{', '.join(cell.variants)}]" if cell.variants else ""
    return Text(f"{sign} {word}{only}", style=look.style)


def _words(cell: Cell) -> str:
    """Return `reaches (bypass for ipv6)`."""
    only = f" for {', '.join(cell.variants)}" if cell.variants else ""
    return f"{cell.word} ({cell.verdict}{only})" if cell.word else f"{cell.verdict}{only}"


def _markdown_cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return f"**{_words(cell)}**" if cell.verdict in DEVIATIONS else _words(cell)


def _code_or_text(upstream: str) -> str:
    """A bare name#number would leave a mark in the upstream project's thread."""
    return code(upstream) if "#" in upstream else escape(upstream)


def _legend(shown: Sequence[Section]) -> dict[Verdict, list[str]]:
    """Return the verdicts that occur, with the words that stand before them."""
    cells = [cell for one in shown for road in one.roads for cell in road.cells if cell]
    return {
        verdict: sorted({one.word for one in cells if one.verdict is verdict} - {""})
        for verdict in LOOKS
        if any(one.verdict is verdict for one in cells)
    }


def _meaning(verdict: Verdict) -> str:
    return MEANINGS.get(verdict, LOOKS[verdict].meaning)
