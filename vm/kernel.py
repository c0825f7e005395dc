# SPDX-License-Identifier: GPL-2.0
"""What the rest of the project knows of a kernel, wherever it comes from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from vm.filesystems import Filesystem
from vm.machines import NATIVE

DATA = Path(__file__).with_name("kernels.toml")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*$")

Progress = Callable[[str, str, float], None]
"""Told a kernel's name, what is being done for it, and how much of that is done (0 to 1)."""


def data() -> dict[str, Any]:
    """Return kernels.toml."""
    return tomllib.loads(DATA.read_text())


@dataclass(frozen=True)
class Kernel:
    """A kernel to boot, or, with `unavailable`, the reason why there is none."""

    name: str
    source: str
    version: str = ""
    image: Path | None = None
    config: Path | None = None
    modules: Path | None = None
    """Directory of unpacked modules with their table, as modules.collect() makes it."""
    no_modules: str = ""
    unavailable: str = ""
    arch: str = NATIVE
    """One of vm/machines.toml."""
    filesystem: Filesystem | None = None
    """What the cases' directories lie on; None: tmpfs."""

    def on(self, filesystem: Filesystem) -> Kernel:
        """Return the same kernel, to run with another file system, by a name that says so."""
        return replace(self, name=f"{self.name}+{filesystem.name}", filesystem=filesystem)

    def config_lines(self) -> list[str]:
        """Return the lines of the configuration that mention what the cases need."""
        if not self.config:
            return []
        patterns = data()["config"]
        lines = []
        for line in self.config.read_text(errors="replace").splitlines():
            found = re.match(r"(?:# )?CONFIG_(\w+)(?:=| is not set)", line)
            if found and any(fnmatchcase(found[1], pattern) for pattern in patterns):
                lines.append(line)
        return lines
