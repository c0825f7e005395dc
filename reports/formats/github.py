# SPDX-License-Identifier: GPL-2.0
"""Workflow commands of GitHub: an annotation for each deviation that counts."""

from __future__ import annotations

from collections.abc import Iterator

from reports.formats.registry import ResultFormat
from reports.model.findings import count
from reports.model.results import Result, shareable
from reports.model.verdicts import Verdict

SHOWN = 10
"""Errors of a step that GitHub shows."""


def to_text(result: Result) -> str:
    """Return a command a line; the last one counts those that GitHub would not show."""
    found = list(_found(shareable(result)))
    lines = [_error(title, text) for title, text in found]
    if len(lines) > SHOWN:
        more = count(len(lines) - SHOWN + 1, "more annotation")
        lines[SHOWN - 1:] = [_error("Landproof", f"{more} in the report")]
    return "".join(f"{line}\n" for line in lines)


def _found(result: Result) -> Iterator[tuple[str, str]]:
    for kernel in result.kernels:
        for lost in kernel.lost:
            yield kernel.name, lost.why
        for case in kernel.cases:
            if case.fails or case.verdict is Verdict.BROKEN:
                judged = f" ({case.gate})" if case.gate else ""
                yield f"{case.id} on {kernel.name}", f"{case.verdict}: {case.why}{judged}"


def _error(title: str, text: str) -> str:
    named = _data(title).replace(":", "%3A").replace(",", "%2C")
    return f"::error title={named}::{_data(text)}"


def _data(text: str) -> str:
    """Return text as GitHub's runner reads it back."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


FORMAT = ResultFormat("annotations", "workflow commands of GitHub", to_text)
