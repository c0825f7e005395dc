# SPDX-License-Identifier: GPL-2.0
"""File systems for the cases' directories: what they are, and how a guest is told."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vm.errors import UserError

DATA = Path(__file__).with_name("filesystems.toml")
PLACE = "landproof/filesystem"
"""The guest's file that describes the one that it is to use."""

PLACES = "landproof/filesystems"
"""The guest's directory with descriptions of all, for the variants of cases that lie on them."""

ALL = "all"


@dataclass(frozen=True)
class Filesystem:
    """An entry of filesystems.toml."""

    name: str
    modules: tuple[str, ...] = ()
    type: str = ""
    make: tuple[str, ...] = ()
    package: str = ""
    size: int = 0
    options: str = ""
    layers: bool = False
    server: str = ""

    def description(self) -> str:
        """Return what the guest reads (docs/records.md)."""
        lines = [("type", self.type or self.name), ("modules", " ".join(self.modules))]
        if self.make:
            lines += [("make", "\t".join(self.make)), ("size", str(self.size))]
        if self.options:
            lines.append(("options", self.options))
        if self.server:
            lines.append(("server", self.server))
        if self.layers:
            lines.append(("layers", "yes"))
        return "".join(f"{name}\t{text}\n" for name, text in lines)


@cache
def known() -> dict[str, Filesystem]:
    """Return the entries of filesystems.toml, by name."""
    found = {}
    for name, entry in tomllib.loads(DATA.read_text()).items():
        values: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value
                                  for key, value in entry.items()}
        found[name] = Filesystem(name, **values)
    return found


def modules() -> list[str]:
    """Return the modules that any of them needs."""
    return list(dict.fromkeys(name for one in known().values() for name in one.modules))


def choose(names: Sequence[str]) -> list[Filesystem]:
    """Return the file systems that were asked for; raise UserError for an unknown one."""
    every = known()
    if ALL in names:
        return list(every.values())
    for name in names:
        if name not in every:
            raise UserError(f"no file system {name}: there are {', '.join((ALL, *every))}")
    return [every[name] for name in dict.fromkeys(names)]
