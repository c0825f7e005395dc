# SPDX-License-Identifier: GPL-2.0
"""Kernel images that the user has as files, with a directory of modules or without."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vm import bzimage, modules, paths, store
from vm.kernel import Kernel
from vm.places import Place


class Image(Place):
    """Any other file: bzimage.read() says what is wrong with one that is no image."""

    def takes(self, path: Path) -> bool:
        """Take files."""
        return not path.is_dir()

    def open(self, path: Path, module_directory: Path | None, name: str) -> Kernel:
        """Return the kernel of an image; its configuration may lie beside it."""
        config = store.configuration([path.with_name(f"config-{bzimage.read(path).version}")])
        return from_image(path, module_directory, config, name, f"image {path}",
                          "none given (--modules DIR)")


def from_image(image: Path, module_directory: Path | None, config: Path | None, name: str,
               source: str, no_modules: str) -> Kernel:
    """Return the kernel of an image, with its modules if a directory of them is given."""
    version = bzimage.read(image).version
    key = [paths.sha256(image), paths.sha256(config) if config else ""]
    module_tree = modules.tree(module_directory, version) if module_directory else None
    if module_tree:
        # Sizes and times of thousands of files say that nothing was built anew.
        stats = [(str(file), file.stat().st_size, file.stat().st_mtime_ns)
                 for file in sorted(modules.module_files(module_tree))]
        key.append(hashlib.sha256(repr(stats).encode()).hexdigest())
    kept = store.prepared(" ".join(["image", *key]),
                          lambda new: store.fill(image, module_tree, config, new))
    return store.opened(kept, name, source, no_modules)
