# SPDX-License-Identifier: GPL-2.0
"""Repositories of packages, each looked at through its distribution's own client."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from vm.debian import Package, Step
from vm.sets import Release


class Client(Protocol):
    """A repository, with a directory of the cache to live in."""

    root: Path
    failures: dict[str, str]
    """Why the index of a suite could not be had."""

    def update(self, suites: Sequence[str], progress: Step) -> None:
        """Fetch the indexes of some suites."""

    def choose(self, release: Release) -> list[Package]:
        """Return the packages of a kernel, that with the image first; none if it is not there."""

    def download(self, packages: Sequence[Package], into: Path, progress: Step) -> list[Path]:
        """Fetch packages and check their signatures.

        Raise Missing if one is not there although the index has it: choose() then says what is
        the next best.
        """
