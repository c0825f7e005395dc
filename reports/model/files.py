# SPDX-License-Identifier: GPL-2.0
"""Reads files of the user's, and writes a file whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from pathlib import Path

from reports.errors import UserError


def read_text(path: Path) -> str:
    """Return the text of a file of the user's; raise UserError if there is none to be had."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: cannot read: it is not text") from error


def read_bytes(path: Path) -> bytes:
    """Return what a file or a pipe of the user's holds; a device could be read without end."""
    try:
        if path.is_char_device() or path.is_block_device():
            raise UserError(f"{path}: cannot read: it is a device, give a file")
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot read: {(error.strerror or str(error)).lower()}") from error


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path`, or to standard output for `-`.

    A reader sees the old file or the new one, never half of it. Raises UserError.
    """
    if str(path) == "-":
        _write_stdout(text)
        return
    try:
        # Through a symbolic link, and not in place of it.
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")  # a device or a pipe, which can't be renamed
        else:
            _replace(target, text)
    except OSError as error:
        raise UserError(f"{path}: cannot write: {_hint(error)}") from error


def check_writable(path: Path) -> None:
    """Raise UserError if `path` plainly cannot be written: better now than after a long run."""
    if str(path) == "-":
        return
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise UserError(f"{path}: cannot write: this is a directory, give a file name")
    if not target.parent.is_dir():
        raise UserError(f"{path}: cannot write: there is no directory {target.parent}")
    if target.exists() and not target.is_file():  # a device or a pipe
        if not os.access(target, os.W_OK):
            raise UserError(f"{path}: cannot write: permission denied")
        return
    try:
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise UserError(f"{path}: cannot write: {_hint(error)}") from error


def _replace(target: Path, text: str) -> None:
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:50]}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _write_stdout(text: str) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise  # a reader that has seen enough, such as head(1)
    except OSError as error:
        raise UserError(f"standard output: cannot write: {_hint(error)}") from error


def _hint(error: OSError) -> str:
    text = (error.strerror or str(error)).lower()
    if error.errno == errno.ENOSPC:
        return f"{text}: free some space or choose another place"
    return text
