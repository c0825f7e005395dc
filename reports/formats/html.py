# SPDX-License-Identifier: GPL-2.0
"""HTML: any document as one page that needs no server, no network and no script."""

from __future__ import annotations

from collections.abc import Sequence

from reports.document import Cell, Document, Format, Room, cells
from reports.formats.page import render
from reports.model.verdicts import LOOKS


def to_text(document: Document) -> str:
    """Return the page."""
    return in_site(document, (), "")


def in_site(document: Document, navigation: Sequence[Cell], top: str) -> str:
    """Return the page as one of a site, with links to others; `top` is the way to the first."""
    return render(
        "document.html.j2",
        document=document,
        blocks=list(document.shown(Room.PAGE)),
        cells=cells,
        looks=LOOKS,
        navigation=navigation,
        top=top,
    )


FORMAT = Format("html", "one page that needs no server", to_text)
