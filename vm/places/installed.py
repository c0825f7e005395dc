# SPDX-License-Identifier: GPL-2.0
"""Kernels of installed systems: this machine's, one of /boot or /usr/lib/modules, one of a root."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from vm import roots
from vm.errors import UserError
from vm.kernel import Kernel
from vm.machines import NATIVE
from vm.places import Place
from vm.places.image import from_image

NAME = "installed"
ROOT = Path("/")


def release() -> str:
    """Return the version of the kernel that runs here."""
    return os.uname().release


class Installed(Place):
    """The kernel that runs here by its name, and directories of systems."""

    of_user = True

    def names(self) -> Sequence[str]:
        """Return what stands for the kernel of this machine."""
        return [NAME]

    def kernel(self, name: str) -> Kernel:
        """Return the kernel that runs here."""
        return running(ROOT, release())

    def takes(self, files: Sequence[Path]) -> bool:
        """Take a directory of modules with a version's name, /boot, or a root."""
        return len(files) == 1 and files[0].is_dir() and _place(files[0]) is not None

    def open(self, files: Sequence[Path], modules: Sequence[Path], name: str,
             arch: str = NATIVE) -> Kernel:
        """Return the kernel of a directory."""
        (path,) = files
        place = _place(path)
        assert place
        root, version = place
        found = roots.find(root, str(path), version, arch=arch)
        if not found:
            raise UserError(f"{path}: no image of kernel {version} lies in it or in {root / 'boot'}"
                            ": give the image and --modules")
        return from_image(found.image, modules or found.modules, found.config, name,
                          f"system {path}", "the system has none", arch)


def running(root: Path, version: str) -> Kernel:
    """Return the kernel that runs here, from the files of its installation."""
    directories = [directory for directory in (root / "usr/lib/modules" / version,
                                               root / "lib/modules" / version)
                   if directory.is_dir()]
    hidden = [path for path in (root / "boot" / f"vmlinuz-{version}",
                                *(directory / "vmlinuz" for directory in directories))
              if path.exists() and not os.access(path, os.R_OK)]
    found = None if hidden else roots.find(root, str(root), version)
    if found:
        return from_image(found.image, found.modules, found.config, NAME,
                          f"installed {found.image}", "none are installed")
    if hidden:
        raise UserError(f"{hidden[0]} is the kernel of this machine, and only root may read it:"
                        " make it readable, or give a copy")
    raise UserError(f"this machine runs kernel {version}, and no image of it lies in /boot or"
                    f" /usr/lib/modules/{version}: give its package or image")


def _place(path: Path) -> tuple[Path, str] | None:
    """Return the root and the version ("" if any) that a directory of a system stands for."""
    full = path.resolve()
    if full.parent.name == "modules" and full.parent.parent.name == "lib" and \
            re.match(r"\d+\.\d+", full.name):
        root = full.parents[2]
        return (root.parent if root.name == "usr" else root), full.name
    if next(full.glob("vmlinuz-*"), None) and full.name == "boot":
        return full.parent, ""
    if next(full.glob("boot/vmlinuz*"), None) or next(full.glob("usr/lib/modules/*/vmlinuz"), None):
        return full, ""
    return None
