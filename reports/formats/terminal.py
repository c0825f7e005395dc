# SPDX-License-Identifier: GPL-2.0
"""Standard output, as python3-rich writes to it: any document, within the terminal's width."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Facts,
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
from reports.model.verdicts import LOOKS

WIDEST = 46  # letters of a column of text; longer ones are folded
ROOMY = 200  # letters of a terminal that has room for longer ones
LABEL = 24  # letters of a first column that are never folded
FOLDED = 11  # and of any other
INDENT = 4


class _Console(Console):
    """A console that leaves it to us what a reader who has gone means."""

    def on_broken_pipe(self) -> None:
        """Go on raising: rich from version 13.8 on would end the program, with status 1."""
        raise BrokenPipeError


def console() -> Console:
    """Return a console that never fails over a character that the terminal does not have.

    A file or a pipe is as wide as anything that we write.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return _Console(width=None if sys.stdout.isatty() else 240)


def is_plain(target: Console) -> bool:
    """Whether the terminal has no more than ASCII, as far as one can tell."""
    return not (target.encoding or "").lower().startswith("utf")


def show(document: Document, target: Console) -> None:
    """Print a document; what matters most comes last, where it stays on the screen."""
    for block in reversed(list(document.shown(Room.TERMINAL))):
        _block(block, target)


def _block(block: Block, target: Console) -> None:
    if block.title:
        target.print(Text(block.title, style="bold"))
    _parts(block.parts, target, 0)
    target.print()


def _parts(parts: Iterable[Part], target: Console, indent: int) -> None:
    for part in parts:
        match part:
            case Table():
                _table(part, target)
            case Group():
                _print(target, Text(part.title, style="bold"), indent)
                _parts(part.parts, target, indent + 2)
            case Items():
                for item in part.items:
                    _print(target, _text(item.head, target), indent, whole=item.head[-1].code)
                    for line in item.lines:
                        copied = line[-1].code  # a command: no line break may get into it
                        _print(target, _text(line, target), indent + INDENT, whole=copied)
            case Facts():
                width = max((len(name) for name, _line in part.pairs), default=0)
                for name, line in part.pairs:
                    text = Text.assemble((f"{name:<{width}}  ", "dim"), _text(line, target))
                    _print(target, text, indent)
            case Note():
                text = _text(part.line, target)
                text.stylize("yellow")
                _print(target, text, indent)
            case Squares():
                _print(target, Text(f"{part.title}: {part.counted()}"), indent)
            case Paragraph():
                _print(target, _text(part.line, target), indent)


def _print(target: Console, text: Text, indent: int, *, whole: bool = False) -> None:
    """Print a paragraph: folded in a terminal, one line in a file or a pipe."""
    if target.is_terminal and not whole:
        target.print(Padding(text, (0, 0, 0, indent), expand=False), highlight=False)
    else:
        target.print(Text(" " * indent).append(text), highlight=False, soft_wrap=True)


def _text(line: Words, target: Console) -> Text:
    """Return a line of text; a verdict stands in it with its sign."""
    return Text.assemble(*(_run(cell, target, signs=False) for cell in line))


def _run(cell: Cell, target: Console, *, signs: bool) -> Text:
    if not cell.verdict:
        return Text(cell.text, style="bold" if cell.strong else "")
    look = LOOKS[cell.verdict]
    sign = look.ascii if is_plain(target) else look.sign
    return Text(sign if signs or not cell.text else f"{sign} {cell.text}", style=look.style)


class _Layout:
    """How wide the columns of a table are, in words or by its verdicts' signs alone.

    rich would fold them, but cuts off what is left over where columns have a least width.
    """

    def __init__(self, table: Table, target: Console, *, signs: bool) -> None:
        self.table, self.target, self.signs = table, target, signs
        # Many signs stand side by side, with one space between them.
        self.dense = signs and any(column.narrow for column in table.columns)
        texts = [self._texts(index) for index in range(len(table.columns))]
        self.least = list(map(self._least, range(len(texts)), texts))
        self.natural = list(map(self._natural, range(len(texts)), texts))

    def total(self, widths: Sequence[int]) -> int:
        """Return how wide the table is."""
        return sum(widths) + (len(widths) - 1) * (1 if self.dense else 2)

    @property
    def fits(self) -> bool:
        """Whether it can be folded into the terminal and still be read."""
        return self.total(self.least) <= self.target.width

    def widths(self) -> list[int]:
        """Return the columns' widths within the terminal: the widest gives way first."""
        widths = list(self.natural)
        while self.total(widths) > self.target.width:
            wide = [index for index, width in enumerate(widths) if width > self.least[index]]
            if not wide:
                break
            widths[max(wide, key=widths.__getitem__)] -= 1
        return widths

    def _texts(self, index: int) -> list[str]:
        """Return what stands in a column."""
        texts = [self.table.columns[index].title]
        for section in self.table.sections:
            texts += [section.title] if index == 0 else []
            for row in section.rows:
                line = cells(row, len(self.table.columns))[index]
                texts.append("".join(_run(cell, self.target, signs=self.signs).plain
                                     for cell in line))
        return texts

    def _least(self, index: int, texts: Sequence[str]) -> int:
        """Return below what no column is folded: its longest word, up to a limit."""
        column = self.table.columns[index]
        if column.narrow or column.number:
            return max(map(cell_len, texts))
        words = (word for text in texts for word in text.split())
        return min(max(map(cell_len, words), default=0), LABEL if index == 0 else FOLDED)

    def _natural(self, index: int, texts: Sequence[str]) -> int:
        """Return what it takes if there is room; a long text is folded all the same."""
        longest = max(map(cell_len, texts))
        whole = self.table.columns[index].narrow or self.target.width >= ROOMY
        return longest if whole else max(min(longest, WIDEST), self.least[index])


def _table(table: Table, target: Console) -> None:
    """Print a table: in words, or by its verdicts' signs alone if that is too wide.

    A terminal too narrow even for that gets the rows one below the other.
    """
    layout = _Layout(table, target, signs=False)
    needed = layout.total(layout.natural)
    if not target.is_terminal:  # a file or a pipe has room
        target.width = max(target.width, needed)
    if needed <= target.width or not (found := verdicts(table)):
        _fitted(layout)
        return
    key, layout = "", _Layout(table, target, signs=True)
    if not layout.fits:
        numbered, key = _numbered(table)
        layout = _Layout(numbered, target, signs=True)
    if not _fitted(layout):
        return
    if key:
        target.print(Text(key), highlight=False)
    signs = (
        Text.assemble(_run(Cell(verdict=one), target, signs=True), f" {one}")
        for one in LOOKS
        if one in found
    )
    target.print(Text("  ").join(signs), highlight=False)


def _fitted(layout: _Layout) -> bool:
    """Print a table; return whether it had room, or stands with its rows below each other."""
    if layout.fits:
        _lines(_grid(layout), layout.target)
    else:
        _below_each_other(layout.table, layout.target)
    return layout.fits


def _lines(grid: Grid, target: Console) -> None:
    """Print a table; in a file or a pipe no line ends with the padding of its last columns."""
    if target.is_terminal:
        target.print(grid, highlight=False)
        return
    with target.capture() as captured:
        target.print(grid, highlight=False)
    for line in captured.get().splitlines():
        target.print(Text(line.rstrip()), highlight=False, soft_wrap=True)


def _numbered(table: Table) -> tuple[Table, str]:
    """Return the table with numbers over its narrow columns, and what they stand for."""
    columns: list[Column] = []
    key: list[str] = []
    for column in table.columns:
        if column.narrow:
            key.append(f"{len(key) + 1}: {column.title}")
            column = replace(column, title=str(len(key)))
        columns.append(column)
    return replace(table, columns=tuple(columns)), "  ".join(key)


def _grid(layout: _Layout) -> Grid:
    table, target, signs = layout.table, layout.target, layout.signs
    grid = Grid(
        box=box.ASCII2 if is_plain(target) else box.SIMPLE_HEAD, show_edge=False, pad_edge=False,
        padding=(0, 0) if layout.dense else (0, 1, 0, 0),
    )
    for column, width in zip(table.columns, layout.widths(), strict=True):
        grid.add_column(
            Text(column.title, style="bold"),
            justify="right" if column.number else "center" if column.narrow and signs else "left",
            overflow="fold", no_wrap=column.narrow, width=width,
        )
    for section in table.sections:
        if section.title:
            grid.add_row(Text(section.title, style="bold"))
        for row in section.rows:
            grid.add_row(*(
                Text.assemble(*(_run(cell, target, signs=signs) for cell in line))
                for line in cells(row, len(table.columns))
            ))
    return grid


def _below_each_other(table: Table, target: Console) -> None:
    """Print each row as its first cell, and the others by the names of their columns."""
    for section in table.sections:
        if section.title:
            target.print(Text(section.title, style="bold"))
        for row in section.rows:
            first, *others = cells(row, len(table.columns))
            _print(target, _text(first, target), 0)
            for column, line in zip(table.columns[1:], others, strict=True):
                if any(cell.text or cell.verdict for cell in line):
                    text = Text.assemble((f"{column.title}: ", "dim"), _text(line, target))
                    _print(target, text, INDENT)
