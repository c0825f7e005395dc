# SPDX-License-Identifier: GPL-2.0
"""The generated parts of the documents say what their commands say now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import generate


@pytest.mark.parametrize("path", generate.documents(),
                         ids=[path.name for path in generate.documents()])
def test_no_part_is_stale(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert generate.regenerated(text) == text, "make docs"


def test_every_mark_begins_or_ends_a_part() -> None:
    """A mark with a typing error would be a part that is never compared."""
    for path in generate.documents():
        text = path.read_text(encoding="utf-8")
        marks = re.findall(r"^<!-- /?generated", text, re.MULTILINE)
        assert len(marks) == 2 * len(generate.PART.findall(text)), path.name


def test_a_stale_part_is_seen() -> None:
    text = "<!-- generated: echo new -->\nold\n<!-- /generated -->\n"
    assert generate.regenerated(text) == text.replace("old", "new")
    fenced = "<!-- generated as text: echo new -->\n<!-- /generated -->\n"
    assert "```\nnew\n```" in generate.regenerated(fenced)


def test_links_between_the_documents() -> None:
    """Every relative link leads to a file of the tree."""
    for path in generate.documents():
        for link in re.findall(r"\]\(([^)#]+)", path.read_text(encoding="utf-8")):
            if "://" not in link:
                assert (path.parent / link).exists(), f"{path.name}: {link}"
