# SPDX-License-Identifier: GPL-2.0
"""Takes a kernel out of what it is wrapped in: a compressed file, a unified kernel image."""

from __future__ import annotations

import struct
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vm import bzimage, paths, strangers
from vm.errors import UserError

SECTION = ".linux"
"""Of a unified kernel image (UAPI.5): the kernel, as it would lie in /boot."""

LAYERS = 4
"""More than anybody wraps around a kernel."""


@contextmanager
def unwrapped(path: Path) -> Iterator[Path]:
    """Give the file with the kernel itself, which need not be the one that the user has."""
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        plain = path
        for layer in range(LAYERS):
            inner = Path(scratch) / str(layer)
            if (not _unpack(plain, inner, path) and not _unzboot(plain, inner)
                    and not _dump(plain, inner)):
                break
            plain = inner
        yield plain


def _unpack(path: Path, into: Path, called: Path) -> bool:
    """Unpack a compressed file; say whether it was one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{called}: {error.strerror}") from None
    if not data.startswith(tuple(bzimage.UNPACKERS)):
        return False
    try:
        into.write_bytes(bzimage.unpack(data))
    except bzimage.UNPACK_ERRORS as error:
        why = " ".join(str(error).split()) or "it is damaged"
        raise UserError(f"{called} cannot be unpacked: {why}; fetch or build it again") from None
    return True


def _unzboot(path: Path, into: Path) -> bool:
    """Take the payload out of an EFI program that unpacks itself; say whether it was one.

    Linux's drivers/firmware/efi/libstub/zboot-header.S has the layout.
    """
    data = path.read_bytes()
    if data[:2] != b"MZ" or data[4:8] != b"zimg":
        return False
    start, size = struct.unpack_from("<II", data, 8)
    into.write_bytes(data[start:start + size])
    return True


def _dump(path: Path, into: Path) -> bool:
    """Take the kernel out of a unified kernel image; say whether it was one."""
    data = path.read_bytes()
    if data[bzimage.MAGIC:bzimage.MAGIC + 4] == b"HdrS" or not strangers.is_pe(data):
        return False
    subprocess.run([paths.program("objcopy", "binutils"), "--dump-section", f"{SECTION}={into}",
                    str(path), "/dev/null"], capture_output=True, check=False)
    return into.exists()
