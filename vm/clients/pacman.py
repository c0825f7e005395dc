# SPDX-License-Identifier: GPL-2.0
"""Repositories of Arch Linux: pacman, in a root of its own."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from vm import paths
from vm.debian import Package, Step
from vm.errors import UserError
from vm.sets import Release, Repository

Done = subprocess.CompletedProcess[str]
FIELDS = "%n\t%v\t%r\t%s\t%l"


class Pacman:
    """pacman with its databases and keys below the cache; a suite is a repository's name."""

    def __init__(self, cache: Path, repository: Repository) -> None:
        """Take the cache, and the repository with its address and keys."""
        self.root = cache / "repositories" / repository.name
        self.failures: dict[str, str] = {}
        self._repository = repository
        self._suites: list[str] = []
        for name in ("db", "gnupg", "root"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / "gnupg").chmod(0o700)
        # gpg refuses a directory whose agent would get a socket with too long a name: no agent.
        for key in repository.signed_by:
            subprocess.run([paths.program("gpg", "gnupg"), "--homedir", str(self.root / "gnupg"),
                            "--batch", "--no-autostart", "--import", key],
                           capture_output=True, check=False)

    def _run(self, suites: Sequence[str], into: Path, *words: str) -> Done:
        """Run pacman, which wants to be root even where it installs nothing."""
        # A package must be signed; who trusts a key is the question of whoever named the keys.
        (self.root / "pacman.conf").write_text(
            "[options]\nArchitecture = x86_64\nSigLevel = Required DatabaseOptional TrustAll\n"
            + "".join(f"[{suite}]\nServer = {self._repository.address}/{suite}/os/x86_64\n"
                      for suite in suites))
        command = [paths.program("pacman", "pacman-package-manager"), *words, "--noconfirm",
                   "--noprogressbar", "--config", str(self.root / "pacman.conf"),
                   "--root", str(self.root / "root"), "--dbpath", str(self.root / "db"),
                   "--cachedir", str(into), "--gpgdir", str(self.root / "gnupg"),
                   "--hookdir", str(self.root / "root"), "--logfile", "/dev/null"]
        if os.geteuid():
            command = [paths.program("fakeroot", "fakeroot"), "--", *command]
        return subprocess.run(command, capture_output=True, text=True, check=False,
                              env={**os.environ, "LC_ALL": "C.UTF-8"})

    def update(self, suites: Sequence[str], progress: Step) -> None:
        """Fetch the databases of some repositories; remember why one could not be had."""
        for number, suite in enumerate(suites):
            progress(suite, number / len(suites))
            done = self._run([suite], self.root, "-Sy")
            if done.returncode:
                self.failures[suite] = _why(done)
            else:
                self._suites.append(suite)

    def choose(self, release: Release) -> list[Package]:
        """Return the packages of a kernel; a repository has one version of each."""
        found: list[Package] = []
        for suite in (one for one in release.suites if one in self._suites):
            for name in release.packages:
                done = self._run(self._suites, self.root, "-Sddp", "--print-format", FIELDS,
                                 f"{suite}/{name}")
                for line in done.stdout.splitlines() if not done.returncode else ():
                    fields = line.split("\t")
                    if len(fields) == 5 and fnmatchcase(fields[1], release.version):
                        found.append(Package(fields[0], fields[1], suite, int(fields[3]), 0, ""))
            if found:
                break
        return found

    def download(self, packages: Sequence[Package], into: Path, progress: Step) -> list[Path]:
        """Fetch packages; pacman checks their sums and signatures."""
        into.mkdir(parents=True, exist_ok=True)
        progress(packages[0].name, 0)
        done = self._run(self._suites, into, "-Swdd",
                         *(f"{package.suite}/{package.name}" for package in packages))
        files = [file for package in packages for file in sorted(into.glob(
            f"{package.name}-{package.version.split(':')[-1]}-*.pkg.tar.*"))
            if not file.name.endswith(".sig")]
        if done.returncode or len(files) != len(packages):
            raise UserError(f"download of {packages[0]} failed: {_why(done)}; try again")
        return files


def _why(done: Done) -> str:
    """Return pacman's errors in one line."""
    errors = re.findall(r"^error: (.*)", done.stderr, re.M)
    return "; ".join(dict.fromkeys(errors)) or "pacman failed"
