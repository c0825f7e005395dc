# SPDX-License-Identifier: GPL-2.0
"""The catalogue and its coverage of the UAPI, for a terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.text import Text

from reports.formats import terminal
from reports.model.resultfile import case_from_json
from reports.model.results import family_order


def print_cases(catalogue: Sequence[Mapping[str, Any]], *, as_json: bool = False) -> None:
    """Print what `list --json` gave: a line for each case, by family, or as it is."""
    if as_json:
        _print_json(catalogue)
        return
    console = terminal.console()
    entries = sorted(
        map(case_from_json, catalogue), key=lambda case: (family_order(case.family), case.id)
    )
    width = min(44, max((len(entry.id) for entry in entries), default=0))
    for name, group in groupby(entries, key=lambda case: case.family):
        cases = list(group)
        _line(console, Text(f"{name} ({len(cases)})", style="bold"))
        for case in cases:
            variants = ", ".join(filter(None, case.variants))
            since = "open" if case.kind == "open" else f"ABI {case.since}" if case.since else ""
            others = " ".join(label for label in case.labels if label != case.family)
            _line(
                console,
                Text.assemble(
                    f"  {case.id:<{width}}  ",
                    (f"{since:<6}  ", "dim"),
                    case.claim,
                    (f"  [{variants}]" if variants else "", "cyan"),
                    (f"  {others}" if others else "", "dim"),
                ),
            )
    runs = sum(max(1, len(entry.variants)) for entry in entries)
    _line(console, Text(f"{len(entries)} cases, {runs} with their variants"))


def print_coverage(
    coverage: Mapping[str, Mapping[str, Any]], *, as_json: bool = False
) -> None:
    """Print what `list --coverage --json` gave: for each right, flag and field, its cases."""
    if as_json:
        _print_json(coverage)
        return
    console = terminal.console()
    width = max((len(name) for name in coverage), default=0)
    uncovered = []
    for name, about in coverage.items():
        cases = [str(case) for case in about.get("cases") or ()]
        reason = str(about.get("reason") or "")
        if not cases and not reason:
            uncovered.append(name)
        shown = f"{len(cases):>3}  {' '.join(cases[:3])}" if cases else f"  –  {reason}"
        more = f" and {len(cases) - 3} more" if len(cases) > 3 else ""
        abi = f"ABI {about['abi']}" if about.get("abi") else "proposed"
        _line(console, Text(f"{name:<{width}}  {abi:<8} {shown}{more}"))
    if uncovered:
        _line(console, Text(f"without a case or a reason: {', '.join(uncovered)}", style="red"))
    else:
        _line(console, Text(f"{len(coverage)} features, each with a case or a reason"))


def _print_json(data: object) -> None:
    print(json.dumps(data, indent=1, ensure_ascii=False))


def _line(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True, highlight=False)
