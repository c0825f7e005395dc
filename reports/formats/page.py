# SPDX-License-Identifier: GPL-2.0
"""Fills in the templates of the pages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, **values: Any) -> str:
    """Return a page; all of them have the same style."""
    style = Markup((TEMPLATES / "matrix.css").read_text(encoding="utf-8"))
    return _environment().get_template(template).render(style=style, **values)
