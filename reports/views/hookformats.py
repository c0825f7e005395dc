# SPDX-License-Identifier: GPL-2.0
"""Operations by hook, for a terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.formats.markdown import code, escape, folded, table
from reports.formats.terminal import is_plain
from reports.model.findings import count
from reports.model.results import Kernel, Result, base, shareable
from reports.model.rows import short_names
from reports.views.hookrows import LEFT_OUT, Answers, Row, answers, rows, text

NAMES = 8  # in a list for the terminal; more are counted
LEGEND = (
    "Hooks in the order of their first calls; what returns 0 or nothing stands alone, else with"
    " what it returned. An attempt also sends and receives, which proves its effect. In brackets:"
    " who called, where it was not the attempt. Left out: "
    + ", ".join(LEFT_OUT) + "."
)


def print_hooks(result: Result, console: Console) -> None:
    """Print a row for each operation, world and behaviour, then what they answer."""
    console.print(_table(result, plain=is_plain(console)), highlight=False)
    console.print(f"\n{LEGEND}\n", highlight=False)
    for kernel in result.kernels:
        console.print(Text(_title(kernel), style="bold"))
        if not kernel.unavailable:
            for question, lines in _answered(answers(kernel), NAMES):
                console.print(Text("\n".join([f"  {question}:", *(f"    {one}" for one in lines)])))
        console.print()


def to_markdown(result: Result) -> str:
    """Return the same as Markdown: the answers first, the table folded."""
    shared = shareable(result)
    parts = [f"## Which hook saw it\n\n{escape(LEGEND)}"]
    for kernel in shared.kernels:
        parts.append(f"### {escape(_title(kernel))}")
        if not kernel.unavailable:
            parts += [
                f"**{question}**\n\n" + "\n".join(f"- {escape(line)}" for line in lines)
                for question, lines in _answered(answers(kernel), None)
            ]
    names = [kernel.name for kernel in shared.kernels]
    head = ["operation", "world", "kernels", "result", "hooks"]
    lines = [
        [code(row.label), row.world, escape(_where(row, shared)), row.result,
         escape(text(row.calls))]
        for row in rows(shared)
    ]
    title = f"{count(len(lines), 'row')}, {short_names(names)}"
    parts.append(folded(title, table(head, lines)))
    return "\n\n".join(parts) + "\n"


def _table(result: Result, *, plain: bool) -> Table:
    shown = Table(
        box=box.ASCII2 if plain else box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for heading in ("operation", "world", "kernels", "result"):
        shown.add_column(heading, overflow="fold")
    shown.add_column("hooks", overflow="fold", ratio=1)
    last = ""
    for row in rows(result):
        label = "" if row.label == last else row.label
        cells = (label, row.world, _where(row, result), row.result, text(row.calls))
        refused = any(call.refused for call in row.calls)
        shown.add_row(*map(Text, cells), style="red" if refused else "")
        last = row.label
    return shown


def _where(row: Row, result: Result) -> str:
    """Return on which kernels, if not on all that ran any of it."""
    ran = [kernel.name for kernel in result.kernels if not kernel.unavailable]
    return "all" if list(row.kernels) == ran else short_names(row.kernels)


def _title(kernel: Kernel) -> str:
    if kernel.unavailable:
        return f"{kernel.name}: {kernel.unavailable}"
    landlock = f"Landlock ABI {kernel.abi}" if kernel.abi else "no Landlock"
    lacking = "".join(f"; not {hook}: {why}" for hook, why in kernel.untraced.items())
    cases = count(len({base(case.id) for case in kernel.cases}), "operation")
    return (
        f"{kernel.name} ({kernel.release}, {landlock}): {cases},"
        f" {count(len(kernel.traced), 'hook')} traced{lacking}"
    )


def _answered(answers: Answers, most: int | None) -> Iterable[tuple[str, list[str]]]:
    for question, groups in answers.sections():
        lines = [
            f"{group}: {_names(names, most)}" if group else _names(names, most)
            for group, names in groups
        ]
        yield question, lines or ["none"]


def _names(names: Sequence[str], most: int | None) -> str:
    more = f" and {len(names) - most} more" if most and len(names) > most else ""
    return ", ".join(names[:most]) + more
