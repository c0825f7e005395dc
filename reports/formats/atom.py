# SPDX-License-Identifier: GPL-2.0
"""Atom (RFC 4287): the news of a site as a feed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from xml.etree import ElementTree

from reports.model.site import Step

NAMESPACE = "http://www.w3.org/2005/Atom"
ENTRIES = 50


def to_text(steps: Sequence[Step], site: str) -> str:
    """Return the feed of dated results, newest first; `site` is the address of the first page.

    Without an address the links are relative, and the identifiers name the results alone.
    """
    ElementTree.register_namespace("", NAMESPACE)
    feed = ElementTree.Element(f"{{{NAMESPACE}}}feed")
    _add(feed, "title", "Landlock, kernel by kernel")
    _add(feed, "id", site or "urn:landproof:site")
    _add(feed, "updated", _date(steps[-1]))
    _add(_add(feed, "author"), "name", "Landproof")
    _add(feed, "link", rel="self", href=f"{site}feed.atom")
    _add(feed, "link", href=f"{site}index.html")
    for step in steps[:-ENTRIES - 1:-1]:
        entry = _add(feed, "entry")
        address = f"{site}history/{step.name}.html"
        _add(entry, "title", step.summary)
        _add(entry, "id", address if site else f"urn:landproof:site:{step.name}")
        _add(entry, "updated", _date(step))
        _add(entry, "link", href=address)
        _add(entry, "summary", step.summary)
    ElementTree.indent(feed)
    return ElementTree.tostring(feed, encoding="unicode", xml_declaration=True) + "\n"


def _date(step: Step) -> str:
    return f"{step.when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _add(parent: ElementTree.Element, name: str, text: str = "",
         **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    element.text = text or None
    return element
