# SPDX-License-Identifier: GPL-2.0
"""Finds kernels: by the names that the places in vm/places/ have for them, or by path."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from vm import archives, machines, paths, sets, store
from vm.errors import UserError
from vm.filesystems import Filesystem
from vm.kernel import NAME, Kernel, Progress
from vm.machines import NATIVE
from vm.places import Place, labs, own, suites
from vm.places.embedded import Embedded
from vm.places.image import Image
from vm.places.installed import Installed
from vm.places.package import Package
from vm.places.tree import Tree


def files(word: str) -> list[Path]:
    """Return the files that a word names, with a + between each two; a name may have one too."""
    if Path(word).exists():
        return [Path(word)]
    parts = word.split("+")
    for number in range(1, len(parts) + 1):
        first = Path("+".join(parts[:number]))
        if first.exists():
            return [first, *(files("+".join(parts[number:])) if parts[number:] else [])]
    raise UserError(f"{word}: no such kernel image, package or directory")


def absolute(word: str) -> str:
    """Return a word of --kernel or --modules that means the same in any directory."""
    try:
        return word if word in _names() else "+".join(str(path.absolute()) for path in files(word))
    except UserError:
        return word


def is_file(word: str) -> bool:
    """Say whether a word of --kernel means files, whether these are there or not."""
    return "/" in word or Path(word).exists() or Path(word.split("+")[0]).exists()


def from_word(word: str, modules: str = "", name: str = "", arch: str = NATIVE) -> Kernel:
    """Return the kernel in files or a directory of the user's, which are not changed."""
    given = files(word)
    for path in given:
        if not path.is_file() and not path.is_dir():
            raise UserError(f"{path} is neither a file nor a directory")
    taker = next((place for place in PLACES if place.takes(given)), None)
    if not taker:
        raise UserError(f"{word}: only packages can be given several at once"
                        f" ({', '.join(archives.SUFFIXES)}); modules of an image with --modules")
    return taker.open(given, _modules(modules), name, arch)


def _modules(word: str) -> list[Path]:
    """Return what --modules names: nothing, a directory, or packages."""
    if not word:
        return []
    if not any(Path(part).exists() for part in (word, word.split("+")[0])):
        raise UserError(f"module directory {word}: no such directory or package")
    given = files(word)
    wrong = [path for path in given if not archives.is_archive(path)]
    if wrong and (len(given) > 1 or not wrong[0].is_dir()):
        raise UserError(f"{wrong[0]}: --modules takes a directory, or packages with + between"
                        " them")
    return given


SUITES = suites.Suites()
PLACES: tuple[Place, ...] = (SUITES, labs.Labs(), own.Own(from_word), Installed(), Package(),
                             Embedded(), Tree(), Image())
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
        if place.of_user:
            raise
        why = str(error)
    return Kernel(name, "a set", unavailable=why or place.advice(name))


def of_architectures(names: Sequence[str], architectures: Sequence[str],
                     default: Sequence[str] = ()) -> list[str]:
    """Return the names of kernels, or the default ones, for the architectures asked for."""
    kinds = [machines.named(one) for one in architectures]
    known = {*sets.default(), *labs.labs()}
    if not kinds:
        return list(names)
    for name in set(names) - known:
        if not is_file(name):
            raise UserError(f"{name}: --arch goes with files, with names of the default set and of"
                            f" recipes, such as {list(sets.default())[-1]}")
        if len(kinds) > 1:
            raise UserError(f"{name}: a file is for one architecture: give one --arch")
    return [name + kind.suffix if name in known else name
            for name in names or default for kind in kinds]


def _silent(name: str, what: str, part: float) -> None:
    """Show no progress."""


def choose(words: Sequence[str], modules: str | None = None, progress: Progress = _silent,
           of_set: str = "", arch: str = NATIVE) -> list[Kernel]:
    """Return the kernels that `--kernel` names, by name or path.

    Without any name, those of a set, or else of the default set and the lab kernels that are
    built. Those of a set that are not in the cache are fetched; one that cannot be had is returned
    with the reason. `modules` belongs to the one kernel given by its path, and `arch` is that
    of files.
    """
    in_set = SUITES.use(of_set) if of_set else []
    names = list(words) or in_set or [name for place in PLACES for name in place.default()]
    known = _names()
    given = [word for word in names if word not in known]
    for word in given:
        if not word:
            raise UserError("--kernel has an empty name: see `landproof kernels list`")
        if not is_file(word):
            raise _unknown(word)
    if modules and (len(names) > 1 or not given):
        raise UserError("--modules belongs to one --kernel that is a file: give one such")
    failures: dict[str, str] = {}
    for place in PLACES:
        failures |= place.fetch([name for name in names if name in place.names()], progress)
    chosen: list[Kernel] = []
    for name in dict.fromkeys(names):
        kernel = (from_word(name, modules or "", arch=arch) if name in given else
                  _column(name, failures))
        chosen.append(replace(kernel, name=_free(kernel.name, [one.name for one in chosen])))
    return chosen


def _free(name: str, taken: Sequence[str]) -> str:
    """Return a name, with a number behind it if other columns have it."""
    return next(one for number in count(1)
                if (one := f"{name}-{number}" if number > 1 else name) not in taken)


def bring_modules(chosen: Sequence[Kernel], wanted: Sequence[str], progress: Progress) -> bool:
    """Fetch kernels anew that the cache keeps without modules; say whether any came.

    Without a network they stay as they are.
    """
    names = [name for kernel in chosen if (name := store.kept_without(kernel, wanted))]
    try:
        return len(SUITES.bring(names, progress)) < len(names) if names else False
    except UserError:
        return False


def on(kernel: Kernel, filesystem: Filesystem) -> Kernel:
    """Return the kernel to run with another file system, if the cache has its modules."""
    name = store.kept_without(kernel, filesystem.modules)
    why = f"the cache keeps it without the modules of {filesystem.name}:" \
          f" `landproof kernels fetch {name}`" if name else ""
    return replace(kernel.on(filesystem), unavailable=kernel.unavailable or why)


def fetch(names: Sequence[str], progress: Progress, update: bool = False) -> dict[str, str]:
    """Fetch what is missing of the named kernels; return why one could not be had."""
    failures = SUITES.bring([name for name in names if _place(name) is SUITES], progress, update)
    for place in PLACES:
        if place is not SUITES:
            failures |= place.fetch([name for name in names if _place(name) is place], progress)
    return failures


def add(name: str, word: str, modules: str | None, arch: str = NATIVE) -> Kernel:
    """Give a kernel of the user's a name; the files stay where they are. Return the kernel."""
    if not NAME.match(name):
        raise UserError(f"{name!r} is no name for a kernel: use letters, digits and . _ + -")
    if name in _names() and name not in own.user_kernels():
        raise UserError(f"{name} belongs to another kernel: choose another name")
    kernel = from_word(word, modules or "", name, machines.named(arch).name)
    entries = own.user_kernels()
    entries[name] = {"kernel": absolute(word), "modules": absolute(modules) if modules else None,
                     **({"arch": arch} if arch != NATIVE else {})}
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
