# SPDX-License-Identifier: GPL-2.0
"""Debian's archive, and those of distributions that are made as it is: apt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vm import debian
from vm.machines import NATIVE, named
from vm.sets import DEBIAN, Release, Repository


class Apt(debian.Apt):
    """apt, with the flavours of kernels."""

    def __init__(self, cache: Path, repository: Repository) -> None:
        """Take Debian's archive from the machine's own sources, any other from the settings."""
        self._index: list[debian.Package] | None = None
        if repository.name == DEBIAN:
            arch = named(repository.arch)
            super().__init__(cache / ("apt" + ("" if arch.name == NATIVE else f"-{arch.debian}")),
                             debian.archives(), arch.debian)
            return
        source = debian.Source(repository.address, repository.signed_by[0])
        super().__init__(cache / "repositories" / repository.name,
                         {"main": source, "security": source})

    def choose(self, release: Release) -> list[debian.Package]:
        """Return the packages of the newest kernel of a release."""
        if self._index is None:
            self._index = self.packages()
        return debian.choose([item for item in self._index if item.suite in release.suites],
                             release.version, release.flavour)

    def download(self, packages: Sequence[debian.Package], into: Path,
                 progress: debian.Step) -> list[Path]:
        """Fetch packages; a kernel that the mirror lacks is chosen no more."""
        try:
            return super().download(packages, into, progress)
        except debian.Missing:
            assert self._index is not None
            self._index = [item for item in self._index if item.version != packages[0].version]
            raise
