# SPDX-License-Identifier: GPL-2.0
"""Cases that are tried on kernels, in machines, for what is proved of the suite itself."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from reports.model.records import load_records
from reports.model.results import CaseResult
from reports.model.results import Kernel as Column
from reports.model.verdicts import DEVIATIONS, Verdict
from vm import run
from vm.errors import UserError
from vm.kernel import Kernel
from vm.paths import GUEST


def columns(kernels: Sequence[Kernel], words: Sequence[str] = (), harness: Path = GUEST,
            jobs: int | None = None) -> list[Column]:
    """Run cases on kernels; return what they showed, whatever became of the machines."""
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        files = run.run(kernels, ["run", *words], Path(scratch), harness, jobs,
                        lambda name, record: None)
        return [load_records(file) for file in files]


def troubles(column: Column) -> list[str]:
    """Return why this column says nothing about its kernel: what the machine or the suite did."""
    if column.unavailable:
        return [column.unavailable]
    broken = [f"{case.id} is broken: {case.why}" for case in column.cases
              if case.verdict is Verdict.BROKEN]
    return [lost.why for lost in column.lost] + broken + ["no case ran"] * (not column.cases)


def try_cases(kernel: Kernel, *words: str) -> tuple[CaseResult, ...]:
    """Run cases on a kernel; return their results, or raise UserError where they say nothing."""
    (column,) = columns([kernel], words, jobs=1)
    if wrong := troubles(column):
        raise UserError(f"{kernel.name}: {'; '.join(wrong[:3])}")
    return column.cases


def deviations(cases: Sequence[CaseResult]) -> dict[str, CaseResult]:
    """Return the results that say that something is wrong with the kernel."""
    return {case.id: case for case in cases if case.verdict in DEVIATIONS}
