# SPDX-License-Identifier: GPL-2.0
"""Reads an x86 kernel image, or the ELF kernel without one: its version, and the ELF kernel."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import struct
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import zstandard

from vm import paths, strangers
from vm.errors import UserError

# Offsets of the setup header (Documentation/arch/x86/boot.rst).
SETUP_SECTS = 0x1F1
MAGIC = 0x202
PROTOCOL = 0x206
KERNEL_VERSION = 0x20E
LOAD_FLAGS = 0x236
PAYLOAD = 0x248

IS_64_BIT = 1
"""Flag of LOAD_FLAGS: the kernel has an entry for 64-bit mode, as every x86-64 one does."""

PVH_PROTOCOL = 18
"""Type of the ELF note that says where a PVH loader enters the kernel."""


@dataclass(frozen=True)
class Image:
    """What a kernel says of itself; `payload` is the ELF kernel, packed or not."""

    version: str
    payload: bytes


def read(path: Path, called: Path | None = None) -> Image:
    """Read a bzImage or a vmlinux that can boot; raise UserError if it is none or is cut off.

    Errors name the file that the user knows it from, if `called` is another.
    """
    name = called or path
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None
    if data[MAGIC:MAGIC + 4] == b"HdrS":
        return _bzimage(data, name)
    if data[:5] == b"\x7fELF\x02" and strangers.architecture(data) == "x86-64":
        return _elf(data, name)
    raise UserError(f"{name} is {strangers.what(data)}: give a kernel for x86-64"
                    " (bzImage, vmlinuz, vmlinux)")


def has_loader(path: Path) -> bool:
    """Say whether a kernel is a bzImage, which unpacks itself, and no bare ELF file."""
    with path.open("rb") as file:
        file.seek(MAGIC)
        return file.read(4) == b"HdrS"


def _bzimage(data: bytes, name: Path) -> Image:
    """Read a bzImage."""
    (protocol,) = struct.unpack_from("<H", data, PROTOCOL)
    if protocol < 0x20C:
        raise UserError(f"{name}: a kernel of before 3.8; Landproof needs a newer one")
    if not struct.unpack_from("<H", data, LOAD_FLAGS)[0] & IS_64_BIT:
        raise UserError(f"{name} is a 32-bit kernel (i386): give a kernel for x86-64")
    (pointer,) = struct.unpack_from("<H", data, KERNEL_VERSION)
    # The version string: "6.1.0-56-amd64 (debian-kernel@...) #1 SMP ...".
    text = data[0x200 + pointer:0x200 + pointer + 256].split(b"\0")[0].split(b" ")[0]
    offset, length = struct.unpack_from("<II", data, PAYLOAD)
    start = (data[SETUP_SECTS] + 1) * 512 + offset
    if not pointer or not text or start + length > len(data):
        raise UserError(f"{name} is cut off: a kernel image of {len(data)} bytes;"
                        " fetch or build it again")
    return Image(text.decode("ascii", "replace"), data[start:start + length])


def _elf(data: bytes, name: Path) -> Image:
    """Read a vmlinux, which boots without its image only where a PVH loader can enter it."""
    banner = re.search(rb"Linux version (\d\S*) \(", data)
    if not banner:
        raise UserError(f"{name} is an ELF file for x86-64, but no kernel: give a bzImage,"
                        " vmlinuz or vmlinux")
    if not _has_pvh_note(data):
        raise UserError(f"{name} is a vmlinux that does not boot by itself (CONFIG_PVH is not set):"
                        " give arch/x86/boot/bzImage")
    return Image(banner[1].decode("ascii", "replace"), data)


class Decompressor(Protocol):
    """What the compression libraries have in common."""

    @property
    def eof(self) -> bool:
        """Say whether the end of what was packed has been seen."""

    def decompress(self, data: bytes, /) -> bytes:
        """Unpack."""


def _whole(decompressor: Decompressor, data: bytes) -> bytes:
    """Unpack all; raise ValueError if the end is missing."""
    unpacked = decompressor.decompress(data)
    if not decompressor.eof:
        raise ValueError("it is cut off")
    return unpacked


def _zstd(data: bytes) -> bytes:
    """Unpack one zstd frame and ignore what follows it."""
    return _whole(zstandard.ZstdDecompressor().decompressobj(), data)


def _xz(data: bytes) -> bytes:
    """Unpack one xz or lzma stream and ignore what follows it."""
    return _whole(lzma.LZMADecompressor(), data)


def _gzip(data: bytes) -> bytes:
    """Unpack one gzip member and ignore what follows it."""
    return _whole(zlib.decompressobj(wbits=31), data)


def _bzip2(data: bytes) -> bytes:
    """Unpack one bzip2 stream and ignore what follows it."""
    return _whole(bz2.BZ2Decompressor(), data)


def _libarchive(data: bytes) -> bytes:
    """Unpack what no library of Python's does; nothing may follow it."""
    done = subprocess.run([paths.program("bsdcat", "libarchive-tools")], input=data,
                          capture_output=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.decode(errors="replace"))
    return done.stdout


LZ4 = b"\x02\x21\x4c\x18"
LZO = b"\x89LZO\0\r\n\x1a\n"
UNPACKERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x28\xb5\x2f\xfd": _zstd,
    b"\xfd7zXZ\0": _xz,
    b"\x5d\0\0": _xz,
    b"\x1f\x8b": _gzip,
    b"BZh": _bzip2,
    LZ4: _libarchive,
    LZO: _libarchive,  # which runs lzop
}
"""The ways in which a kernel can be packed, by how the packed bytes begin."""

UNPACK_ERRORS = (zstandard.ZstdError, lzma.LZMAError, zlib.error, OSError, ValueError)


def unpack(data: bytes) -> bytes:
    """Unpack what is packed by one of the compressions above; give the rest as it is."""
    for magic, unpacker in UNPACKERS.items():
        if data.startswith(magic):
            return unpacker(data)
    return data


def vmlinux(image: Image) -> bytes | None:
    """Return the unpacked ELF kernel if a PVH loader can enter it, else None.

    To unpack the kernel here spares the emulated machine one to four seconds.
    """
    packed = image.payload
    if packed.startswith((LZ4, LZO)):
        packed = packed[:-4]  # the size of what is unpacked, which the kernel's build appends
    try:
        elf = unpack(packed)
    except UNPACK_ERRORS:
        return None
    return elf if elf[:5] == b"\x7fELF\x02" and _has_pvh_note(elf) else None


def _has_pvh_note(elf: bytes) -> bool:
    """Say whether a 64-bit ELF file has the note XEN_ELFNOTE_PHYS32_ENTRY."""
    (table,) = struct.unpack_from("<Q", elf, 0x20)
    size, count = struct.unpack_from("<HH", elf, 0x36)
    for number in range(count):
        kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", elf, table + number * size)
        end = offset + length
        while kind == 4 and offset + 12 <= end:
            name, description, note = struct.unpack_from("<III", elf, offset)
            if note == PVH_PROTOCOL and elf[offset + 12:offset + 16] == b"Xen\0":
                return True
            offset += 12 + (name + 3 & ~3) + (description + 3 & ~3)
    return False


def embedded_config(elf: bytes) -> str | None:
    """Return the configuration inside a kernel built with CONFIG_IKCONFIG, else None."""
    start = elf.find(b"IKCFG_ST")
    end = elf.find(b"IKCFG_ED", start)
    if start < 0 or end < 0:
        return None
    return gzip.decompress(elf[start + 8:end]).decode("utf-8", "replace")
