# SPDX-License-Identifier: GPL-2.0
"""The default set: kernels of Debian's suites, by the patterns of kernels.toml."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vm import debian, paths, store
from vm.errors import UserError
from vm.kernel import Kernel, Progress, data
from vm.places import Place, package


@dataclass(frozen=True)
class Release:
    """An entry of kernels.toml: where apt finds a kernel of the default set."""

    name: str
    version: str
    suites: tuple[str, ...]


def releases() -> dict[str, Release]:
    """Return the default set, oldest kernel first."""
    return {name: Release(name, entry["version"], tuple(entry["suites"]))
            for name, entry in data()["kernels"].items()}


class Suites(Place):
    """Debian's suites."""

    def names(self) -> Sequence[str]:
        """Return the names of the default set."""
        return list(releases())

    def default(self) -> Sequence[str]:
        """Return all of them."""
        return self.names()

    def kernel(self, name: str) -> Kernel | None:
        """Return a kernel from the cache."""
        return store.cached(name)

    def fetch(self, names: Sequence[str], progress: Progress) -> dict[str, str]:
        """Fetch those that are not there at all."""
        missing = [name for name in names if store.lock(name) is None]
        try:
            return fetch(missing, progress) if missing else {}
        except UserError as error:
            return {name: str(error) for name in missing}

    def advice(self, name: str) -> str:
        """Return what to do about a kernel that is not there."""
        return "it is not in the cache: `landproof kernels fetch`"


def needs_fetch(name: str) -> bool:
    """Say whether a kernel of the default set is missing or lacks modules wanted since."""
    lock = store.lock(name)
    return lock is None or store.lacks_modules(lock)


def _keep(release: Release, packages: Sequence[debian.Package], debs: Sequence[Path]) -> None:
    """Make the cache directory of a kernel from its packages, then remove these."""
    def fill(new: Path) -> dict[str, Any]:
        version = package.unpack(debs, new)
        return {
            "source": f"Debian {packages[0].suite}: {packages[0].name} {packages[0].version}",
            "version": version,
            "no_modules": "" if (new / "modules").exists() else
            f"the archive's index has no linux-modules package of {packages[0].version}",
            "modules": store.all_modules(),
            "packages": [vars(item) for item in packages],
        }

    store.keep(release.name, fill)
    for file in debs:
        file.unlink()


def _check_space(packages: Sequence[debian.Package]) -> None:
    """Raise UserError if the packages and what is in them do not fit."""
    need = sum(package.size + package.installed for package in packages)
    free = shutil.disk_usage(paths.cache()).free
    if free < need:
        raise UserError(f"no disk space for {packages[0].name}: {need >> 20} MB needed in"
                        f" {paths.cache()}, {free >> 20} MB free; or set XDG_CACHE_HOME")


def fetch(names: Sequence[str], progress: Progress, update: bool = False) -> dict[str, str]:
    """Fetch what is missing of the named kernels of the default set.

    With `update`, look for newer versions of the others too. Return why a kernel could not
    be had, by name; one that fails does not stop the others, and a cached one stays.
    """
    known = releases()
    failures: dict[str, str] = {}
    with paths.disk_errors("kernels"), paths.lock("fetch"):
        wanted = [known[name] for name in names
                   if name in known and (update or needs_fetch(name))]
        if not wanted:
            return {}
        for left in paths.cache().glob("kernels/.unpack-*"):  # by one that was killed
            shutil.rmtree(left, ignore_errors=True)
        apt = debian.Apt(paths.cache() / "apt", debian.archives())
        suites = sorted({suite for release in wanted for suite in release.suites})
        apt.update(suites, lambda _, part: progress("indexes", "fetching", part))
        progress("indexes", "done", 1)
        index = apt.packages()
        # While one kernel is being unpacked, the next is on its way.
        with ThreadPoolExecutor(1) as unpacker:
            unpacking: dict[str, Future[None]] = {}
            for release in wanted:
                try:
                    packages = debian.choose(
                        [item for item in index if item.suite in release.suites], release.version)
                    if not packages:
                        raise UserError(_not_found(release, apt))
                    lock = store.lock(release.name)
                    if (lock and lock["packages"] == [vars(item) for item in packages]
                            and not needs_fetch(release.name)):
                        progress(release.name, "up to date", 1)
                        continue
                    _check_space(packages)

                    def tell(what: str, part: float, name: str = release.name) -> None:
                        progress(name, what, part)

                    debs = apt.download(packages, apt.root / "debs", tell)
                    progress(release.name, "unpacking", 1)
                    unpacking[release.name] = unpacker.submit(_keep, release, packages, debs)
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


def _not_found(release: Release, apt: debian.Apt) -> str:
    """Return why no package was found for a kernel."""
    failed = [f"{suite}: {apt.failures[suite]}" for suite in release.suites
              if suite in apt.failures]
    where = ", ".join(release.suites)
    if failed:
        return f"no kernel {release.version} could be looked up ({'; '.join(failed)})"
    return f"no kernel {release.version} in {where}: the archive has dropped it"
