# SPDX-License-Identifier: GPL-2.0
"""The terminal's matrix, what stands out in it, and the sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reports.formats.terminal import is_plain
from reports.model.baseline import deviations_beyond
from reports.model.findings import Finding, closed, findings, news
from reports.model.results import Kernel, Result
from reports.model.rows import (
    errata_text,
    families,
    rows,
    short_names,
    short_rows,
    summarize,
)
from reports.model.verdicts import DEVIATIONS, LOOKS, Verdict

NARROW_LABEL = 30  # a name is folded below this, and never cut
FINDINGS = 40  # more are not read in a terminal


def print_result(
    result: Result, console: Console, baseline: Result | None = None, *, full: bool = False
) -> None:
    """Print the matrix, the findings and the sums, which are what stays on the screen.

    Cells have a sign and a word where the terminal is wide enough, else a sign and a legend.
    Cases of one subject that show the same share a row, unless the table is to be `full`.
    Takes a baseline to tell deviations that are in it already.
    """
    plain = is_plain(console)
    matrix = _matrix(result, plain=plain, words=True, full=full)
    needed = console.measure(matrix, options=console.options.update(width=10_000)).maximum
    if not console.is_terminal:  # a file or a pipe has room
        console.width = max(console.width, needed)
    if needed > console.width:
        matrix = _matrix(result, plain=plain, words=False, full=full)
        _print(console, [matrix, _legend(result, plain)])
    else:
        _print(console, [matrix])
    beyond = {(kernel.name, case.id) for kernel, case in deviations_beyond(result, baseline)}
    found = findings(result)
    for one in found[:FINDINGS]:
        places = ((kernel.name, case) for kernel in one.kernels for case in one.cases)
        is_new = not beyond.isdisjoint(places)
        _print(console, [_finding(one, plain, "" if is_new else "  (in the baseline)")])
    if len(found) > FINDINGS:
        _print(console, [Text(f"... and {len(found) - FINDINGS} more: see --html or --markdown")])
    _print(console, _news(result, plain))
    _print(console, [_summary(result)])
    _print(console, _notes(result))


def _print(console: Console, parts: Sequence[RenderableType]) -> None:
    """Print a paragraph, if there is anything in it."""
    if parts:
        console.print(*parts, sep="\n", highlight=False)
        console.print()


def _sign(verdict: Verdict, plain: bool) -> str:
    look = LOOKS[verdict]
    return look.ascii if plain else look.sign


def _cell(verdict: Verdict | None, *, plain: bool, words: bool) -> Text:
    if verdict is None:
        return Text("")
    look = LOOKS[verdict]
    sign = _sign(verdict, plain)
    return Text(f"{sign} {look.short}" if words else sign, style=look.style)


def _shared_prefix(kernels: Iterable[Kernel]) -> str:
    """Return `debian-` if every name begins so and says more."""
    prefixes = {kernel.name[: kernel.name.rfind("-") + 1] for kernel in kernels}
    return prefixes.pop() if len(prefixes) == 1 else ""


def _matrix(result: Result, *, plain: bool, words: bool, full: bool) -> Table:
    kernels = [kernel for kernel in result.kernels if not kernel.unavailable]
    prefix = _shared_prefix(kernels)
    table = Table(
        box=box.ASCII2 if plain else box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
        padding=(0, 1, 0, 0) if words else (0, 0),
    )
    table.add_column(
        Text(f"kernel {prefix}" if prefix else "case"), overflow="fold", min_width=NARROW_LABEL
    )
    for kernel in kernels:
        heading = Text(kernel.name.removeprefix(prefix), style="bold")
        table.add_column(heading, justify="left" if words else "center", no_wrap=True)
    for name, ids in families(result):
        table.add_row(Text(f"{name} ({len(ids)})", style="bold"))
        for row in (rows if full else short_rows)(ids, kernels):
            cells = (_cell(verdict, plain=plain, words=words) for verdict in row.verdicts)
            table.add_row(Text(f"  {row.label}"), *cells)
    return table


def _legend(result: Result, plain: bool) -> RenderableType:
    present = {case.verdict for kernel in result.kernels for case in kernel.cases}
    return Text("  ").join(
        Text.assemble((_sign(verdict, plain), LOOKS[verdict].style), f" {verdict}")
        for verdict in LOOKS
        if verdict in present
    )


def _news(result: Result, plain: bool) -> list[RenderableType]:
    good = [_finding(one, plain, "") for one in closed(result)]
    remarks = [
        Text(f"{short_names(one.kernels)}: {one.text} ({', '.join(one.cases)})")
        for one in news(result)
    ]
    return [*good, *remarks]


def _finding(finding: Finding, plain: bool, remark: str) -> RenderableType:
    names = short_names([kernel.name for kernel in finding.kernels])
    look = LOOKS[finding.verdict]
    head = Text.assemble(
        (f"{_sign(finding.verdict, plain)} {finding.verdict}", look.style),
        f"  {', '.join(finding.labels)}  on {names}",
        (remark if finding.verdict in DEVIATIONS else "", "dim"),
    )
    details = [finding.claim, finding.evidence]
    issue = finding.issue
    if issue:
        details.append(f"known: {issue.report} ({issue.extent}). {issue.text}")
    if finding.said_fixed:
        details.append(f"but said to be fixed in {short_names(finding.said_fixed)}: look closer")
    body = Group(*(Text(line) for line in details if line))
    return Group(head, Padding(body, (0, 0, 0, 4), expand=False))


def _summary(result: Result) -> Table:
    catalogue = result.by_id()
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in ("kernel", "release", "ABI", "errata", "rights", "deviate", "open", "no run"):
        right = heading in ("ABI", "rights", "deviate", "open", "no run")
        table.add_column(
            Text(heading, style="bold"), justify="right" if right else "left", overflow="fold"
        )
    for kernel in result.kernels:
        if kernel.unavailable:
            table.add_row(Text(kernel.name), Text(f"not run: {kernel.unavailable}", style="dim"))
            continue
        sums = summarize(kernel, catalogue)
        table.add_row(
            Text(kernel.name),
            Text(kernel.release or "?"),
            Text(str(kernel.abi) if kernel.abi else "none"),
            Text(errata_text(kernel.errata) if kernel.abi else ""),
            Text(f"{len(sums.enforced)}/{sums.promised}" if sums.promised else "none"),
            Text(str(sums.deviations), style="bold red" if sums.deviations else ""),
            Text(str(sums.counts.get(Verdict.OPEN, 0))),
            Text(str(sums.counts.get(Verdict.CANNOT_RUN, 0))),
        )
    return table


def _notes(result: Result) -> list[RenderableType]:
    lines = [
        Text(f"{kernel.name}: {text}", style="yellow")
        for kernel in result.kernels
        for text in (*(lost.why for lost in kernel.lost), *kernel.notes)
    ]
    return [Group(*lines)] if lines else []
