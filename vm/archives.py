# SPDX-License-Identifier: GPL-2.0
"""Unpacks packages of distributions and archives of modules; libarchive (bsdtar) reads them all."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from vm import paths
from vm.errors import UserError

SUFFIXES = (".deb", ".udeb", ".rpm", ".apk",
            ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")
"""What it can read; an Arch package is a .pkg.tar.zst."""

# Packages say lib/modules, usr/lib/modules or either with a "./" before: here all say the same.
ONE_PLACE = r",^\(\./\)*\(usr/\)*lib/modules/,lib/modules/,"


def is_archive(path: Path) -> bool:
    """Say whether a file is one, by its name."""
    return path.name.endswith(SUFFIXES)


def _run(path: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run bsdtar on the files of a package; a .deb has them in an archive inside."""
    program = paths.program("bsdtar", "libarchive-tools")
    if not path.name.endswith((".deb", ".udeb")):
        return subprocess.run([program, *words, "-f", str(path)], capture_output=True, check=False)
    with subprocess.Popen([program, "-x", "-O", "-f", str(path), "data.tar*"],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as outer:
        inner = subprocess.run([program, *words, "-f", "-"], stdin=outer.stdout,
                               capture_output=True, check=False)
        assert outer.stdout and outer.stderr
        outer.stdout.close()  # or it waits for ever for one who reads, if the inner one failed
        said = outer.stderr.read()
    return subprocess.CompletedProcess(inner.args, outer.returncode or inner.returncode,
                                       inner.stdout, said + inner.stderr)


def unpack(path: Path, into: Path, without: Sequence[str] = ()) -> None:
    """Unpack a package into a directory, but for what matches the patterns of `without`.

    Nothing of it gets an owner, or lands outside.
    """
    done = _run(path, "-x", "-m", "--no-same-owner", "--no-same-permissions", "-C", str(into),
                "-s", ONE_PLACE, *(word for one in without for word in ("--exclude", one)))
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        if "No space left" in said:
            raise UserError(f"no disk space left to unpack {path.name}: make room in"
                            f" {paths.cache()}, or set XDG_CACHE_HOME")
        why = said.splitlines()[0].removeprefix("bsdtar: ") if said else "it is damaged"
        raise UserError(f"{path} is not a package that bsdtar can unpack: {why}")


def names(path: Path) -> list[str]:
    """Return the names of the files in a package."""
    return _run(path, "-t").stdout.decode(errors="replace").splitlines()
