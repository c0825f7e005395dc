# SPDX-License-Identifier: GPL-2.0
"""Dated results, one after the other: what is known now, and what each of them changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from reports.errors import UserError
from reports.model.comparison import Difference, compare
from reports.model.known import with_current_names
from reports.model.results import Case, Kernel, Result, shareable


@dataclass(frozen=True, slots=True)
class Step:
    """A result, and what it changed of what was known before."""

    name: str  # of its date, and different from those of the other steps
    when: datetime
    result: Result
    new: tuple[str, ...]  # kernels that no earlier result has
    difference: Difference | None  # None: no earlier result has any of its kernels

    @property
    def summary(self) -> str:
        """The step in a line."""
        told = [f"new: {', '.join(self.new)}"] if self.new else []
        if self.difference:
            news = len(self.difference.regressions)
            told += [f"{news} got worse" if news else "nothing got worse",
                     f"{self.difference.fixed} fixed"]
            told += [f"{name} is {now} now" for name, _was, now in self.difference.releases]
        return "; ".join(told)


@dataclass(frozen=True, slots=True)
class History:
    """What all results say together: of each kernel the newest one that ran."""

    now: Result
    dates: Mapping[str, str]  # of each kernel's result
    steps: tuple[Step, ...]  # oldest first


def moment(result: Result, name: str) -> datetime:
    """Return when a run ended; raise UserError for a result that does not say it."""
    try:
        when = datetime.fromisoformat(result.date or "")
    except ValueError as error:
        raise UserError(f"{name}: no date is in this result, and a history needs one") from error
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def history(results: Sequence[tuple[str, Result]]) -> History:
    """Return the history of results, each with its file's name; what is private is left out."""
    dated = sorted(((moment(result, name), name, with_current_names(shareable(result)))
                    for name, result in results), key=lambda one: one[0])
    kernels: dict[str, Kernel] = {}
    catalogue: dict[str, Case] = {}
    dates: dict[str, str] = {}
    steps: list[Step] = []
    for when, _name, result in dated:
        known = tuple(kernels[one.name] for one in result.kernels if one.name in kernels)
        new = tuple(one.name for one in result.kernels if one.name not in kernels)
        old = Result("", known, tuple(catalogue.values()))
        difference = _difference(old, result)
        steps.append(Step(_slug(when, steps), when, result, new, difference))
        catalogue |= result.by_id()
        for kernel in result.kernels:
            if kernel.cases or kernel.name not in kernels:
                kernels[kernel.name] = kernel
                dates[kernel.name] = result.date or ""
    now = replace(dated[-1][2], kernels=tuple(kernels.values()),
                  catalogue=tuple(catalogue.values()), shard=None)
    return History(now, dates, tuple(steps))


def _difference(old: Result, new: Result) -> Difference | None:
    """Return what differs on the kernels of both; None if nothing of them can be compared."""
    if not any(kernel.cases for kernel in old.kernels):
        return None
    both = {kernel.name for kernel in old.kernels}
    return compare(old, replace(new, kernels=tuple(one for one in new.kernels if one.name in both)))


def _slug(when: datetime, steps: Sequence[Step]) -> str:
    """Return the name of a step: its minute, with a number if another step has that too."""
    minute = f"{when.astimezone(UTC):%Y-%m-%dT%H%MZ}"
    same = sum(one.name.partition("_")[0] == minute for one in steps)
    return f"{minute}_{same + 1}" if same else minute
