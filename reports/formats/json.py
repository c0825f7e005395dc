# SPDX-License-Identifier: GPL-2.0
"""JSON, for programs: the view's own form, or else the document's parts as they are."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass

from reports.document import Document, Format, Room


def to_text(document: Document) -> str:
    """Return the document as JSON."""
    if document.json:
        return document.json()
    data = {
        "title": document.title,
        "landproof": document.landproof,
        "date": document.date,
        "blocks": [_plain(block) for block in document.shown(Room.PAGE)],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _plain(value: object) -> object:
    """Return a part without whatever is empty in it."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if not is_dataclass(value):
        return value
    named = {"kind": value.kind} if hasattr(value, "kind") else {}
    pairs = ((one.name, getattr(value, one.name)) for one in fields(value))
    return named | {name: _plain(some) for name, some in pairs if some}


FORMAT = Format("json", "for programs", to_text, private=True)
