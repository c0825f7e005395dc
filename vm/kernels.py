# SPDX-License-Identifier: GPL-2.0
"""Finds kernels: by the names that the places in vm/places/ have for them, or by path."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vm import paths, store
from vm.errors import UserError
from vm.kernel import NAME, Kernel, Progress
from vm.places import Place, labs, own, suites
from vm.places.deb import Deb
from vm.places.image import Image
from vm.places.tree import Tree


def from_path(path: Path, module_directory: Path | None = None, name: str = "") -> Kernel:
    """Return the kernel in a file or directory of the user's, which is not changed."""
    if not path.exists():
        raise UserError(f"{path}: no such kernel image, package or build tree")
    if not path.is_file() and not path.is_dir():
        raise UserError(f"{path} is neither a file nor a build tree")
    taker = next(place for place in PLACES if place.takes(path))
    return taker.open(path, module_directory, name)


SUITES = suites.Suites()
PLACES: tuple[Place, ...] = (SUITES, labs.Labs(), own.Own(from_path), Deb(), Tree(), Image())
"""In the order in which they are asked; the last one takes any file."""


def _names() -> list[str]:
    """Return all names that --kernel can give."""
    return [name for place in PLACES for name in place.names()]


def _place(name: str) -> Place:
    """Return the place that has a name; raise UserError if none has."""
    found = next((place for place in PLACES if name in place.names()), None)
    if not found:
        raise _unknown(name)
    return found


def by_name(name: str) -> Kernel | None:
    """Return a kernel by its name; None if it has to be fetched or built first."""
    return _place(name).kernel(name)


def _column(name: str, failures: dict[str, str]) -> Kernel:
    """Return a kernel by name; one of ours that cannot be had says why."""
    place = _place(name)
    why = failures.get(name)
    try:
        if kernel := place.kernel(name):
            return kernel
    except UserError as error:
        if isinstance(place, own.Own):
            raise
        why = str(error)
    return Kernel(name, "the default set", unavailable=why or place.advice(name))


def choose(words: Sequence[str], modules: Path | None = None,
           progress: Progress = lambda name, what, part: None) -> list[Kernel]:
    """Return the kernels that `--kernel` names, by name or path.

    Without any name, those of the default set and the lab kernels that are built. Those of the
    default set that are not in the cache are fetched; one that cannot be had is returned with
    the reason. `modules` belongs to the one kernel given by its path.
    """
    names = list(words) or [name for place in PLACES for name in place.default()]
    known = _names()
    given = [word for word in names if word not in known]
    for word in given:
        if "/" not in word and not Path(word).exists():
            raise _unknown(word)
    if modules and (len(names) > 1 or not given):
        raise UserError("--modules belongs to one --kernel that is a file: give one such")
    failures: dict[str, str] = {}
    for place in PLACES:
        failures |= place.fetch([name for name in names if name in place.names()], progress)
    chosen: list[Kernel] = []
    for name in dict.fromkeys(names):
        kernel = from_path(Path(name), modules) if name in given else _column(name, failures)
        same = sum(kernel.name == other.name for other in chosen)
        chosen.append(replace(kernel, name=f"{kernel.name}-{same + 1}") if same else kernel)
    return chosen


def fetch(names: Sequence[str], progress: Progress, update: bool = False) -> dict[str, str]:
    """Fetch what is missing of the named kernels; return why one could not be had."""
    failures = suites.fetch([name for name in names if _place(name) is SUITES], progress, update)
    for place in PLACES:
        if place is not SUITES:
            failures |= place.fetch([name for name in names if _place(name) is place], progress)
    return failures


def add(name: str, path: Path, module_directory: Path | None) -> Kernel:
    """Give a kernel of the user's a name; the file stays where it is. Return the kernel."""
    if not NAME.match(name):
        raise UserError(f"{name!r} is no name for a kernel: use letters, digits and . _ + -")
    if name in _names() and name not in own.user_kernels():
        raise UserError(f"{name} belongs to another kernel: choose another name")
    kernel = from_path(path, module_directory, name)
    entries = own.user_kernels()
    entries[name] = {"kernel": str(path.resolve()),
                     "modules": str(module_directory.resolve()) if module_directory else None}
    own.save(entries)
    return kernel


def remove(name: str) -> None:
    """Forget a user's kernel, or what the cache has of another."""
    entries = own.user_kernels()
    directories = [path for path in (store.directory(name), paths.cache() / "lab" / name)
                   if path.exists()]
    if name in entries:
        del entries[name]
        own.save(entries)
    elif directories:
        for directory in directories:
            store.forget(directory)
    elif name in _names():
        raise UserError(f"{name} is not in the cache")
    else:
        raise _unknown(name)


def _unknown(name: str) -> UserError:
    """Return the error for a name that no kernel has."""
    close = difflib.get_close_matches(name, _names(), 3, 0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else "see `landproof kernels list`"
    return UserError(f"there is no kernel {name}: {hint}")
