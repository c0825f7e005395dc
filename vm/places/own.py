# SPDX-License-Identifier: GPL-2.0
"""Kernels that the user has given names: `landproof kernels add`; the files stay where they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from vm import paths
from vm.errors import UserError
from vm.kernel import Kernel
from vm.machines import NATIVE
from vm.places import Place

Opener = Callable[[str, str, str, str], Kernel]


class Own(Place):
    """The user's names for files that other places take."""

    of_user = True

    def __init__(self, opener: Opener) -> None:
        """Take what opens the files of --kernel and --modules."""
        self._open = opener

    def names(self) -> Sequence[str]:
        """Return the names that were given."""
        return list(user_kernels())

    def kernel(self, name: str) -> Kernel | None:
        """Return the kernel as the file is now."""
        entry = user_kernels()[name]
        return self._open(str(entry["kernel"]), entry.get("modules") or "", name,
                          entry.get("arch") or NATIVE)


def _user_file() -> Path:
    """Return the file in which `add` keeps the user's kernels."""
    return paths.config() / "kernels.json"


def user_kernels() -> dict[str, dict[str, str | None]]:
    """Return the user's kernels: name to paths of `kernel` and `modules` (or null)."""
    file = _user_file()
    if not file.exists():
        return {}
    try:
        entries: dict[str, dict[str, str | None]] = json.loads(file.read_text())
        assert all(isinstance(entry["kernel"], str) for entry in entries.values())
    except (ValueError, AssertionError, KeyError, TypeError, AttributeError):
        raise UserError(f"{file} is damaged: mend or remove it") from None
    return entries


def save(entries: dict[str, dict[str, str | None]]) -> None:
    """Write the user's kernels."""
    file = _user_file()
    with paths.disk_errors(str(file)), paths.atomic(file) as new:
        new.write_text(json.dumps(entries, indent=1, sort_keys=True) + "\n")
