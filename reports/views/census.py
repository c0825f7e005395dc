# SPDX-License-Identifier: GPL-2.0
"""The map: what kernels offer, how Landlock treats it, and whether a case tries it."""

from __future__ import annotations

from collections import Counter
from functools import partial

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Item,
    Items,
    Note,
    Part,
    Section,
    Square,
    Squares,
    Table,
    words,
)
from reports.model.census import Census, counts, to_json
from reports.model.roadmap import REACHED, TREATMENTS, Family, Road

LOOKS = {
    "guarded": "a right guards it, and a case tries that",
    "documented": "documented as free, and a case tries it",
    "undocumented": "nothing is documented, and a case tries it",
    "untried": "one of these that no case tries: its text says why",
    "unrelated": "none of Landlock's business",
    "unclassified": "no table has it",
}


def document(census: Census) -> Document:
    """Return the map, what no table has, and what is new in each kernel."""
    strange = [(one, found) for one in census.columns
               if (found := list(census.unclassified(one)))]
    notes: list[Part] = [Note(words(f"{one.name}: {one.trouble}"))
                         for one in census.columns if one.trouble]
    items = tuple(Item(words(Cell(one.name, strong=True), f": {len(found)} unclassified"),
                       tuple(words(f"{family.title}: ", Cell(family.shown(key), code=True),
                                   f" ({answer})" if answer else "")
                             for family, key, answer in found))
                  for one, found in strange)
    first: list[Part] = [Items(items), *notes] if items else notes
    return Document(
        "Census of roads",
        (Block(tuple(first), "Unclassified" if items else ""),
         Block(tuple(_squares(census, family) for family in census.tables.values()), "The map"),
         Block((_summary(census),), "Numbers"),
         Block((Items(_new(census)),) if len(census.columns) > 1 else (), "New in each kernel"),
         Block((Items(_missing(census)),) if _missing(census) else (),
               "What could not be counted")),
        census.landproof, census.date, json=partial(to_json, census))


def _summary(census: Census) -> Table:
    """Return a row for each family: its treatments, the tried ones, and what kernels offer."""
    rows = []
    for family in census.tables.values():
        roads = list(family.roads.values())
        by = Counter(road.treatment for road in roads)
        count = counts(roads)
        offered = (str(len(one.offers[family.name])) if family.name in one.offers else "–"
                   for one in census.columns)
        rows.append((Cell(family.title), *(Cell(str(by[word])) for word in TREATMENTS),
                     Cell(f"{count['tried']} of {count['reached']}"), *map(Cell, offered)))
    return Table((Column("family"), *(Column(word, number=True) for word in TREATMENTS),
                  Column("with a case", number=True),
                  *(Column(one.name, number=True) for one in census.columns)),
                 (Section(tuple(rows)),))


def _squares(census: Census, family: Family) -> Squares:
    roads = [Square(road.name, look(road), _detail(census, road), bool(who) or not census.columns)
             for key, road in family.roads.items()
             for who in (census.who(family.name, key),)]
    strange = {key for one in census.columns for other, key, _ in census.unclassified(one)
               if other.name == family.name}
    roads += [Square(family.shown(key), "unclassified",
                     f"no table has it; offered by {', '.join(census.who(family.name, key))}",
                     True) for key in sorted(strange, key=str)]
    return Squares(family.title, tuple(roads), tuple(LOOKS.items()))


def look(road: Road) -> str:
    """Return the word of LOOKS for a road."""
    if road.treatment in REACHED and not road.cases:
        return "untried"
    return road.treatment


def _detail(census: Census, road: Road) -> str:
    """Return what is known of a road, a line each."""
    number = "" if road.number is None else f", number {road.number}"
    lines = [f"{road.name}{number}", f"{road.treatment}: {road.why}"]
    if road.since:
        lines.append(f"since {road.since}")
    if road.cases:
        lines.append(f"cases: {', '.join(road.cases)}")
    elif road.untried:
        lines.append(f"no case: {road.untried}")
    if census.columns:
        who = census.who(road.family, road.key)
        lines.append(f"offered by {', '.join(who) or 'none of these kernels'}")
    return "\n".join(lines)


def _new(census: Census) -> tuple[Item, ...]:
    """Return an item for each kernel that offers something which the one before does not."""
    items = []
    for before, after, found in census.new():
        by: dict[str, list[str]] = {}
        for family, key in found:
            by.setdefault(family.title, []).append(family.shown(key))
        lines = tuple(words(f"{title}: {', '.join(names)}") for title, names in by.items())
        head = words(Cell(after.name, strong=True), f", beside {before.name}")
        items.append(Item(head, lines or (words("nothing"),)))
    return tuple(items)


def _missing(census: Census) -> tuple[Item, ...]:
    alike: dict[tuple[str, str], list[str]] = {}
    for one in census.columns:
        for family, why in one.missing.items():
            title = census.tables[family].title if family in census.tables else family
            alike.setdefault((title, why), []).append(one.name)
    return tuple(Item(words(f"{title}: without {why}: {', '.join(names)}"))
                 for (title, why), names in alike.items())
