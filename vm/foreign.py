# SPDX-License-Identifier: GPL-2.0
"""Kernels of other architectures: their images, and the programs that their guests have."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from vm import debian, paths, strangers
from vm.errors import UserError
from vm.machines import Architecture

LIBRARIES = ("usr/lib", "lib", "usr/lib64", "lib64")


def version(image: Path, called: Path, arch: Architecture) -> str:
    """Return the version of a kernel; raise UserError if it is of another architecture.

    Not every image has it where it can be read: then its place says it.
    """
    data = image.read_bytes()
    if strangers.architecture(data) != arch.image:
        raise UserError(f"{called} is {strangers.what(data)}: give a kernel for {arch.debian}")
    banner = re.search(rb"Linux version (\d\S*) \(", data)
    named = re.search(r"(?:/vmlinu[xz]-|lib/modules/)(\d[^/\s]*)(?:/vmlinu[xz])?$", str(called))
    if banner:
        return banner[1].decode("ascii", "replace")
    if named:
        return named[1]
    raise UserError(f"{called} does not say which version it is: call it vmlinuz-VERSION")


def programs(arch: Architecture, wanted: Mapping[str, str]) -> dict[str, Path]:
    """Return programs, which packages bring, and what they load, by their names in the guest."""
    tree = _tree(arch, sorted(set(wanted.values())))
    found: dict[str, Path] = {}
    for name, package in wanted.items():
        path = next((path for place in ("usr/bin", "usr/sbin", "bin", "sbin")
                     if (path := tree / place / name).exists()), None)
        if not path:
            raise UserError(f"{package} for {arch.debian} has no program {name}")
        _add(path, tree, found)
    return found


def _add(path: Path, tree: Path, found: dict[str, Path]) -> None:
    """Add a program or library, and then what it loads."""
    place = re.sub(r"^(bin|sbin|lib|lib64)/", r"usr/\1/", str(path.relative_to(tree)))
    if place in found:
        return
    found[place] = path = _inside(path, tree)
    listed = subprocess.run([paths.program("readelf", "binutils"), "-ld", str(path)],
                            capture_output=True, text=True, check=False,
                            env={"LC_ALL": "C"}).stdout
    for name in re.findall(r"interpreter: /(\S+?)\]|\(NEEDED\).*\[(\S+)\]", listed):
        _add(_library(Path(name[0] or name[1]), path, tree), tree, found)


def _library(name: Path, user: Path, tree: Path) -> Path:
    """Return a library of the tree; an interpreter is named by its place."""
    if len(name.parts) > 1:
        places = [tree / name, tree / "usr" / name]
    else:
        places = [one for directory in LIBRARIES
                  for one in (*(tree / directory).glob(f"*-linux-*/{name}"),
                              tree / directory / name)]
    if existing := next((place for place in places if _inside(place, tree).exists()), None):
        return existing
    raise UserError(f"{user.relative_to(tree)} needs {name}, which no package brings")


def _inside(path: Path, tree: Path) -> Path:
    """Return what a path of the tree leads to; an absolute link means a place in the tree."""
    while path.is_symlink() and path.readlink().is_absolute():
        path = tree / path.readlink().relative_to("/")
    return path


def _tree(arch: Architecture, packages: Sequence[str]) -> Path:
    """Return where packages, and what they depend on, are unpacked; the first time fetch them."""
    key = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:16]
    tree = paths.cache() / "programs" / f"{arch.debian}-{arch.suite}-{key}"
    with paths.lock(f"programs-{arch.debian}"):
        if not tree.exists():
            with paths.disk_errors("the guest's programs"):
                tree.parent.mkdir(parents=True, exist_ok=True)
                _fetch(arch, packages, tree)
    return tree


def _fetch(arch: Architecture, packages: Sequence[str], tree: Path) -> None:
    """Fetch packages with apt, and unpack them into a new tree."""
    apt = debian.Apt(paths.cache() / f"apt-programs-{arch.debian}", debian.archives(), arch.debian)
    apt.update([arch.suite], lambda what, part: None)
    debs = apt.closure(packages)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=tree.parent) as scratch:
        new = Path(scratch) / "tree"
        for deb in debs:
            subprocess.run(["dpkg-deb", "-x", str(deb), str(new)], check=True)
        for bulk in ("usr/share", "usr/include", "var"):
            shutil.rmtree(new / bulk, ignore_errors=True)
        new.rename(tree)
    for deb in debs:
        deb.unlink()
