# SPDX-License-Identifier: GPL-2.0
"""Finds the kernel in a tree of files such as / : a system, or what a package has in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vm import bzimage, foreign, modules, wrapped
from vm.errors import UserError
from vm.machines import NATIVE, named

IMAGES = ("boot/vmlinuz*", "boot/bzImage*", "boot/kernel-*", "boot/Image*", "boot/vmlinux*",
          "lib/modules/*/vmlinuz*", "usr/lib/modules/*/vmlinuz*", "lib/modules/*/*.efi",
          "usr/lib/modules/*/*.efi")
"""Where distributions put kernels, the likeliest first."""


@dataclass(frozen=True)
class Found:
    """A kernel in a tree."""

    version: str
    image: Path
    config: Path | None
    modules: Sequence[Path]
    """The directory of this kernel's modules, if the tree has any."""


def version_of(image: Path, called: Path | None = None, arch: str = NATIVE) -> str:
    """Return the version of a kernel, whatever it is wrapped in."""
    with wrapped.unwrapped(image) as plain:
        if arch != NATIVE:
            return foreign.version(plain, called or image, named(arch))
        return bzimage.read(plain, called or image).version


def images(root: Path, everywhere: bool) -> Iterator[Path]:
    """Yield the files of a tree that are called like kernels, each once."""
    seen = set()
    for pattern in (*IMAGES, "**/vmlinuz") if everywhere else IMAGES:
        for path in sorted(root.glob(pattern)):
            if path.is_file() and path.resolve() not in seen:
                seen.add(path.resolve())
                yield path


def module_directory(root: Path, version: str) -> list[Path]:
    """Return the directory of a kernel's modules; none if the tree has no modules of it."""
    return [path for path in (root / "lib/modules" / version, root / "usr/lib/modules" / version)
            if next(modules.module_files(path), None)][:1]


def configuration(image: Path, version: str, root: Path | None = None) -> Path | None:
    """Return the configuration of a kernel: beside its image, or where a tree has it."""
    name = image.name
    places = [image.with_name(f"config-{version}"),
              *(image.with_name(name.replace(word, "config-", 1))
                for word in ("vmlinuz-", "vmlinux-", "bzImage-", "kernel-") if word in name),
              image.with_name("config"), image.with_name(".config")]
    if root:
        places += [root / f"boot/config-{version}", root / "lib/modules" / version / "config",
                   root / "usr/lib/modules" / version / "config"]
    return next((place for place in places if place.is_file()), None)


def find(root: Path, called: str, version: str = "", everywhere: bool = False,
         arch: str = NATIVE) -> Found | None:
    """Return the kernel of a tree, or the one of a version; None if it has none.

    What a package has may lie everywhere. Raise UserError if the tree has several kernels and no
    version is asked for, or only one that cannot run here.
    """
    found: dict[str, Path] = {}
    wrong = None
    for path in images(root, everywhere):
        try:
            place = Path(f"{called}: {path.relative_to(root)}")
            found.setdefault(version_of(path, place, arch), path)
        except UserError as error:
            wrong = wrong or error
    if version:
        found = {name: path for name, path in found.items() if name == version}
    if len(found) > 1:
        raise UserError(f"{called} has several kernels ({', '.join(sorted(found))}): give one")
    for name, image in found.items():
        return Found(name, image, configuration(image, name, root), module_directory(root, name))
    if wrong and not version:
        raise wrong
    return None
