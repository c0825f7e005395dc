# SPDX-License-Identifier: GPL-2.0
"""A run of tools as a result: what judges a run of cases, and writes KTAP and JUnit, does it too.

A column is a tool on a kernel. The verdicts are those of cases that say the same to a gate; the
tool's own word stands before the reason.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from reports.model.results import (
    HOST, UNREPORTED, Case, CaseResult, Kernel, Lost, Provenance, Result, World, base, clean,
)
from reports.model.runtimes import Machine, Outcome, Run
from reports.model.verdicts import Verdict

VERDICTS = {
    "enforced": Verdict.HOLDS,
    "open-silent": Verdict.BYPASS,
    "overblock": Verdict.OVERBLOCK,
    "confounded": Verdict.CANNOT_RUN,
    "cannot-run": Verdict.CANNOT_RUN,
    "broken": Verdict.BROKEN,
    # Not enforced, and no deviation: against a baseline that enforced, a proof is gone.
    "inexpressible": Verdict.ABSENT,
    "refused-start": Verdict.ABSENT,
    "open-told": Verdict.ABSENT,
    "kernel": Verdict.ABSENT,
}


def as_result(run: Run, strict: bool = False) -> Result:
    """Return the run as a result; `strict`: what is open counts, although the tool says so."""
    columns = [_column(run, machine, tool.name, strict)
               for tool in run.tools for machine in run.machines]
    return Result(run.landproof, tuple(columns), tuple(_catalogue(run)), run.date or None)


def _catalogue(run: Run) -> Iterator[Case]:
    """Yield what of the cases matters here: whether they may be shared."""
    for name in dict.fromkeys(base(one.case) for one in run.outcomes):
        yield Case(name, name.partition(".")[0], guard=run.guards(name),
                   labels=(UNREPORTED,) if name in run.private else ())


def column(tool: str, kernel: str) -> str:
    """Return the name of a column."""
    return f"{tool} on {kernel}"


def _column(run: Run, machine: Machine, tool: str, strict: bool) -> Kernel:
    return Kernel(
        column(tool, machine.name), machine.release or None, machine.abi,
        provenance=Provenance(options=run.options, command=command(tool, machine.name)),
        cases=tuple(_case(one, strict) for one in run.of(machine.name, tool)),
        unavailable=machine.unavailable or machine.missing.get(tool),
        lost=tuple(Lost(why) for why in machine.lost))


def command(tool: str, kernel: str) -> str:
    """Return the command that runs a tool on a kernel again, but for the case."""
    where = "--here" if kernel == HOST else f"--kernel {shlex.quote(kernel)}"
    return f"runtimes --tool {shlex.quote(tool)} {where}"


def _case(one: Outcome, strict: bool) -> CaseResult:
    verdict = VERDICTS[one.verdict]
    if strict and one.verdict == "open-told":
        verdict = Verdict.BYPASS
    coarse = " (coarse)" if one.coarse else ""
    return CaseResult(one.case, verdict, clean(f"{one.verdict}{coarse}: {one.why}"),
                      worlds=tuple(_worlds(one)))


def _worlds(one: Outcome) -> Sequence[World]:
    return [World(name, world["result"] or "not started", note=clean(world["note"]) or None)
            for name, world in one.worlds.items()]


def columns(run: Run) -> list[str]:
    """Return the names of all columns."""
    return [column(tool.name, machine.name) for tool in run.tools for machine in run.machines]
