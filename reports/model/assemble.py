# SPDX-License-Identifier: GPL-2.0
"""Puts the records of a run, or several results, together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reports.errors import UserError
from reports.model.records import load_records
from reports.model.resultfile import case_from_json
from reports.model.results import Case, Kernel, Result


def assemble(records: Sequence[Path], catalogue: list[dict[str, Any]], version: str) -> Result:
    """Return the result of a run.

    Takes a records file for each kernel, `landproof-guest list --json --unreported` of the
    binary that ran, and its version. The result is of the time when the last records were
    written. Two kernels of one name stay apart: the second is numbered.
    """
    kernels: list[Kernel] = []
    for path in records:
        kernel = load_records(path)
        double = sum(kernel.name in (one.name, one.name.partition("#")[0]) for one in kernels)
        name = f"{kernel.name}#{double + 1}" if double else kernel.name
        kernels.append(replace(kernel, name=name))
    newest = max((path.stat().st_mtime for path in records), default=None)
    return Result(
        landproof=version,
        kernels=tuple(kernels),
        catalogue=tuple(case_from_json(case) for case in catalogue),
        date=None if newest is None else f"{datetime.fromtimestamp(newest, UTC):%Y-%m-%dT%H:%MZ}",
    )


def merge(results: Sequence[tuple[str, Result]]) -> Result:
    """Return several results (each with its file's name) as one.

    The columns stand side by side. Raises UserError if two results only share a kernel's name,
    or say different things of one case on it.
    """
    kernels: tuple[Kernel, ...] = ()
    catalogue: dict[str, Case] = {}
    for name, result in results:
        catalogue |= result.by_id()
        for kernel in result.kernels:
            kernels = _with_column(kernels, kernel, name)
    last = results[-1][1]
    dates = [result.date for _name, result in results if result.date]
    return replace(
        last,
        kernels=kernels,
        catalogue=tuple(catalogue.values()),
        date=max(dates, default=None),
    )


def _with_column(kernels: tuple[Kernel, ...], new: Kernel, name: str) -> tuple[Kernel, ...]:
    for index, old in enumerate(kernels):
        if old.name == new.name:
            return (*kernels[:index], _joined(old, new, name), *kernels[index + 1 :])
    return (*kernels, new)


def _joined(old: Kernel, new: Kernel, name: str) -> Kernel:
    if old.unavailable or new.unavailable:
        return old if new.unavailable else new
    if _identity(old) != _identity(new):
        raise UserError(
            f"{name}: another {new.name} ({new.release}, not {old.release}) is there already:"
            " compare them with `landproof diff`"
        )
    before = {case.id: case for case in old.cases}
    for case in new.cases:
        if case.id in before and before[case.id].verdict is not case.verdict:
            raise UserError(
                f"{name}: {case.id} on {new.name} is {case.verdict}, and"
                f" {before[case.id].verdict} in an earlier result: compare them with"
                " `landproof diff`"
            )
    cases = {case.id: case for case in (*old.cases, *new.cases)}
    return replace(
        new,
        cases=tuple(cases.values()),
        lost=(*old.lost, *new.lost),
        notes=tuple(dict.fromkeys((*old.notes, *new.notes))),
    )


def _identity(kernel: Kernel) -> tuple[str | None, str | None]:
    return (kernel.release, kernel.provenance.sha256.get("kernel"))
