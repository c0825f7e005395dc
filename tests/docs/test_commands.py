# SPDX-License-Identifier: GPL-2.0
"""Every command that a document tells to type is one: its options are known, its target exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import parser
from tests.docs.generate import documents

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def lines(path: Path) -> Iterator[str]:
    """Yield the lines of a document's code blocks without their comments."""
    fenced = False
    for line in path.read_text(encoding="utf-8").replace("\\\n", "").splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield re.sub(r"\s+#.*", "", line).strip()


def commands(name: str) -> list[str]:
    """Return every line of every document that begins with this command."""
    found = [line for path in documents() for line in lines(path)
             if re.match(rf"(?:\./)?{name}(?: |$)", line)]
    assert found
    return sorted(set(found))


@pytest.mark.parametrize("line", commands("landproof"))
def test_landproof_takes_it(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    plain = re.sub(r"[][]|\|\|.*", "", line)
    try:
        parser().parse_args(shlex.split(plain)[1:])
    except SystemExit as error:
        pytest.fail(f"{line}: {capsys.readouterr().err}" if error.code else line)


@pytest.mark.parametrize("line", commands("make"))
def test_make_has_the_target(line: str) -> None:
    for word in re.split(r"&&|;", line)[0].split()[1:]:
        if "=" not in word:
            assert re.search(rf"^{re.escape(word)}:", MAKEFILE, re.MULTILINE), line
