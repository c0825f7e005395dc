# SPDX-License-Identifier: GPL-2.0
"""One case: what it claims, and what each kernel did with it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from reports.errors import UserError
from reports.formats.terminal import is_plain
from reports.model.known import current_name, explain, with_current_names
from reports.model.results import (
    UNREPORTED, Case, CaseResult, Kernel, Result, base, reproduce, variant,
)
from reports.model.rows import short_names
from reports.model.verdicts import LOOKS


def show(name: str, result: Result, console: Console) -> None:
    """Print everything about the case `name`, of one variant or of all.

    A result without kernels shows what the catalogue says alone. Follows former names. Raises
    UserError for a case that nothing knows, with names that look alike.
    """
    wanted = current_name(name)
    result = with_current_names(result)
    if not knows(result, wanted):
        raise UserError(_unknown(wanted, {*_ids(result), *result.by_id()}))
    chosen = [one for one in _ids(result) if wanted in (one, base(one))]
    entry = result.by_id().get(base(wanted))
    out = _Printer(console)
    out.line(wanted, "bold")
    if entry:
        _metadata(entry, out)
    for case_id in chosen:
        out.line()
        if len(chosen) > 1:
            out.line(case_id, "bold")
        _on_kernels(case_id, result.kernels, entry, console, out)
    if not chosen and result.kernels:
        out.line()
        out.line("It was not part of this run.")


def knows(result: Result, name: str) -> bool:
    """Whether the result or its catalogue has that case (and variant)."""
    wanted = current_name(name)
    result = with_current_names(result)
    entry = result.by_id().get(base(wanted))
    in_catalogue = entry is not None and variant(wanted) in (*entry.variants, "")
    return in_catalogue or any(wanted in (one, base(one)) for one in _ids(result))


def _ids(result: Result) -> list[str]:
    return sorted({case.id for kernel in result.kernels for case in kernel.cases})


class _Printer:
    """Prints lines that are not cut, wrapped or coloured by accident."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def line(self, text: str = "", style: str = "") -> None:
        """Print one line."""
        self.console.print(Text(text, style=style), soft_wrap=True, highlight=False)

    def field(self, name: str, text: str) -> None:
        """Print a named fact, if there is one."""
        if text:
            self.console.print(
                Text.assemble((f"  {name:<9}", "dim"), text), soft_wrap=True, highlight=False
            )


def _metadata(entry: Case, out: _Printer) -> None:
    out.line(entry.claim)
    out.line()
    out.field("promise", entry.promise)
    out.field("guard", ", ".join(entry.guard))
    out.field("since", f"ABI {entry.since}" if entry.since else "")
    out.field("source", entry.source)
    out.field("gap", entry.gap or "")
    out.field("needs", ", ".join(entry.needs))
    out.field("labels", ", ".join(entry.labels))
    out.field("variants", ", ".join(name or "plain" for name in entry.variants))
    out.field("worlds", ", ".join(entry.worlds))
    out.field("code", f"{entry.file}:{entry.line}" if entry.line else entry.file)


def _on_kernels(
    case_id: str, kernels: Sequence[Kernel], entry: Case | None, console: Console, out: _Printer
) -> None:
    shown = [(kernel, case) for kernel in kernels if (case := kernel.case(case_id))]
    console.print(_table(shown, plain=is_plain(console)))
    reasons: dict[str, list[str]] = {}
    for kernel, case in shown:
        reasons.setdefault(f"{case.verdict}: {case.why}", []).append(kernel.name)
    out.line()
    for why, names in reasons.items():
        out.line(f"{short_names(names)}: {why}")
    for issue in dict.fromkeys(explain(case) for _kernel, case in shown):
        if issue:
            out.line(f"known: {issue.report} ({issue.extent}). {issue.text}")
    for kernel, case in shown:
        for text in (*case.news, *_notes(case), *case.log, *case.console):
            out.line(f"{kernel.name} | {text}", "dim")
    kernel = next((kernel for kernel, case in shown if case.deviates), shown[0][0])
    unreported = entry is not None and UNREPORTED in entry.labels
    out.line(f"again: {reproduce(kernel, case_id, unreported=unreported)}")


def _notes(case: CaseResult) -> list[str]:
    return [f"{world.name}: {world.note}" for world in case.worlds if world.note]


def _table(shown: Sequence[tuple[Kernel, CaseResult]], *, plain: bool) -> Table:
    worlds = list(dict.fromkeys(world.name for _kernel, case in shown for world in case.worlds))
    table = Table(
        box=box.ASCII2 if plain else box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for heading in ("kernel", "verdict", *worlds, "ms"):
        table.add_column(heading, justify="right" if heading == "ms" else "left", overflow="fold")
    for kernel, case in shown:
        look = LOOKS[case.verdict]
        sign = look.ascii if plain else look.sign
        cells = {world.name: world for world in case.worlds}
        row = [Text(kernel.name), Text(f"{sign} {case.verdict}", style=look.style)]
        for name in worlds:
            world = cells.get(name)
            if world is None:
                row.append(Text(""))
            elif world.as_promised:
                row.append(Text(world.result))
            else:
                row.append(Text(f"{world.result}, not {world.expected}", style="bold red"))
        row.append(Text("" if case.ms is None else f"{case.ms:.1f}"))
        table.add_row(*row)
    return table


def _unknown(name: str, names: set[str]) -> str:
    if not name:
        return "no case has an empty name: see `landproof list`"
    alike = difflib.get_close_matches(name, sorted(names), n=3, cutoff=0.5)
    alike = alike or [one for one in sorted(names) if name in one][:3]
    hint = f"did you mean {', '.join(alike)}?" if alike else "see `landproof list`"
    return f"no case is called {name!r}: {hint}"
