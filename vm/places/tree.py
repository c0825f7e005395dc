# SPDX-License-Identifier: GPL-2.0
"""Kernels in build trees of the user's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vm import roots, store
from vm.errors import UserError
from vm.kernel import Kernel
from vm.machines import NATIVE, named
from vm.places import Place
from vm.places.image import from_image

ELSEWHERE = ("arch/*/boot/Image", "arch/*/boot/Image.gz", "arch/*/boot/zImage",
             "arch/*/boot/bzImage", "arch/*/boot/vmlinuz*")
"""Where make puts the images of other architectures."""


class Tree(Place):
    """Directories in which make has built a kernel."""

    def takes(self, files: Sequence[Path]) -> bool:
        """Take directories."""
        return len(files) == 1 and files[0].is_dir()

    def open(self, files: Sequence[Path], modules: Sequence[Path], name: str,
             arch: str = NATIVE) -> Kernel:
        """Return the kernel of a build tree, with its modules if they are built."""
        (path,) = files
        image = path / named(arch).built
        if not image.exists():
            for other in (other for pattern in ELSEWHERE for other in path.glob(pattern)):
                if other.resolve() != image.resolve():
                    roots.version_of(other, arch=arch)
            raise UserError(f"{path} is not a kernel build tree with an image:"
                            f" {image.relative_to(path)} is missing (make {image.name}); nor is it"
                            " a system or an output directory of Buildroot or Yocto")
        why = "the build tree has none (make modules)"
        if not modules and (path / "modules.order").exists():
            modules = [path]
        return from_image(image, modules, store.configuration([path / ".config"]), name,
                          f"build tree {path}", why, arch)
