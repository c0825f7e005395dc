# SPDX-License-Identifier: GPL-2.0
"""Kernels of sets: the default one, those of the tree (sets/), and one that the user gives."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from vm import debian, machines, paths, sets, store
from vm.clients import Client
from vm.clients.apt import Apt
from vm.clients.dnf import Dnf
from vm.clients.pacman import Pacman
from vm.errors import UserError
from vm.kernel import Kernel, Progress
from vm.places import Place, package
from vm.sets import Release, Repository

CLIENTS: dict[str, Callable[[Path, Repository], Client]] = {
    "apt": Apt, "dnf": Dnf, "pacman": Pacman}


def releases() -> dict[str, Release]:
    """Return the default set, oldest kernel first."""
    return sets.default()


@cache
def others() -> dict[str, Release]:
    """Return the kernels of the tree's other sets."""
    return {**{name: release for path in sets.known().values()
               for name, release in sets.read(path).items()},
            **{name: release for arch in machines.known().values() if arch.suffix
               for name, release in sets.for_architecture(arch).items()}}


class Suites(Place):
    """What repositories of packages have."""

    def __init__(self) -> None:
        """Know the sets of the tree."""
        self.given: dict[str, Release] = {}

    def use(self, word: str) -> list[str]:
        """Learn the kernels of a set, by its name or file; return their names."""
        known = sets.known()
        if word not in known and not Path(word).exists():
            raise UserError(f"there is no set {word}: give a file, or one of"
                            f" {', '.join(known)}")
        found = sets.read(known.get(word, Path(word)))
        self.given.update(found)
        return list(found)

    def all(self) -> dict[str, Release]:
        """Return all kernels that are known by name."""
        return {**others(), **releases(), **self.given}

    def names(self) -> Sequence[str]:
        """Return the names of the default set, then the others'."""
        return list({**releases(), **others(), **self.given})

    def default(self) -> Sequence[str]:
        """Return those of the default set."""
        return list(releases())

    def kernel(self, name: str) -> Kernel | None:
        """Return a kernel from the cache."""
        return store.cached(name)

    def fetch(self, names: Sequence[str], progress: Progress) -> dict[str, str]:
        """Fetch those that are not there at all."""
        missing = [name for name in names if store.lock(name) is None]
        try:
            return self.bring(missing, progress) if missing else {}
        except UserError as error:
            return {name: str(error) for name in missing}

    def bring(self, names: Sequence[str], progress: Progress, update: bool = False
              ) -> dict[str, str]:
        """Fetch what is missing of the named kernels, and with `update` what is newer.

        Return why a kernel could not be had, by name.
        """
        known = self.all()
        failures: dict[str, str] = {}
        wanted = [known[name] for name in dict.fromkeys(names) if name in known]
        repositories = list(dict.fromkeys(release.repository for release in wanted))
        for repository in repositories:
            part = [release for release in wanted if release.repository == repository]
            try:
                failures |= fetch(repository, part, progress, update)
            except UserError as error:
                if len(repositories) == 1:
                    raise
                failures |= {release.name: str(error) for release in part
                             if needs_fetch(release.name)}
        return failures

    def advice(self, name: str) -> str:
        """Return what to do about a kernel that is not there."""
        return "it is not in the cache: `landproof kernels fetch`"


def needs_fetch(name: str) -> bool:
    """Say whether a kernel of the default set is missing or lacks modules wanted since."""
    lock = store.lock(name)
    return lock is None or store.lacks_modules(lock)


def _keep(release: Release, packages: Sequence[debian.Package], files: Sequence[Path]) -> None:
    """Make the cache directory of a kernel from its packages, then remove these."""
    image = packages[0]
    what = "linux-modules" if release.repository.client == "apt" else "modules"

    def fill(new: Path) -> dict[str, Any]:
        version = package.unpack(files, new, arch=release.repository.arch)
        return {
            "source": f"{release.repository.title} {image.suite}: {image.name} {image.version}",
            "version": version,
            "arch": release.repository.arch,
            "no_modules": "" if (new / "modules").exists() else
            f"the archive's index has no {what} package of {image.version}",
            "modules": store.all_modules(),
            "packages": [vars(item) for item in packages],
        }

    store.keep(release.name, fill)
    for file in files:
        file.unlink()


def _check_space(packages: Sequence[debian.Package]) -> None:
    """Raise UserError if the packages and what is in them do not fit."""
    need = sum(package.size + package.installed for package in packages)
    free = shutil.disk_usage(paths.cache()).free
    if free < need:
        raise UserError(f"no disk space for {packages[0].name}: {need >> 20} MB needed in"
                        f" {paths.cache()}, {free >> 20} MB free; or set XDG_CACHE_HOME")


def fetch(repository: Repository, asked: Sequence[Release], progress: Progress,
          update: bool = False) -> dict[str, str]:
    """Fetch what is missing of some kernels of one repository.

    With `update`, look for newer versions of the others too. Return why a kernel could not
    be had, by name; one that fails does not stop the others, and a cached one stays.
    """
    failures: dict[str, str] = {}
    with paths.disk_errors("kernels"), paths.lock("fetch"):
        wanted = [release for release in asked if update or needs_fetch(release.name)]
        if not wanted:
            return {}
        for left in paths.cache().glob("kernels/.unpack-*"):  # by one that was killed
            shutil.rmtree(left, ignore_errors=True)
        if repository.name != sets.DEBIAN:
            repository = sets.located(repository)
        client = CLIENTS[repository.client](paths.cache(), repository)
        suites = sorted({suite for release in wanted for suite in release.suites})
        client.update(suites, lambda _, part: progress("indexes", "fetching", part))
        progress("indexes", "done", 1)
        # While one kernel is being unpacked, the next is on its way.
        with ThreadPoolExecutor(1) as unpacker:
            unpacking: dict[str, Future[None]] = {}
            for release in wanted:
                try:
                    if found := _download(client, release, progress):
                        progress(release.name, "unpacking", 1)
                        unpacking[release.name] = unpacker.submit(_keep, release, *found)
                except UserError as error:
                    failures[release.name] = str(error)
                    progress(release.name, "failed", 1)
            for name, future in unpacking.items():
                try:
                    with paths.disk_errors("kernels"):
                        future.result()
                    progress(name, "done", 1)
                except UserError as error:
                    failures[name] = str(error)
                    progress(name, "failed", 1)
    return failures


def _download(client: Client, release: Release, progress: Progress
              ) -> tuple[list[debian.Package], list[Path]] | None:
    """Fetch the packages of the newest kernel that the mirror has; None if they are kept already.

    An index may name a kernel before the mirror has it, or after.
    """
    def tell(what: str, part: float) -> None:
        progress(release.name, what, part)

    missing: debian.Missing | None = None
    while packages := client.choose(release):
        lock = store.lock(release.name)
        if (lock and lock["packages"] == [vars(item) for item in packages]
                and not needs_fetch(release.name)):
            tell("up to date", 1)
            return None
        _check_space(packages)
        try:
            return packages, client.download(packages, client.root / "debs", tell)
        except debian.Missing as error:
            missing = missing or error
            tell(f"the mirror has no {packages[0].version}", 0)
    raise missing or UserError(_not_found(release, client.failures))


def _not_found(release: Release, failures: Mapping[str, str]) -> str:
    """Return why no package was found for a kernel."""
    failed = [f"{suite}: {failures[suite]}" for suite in release.suites if suite in failures]
    where = ", ".join(release.suites)
    if failed:
        return f"no kernel {release.version} could be looked up ({'; '.join(failed)})"
    return f"no kernel {release.version} in {where}: the archive has dropped it"
