# SPDX-License-Identifier: GPL-2.0
"""Lab kernels, which vm/lab.py builds by the recipes of kernels.toml and of the user's patches."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vm import machines, paths, store
from vm.errors import UserError
from vm.kernel import Kernel, data
from vm.places import Place


def labs() -> list[str]:
    """Return the names of the kernels that vm/lab.py has recipes for, oldest kernel first."""
    return list(data()["lab"])


def default_labs() -> list[str]:
    """Return the names of those that are built, and then run, without being named."""
    return [name for name, entry in data()["lab"].items() if entry.get("default", True)]


class Labs(Place):
    """Kernels that are built."""

    def names(self) -> Sequence[str]:
        """Return the names of the recipes, for each architecture, and of what else was built."""
        return list(dict.fromkeys([*labs(), *built(), *(
            name + kind.suffix for kind in machines.known().values() for name in labs())]))

    def default(self) -> Sequence[str]:
        """Return the default ones that are built."""
        return [name for name in default_labs() if store.made_of(name)]

    def kernel(self, name: str) -> Kernel | None:
        """Return a kernel from the cache."""
        return store.cached(name)

    def advice(self, name: str) -> str:
        """Return what to do about a kernel that is not there."""
        return f"it is not built: `landproof kernels build {name}`"


def built() -> list[str]:
    """Return the names of the built kernels in the cache, those with recipes of ours first."""
    found = sorted(path.parent.name for path in paths.cache().glob(f"kernels/*/{store.LOCK}")
                   if store.made_of(path.parent.name))
    return sorted(found, key=lambda name: labs().index(name) if name in labs() else len(found))


def keep_built(name: str, build: Path, arch: machines.Architecture, patterns: Sequence[str],
               about: str, key: str) -> None:
    """Put a kernel into the cache, with what else is kept of its build."""
    def fill(new: Path) -> dict[str, Any]:
        foreign = arch.name != machines.NATIVE
        said = (build / "include/config/kernel.release").read_text().strip() if foreign else ""
        version = store.fill(build / arch.built, None, build / ".config", new, said)
        for path in (path for pattern in patterns for path in build.glob(pattern)):
            copy = new / path.relative_to(build)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
        return {"source": about, "version": version, "arch": arch.name,
                "no_modules": "all is built in", "key": key}

    store.keep(name, fill)


def kept(kernel: Kernel, directory: Path) -> Path:
    """Return where files of the kernel's build are: kept by keep_built(), or in the build."""
    places = [path.parent / directory for path in (kernel.image, kernel.config) if path]
    if found := next((path for path in places if path.is_dir()), None):
        return found
    raise UserError(f"{kernel.name}: nothing of its build in {directory} is kept: give a lab"
                    " kernel (`landproof kernels build`) or a build tree")
