# SPDX-License-Identifier: GPL-2.0
"""The user's own file of accepted deviations: what a gate lets pass, why, and until when.

    [[accept]]
    cases = ["net.tcp.fastopen_*"]
    kernels = ["debian-6.18"]
    reason = "fixed in the next update"
    owner = "kernel team"
    expires = 2027-03-01

reports/known-issues.toml explains deviations and hides none; this file makes them pass.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from reports.errors import UserError
from reports.model.files import read_text
from reports.model.known import matches
from reports.model.results import Result


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that is accepted."""

    cases: tuple[str, ...]
    kernels: tuple[str, ...]
    reason: str
    owner: str
    expires: date

    def covers(self, kernel: str, case: str) -> bool:
        """Whether this is about the case on that kernel."""
        return any(matches(one, kernel) for one in self.kernels) and any(
            matches(one, case) for one in self.cases
        )

    def __str__(self) -> str:
        return f"{', '.join(self.cases)} on {', '.join(self.kernels)} ({self.owner})"


def load(path: Path) -> tuple[Entry, ...]:
    """Return the entries; raise UserError for a file that is not one, or an incomplete entry."""
    try:
        data = tomllib.loads(read_text(path))
        found = tuple(map(_entry, data.pop("accept", [])))
    except KeyError as error:
        raise UserError(f"{path}: an entry lacks {error.args[0]}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError(f"{path} is no file of accepted deviations: {error}") from error
    if data:
        raise UserError(f"{path}: {next(iter(data))} is not known: entries are [[accept]]")
    for entry in found:
        if type(entry.expires) is not date:
            raise UserError(f"{path}: expires of {entry} is no date such as 2027-03-01")
    return found


def _entry(given: dict[str, Any]) -> Entry:
    """Return an entry; a text where a list belongs would be taken letter by letter."""
    known = [field.name for field in fields(Entry)]
    if wrong := [name for name in given if name not in known]:
        raise ValueError(f"an entry has {', '.join(known)}, and no {wrong[0]}")
    for name in ("cases", "kernels"):
        if not isinstance(given[name], list):
            raise ValueError(f'{name} is no list, such as {name} = ["..."]')
    return Entry(tuple(map(str, given["cases"])), tuple(map(str, given["kernels"])),
                 str(given["reason"]), str(given["owner"]), given["expires"])


def accept(
    result: Result, entries: Sequence[Entry], today: date
) -> tuple[Result, list[str]]:
    """Return the result with what is accepted marked, and a line for each entry to look at."""
    used: set[Entry] = set()
    kernels = []
    for kernel in result.kernels:
        cases = []
        for case in kernel.cases:
            fitting = [one for one in entries if one.covers(kernel.name, case.id)]
            used.update(fitting if case.deviates else ())
            valid = next((one for one in fitting if one.expires >= today), None)
            if case.deviates and valid:
                why = f"accepted: {valid.reason} ({valid.owner}, until {valid.expires})"
                case = replace(case, gate=why)
            cases.append(case)
        kernels.append(replace(kernel, cases=tuple(cases)))
    told = [f"accepted, but expired on {one.expires}: {one}"
            for one in entries if one.expires < today]
    told += [f"accepted, but nothing deviates so: {one}"
             for one in entries if one not in used and one.expires >= today]
    return replace(result, kernels=tuple(kernels)), told
