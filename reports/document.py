# SPDX-License-Identifier: GPL-2.0
"""A neutral document: what a view says, and what any format can write down.

A *view* (a file in reports/views) answers one question about a result and returns a Document. A
*format* (a file in reports/formats) writes any Document. Neither knows the other, so that

* a new view is one file with a function that returns a Document; `cli.outputs.write_formats`
  gives it every format there is;
* a new format is one file with `FORMAT = Format("name", "what it is for", to_text)`;
  `reports.formats.registry` finds it, and every command has the option `--name FILE`.

A document is a list of blocks, the most important first. A terminal prints them the other way
round, because what stands last is what stays on the screen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import IntEnum
from typing import ClassVar, TypeVar, cast

from reports.model.verdicts import Verdict

UPSTREAM = {
    "userspace-api/landlock": "https://docs.kernel.org/userspace-api/landlock.html",
    "admin-guide/LSM/landlock": "https://docs.kernel.org/admin-guide/LSM/landlock.html",
    "trace/events-landlock": "https://docs.kernel.org/trace/events-landlock.html",
}
_KNOWN = re.compile(
    r"(?P<issue>[\w.-]+/[\w.-]+#\d+)|(?P<cve>CVE-\d{4}-\d+)|(?P<url>https?://[^\s,;)]+)"
    r"|(?P<page>" + "|".join(map(re.escape, UPSTREAM)) + r")"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A run of text, or what stands in a table's cell."""

    text: str = ""
    verdict: Verdict | None = None  # shown by its sign and colour, too
    link: str = ""  # a URL
    detail: str = ""  # what a pointer that rests on it shows
    code: bool = False
    strong: bool = False


Words = tuple[Cell, ...]


def words(*parts: str | Cell) -> Words:
    """Return a line of text; a plain string is a run without a look of its own."""
    return tuple(Cell(part) if isinstance(part, str) else part for part in parts if part)


def plain(line: Words) -> str:
    """Return the text of a line alone."""
    return "".join(cell.text for cell in line)


def linked(text: str) -> Words:
    """Return a text in which upstream's issues, CVEs and documents are links."""
    found, end = [], 0
    for match in _KNOWN.finditer(text):
        if before := text[end : match.start()]:
            found.append(Cell(before))
        found.append(Cell(match[0], link=_target(match), code=bool(match["issue"])))
        end = match.end()
    return (*found, Cell(text[end:])) if text[end:] else tuple(found)


def _target(match: re.Match[str]) -> str:
    if match["issue"]:
        project, _hash, number = match[0].partition("#")
        return f"https://github.com/{project}/issues/{number}"
    if match["cve"]:
        return f"https://www.cve.org/CVERecord?id={match[0]}"
    return match["url"] or UPSTREAM[match[0]]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of running text."""

    kind: ClassVar[str] = "paragraph"
    line: Words


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader must not miss: something is incomplete or special here."""

    kind: ClassVar[str] = "note"
    line: Words


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of a list, with lines below it."""

    head: Words
    lines: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    kind: ClassVar[str] = "items"
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with what they stand for."""

    kind: ClassVar[str] = "facts"
    pairs: tuple[tuple[str, Words], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column."""

    title: str
    number: bool = False
    narrow: bool = False  # one of many: where room is scarce, a verdict's sign says it


@dataclass(frozen=True, slots=True)
class Section:
    """Rows below a title. A row may be shorter than the table."""

    rows: tuple[tuple[Words | Cell, ...], ...]
    title: str = ""
    folded: bool = False  # to be opened by a reader, where the format can do that


@dataclass(frozen=True, slots=True)
class Table:
    """A table; its sections share the columns."""

    kind: ClassVar[str] = "table"
    columns: tuple[Column, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Parts below a heading of their own."""

    kind: ClassVar[str] = "group"
    title: str
    parts: tuple[Part, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Square:
    """One of many things that are seen at a glance."""

    name: str
    look: str
    detail: str  # what a pointer that rests on it shows, in lines
    there: bool  # or only known of


@dataclass(frozen=True, slots=True)
class Squares:
    """A square for each of many things, and what their looks mean."""

    kind: ClassVar[str] = "squares"
    title: str
    squares: tuple[Square, ...]
    looks: tuple[tuple[str, str], ...]

    def counted(self) -> str:
        """Return how many squares have each look."""
        counts = Counter(one.look for one in self.squares)
        return ", ".join(f"{counts[look]} {look}" for look, _ in self.looks if counts[look])


Part = Paragraph | Note | Items | Facts | Table | Group | Squares


class Room(IntEnum):
    """Where there is room for a block: a terminal, a mail, a page that can be scrolled."""

    TERMINAL = 0
    MAIL = 1
    PAGE = 2


@dataclass(frozen=True, slots=True)
class Block:
    """One subject of a document; `room` is the least that it takes."""

    parts: tuple[Part, ...]
    title: str = ""
    folded: bool = False
    room: Room = Room.TERMINAL


@dataclass(frozen=True, slots=True)
class Document:
    """What a view says."""

    title: str
    blocks: tuple[Block, ...]
    landproof: str = ""  # the version that made the result
    date: str = ""
    intro: Words = ()
    # What programs read, if the view has a form of its own for them.
    json: Callable[[], str] | None = None

    def shown(self, room: Room) -> Iterator[Block]:
        """Yield the blocks that have something in them and for which there is room."""
        return (block for block in self.blocks if block.parts and block.room <= room)


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write any document to a file."""

    name: str  # of the option, --NAME FILE
    help: str
    to_text: Callable[[Document], str]
    private: bool = False  # may hold cases that must not be shared


AnyPart = TypeVar("AnyPart")


def mapped(part: AnyPart, change: Callable[[Cell], Cell]) -> AnyPart:
    """Return a document, or a part of one, with each of its cells changed."""
    found: object = part
    if isinstance(part, Cell):
        found = change(part)
    elif isinstance(part, tuple):
        found = tuple(mapped(one, change) for one in part)
    elif is_dataclass(part) and not isinstance(part, type):
        found = replace(part, **{one.name: mapped(getattr(part, one.name), change)
                                 for one in fields(part)})
    return cast(AnyPart, found)


def cells(row: tuple[Words | Cell, ...], width: int) -> list[Words]:
    """Return the cells of a row, each a line, as many as the table has columns."""
    lines = [(cell,) if isinstance(cell, Cell) else cell for cell in row]
    return [*lines, *[()] * (width - len(lines))]


def verdicts(table: Table) -> set[Verdict]:
    """Return the verdicts that the table shows."""
    return {
        cell.verdict
        for section in table.sections
        for row in section.rows
        for line in cells(row, 0)
        for cell in line
        if cell.verdict
    }
