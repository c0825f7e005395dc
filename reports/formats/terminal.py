# SPDX-License-Identifier: GPL-2.0
"""Standard output, as python3-rich writes to it."""

from __future__ import annotations

import io
import sys

from rich.console import Console


def console() -> Console:
    """Return a console that never fails over a character that the terminal does not have.

    A file or a pipe is as wide as anything that we write.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(width=None if sys.stdout.isatty() else 240)


def is_plain(target: Console) -> bool:
    """Whether the terminal has no more than ASCII, as far as one can tell."""
    return not (target.encoding or "").lower().startswith("utf")
