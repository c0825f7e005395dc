# SPDX-License-Identifier: GPL-2.0
"""What is worse than a baseline, and the exit status that says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from reports.model.known import with_current_names
from reports.model.results import CaseResult, Kernel, Result
from reports.model.verdicts import Verdict


def pairs(old: Result, new: Result) -> Iterator[tuple[Kernel | None, Kernel | None]]:
    """Yield the kernels of two results that belong together: those of one name.

    If each has a single kernel, these belong together, whatever their names: it is how two
    builds, or two releases, are compared.
    """
    if len(old.kernels) == len(new.kernels) == 1:
        yield old.kernels[0], new.kernels[0]
        return
    for kernel in new.kernels:
        yield old.kernel(kernel.name), kernel
    for kernel in old.kernels:
        if new.kernel(kernel.name) is None:
            yield kernel, None


def deviations_beyond(
    result: Result, baseline: Result | None = None
) -> list[tuple[Kernel, CaseResult]]:
    """Return the deviations that the baseline does not have: same kernel, case and verdict."""
    before = Result("") if baseline is None else with_current_names(baseline)
    return [
        (new, case)
        for old, new in pairs(before, result)
        if new is not None
        for case in new.cases
        if case.deviates and (old is None or _verdict(old, case.id) is not case.verdict)
    ]


def exit_status(
    result: Result, baseline: Result | None = None, asked: Collection[str] = ()
) -> int:
    """Return 2 if the run itself failed, 1 for deviations beyond the baseline, else 0.

    The run failed if nothing ran, if a machine was lost or a case is broken, or if one of the
    kernels `asked` for by name could not run.
    """
    if not any(kernel.cases for kernel in result.kernels):
        return 2
    for kernel in result.kernels:
        if kernel.lost or (kernel.unavailable and kernel.name in asked):
            return 2
        if any(case.verdict is Verdict.BROKEN for case in kernel.cases):
            return 2
    return 1 if deviations_beyond(result, baseline) else 0


def _verdict(kernel: Kernel, case_id: str) -> Verdict | None:
    case = kernel.case(case_id)
    return case.verdict if case else None
