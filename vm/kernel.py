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
from vm.machines import NATIVE, named, numbers

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
    compat: str = ""
    """The architecture that the harness is built for, if that is not the kernel's own."""
    filesystem: Filesystem | None = None
    """What the cases' directories lie on; None: tmpfs."""
    filesystems: bool = False
    """Do the variants of cases run that lie on file systems of their own?"""

    def compatible(self) -> Kernel:
        """Return the same kernel, to run the harness of another ABI, by a name that says so."""
        kind = named(self.arch)
        if not kind.compat:
            return replace(self, unavailable=self.unavailable or
                           f"--compat: no programs of another architecture run on {self.arch}")
        lacks = f"CONFIG_{kind.compat_config}"
        why = "" if not self.config or f"{lacks}=y" in self.config.read_text().splitlines() else \
            f"--compat: programs for {kind.compat} need {lacks}, which this kernel lacks"
        return replace(self, name=f"{self.name}+{kind.compat}", compat=kind.compat,
                       unavailable=self.unavailable or why)

    def on(self, filesystem: Filesystem) -> Kernel:
        """Return the same kernel, to run with another file system, by a name that says so."""
        return replace(self, name=f"{self.name}+{filesystem.name}", filesystem=filesystem)

    def version_numbers(self) -> tuple[int, ...]:
        """Return the version as what makes one newer than another."""
        return numbers(self.version)

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
