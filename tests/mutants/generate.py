# SPDX-License-Identifier: GPL-2.0
"""Makes bugs that nobody thought of: one operator, constant or statement, chosen at random.

Not all are bugs: some do not compile, and some change nothing that a user can see.
"""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WHERE = Path("security/landlock")

OPERATORS = {
    "and": (r"&&", "||"), "or": (r"\|\|", "&&"), "equal": (r" == ", " != "),
    "unequal": (r" != ", " == "), "less": (r" < ", " <= "), "not-more": (r" <= ", " < "),
    "more": (r" > ", " >= "), "not-less": (r" >= ", " > "), "successor": (r" \+ 1\b", ""),
    "predecessor": (r" - 1\b", ""), "add-bits": (r" \|= ", " = "), "keep-bits": (r" &= ", " = "),
    "clear-bits": (r"& ~", "& "), "not": (r"\bif \(!", "if ("), "true": (r"\btrue\b", "false"),
    "false": (r"\bfalse\b", "true"), "success": (r"\breturn 0;", "return -EACCES;"),
    "eacces": (r"-EACCES\b", "-EPERM"), "errno": (r"-E(?!ACCES\b)[A-Z0-9]+\b", "-EACCES"),
}
"""For each kind of change, what is replaced in a line, and by what."""

CONDITION = re.compile(r"^(\t+(?:} else )?if \()(.*)(\)(?: \{)?)$")
STATEMENT = re.compile(r"^(\t+)(?:[A-Za-z_][\w>.\-\[\]]* [|&]?= .*|[a-z_]+\(.*\));$")
IDLE = re.compile(r"WARN_ON|BUILD_BUG|static_assert|lockdep|MODULE")
"""Lines that say what cannot be."""


@dataclass(frozen=True)
class Change:
    """One line of a file that becomes another one."""

    file: Path
    line: int
    kind: str
    text: str


def _code(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines with code and their numbers: no comments, directives or tests of its own."""
    comment = tests = False
    for number, line in enumerate(text.split("\n")):
        words = line.strip()
        comment |= words.startswith("/*")
        tests |= words.startswith("#if") and "KUNIT" in words
        if not (comment or tests or words.startswith("#") or IDLE.search(words)):
            yield number, line
        comment &= "*/" not in words
        tests &= not words.startswith("#endif")


def _others(line: str) -> Iterator[tuple[str, str]]:
    """Give what a line could become."""
    for kind, (pattern, replacement) in OPERATORS.items():
        for found in re.finditer(pattern, line):
            yield kind, line[:found.start()] + replacement + line[found.end():]
    if (branch := CONDITION.match(line)) and line.count("(") == line.count(")"):
        begin, condition, end = branch.groups()
        yield "never", f"{begin}0 && ({condition}){end}"
        yield "always", f"{begin}1 || ({condition}){end}"
    if statement := STATEMENT.match(line):
        yield "left-out", f"{statement[1]};"


def changes(sources: Path) -> list[Change]:
    """Return all changes of Landlock's sources that there are, in order."""
    return [Change(path.relative_to(sources), number, kind, text)
            for path in sorted((sources / WHERE).glob("*.[ch]"))
            for number, line in _code(path.read_text(encoding="utf-8"))
            for kind, text in _others(line)]


def write(sources: Path, directory: Path, count: int, seed: int) -> list[str]:
    """Write so many patches, the same for the same seed and sources; return their names."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "equivalent.toml").touch()
    names = []
    every = changes(sources)
    for change in random.Random(seed).sample(every, min(count, len(every))):
        name = f"random-{change.file.name.replace('.', '-')}-{change.line + 1}-{change.kind}"
        old = (sources / change.file).read_text(encoding="utf-8").splitlines(keepends=True)
        new = [*old[:change.line], f"{change.text}\n", *old[change.line + 1:]]
        diff = difflib.unified_diff(old, new, f"a/{change.file}", f"b/{change.file}")
        about = f"{change.file.name}, line {change.line + 1}: {change.text.strip()}"
        (directory / f"{name}.patch").write_text(f"{about}\n\n{''.join(diff)}", encoding="utf-8")
        names.append(name)
    return names
