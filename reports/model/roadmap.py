# SPDX-License-Identifier: GPL-2.0
"""The tables of roads/: what kernels offer, how Landlock treats it, which case tries it."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reports.errors import UserError

ROADS = Path(__file__).resolve().parents[2] / "roads"
TREATMENTS = ("guarded", "documented", "undocumented", "unrelated")
CLASSES = ("path", "descriptor", "socket", "process", "namespace", "machine", "hook", "none")
KEYS = {"number", "class", "like", "since", "cases", "untried", "option", *TREATMENTS}
REACHED = TREATMENTS[:3]
"""What is Landlock's business: a road of these wants a case, or a reason why it has none."""


@dataclass(frozen=True, slots=True)
class Road:
    """One way to do something, as the tables have it."""

    family: str
    name: str
    number: int | None
    kind: str
    """Whereby it reaches something: a class."""
    treatment: str
    why: str
    """Of a guarded road the rights, of another where it is documented or why it is none."""
    since: str = ""
    """The first kernel that has it, if it is younger than 5.10."""
    cases: tuple[str, ...] = ()
    untried: str = ""
    """Why no case tries it."""
    option: str = ""
    """What a kernel is configured with to have it."""
    like: str = ""

    @property
    def key(self) -> int | str:
        """What a kernel offers it by."""
        return self.name if self.number is None else self.number


@dataclass(frozen=True, slots=True)
class Family:
    """Roads of one kind: a table."""

    name: str
    title: str
    source: str
    """The file of the kernel that lists them."""
    roads: Mapping[int | str, Road]
    hexadecimal: bool = False
    aliases: Mapping[int | str, int | str] = field(default_factory=dict)
    """Other names under which a kernel may offer a road of this table."""

    def shown(self, key: int | str) -> str:
        """Return the name of a road, or what stands for it if the table has none."""
        if road := self.roads.get(key):
            return road.name
        return hex(key) if self.hexadecimal and isinstance(key, int) else str(key)


def load(directory: Path = ROADS) -> dict[str, Family]:
    """Return the tables by the names of their families; raise UserError for one that is wrong."""
    tables = []
    for path in sorted(directory.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UserError(f"{path}: {error}") from None
        if "family" in table:
            tables.append((path, table))
    tables.sort(key=lambda one: one[1].get("place", len(tables)))
    found = {table["family"]: _family(path, table) for path, table in tables}
    return {name: _resolved(family, found) for name, family in found.items()}


def _family(path: Path, table: Mapping[str, Any]) -> Family:
    texts = table.get("texts", {})
    roads: dict[int | str, Road] = {}
    for name, entry in table["roads"].items():
        road = read(path, table["family"], name, entry, texts)
        if road.key in roads:
            raise UserError(f"{path}: {name} and {roads[road.key].name} have one number")
        roads[road.key] = road
    return Family(table["family"], table["title"], table["source"], roads,
                  table.get("number") == "hexadecimal")


def read(path: Path, family: str, name: str, entry: Mapping[str, Any],
         texts: Mapping[str, str]) -> Road:
    """Return the road of an entry; `@word` stands for a text of the table."""
    def text(value: str) -> str:
        if not value.startswith("@"):
            return value
        if value[1:] not in texts:
            raise UserError(f"{path}: {name}: there is no text {value[1:]}")
        return texts[value[1:]]

    if unknown := set(entry) - KEYS:
        raise UserError(f"{path}: {name}: unknown {', '.join(sorted(unknown))}")
    given = [word for word in TREATMENTS if word in entry]
    if len(given) != (0 if "like" in entry else 1):
        raise UserError(f"{path}: {name}: it takes one of {', '.join(TREATMENTS)}, or like")
    treatment = given[0] if given else ""
    value = entry.get(treatment, "")
    why = ", ".join(value) if isinstance(value, list) else text(value)
    kind = entry.get("class", "")
    if given and kind not in CLASSES:
        raise UserError(f"{path}: {name}: its class is none of {', '.join(CLASSES)}")
    untried = text("@like" if "like" in entry else entry.get("untried", ""))
    return Road(family, name, entry.get("number"), kind, treatment, why, entry.get("since", ""),
                tuple(entry.get("cases", ())), untried, entry.get("option", ""),
                entry.get("like", ""))


def _resolved(family: Family, tables: Mapping[str, Family]) -> Family:
    """Return the family with what it takes from its main table.

    A road that is like one of there has its class and treatment; like one of its own table, it
    is but another name.
    """
    main = tables.get(family.name.split(".")[0], family)
    names = {road.name: road for road in main.roads.values()}
    roads: dict[int | str, Road] = {}
    aliases: dict[int | str, int | str] = {}
    for key, road in family.roads.items():
        model = names.get(road.like)
        if road.like and (not model or model.like):
            raise UserError(f"roads/: {family.name}: {road.name} is like {road.like},"
                            f" which {main.name} has not")
        if model and main.name == family.name:
            aliases[key] = model.key
        elif model:
            roads[key] = replace(road, kind=model.kind, treatment=model.treatment, why=model.why,
                                 since=road.since or model.since)
        else:
            roads[key] = road
    return replace(family, roads=roads, aliases=aliases)


def defects(tables: Mapping[str, Family], cases: Container[str],
            rights: Container[str]) -> list[str]:
    """Return what is wrong with the tables, a line each, given the cases that there are."""
    found = []
    for family in tables.values():
        for road in family.roads.values():
            where = f"{family.name}: {road.name}"
            found += [f"{where}: there is no case {case}" for case in road.cases
                      if case not in cases]
            if road.treatment == "guarded":
                found += [f"{where}: there is no right {right}" for right in road.why.split(", ")
                          if right not in rights]
            if road.treatment in REACHED and not road.cases and not road.untried:
                found.append(f"{where}: it is {road.treatment}, and has neither a case nor a"
                             " reason why it has none")
            if road.cases and road.untried and not road.like:
                found.append(f"{where}: it has cases, and a reason why it has none")
    return found
