# SPDX-License-Identifier: GPL-2.0
"""What a case showed release by release: where it was good, and where bad."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from reports.model.results import Kernel, base
from reports.model.verdicts import LOOKS, Verdict
from reports.model.versions import numbers


class State(StrEnum):
    """What a kernel says to the question whether a case is bad there."""

    GOOD = "good"
    BAD = "bad"
    ABSENT = "absent"  # its Landlock has no rule for it
    UNKNOWN = "unknown"  # it could not be tried


@dataclass(frozen=True, slots=True)
class Seen:
    """What a case showed on one kernel."""

    kernel: str
    release: str
    state: State
    verdict: Verdict | None = None
    why: str = ""

    @property
    def version(self) -> str:
        """The number of the release, without what a distribution adds."""
        return ".".join(map(str, numbers(self.release))) or self.kernel


@dataclass(frozen=True, slots=True)
class Stretch:
    """Releases one after the other that are the same, of those that were tried."""

    state: State
    releases: tuple[str, ...]

    def __str__(self) -> str:
        first, last = self.releases[0], self.releases[-1]
        return f"{self.state} on {first if first == last else f'{first} to {last}'}"


@dataclass(frozen=True, slots=True)
class History:
    """What a case showed, oldest release first."""

    case: str
    seen: tuple[Seen, ...]

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """Releases that are the same, in order; nothing is said of those in between.

        Two kernels of one version can differ, as two distributions' do: then both are said.
        """
        told = [one for one in self.seen if one.state is not State.UNKNOWN]
        return tuple(
            Stretch(state, tuple(dict.fromkeys(one.version for one in group)))
            for state, group in groupby(told, key=lambda one: one.state))

    @property
    def first_bad(self) -> Seen | None:
        """The oldest release on which it is bad."""
        return next((one for one in self.seen if one.state is State.BAD), None)

    @property
    def last_good(self) -> Seen | None:
        """The release before that on which it was good or had no rule; None: none was tried."""
        before = self.seen[:self.seen.index(self.first_bad)] if self.first_bad else ()
        return next((one for one in reversed(before)
                     if one.state in (State.GOOD, State.ABSENT)), None)

    @property
    def good_again(self) -> tuple[Seen, ...]:
        """Each release on which it is good again, after bad ones."""
        found, last = [], State.GOOD
        for one in self.seen:
            if one.state is State.GOOD and last is State.BAD:
                found.append(one)
            if one.state in (State.GOOD, State.BAD):
                last = one.state
        return tuple(found)


def history(case_id: str, kernels: Iterable[Kernel], bad: Collection[Verdict]) -> History:
    """Return what a case, or a case with all its variants, showed on kernels."""
    seen = [_seen(case_id, kernel, bad) for kernel in kernels]
    # A later patch level can be older than the next series: the numbers are all that is known.
    return History(case_id, tuple(sorted(seen, key=lambda one: (numbers(one.release), one.kernel))))


def _seen(case_id: str, kernel: Kernel, bad: Collection[Verdict]) -> Seen:
    release = kernel.release or ""
    shown = [one for one in kernel.cases if case_id in (one.id, base(one.id))]
    if not shown:
        lost = kernel.unavailable or "; ".join(one.why for one in kernel.lost)
        return Seen(kernel.name, release, State.UNKNOWN, None, lost or "the case did not run")
    found = max(shown, key=lambda one: (one.verdict in bad, _told(one.verdict),
                                        LOOKS[one.verdict].severity))
    return Seen(kernel.name, release, state(found.verdict, bad), found.verdict, found.why)


def _told(verdict: Verdict) -> int:
    """Return how much a verdict says: of variants, one that ran says more than one that did not."""
    return {Verdict.CANNOT_RUN: 0, Verdict.BROKEN: 1, Verdict.ABSENT: 2}.get(verdict, 3)


def state(verdict: Verdict, bad: Collection[Verdict]) -> State:
    """Return what a verdict means, of those that are bad."""
    if verdict in bad:
        return State.BAD
    if verdict in (Verdict.CANNOT_RUN, Verdict.BROKEN):
        return State.UNKNOWN
    return State.ABSENT if verdict is Verdict.ABSENT else State.GOOD
