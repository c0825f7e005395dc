# SPDX-License-Identifier: GPL-2.0
"""Kernels in packages that the user has as files: one package, or the several it is split into."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from vm import archives, paths, roots, store, wrapped
from vm.errors import UserError
from vm.kernel import Kernel
from vm.machines import NATIVE
from vm.modules import BULK, fingerprint, is_module, opened
from vm.places import Place

DEBUG = "usr/lib/debug/"

WITH_KERNEL = "linux-image, linux-binary, kernel-core, kernel-default, linux or linux-lts"


class Package(Place):
    """Packages of any distribution, and archives such as those of `make tarzst-pkg`."""

    def takes(self, files: Sequence[Path]) -> bool:
        """Take packages."""
        return all(archives.is_archive(path) and not path.is_dir() for path in files)

    def open(self, files: Sequence[Path], modules: Sequence[Path], name: str,
             arch: str = NATIVE) -> Kernel:
        """Return the kernel in packages, with its modules if they are in there too."""
        if self.takes(modules):  # the list of built-in modules may be in the first
            files, modules = [*files, *modules], []
        key = " ".join(["package", *map(paths.sha256, files), fingerprint(modules)])
        kept = store.prepared(key, lambda new: unpack(files, new, modules, arch))
        return store.opened(kept, name, f"package {'+'.join(map(str, files))}",
                            "the package has none", arch)


def unpack(packages: Sequence[Path], into: Path, modules: Sequence[Path] = (),
           arch: str = NATIVE) -> str:
    """Unpack kernel packages and keep what is needed in a new directory; return the version."""
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=into.parent) as scratch:
        root = Path(scratch)
        for package in packages:
            archives.unpack(package, root, [*(f"*/kernel/{part}" for part in BULK), f"*{DEBUG}*"])
        called = " + ".join(map(str, packages))
        found = roots.find(root, called, everywhere=True, arch=arch)
        if not found:
            raise UserError(_no_kernel(packages, called))
        with (wrapped.unwrapped(found.image) as image,
              opened(modules or found.modules, into.parent) as tree):
            return store.fill(image, tree, found.config, into,
                              "" if arch == NATIVE else found.version)


def _no_kernel(packages: Sequence[Path], called: str) -> str:
    """Return what packages without a kernel are, and what to give instead."""
    files = [name for package in packages for name in archives.names(package)]
    if any(DEBUG in name for name in files):
        return (f"{called} is a debug package: it has a kernel's symbols, and no kernel image:"
                f" give the kernel's own ({WITH_KERNEL})")
    if any(is_module(Path(name)) for name in files):
        return (f"{called} has modules and no kernel image: give the package with the image too"
                " (--kernel IMAGE+MODULES)")
    return f"{called} has no kernel image: give a package that has ({WITH_KERNEL})"
