# SPDX-License-Identifier: GPL-2.0
"""Which kernels have a change, by the versions that brought it.

A change comes with a mainline version (7.2), and to a stable series later with one of its own
(6.12.112). A series that has none of its own has the change from the mainline version on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

Number = tuple[int, ...]
EARLIER = "<="
"""Before a version that is known to have the change, where its predecessors were not looked at."""


def numbers(release: str) -> Number:
    """Return the numbers that a release begins with: (6, 12, 117) of 6.12.117+deb13-amd64."""
    match = re.match(r"\d+(\.\d+)*", release.removeprefix(EARLIER))
    return tuple(int(number) for number in match.group().split(".")) if match else ()


def has(release: str | None, versions: Sequence[str]) -> bool:
    """Whether a kernel of that release should have the change, going by its number."""
    ours = numbers(release or "")
    if len(ours) < 2:
        return False
    marks = [numbers(version) for version in versions]
    same_series = [mark for mark in marks if mark[:2] == ours[:2]]
    if same_series:
        return ours >= min(same_series)
    mainline = [mark for mark in marks if len(mark) == 2]
    return bool(mainline) and ours[:2] >= min(mainline)


@dataclass(frozen=True, slots=True)
class Range:
    """Versions from one on, up to the one before another; None: all later ones."""

    introduced: str
    fixed: str | None

    def __str__(self) -> str:
        start = self.introduced
        if start.startswith(EARLIER):
            start = f"{start.removeprefix(EARLIER)}, where it was seen first,"
        if self.fixed is None:
            return f"{start} and later"
        first, end = numbers(self.introduced), numbers(self.fixed)
        if len(first) > len(end):
            return f"{_text(first[:2])} from {start} on"
        last = _before(end)
        return start if last == start else f"{start} to {last}"


def ranges(introduced: Sequence[str], fixed: Sequence[str]) -> tuple[Range, ...]:
    """Return the versions between those that brought a defect and those that fixed it."""
    fixes = sorted(map(numbers, fixed))
    found = []
    for version in introduced:
        start, series = version, numbers(version)
        if len(series) == 3:  # a stable series of its own
            fix = next((fix for fix in fixes if fix[:2] == series[:2]), None)
            found.append(Range(version, _text(fix) if fix else _text(_next_series(series))))
            continue
        for fix in fixes:
            if fix[:2] < series[:2]:
                continue
            if fix > series:
                found.append(Range(start, _text(fix)))
            if len(fix) == 2:
                break
            series = _next_series(fix)
            start = _text(series)
        else:
            found.append(Range(start, None))
    return tuple(found)


def _text(version: Number) -> str:
    return ".".join(map(str, version))


def _next_series(version: Number) -> Number:
    """Return the series after that of a version: since 5.0 there are twenty of each number."""
    major, minor = version[:2]
    return (major, minor + 1) if minor < 19 else (major + 1, 0)


def _before(version: Number) -> str:
    """Return the version before: 6.12.111 of 6.12.112, 7.1 of 7.2, 6.18 of 6.18.1."""
    if len(version) == 3:
        *series, patch = version
        return _text((*series, patch - 1) if patch > 1 else tuple(series))
    major, minor = version
    return _text((major, minor - 1) if minor else (major - 1, 19))
