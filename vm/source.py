# SPDX-License-Identifier: GPL-2.0
"""Fetches Debian's linux-source packages and unpacks them into the cache."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from debian.debian_support import Version

from vm import debian, paths
from vm.debian import Package, Step
from vm.errors import UserError

UNPACKED = 13
"""A kernel's sources take this many times the space of their package."""


@dataclass(frozen=True)
class Tree:
    """Unpacked kernel sources; nobody writes there."""

    path: Path
    package: str
    version: str
    """Debian's, such as "7.3.4-1~bpo13+1"."""


def _directory() -> Path:
    """Return where the sources lie, each in `<package>-<version>`."""
    return paths.cache() / "sources"


def cached(package: str) -> Tree | None:
    """Return the newest sources of a package that are in the cache."""
    start = f"{package}-"
    versions = [path.name.removeprefix(start) for path in _directory().glob(f"{start}*")]
    if not versions:
        return None
    version = max(versions, key=Version)
    return Tree(_directory() / f"{start}{version}", package, version)


def fetch(package: str, suites: Sequence[str], progress: Step = lambda what, part: None,
          update: bool = False) -> Tree:
    """Return the sources in the newest version of a package such as linux-source-7.3.

    They are fetched if none are in the cache, or with `update` if there are newer ones.
    """
    tree = cached(package)
    if tree and not update:
        return tree
    with paths.disk_errors("kernel sources"), paths.lock("fetch"):
        if (tree := cached(package)) and not update:
            return tree  # another process has fetched them meanwhile
        apt, newest = _find(package, suites, progress)
        target = _directory() / f"{package}-{newest.version}"
        if not target.exists():
            _check_space(newest, UNPACKED)
            _bring(apt, newest, target, progress)
        progress("done", 1)
    return Tree(target, package, newest.version)


def fetch_part(package: str, suites: Sequence[str], only: Sequence[str], target: Path,
               progress: Step = lambda what, part: None) -> None:
    """Make a new directory `target` of some files and directories of a package of sources."""
    with paths.disk_errors("kernel sources"), paths.lock("fetch"):
        apt, newest = _find(package, suites, progress)
        _check_space(newest, 2)
        _bring(apt, newest, target, progress, [f"{package}/{name}" for name in only])
        progress("done", 1)


def _find(package: str, suites: Sequence[str], progress: Step) -> tuple[debian.Apt, Package]:
    """Return the newest version of a package that the suites have, and what can download it."""
    apt = debian.Apt(paths.cache() / "apt", debian.archives())
    apt.update(suites, lambda _, part: progress("fetching indexes", part))
    found = [item for item in apt.packages() if item.name == package and item.suite in suites]
    if not found:
        failed = "; ".join(f"{suite}: {why}" for suite, why in apt.failures.items())
        raise UserError(f"no {package} in {', '.join(suites)}" + (f" ({failed})" * bool(failed))
                        + ": give a directory of sources with --source")
    return apt, debian.newest(found)


def _bring(apt: debian.Apt, package: Package, target: Path, progress: Step,
           only: Sequence[str] = ()) -> None:
    """Download a package of sources and unpack it."""
    (deb,) = apt.download([package], apt.root / "debs", progress)
    _unpack(deb, package, target, progress, only)
    deb.unlink()


def _check_space(package: Package, times: int) -> None:
    """Raise UserError if there is no space for so many times the package."""
    need = package.size * times
    free = shutil.disk_usage(paths.cache()).free
    if free < need:
        raise UserError(f"no disk space for {package.name}: {need >> 20} MB needed in"
                        f" {paths.cache()}, {free >> 20} MB free; or set XDG_CACHE_HOME")


def _unpack(deb: Path, package: Package, target: Path, progress: Step,
            only: Sequence[str]) -> None:
    """Make `target` of the archive inside a package, or of `only` these members, if it can be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(".new-*"):  # by one that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as scratch:
        new = Path(scratch) / "tree"
        new.mkdir()
        archive = f"./usr/src/{package.name}.tar.xz"
        with (subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)],
                               stdout=subprocess.PIPE) as outer,
              subprocess.Popen(["tar", "-xO", archive], stdin=outer.stdout,
                               stdout=subprocess.PIPE) as inner,
              subprocess.Popen(["tar", "-xJ", "--strip-components=1", "-C", str(new), *only],
                               stdin=subprocess.PIPE, stderr=subprocess.PIPE) as tar):
            assert outer.stdout and inner.stdout and tar.stdin and tar.stderr
            outer.stdout.close()
            done = 0
            try:
                while data := inner.stdout.read(1 << 18):
                    tar.stdin.write(data)
                    done += len(data)
                    progress("unpacking", min(done / package.size, 0.999))
                tar.stdin.close()
            except BrokenPipeError:
                pass
            said = tar.stderr.read().decode(errors="replace").strip()
        if "No space left" in said:
            raise UserError(f"no disk space left to unpack {deb.name}: make room in"
                            f" {paths.cache()}, or set XDG_CACHE_HOME")
        if outer.returncode or inner.returncode or tar.returncode:
            why = (said or "it is damaged").splitlines()[0]
            raise UserError(f"{deb} cannot be unpacked: {why}")
        new.rename(target)
