# SPDX-License-Identifier: GPL-2.0
"""Holds the files to .editorconfig: `make lint` runs it. python3-editorconfig finds what holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from editorconfig import get_properties

ROOT = Path(__file__).resolve().parents[1]


def defects(text: str, rules: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that break a rule, each with what is wrong."""
    if rules.get("insert_final_newline") == "true" and text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end"
    for number, line in enumerate(text.split("\n"), 1):
        if rules.get("trim_trailing_whitespace") == "true" and line != line.rstrip():
            yield number, "white space at the end"
        if rules.get("indent_style") == "tab" and line.startswith(" " * 8):
            yield number, "spaces where a tab belongs"
        width = len(line.expandtabs(int(rules.get("tab_width", "8"))))
        limit = rules.get("max_line_length", "")
        if limit.isdecimal() and width > int(limit) and not may_be_long(line, rules):
            yield number, f"{width} columns, {limit} at most"


def may_be_long(line: str, rules: Mapping[str, str]) -> bool:
    """Whether a line cannot be broken: a string of C, a table or a link of Markdown."""
    if rules.get("indent_style") == "tab":
        return '"' in line
    return line.startswith("|") or "](" in line or "://" in line or "`" in line


def main() -> int:
    """Print what is wrong with the files that git knows; 1 if anything is."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    found = 0
    for name in filter(None, listed.stdout.decode().split("\0")):
        rules = get_properties(str(ROOT / name))
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except FileNotFoundError:
            continue
        for number, what in defects(text, rules):
            print(f"{name}:{number}: {what}")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
