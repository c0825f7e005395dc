# SPDX-License-Identifier: GPL-2.0
"""Reads an x86 kernel image: its version, and the ELF kernel packed in it."""

from __future__ import annotations

import gzip
import lzma
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import zstandard

from vm.errors import UserError

# Offsets of the setup header (Documentation/arch/x86/boot.rst).
SETUP_SECTS = 0x1F1
MAGIC = 0x202
PROTOCOL = 0x206
KERNEL_VERSION = 0x20E
PAYLOAD = 0x248

PVH_PROTOCOL = 18
"""Type of the ELF note that says where a PVH loader enters the kernel."""


@dataclass(frozen=True)
class Image:
    """What a bzImage says of itself; `payload` is the packed kernel."""

    version: str
    payload: bytes


def read(path: Path) -> Image:
    """Read a bzImage; raise UserError if it is none or is cut off."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    if data[MAGIC:MAGIC + 4] != b"HdrS":
        hint = (": an ELF vmlinux; give arch/x86/boot/bzImage" if data[:4] == b"\x7fELF"
                else ": it has no \"HdrS\" header")
        raise UserError(f"{path} is not an x86 kernel image (bzImage, vmlinuz){hint}")
    (protocol,) = struct.unpack_from("<H", data, PROTOCOL)
    if protocol < 0x208:
        raise UserError(f"{path}: a kernel of before 2.6.24; Landproof needs a newer one")
    (pointer,) = struct.unpack_from("<H", data, KERNEL_VERSION)
    # The version string: "6.1.0-56-amd64 (debian-kernel@...) #1 SMP ...".
    text = data[0x200 + pointer:0x200 + pointer + 256].split(b"\0")[0].split(b" ")[0]
    offset, length = struct.unpack_from("<II", data, PAYLOAD)
    start = (data[SETUP_SECTS] + 1) * 512 + offset
    if not pointer or not text or start + length > len(data):
        raise UserError(f"{path} is cut off: a kernel image of {len(data)} bytes;"
                        " fetch or build it again")
    return Image(text.decode("ascii", "replace"), data[start:start + length])


def _zstd(data: bytes) -> bytes:
    """Unpack one zstd frame and ignore what follows it."""
    return zstandard.ZstdDecompressor().decompressobj().decompress(data)


def _xz(data: bytes) -> bytes:
    """Unpack one xz or lzma stream and ignore what follows it."""
    return lzma.LZMADecompressor().decompress(data)


def _gzip(data: bytes) -> bytes:
    """Unpack one gzip member and ignore what follows it."""
    return zlib.decompressobj(wbits=31).decompress(data)


UNPACKERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"\x28\xb5\x2f\xfd": _zstd,
    b"\xfd7zXZ\0": _xz,
    b"\x5d\0\0": _xz,
    b"\x1f\x8b": _gzip,
}


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
    try:
        elf = unpack(image.payload)
    except (zstandard.ZstdError, lzma.LZMAError, zlib.error):
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
