# SPDX-License-Identifier: GPL-2.0
"""What kernels offer, held against the tables of roads/."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from reports.errors import UserError
from reports.model.files import read_text
from reports.model.roadmap import Family, Road

Key = int | str
FORM = "urn:landproof:census:1"


@dataclass(frozen=True, slots=True)
class Column:
    """A kernel: what it offers of each family, and which families could not be counted."""

    name: str
    release: str
    offers: Mapping[str, Mapping[Key, str]]
    """Family → key → how the kernel showed that it has it."""
    missing: Mapping[str, str]
    trouble: str = ""
    """Why nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Census:
    """The tables and the kernels that were counted."""

    tables: Mapping[str, Family]
    columns: Sequence[Column]
    landproof: str
    date: str

    def unclassified(self, column: Column) -> Iterator[tuple[Family, Key, str]]:
        """Yield what a kernel offers and no table has."""
        for name, offers in column.offers.items():
            family = self.tables.get(name) or Family(name, name, "", {})
            for key, answer in offers.items():
                if key not in family.roads:
                    yield family, key, answer

    def who(self, family: str, key: Key) -> list[str]:
        """Return the kernels that offer a road."""
        return [one.name for one in self.columns if key in one.offers.get(family, ())]

    def new(self) -> Iterator[tuple[Column, Column, list[tuple[Family, Key]]]]:
        """Yield what each kernel offers that the one before does not, where both were counted."""
        known = [one for one in self.columns if one.offers]
        for before, after in zip(known, known[1:], strict=False):
            yield before, after, [
                (self.tables[name], key) for name, offers in after.offers.items()
                if name in before.offers and name in self.tables
                for key in offers if key not in before.offers[name]]


def counts(roads: Sequence[Road]) -> dict[str, int]:
    """Return how many roads reach anything, and how many of these a case tries."""
    reached = [road for road in roads if road.kind != "none"]
    return {"reached": len(reached), "tried": sum(bool(road.cases) for road in reached)}


def read(paths: Sequence[Path], tables: Mapping[str, Family], landproof: str) -> Census:
    """Return the census of the records of a run, a file for each kernel."""
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Census(tables, [_column(path, tables) for path in paths], landproof, now)


def _column(path: Path, tables: Mapping[str, Family]) -> Column:
    name, release, trouble, ended = path.stem, "", "", False
    offers: dict[str, dict[Key, str]] = {}
    missing: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            record: dict[str, Any] = json.loads(line)
        except ValueError:
            continue
        match record.get("type"):
            case "kernel":
                name = str(record["name"])
            case "start":
                release = str(record["release"])
            case "unavailable" | "lost":
                trouble = str(record["why"])
            case "end":
                ended = True
            case "census" if record["missing"]:
                missing[record["family"]] = record["missing"]
            case "census":
                found = {one.get("name", one.get("number")): one.get("answer", "")
                         for one in record["offers"]}
                offers[record["family"]] = found
    if "hook" in offers:
        offers["hook"] = _hooks(offers["hook"], tables["hook"])
    if not ended and not trouble:
        trouble = "the count was not finished"
    return Column(name, release, offers, missing, trouble)


def _hooks(offers: Mapping[Key, str], family: Family) -> dict[Key, str]:
    """Return the hooks: without BTF a kernel lists the functions that call them, and others.

    Most are called security_NAME; the table has the names of the rest, and those that call none.
    """
    found = {}
    for key, answer in offers.items():
        short = str(key).removeprefix("security_")
        other = short if key not in family.roads and short in family.roads else key
        found[family.aliases.get(key, other)] = answer
    return found


def to_json(census: Census) -> str:
    """Return the census as JSON, as reports/schema/census.schema.json describes it."""
    kernels = [{"name": one.name, "release": one.release, "trouble": one.trouble or None,
                "missing": dict(one.missing),
                "unclassified": [{"family": family.name, "road": key, "answer": answer or None}
                                 for family, key, answer in census.unclassified(one)]}
               for one in census.columns]
    roads = [{"family": road.family, "name": road.name, "number": road.number,
              "class": road.kind, "treatment": road.treatment, "why": road.why,
              "since": road.since or None, "cases": list(road.cases),
              "untried": road.untried or None, "kernels": census.who(road.family, key)}
             for family in census.tables.values() for key, road in family.roads.items()]
    return json.dumps({"$schema": FORM, "landproof": census.landproof,
                       "date": census.date, "kernels": kernels, "roads": roads},
                      indent=1, ensure_ascii=False) + "\n"


def load(path: Path, tables: Mapping[str, Family]) -> Census:
    """Return the census that a file holds, against the tables of today; raise UserError."""
    try:
        data = json.loads(read_text(path))
        offers: dict[str, dict[str, dict[Key, str]]] = {one["name"]: {} for one in data["kernels"]}
        for road in data["roads"]:
            key = road["name"] if road["number"] is None else road["number"]
            for name in road["kernels"]:
                offers[name].setdefault(road["family"], {})[key] = ""
        for one in data["kernels"]:
            for road in one["unclassified"]:
                family = offers[one["name"]].setdefault(road["family"], {})
                family[road["road"]] = road["answer"] or ""
        columns = [Column(one["name"], one["release"], offers[one["name"]], one["missing"],
                          one["trouble"] or "") for one in data["kernels"]]
        return Census(tables, columns, data["landproof"], data["date"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path}: this is no census: `landproof census --json` writes one"
                        ) from error
