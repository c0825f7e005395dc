# SPDX-License-Identifier: GPL-2.0
"""KTAP version 1, for the kernel's own tools and for CI."""

from __future__ import annotations

from collections.abc import Mapping

from reports.formats.registry import ResultFormat
from reports.model.findings import evidence
from reports.model.results import Case, CaseResult, Kernel, Result, base, shareable
from reports.model.rows import errata_text
from reports.model.verdicts import Verdict

CONSOLE_LINES = 20  # of a crash; the JSON result has more

# kunit.py takes a line with one of these for the end of all output, even in a diagnostic.
_ENDINGS = ("List of all partitions:", "Kernel panic - not syncing: VFS:", "reboot: System halted")


def to_text(result: Result) -> str:
    """Return the result as KTAP: flat for one kernel, a subtest for each of several.

    A broken case or a lost machine ends with `Bail out!` as the very last line, so that all
    that did work stays readable.
    """
    shared = shareable(result)
    catalogue = shared.by_id()
    lines = ["KTAP version 1"]
    if len(shared.kernels) == 1 and shared.kernels[0].cases:
        lines += _group(shared.kernels[0], catalogue)
    else:
        lines.append(f"1..{len(shared.kernels)}")
        for number, kernel in enumerate(shared.kernels, 1):
            lines += _subtest(number, kernel, catalogue)
    trouble = [f"{kernel.name}: {text}" for kernel in shared.kernels for text in _trouble(kernel)]
    if trouble:
        lines.append(f"Bail out! {'; '.join(trouble)}")
    return "\n".join(lines) + "\n"


def _subtest(number: int, kernel: Kernel, catalogue: Mapping[str, Case]) -> list[str]:
    if kernel.unavailable and not kernel.lost:
        return [f"ok {number} {kernel.name} # SKIP {_plain(kernel.unavailable)}"]
    if not kernel.cases:
        return [f"not ok {number} {kernel.name} # ERROR no case ran"]
    bad = any(case.fails for case in kernel.cases) or bool(_trouble(kernel))
    inner = ["KTAP version 1", f"# Subtest: {kernel.name}", *_group(kernel, catalogue)]
    return [*(f"    {line}" for line in inner), f"{_status(bad)} {number} {kernel.name}"]


def _group(kernel: Kernel, catalogue: Mapping[str, Case]) -> list[str]:
    lines = [
        f"1..{len(kernel.cases)}",
        f"# {kernel.name}: Linux {kernel.release}, Landlock ABI {kernel.abi},"
        f" errata fixed: {errata_text(kernel.errata)}",
    ]
    lines += [f"# {_plain(note)}" for note in kernel.notes]
    for number, case in enumerate(kernel.cases, 1):
        lines += [f"# {_plain(line)}" for line in _diagnostics(case)]
        bad = case.fails or case.verdict is Verdict.BROKEN
        lines.append(f"{_status(bad)} {number} {case.id}{_directive(case, catalogue)}")
    lines += [f"# lost: {_plain(lost.why)}" for lost in kernel.lost]
    return lines


def _status(bad: bool) -> str:
    return "not ok" if bad else "ok"


def _diagnostics(case: CaseResult) -> list[str]:
    """Return what to say before a point: one line of facts, and the story of a bad one."""
    ms = f" ms={case.ms:.1f}" if case.ms is not None else ""
    lines = [f"{case.id}: verdict={case.verdict}{ms}", *(f"news: {text}" for text in case.news)]
    lines += [case.gate] if case.gate else []
    if not (case.deviates or case.fails) and case.verdict not in (Verdict.BROKEN, Verdict.CLOSED):
        return lines
    lines.append(evidence(case))
    return lines + [f"| {line}" for line in (*case.log, *case.console)[-CONSOLE_LINES:]]


def _directive(case: CaseResult, catalogue: Mapping[str, Case]) -> str:
    if case.fails:
        return ""
    if case.gate:
        return f" # XFAIL {_plain(case.gate)}"
    if case.verdict in (Verdict.ABSENT, Verdict.CANNOT_RUN):
        return f" # SKIP {_plain(case.why or case.verdict)}"
    if case.verdict is Verdict.OPEN:
        entry = catalogue.get(base(case.id))
        return f" # XFAIL {_plain((entry and entry.gap) or 'nothing promised')}"
    if case.verdict is Verdict.BROKEN:
        return f" # ERROR {_plain(case.why or 'the harness failed')}"
    return ""


def _trouble(kernel: Kernel) -> list[str]:
    broken = sum(case.verdict is Verdict.BROKEN for case in kernel.cases)
    cases = [f"{broken} broken case{'s' if broken > 1 else ''}"] if broken else []
    return cases + [_plain(lost.why) for lost in kernel.lost]


def _plain(text: str) -> str:
    """Return text that no reader of KTAP takes for anything else."""
    for ending in _ENDINGS:
        text = text.replace(ending, ending.replace(" ", "  "))
    return text.replace(" # ", " #")


FORMAT = ResultFormat("ktap", "KTAP version 1", to_text)
