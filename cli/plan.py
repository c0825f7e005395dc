# SPDX-License-Identifier: GPL-2.0
"""`landproof show CASE --kernel K --plan`: what is known of a case on a kernel before it runs."""

from __future__ import annotations

import json
import sys

from cli.guest import called, listed
from reports.errors import UserError
from reports.model.results import Kernel, Result

DERIVED = ("create.", "rule.", "field.handled", "field.scoped")
"""Names of the UAPI that a kernel takes or lacks together with others."""


def show_plan(case: str, name: str | None, result: Result | None) -> int:
    """Print the plan of a case; without a kernel's name, on the kernel of this machine."""
    words = ["--plan-for", _described(name, result)] if name else []
    sys.stdout.write(called("plan", "--unreported", *words, "--case", case))
    return 0


def _described(name: str, result: Result | None) -> str:
    """Return a kernel in words: as given, or as a result tells of the kernel of that name."""
    if name.startswith("abi="):
        return name
    kernel = result.kernel(name) if result else None
    if kernel is None or kernel.abi is None:
        raise UserError(f"nothing is known of {name} before it has run: `landproof run --kernel"
                        f" {name}`, give its --result, or describe it: --kernel abi=6,errata=3")
    return in_words(kernel)


def in_words(kernel: Kernel) -> str:
    """Return what a kernel said of itself as `landproof-guest plan --plan-for` takes it."""
    promised = json.loads(listed("--coverage", "--json"))
    words = [f"abi={kernel.abi}", f"errata={'none' if kernel.errata is None else kernel.errata}"]
    for name, taken in kernel.rights.items():
        since = promised.get(name, {}).get("abi")
        if taken != (since is not None and since <= (kernel.abi or 0)) and \
                not name.startswith(DERIVED):
            words.append(f"{'+' if taken else '-'}{name}")
    return ",".join(words)
