# SPDX-License-Identifier: GPL-2.0
"""Where kernels come from: one file for each such place, and what all of them have in common."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vm.kernel import Kernel, Progress
from vm.machines import NATIVE


class Place:
    """Somewhere that kernels come from.

    One that has names for its kernels overrides the first group of methods, one that takes files
    of the user's the second. vm/kernels.py asks each place in turn.
    """

    of_user = False
    """Its kernels are the user's: one that cannot be had is an error, not an empty column."""

    def names(self) -> Sequence[str]:
        """Return the names of its kernels, whether they are in the cache or not."""
        return ()

    def default(self) -> Sequence[str]:
        """Return the names of those that a run takes if none is named."""
        return ()

    def kernel(self, name: str) -> Kernel | None:
        """Return one of its kernels; None if it has to be fetched or built first."""
        raise NotImplementedError

    def fetch(self, names: Sequence[str], progress: Progress) -> dict[str, str]:
        """Get what can be had without asking the user; return why a kernel could not be had."""
        return {}

    def advice(self, name: str) -> str:
        """Return what to do about a kernel that is not there."""
        raise NotImplementedError

    def takes(self, files: Sequence[Path]) -> bool:
        """Say whether it knows what to do with a file or directory, or with several together."""
        return False

    def open(self, files: Sequence[Path], modules: Sequence[Path], name: str,
             arch: str = NATIVE) -> Kernel:
        """Return the kernel in files, which are not changed; see store.prepared().

        `modules` is what the user gave as such: nothing, a directory, or packages. `arch` is one
        of vm/machines.toml.
        """
        raise NotImplementedError
