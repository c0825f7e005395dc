# SPDX-License-Identifier: GPL-2.0
"""Where Landproof keeps things: the harness's binary, and the XDG base directories."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vm.errors import UserError

GUEST = Path(__file__).resolve().parents[1] / "build" / "landproof-guest"
"""The harness's binary, which is the program of every machine and runs on this one too."""

KEPT = 60
"""Entries of a directory that keep_newest() leaves."""


def _xdg(variable: str, default: str) -> Path:
    """Return the directory `landproof` below an XDG base directory."""
    base = os.environ.get(variable, "")
    # The specification says that a relative path is to be ignored.
    return (Path(base) if base.startswith("/") else _home() / default) / "landproof"


def _home() -> Path:
    """Return the home directory; / for a user of a container who has none, as shells do."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def cache() -> Path:
    """Return the cache directory; it need not exist."""
    return _xdg("XDG_CACHE_HOME", ".cache")


def config() -> Path:
    """Return the directory of the user's own settings; it need not exist."""
    return _xdg("XDG_CONFIG_HOME", ".config")


def state() -> Path:
    """Return the directory of what was seen last; it need not exist."""
    return _xdg("XDG_STATE_HOME", ".local/state")


def guest(arch: str) -> Path:
    """Return the harness's binary for another architecture."""
    return GUEST.parent / arch / GUEST.name


def sha256(path: Path) -> str:
    """Return the SHA-256 sum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def installed(name: str) -> str | None:
    """Return the path of a program, if it is installed."""
    # An ordinary user's PATH has no sbin on Debian.
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def program(name: str, package: str) -> str:
    """Return the path of a program; raise UserError if its package is not installed."""
    found = installed(name)
    if not found:
        raise UserError(f"{name} is not installed: run vm/setup.sh; elsewhere than on Debian"
                        f" install what its package {package} has")
    return found


@contextmanager
def disk_errors(what: str) -> Iterator[None]:
    """Turn a full or read-only disk, while doing `what`, into a UserError."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UserError(f"no disk space left for {what}: make room in {cache()},"
                            " or set XDG_CACHE_HOME") from None
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise UserError(f"cannot write {error.filename or cache()} for {what}:"
                            f" {error.strerror}; XDG_CACHE_HOME names another place for the"
                            " cache") from None
        raise


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a new file beside `path` that takes its place when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(descriptor)
    new = Path(name)
    try:
        yield new
        new.chmod(0o644)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def keep_newest(path: Path) -> None:
    """Mark an entry of the cache as used; of its directory, forget those used longest ago.

    A run uses about twenty: what is older is of kernels that were replaced since.
    """
    with suppress(OSError):  # it can only be read, or another process tidies too
        os.utime(path)
        entries = [entry for entry in path.parent.iterdir() if not entry.name.startswith(".")]
        for old in sorted(entries, key=lambda entry: -entry.stat().st_mtime)[KEPT:]:
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink()


@contextmanager
def lock(name: str, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Keep other Landproof processes out of a part of the cache; call `waiting` if one is there."""
    directory = cache()
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f".{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
