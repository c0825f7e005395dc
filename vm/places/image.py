# SPDX-License-Identifier: GPL-2.0
"""Kernel images that the user has as files, with modules or without."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vm import bzimage, paths, roots, store, wrapped
from vm.errors import UserError
from vm.kernel import Kernel
from vm.machines import NATIVE
from vm.modules import fingerprint, opened
from vm.places import Place


class Image(Place):
    """Any other file: bzimage.read() says what is wrong with one that is no image."""

    def takes(self, files: Sequence[Path]) -> bool:
        """Take one file."""
        return len(files) == 1 and not files[0].is_dir()

    def open(self, files: Sequence[Path], modules: Sequence[Path], name: str,
             arch: str = NATIVE) -> Kernel:
        """Return the kernel of an image; its configuration may lie beside it."""
        (path,) = files
        config = roots.configuration(path, roots.version_of(path, arch=arch))
        return from_image(path, modules, config, name, f"image {path}",
                          "none given (--modules DIR)", arch)


def from_image(image: Path, modules: Sequence[Path], config: Path | None, name: str,
               source: str, no_modules: str, arch: str = NATIVE) -> Kernel:
    """Return the kernel of an image, with its modules if a directory or packages have them."""
    key = [paths.sha256(image), paths.sha256(config) if config else ""]
    with wrapped.unwrapped(image) as plain:
        version = roots.version_of(plain, image, arch)
        if modules:
            key.append(fingerprint(modules, version))

        def fill(new: Path) -> str:
            said = "" if arch == NATIVE else version
            with opened(modules, new.parent) as tree:
                return store.fill(plain, tree, config, new, said)

        kept = store.prepared(" ".join(["image", *key]), fill)
    kernel = store.opened(kept, name, source, no_modules, arch)
    if (arch == NATIVE and "CONFIG_KASAN=y" in kernel.config_lines()
            and not bzimage.has_loader(kept / "vmlinuz")):
        raise UserError(f"{image} is a vmlinux with KASAN, which boots only from its image:"
                        " give arch/x86/boot/bzImage")
    return kernel
