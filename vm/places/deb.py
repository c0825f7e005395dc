# SPDX-License-Identifier: GPL-2.0
"""Kernels in Debian packages that the user has as files."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from vm import bzimage, modules, paths, store
from vm.errors import UserError
from vm.kernel import Kernel
from vm.places import Place


class Deb(Place):
    """Files that end in .deb."""

    def takes(self, path: Path) -> bool:
        """Take packages."""
        return path.suffix == ".deb" and not path.is_dir()

    def open(self, path: Path, module_directory: Path | None, name: str) -> Kernel:
        """Return the kernel in a package, with its modules if they are in there too."""
        if module_directory:
            raise UserError(f"{path}: a package brings its own modules; leave --modules out")
        kept = store.prepared(f"deb {paths.sha256(path)}", lambda new: unpack([path], new))
        return store.opened(kept, name, f"package {path}", "the package has none")


def unpack(debs: Sequence[Path], into: Path) -> str:
    """Unpack kernel packages and keep what is needed in a new directory; return the version."""
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=into.parent) as scratch:
        root = Path(scratch)
        for deb in debs:
            exclude = [f"--exclude=*/kernel/{part}" for part in modules.BULK]
            with subprocess.Popen([paths.program("dpkg-deb", "dpkg"), "--fsys-tarfile", str(deb)],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as unpack:
                tar = subprocess.run(["tar", "-x", "-C", scratch, *exclude], stdin=unpack.stdout,
                                     capture_output=True, check=False)
                assert unpack.stderr
                said = (unpack.stderr.read() + tar.stderr).decode(errors="replace").strip()
            if unpack.returncode or tar.returncode:
                why = said.splitlines()[0] if said else "it is damaged"
                if "No space left" in said:
                    raise UserError(f"no disk space left to unpack {deb.name}: make room in"
                                    f" {paths.cache()}, or set XDG_CACHE_HOME")
                raise UserError(f"{deb} is not a package that dpkg-deb can unpack: {why}")
        image = next(iter([*root.glob("boot/vmlinuz-*"), *root.glob("**/vmlinuz")]), None)
        if not image:
            raise UserError(f"{debs[0]} has no kernel image: give the linux-image or"
                            " linux-binary package")
        version = bzimage.read(image).version
        has_modules = next(modules.module_files(root), None) is not None
        config = store.configuration([root / f"boot/config-{version}",
                                          *root.glob(f"usr/lib/modules/{version}/config")])
        return store.fill(image, root if has_modules else None, config, into)
