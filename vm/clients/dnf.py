# SPDX-License-Identifier: GPL-2.0
"""Repositories of rpms: dnf reads their metadata and fetches, rpmkeys checks the signatures."""

from __future__ import annotations

import importlib
import subprocess
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from vm import paths
from vm.debian import Package, Step
from vm.errors import UserError
from vm.sets import Release, Repository


def _library() -> Any:
    """Return dnf's Python library, which has no types."""
    try:
        library = importlib.import_module("dnf")
        importlib.import_module("dnf.callback")
        importlib.import_module("dnf.exceptions")
    except ImportError:
        raise UserError("dnf is not installed, and only that gets kernels from repositories of"
                        " rpms: install python3-dnf, or bring packages with --kernel") from None
    return library


class Dnf:
    """dnf in a directory of its own; a suite is the path of a repository below the address."""

    def __init__(self, cache: Path, repository: Repository) -> None:
        """Take the cache, and the repository with its address and keys."""
        self.root = cache / "repositories" / repository.name
        self.failures: dict[str, str] = {}
        self._repository = repository
        self._dnf = _library()
        self._base: Any = self._dnf.Base()
        self._found: dict[Package, Any] = {}
        conf = self._base.conf
        for option in ("cachedir", "persistdir", "logdir", "installroot"):
            (self.root / option).mkdir(parents=True, exist_ok=True)
            setattr(conf, option, str(self.root / option))
        conf.reposdir, conf.pluginpath, conf.install_weak_deps = [], [], False
        conf.substitutions.update({"arch": "x86_64", "basearch": "x86_64", "releasever": "0"})

    def update(self, suites: Sequence[str], progress: Step) -> None:
        """Fetch the metadata of some repositories; remember why one could not be had."""
        for number, suite in enumerate(suites):
            progress(suite, number / len(suites))
            repo = self._base.repos.add_new_repo(
                f"r{number}", self._base.conf, baseurl=[f"{self._repository.address}/{suite}"])
            repo.name = suite
            repo.metadata_expire = 0
            try:
                repo.load()
            except self._dnf.exceptions.RepoError as error:
                self.failures[suite] = " ".join(str(error).split())
                repo.disable()
        self._base.fill_sack(load_system_repo=False)

    def choose(self, release: Release) -> list[Package]:
        """Return the packages of the newest kernel: those of the image's version and release."""
        query = self._base.sack.query().available().filter(arch=["x86_64", "noarch"])
        found = [item for item in query.filter(name=list(release.packages))
                 if item.repo.name in release.suites]
        images = [item for item in found if item.name == release.packages[0]
                  and fnmatchcase(f"{item.version}-{item.release}", release.version)]
        if not images:
            return []
        image = max(images)
        parts = [next((item for item in found if item.name == name and item.evr == image.evr), None)
                 for name in release.packages]
        chosen = []
        for item in (part for part in parts if part):
            package = Package(item.name, f"{item.version}-{item.release}", item.repo.name,
                              item.downloadsize, item.installsize, item.chksum[1].hex())
            self._found[package] = item
            chosen.append(package)
        return chosen

    def download(self, packages: Sequence[Package], into: Path, progress: Step) -> list[Path]:
        """Fetch packages; dnf checks them against the metadata, rpmkeys their signatures."""
        into.mkdir(parents=True, exist_ok=True)
        items = [self._found[package] for package in packages]
        total = sum(package.size for package in packages)
        tell = type("Tell", (self._dnf.callback.DownloadProgress,), {
            "progress": lambda self, payload, done: progress(str(payload), done / max(total, 1)),
            "start": lambda self, *a, **k: None, "end": lambda self, *a, **k: None})()
        for item in items:
            item.repo.pkgdir = str(into)
        try:
            self._base.download_packages(items, tell)
        except self._dnf.exceptions.Error as error:
            raise UserError(f"download of {packages[0]} failed: {' '.join(str(error).split())};"
                            " try again") from None
        files = [Path(item.localPkg()) for item in items]
        for file in files:
            self._check(file)
        return files

    def _check(self, file: Path) -> None:
        """Raise UserError, and remove the file, if none of the keys has signed it."""
        keys = self.root / "keys"
        keys.mkdir(parents=True, exist_ok=True)
        program = paths.program("rpmkeys", "rpm")
        subprocess.run([program, "--dbpath", str(keys), "--import", *self._repository.signed_by],
                       capture_output=True, check=False)
        checked = subprocess.run(
            [program, "--dbpath", str(keys), "--define", "_pkgverify_level all", "-K", str(file)],
            capture_output=True, text=True, check=False)
        if checked.returncode:
            file.unlink()
            raise UserError(f"{file.name} is not signed by a key of {self._repository.title}"
                            f" ({', '.join(self._repository.signed_by)})")
