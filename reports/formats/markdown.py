# SPDX-License-Identifier: GPL-2.0
"""Markdown, for a mail or a pull request: readable without being rendered, too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports.document import (
    Block,
    Cell,
    Document,
    Facts,
    Format,
    Group,
    Items,
    Note,
    Paragraph,
    Part,
    Room,
    Squares,
    Table,
    Words,
    cells,
    verdicts,
)
from reports.model.verdicts import DEVIATIONS, LOOKS


def to_text(document: Document) -> str:
    """Return the document as Markdown."""
    version = document.landproof and f"landproof {document.landproof}"
    made = ", ".join(filter(None, (version, document.date)))
    intro = f"{_line(document.intro)}{made and f' ({escape(made)})'}".strip()
    parts = [f"## {escape(document.title)}", intro]
    parts += [_block(block) for block in document.shown(Room.MAIL)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block) -> str:
    body = _parts(block.parts, 4)
    if block.folded:
        return folded(escape(block.title), body)
    return f"### {escape(block.title)}\n\n{body}" if block.title and body else body


def _parts(parts: Iterable[Part], level: int) -> str:
    return "\n\n".join(text for part in parts if (text := _part(part, level)))


def _part(part: Part, level: int) -> str:
    match part:
        case Paragraph():
            return _line(part.line)
        case Note():
            return f"**Note:** {_line(part.line)}"
        case Items():
            return "\n".join(
                "\n  ".join([f"- {_line(item.head)}", *map(_line, item.lines)])
                for item in part.items
            )
        case Facts():
            return "\n".join(f"- {escape(name)}: {_line(line)}" for name, line in part.pairs)
        case Group():
            body = _parts(part.parts, level + 1)
            if part.folded:
                return folded(escape(part.title), body)
            return f"{'#' * level} {escape(part.title)}\n\n{body}"
        case Squares():
            return f"- {escape(part.title)}: {part.counted()}"
        case Table():
            return _table(part, level)


def _table(table: Table, level: int) -> str:
    head = [escape(column.title) for column in table.columns]
    narrow = [column.narrow for column in table.columns]
    texts = []
    for section in table.sections:
        lines = [
            [_line(line, short=short)
             for line, short in zip(cells(row, len(narrow)), narrow, strict=True)]
            for row in section.rows
        ]
        body = _grid(head, lines)
        if section.folded:
            body = folded(escape(section.title), body)
        elif section.title:
            body = f"{'#' * level} {escape(section.title)}\n\n{body}"
        texts.append(body)
    if found := verdicts(table) if any(narrow) else set():
        texts.insert(0, ", ".join(f"{LOOKS[one].sign} {one}" for one in LOOKS if one in found))
    return "\n\n".join(texts)


def _grid(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    lined = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in lined)


def _line(line: Words, *, short: bool = False) -> str:
    return "".join(_run(cell, short) for cell in line)


def _run(cell: Cell, short: bool) -> str:
    if cell.verdict:
        sign = LOOKS[cell.verdict].sign
        if cell.verdict in DEVIATIONS:
            return f"**{sign} {escape(cell.text)}**"
        return sign if short or not cell.text else f"{sign} {escape(cell.text)}"
    text = code(cell.text) if cell.code else escape(cell.text)
    # No link to an issue: it would leave a mark in the upstream project's thread.
    if cell.link and "/issues/" not in cell.link:
        text = f"[{text}]({cell.link})"
    return f"**{text}**" if cell.strong and cell.text else text


def folded(title: str, body: str) -> str:
    """Return a part that a reader opens, if there is anything in it."""
    if not body:
        return ""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def escape(text: str) -> str:
    """Return text in which nothing is markup, and no person and no issue is mentioned."""
    escaped = re.sub(r"([\\`*\[\]<>|~]|(?<!\w)_|_(?!\w))", r"\\\1", text)
    return re.sub(r"([@#])(?=\w)", "\\1\u200b", escaped)


def code(text: str) -> str:
    """Return text as code. A bar would end the cell of a table, even there."""
    return f"`{text.replace('`', chr(39)).replace('|', '¦')}`"


FORMAT = Format("markdown", "for a mail or a pull request", to_text)
