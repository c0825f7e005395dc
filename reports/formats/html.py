# SPDX-License-Identifier: GPL-2.0
"""HTML: any document as one page that needs no server, no network and no script."""

from __future__ import annotations

from reports.document import Document, Format, Room, cells
from reports.formats.page import render
from reports.model.verdicts import LOOKS


def to_text(document: Document) -> str:
    """Return the page."""
    return render(
        "document.html.j2",
        document=document,
        blocks=list(document.shown(Room.PAGE)),
        cells=cells,
        looks=LOOKS,
    )


FORMAT = Format("html", "one page that needs no server", to_text)
