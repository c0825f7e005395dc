# SPDX-License-Identifier: GPL-2.0
"""Kernels in build trees of the user's."""

from __future__ import annotations

from pathlib import Path

from vm import store
from vm.errors import UserError
from vm.kernel import Kernel
from vm.places import Place
from vm.places.image import from_image


class Tree(Place):
    """Directories in which make has built a kernel."""

    def takes(self, path: Path) -> bool:
        """Take directories."""
        return path.is_dir()

    def open(self, path: Path, module_directory: Path | None, name: str) -> Kernel:
        """Return the kernel of a build tree, with its modules if they are built."""
        image = path / "arch/x86/boot/bzImage"
        if not image.exists():
            raise UserError(f"{path} is not a kernel build tree with an image:"
                            f" {image.relative_to(path)} is missing (make bzImage)")
        why = "the build tree has none (make modules)"
        if module_directory is None and (path / "modules.order").exists():
            module_directory = path
        return from_image(image, module_directory, store.configuration([path / ".config"]), name,
                           f"build tree {path}", why)
