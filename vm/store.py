# SPDX-License-Identifier: GPL-2.0
"""What the cache keeps of kernels: the image, its configuration, the modules that are wanted.

A kernel that has a name lies below it, with a lock file of sums; one that was given as a file,
below the sum of all that it was made from.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vm import bzimage, filesystems, modules, paths
from vm.errors import UserError
from vm.kernel import Kernel, data
from vm.machines import NATIVE

LOCK = "lock.json"
VERSION = "version"
"""What a kernel is: not every image of another architecture says it."""


def configuration(places: Sequence[Path]) -> Path | None:
    """Return the first of the places at which a configuration lies."""
    return next((place for place in places if place.is_file()), None)


def fill(image: Path, module_tree: Path | None, config: Path | None, into: Path,
         version: str = "") -> str:
    """Fill a new directory with the image, its configuration and the wanted modules.

    Return the kernel's version, which of another architecture's has to be given.
    """
    read = bzimage.Image(version, b"") if version else bzimage.read(image)
    into.mkdir(parents=True)
    shutil.copyfile(image, into / "vmlinuz")
    if version:
        (into / VERSION).write_text(version)
    if config:
        shutil.copyfile(config, into / "config")
    elif embedded := bzimage.embedded_config(
            image.read_bytes() if version else bzimage.vmlinux(read) or b""):
        (into / "config").write_text(embedded)
    if module_tree:
        modules.collect(modules.tree(module_tree, read.version), read.version,
                        all_modules(), into / "modules")
    return read.version


def directory(name: str) -> Path:
    """Return the cache directory of a kernel that has a name."""
    return paths.cache() / "kernels" / name


def all_modules() -> list[str]:
    """Return the modules that are kept of a kernel: the guests', then the file systems'."""
    return list(dict.fromkeys([*data()["modules"], *filesystems.modules()]))


def lacks_modules(lock: Mapping[str, Any], wanted: Sequence[str] | None = None) -> bool:
    """Say whether a module is wanted that was not when a kernel was put into the cache.

    One without any lacks none: they could not be had. Without `wanted`, all are.
    """
    return not lock["no_modules"] and not (
        set(all_modules() if wanted is None else wanted) <= set(lock.get("modules", ())))


def kept_without(kernel: Kernel, wanted: Sequence[str]) -> str:
    """Return the name of a cached kernel that was fetched before `wanted` were kept, or ""."""
    place = kernel.image.parent if kernel.image else Path()
    found = lock(place.name) if place == directory(place.name) else None
    return place.name if found and lacks_modules(found, wanted) else ""


def lock(name: str) -> dict[str, Any] | None:
    """Return the lock file of a cached kernel, or None."""
    try:
        found: dict[str, Any] = json.loads((directory(name) / LOCK).read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        raise UserError(f"{directory(name) / LOCK} is damaged:"
                        f" `landproof kernels remove {name}`, then fetch it again") from None
    return found


def cached(name: str) -> Kernel | None:
    """Return a kernel from the cache after checking its sums, None if it is not there."""
    found = lock(name)
    if found is None:
        return None
    place = directory(name)
    for file, sum_ in found["files"].items():
        if not (place / file).is_file() or paths.sha256(place / file) != sum_:
            raise UserError(f"{place / file} differs from its SHA-256 in the lock file:"
                            f" `landproof kernels remove {name}`, then fetch it again")
    config, packed = place / "config", place / "modules"
    return Kernel(name, found["source"], found["version"], place / "vmlinuz",
                  config if config.exists() else None, packed if packed.exists() else None,
                  found["no_modules"], arch=found.get("arch", NATIVE))


def made_of(name: str) -> str | None:
    """Return the sum of what a built kernel in the cache was made of; None if there is none."""
    found = lock(name)
    return found.get("key") if found else None


def keep(name: str, make: Callable[[Path], dict[str, Any]]) -> None:
    """Make the cache directory of a kernel; `make` does, and returns what the lock file says."""
    target = directory(name)
    new = target.with_name(f".{name}.new")
    shutil.rmtree(new, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    facts = make(new)
    files = sorted(path for path in new.rglob("*") if path.is_file())
    sums = {str(path.relative_to(new)): paths.sha256(path) for path in files}
    (new / LOCK).write_text(json.dumps({**facts, "files": sums}, indent=1) + "\n")
    old = target.with_name(f".{name}.old")
    forget(old)
    if target.exists():  # whoever reads it now finds one or the other
        target.rename(old)
    new.rename(target)
    forget(old)


def forget(place: Path) -> None:
    """Remove a directory of the cache, and the unpacked kernel that vm/image.py made of it."""
    image = place / "vmlinuz"
    if image.exists():
        (paths.cache() / "elf" / paths.sha256(image)).unlink(missing_ok=True)
    shutil.rmtree(place, ignore_errors=True)


def prepared(key: str, make: Callable[[Path], str]) -> Path:
    """Return the cache's directory for `key`; the first time `make` fills it."""
    digest = hashlib.sha256(f"{key} {all_modules()}".encode()).hexdigest()[:32]
    place = paths.cache() / "prepared" / digest
    if not place.exists():
        with paths.disk_errors("a kernel"):
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".new-", dir=place.parent) as scratch:
                new = Path(scratch) / "kernel"
                make(new)
                try:
                    new.rename(place)
                except OSError:  # another process was quicker
                    if not place.exists():
                        raise
    paths.keep_newest(place)
    return place


def opened(place: Path, name: str, source: str, no_modules: str,
           arch: str = NATIVE) -> Kernel:
    """Return the kernel of a directory that fill() has filled."""
    version = bzimage.read(place / "vmlinuz").version if arch == NATIVE else \
        (place / VERSION).read_text()
    config, packed = place / "config", place / "modules"
    return Kernel(name or version, source, version, place / "vmlinuz",
                  config if config.exists() else None, packed if packed.exists() else None,
                  "" if packed.exists() else no_modules, arch=arch)
