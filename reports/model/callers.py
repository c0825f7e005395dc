# SPDX-License-Identifier: GPL-2.0
"""Callers in the kernel's sources that no check of a path stands before, held against a table."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reports.errors import UserError
from reports.model import roadmap
from reports.model.roadmap import ROADS, Road

TABLE = ROADS / "callers.toml"


@dataclass(frozen=True, slots=True)
class Table:
    """Which functions matter, what is asked before them, and what is known of their callers."""

    functions: tuple[str, ...]
    checks: tuple[str, ...]
    known: Mapping[str, Road]


@dataclass(frozen=True, slots=True)
class Caller:
    """A function that calls some of them."""

    name: str
    """Its file and its name."""
    calls: tuple[str, ...]
    checked: bool


@dataclass(frozen=True, slots=True)
class Sources:
    """The callers in kernel sources, and those that older sources had."""

    name: str
    callers: Sequence[Caller]
    table: Table
    against: str
    before: Mapping[str, Caller]

    def unchecked(self) -> list[Caller]:
        """Return the callers that ask no check themselves."""
        return [one for one in self.callers if not one.checked]

    def unclassified(self) -> list[Caller]:
        """Return those of which the table says nothing."""
        return [one for one in self.unchecked() if one.name not in self.table.known]

    def new(self) -> list[Caller]:
        """Return those that the older sources did not have, or that call more now."""
        return [one for one in self.unchecked() if self.against and not (
            (old := self.before.get(one.name)) and set(one.calls) <= set(old.calls))]


def load() -> Table:
    """Return the table of callers."""
    try:
        table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{TABLE}: {error}") from None
    return Table(tuple(table["functions"]), tuple(table["checks"]),
                 {name: roadmap.read(TABLE, "caller", name, entry, table.get("texts", {}))
                  for name, entry in table["callers"].items()})


def to_json(sources: Sources, landproof: str) -> str:
    """Return the callers as JSON."""
    new = {one.name for one in sources.new()}
    known = sources.table.known
    callers = [{"caller": one.name, "calls": list(one.calls), "checked": one.checked,
                "treatment": road.treatment if (road := known.get(one.name)) else None,
                "why": road.why if road else None, "new": one.name in new}
               for one in sources.callers]
    return json.dumps({"landproof": landproof, "source": sources.name,
                       "against": sources.against or None, "callers": callers},
                      indent=1, ensure_ascii=False) + "\n"
