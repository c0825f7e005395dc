# SPDX-License-Identifier: GPL-2.0
"""Finds the formats: each module here that has a FORMAT is one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import reports.formats
from reports.document import Format
from reports.model.results import Result


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """A format of whole results: of cases and kernels, not of what a view says."""

    name: str
    help: str
    to_text: Callable[[Result], str]


@cache
def document_formats() -> dict[str, Format]:
    """Return the formats of any document, by name."""
    modules = pkgutil.iter_modules(reports.formats.__path__, "reports.formats.")
    found = (getattr(importlib.import_module(one.name), "FORMAT", None) for one in modules)
    return {one.name: one for one in found if isinstance(one, Format)}
