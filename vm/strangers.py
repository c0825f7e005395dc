# SPDX-License-Identifier: GPL-2.0
"""Says what a file is that is no kernel for these machines: another architecture's, or none."""

from __future__ import annotations

import struct
from collections.abc import Callable

ELF_MACHINES = {3: "i386", 8: "mips", 20: "powerpc", 21: "ppc64", 22: "s390x", 40: "arm",
                62: "x86-64", 183: "arm64", 243: "riscv64", 258: "loong64"}
PE_MACHINES = {0x14C: "i386", 0x1C2: "arm", 0x5064: "riscv64", 0x6264: "loong64",
               0x8664: "x86-64", 0xAA64: "arm64"}
# An x86 kernel image (Documentation/arch/x86/boot.rst): with XLF_KERNEL_64 it is x86-64's.
X86_MAGIC = 0x202
X86_FLAGS = 0x236
BITS_32 = ("arm", "i386", "powerpc")
PE_POINTER = 0x3C

# Where a kernel image of another architecture has what bytes: each architecture's head.S, or
# Documentation/arch/ARCHITECTURE/boot*.rst.
IMAGES = (
    (0x38, b"ARM\x64", "arm64"),
    (0x38, b"RSC\x05", "riscv64"),
    (0x24, b"\x18\x28\x6f\x01", "arm"),
    (0x10008, b"S390EP", "s390x"),
)

# Other files that lie beside kernels.
OTHERS = (
    (b"\x27\x05\x19\x56", "a U-Boot image (uImage)"),
    (b"\xd0\x0d\xfe\xed", "a device tree or a U-Boot FIT image"),
    (b"070701", "an initramfs (cpio)"),
    (b"!<arch>\n", "a package or library whose name does not end as such"),
    (b"\xed\xab\xee\xdb", "an rpm whose name does not end so"),
)


def is_pe(data: bytes) -> bool:
    """Say whether a file is a PE one, as EFI starts."""
    return data[:2] == b"MZ" and len(data) > PE_POINTER + 4 and _pe(data) is not None


def _pe(data: bytes) -> int | None:
    """Return the machine of a PE file."""
    (header,) = struct.unpack_from("<I", data, PE_POINTER)
    if data[header:header + 4] != b"PE\0\0" or len(data) < header + 6:
        return None
    machine: int = struct.unpack_from("<H", data, header + 4)[0]
    return machine


def _elf(data: bytes) -> int:
    """Return the machine of an ELF file."""
    machine: int = struct.unpack_from(">H" if data[5:6] == b"\2" else "<H", data, 18)[0]
    return machine


def architecture(data: bytes) -> str:
    """Return the architecture that a program or kernel image says it is for; "" if it says none."""
    for offset, magic, name in IMAGES:
        if data[offset:offset + len(magic)] == magic:
            return name
    if data[X86_MAGIC:X86_MAGIC + 4] == b"HdrS" and len(data) > X86_FLAGS:
        return "x86-64" if data[X86_FLAGS] & 1 else "i386"
    reader: tuple[Callable[[bytes], int | None], dict[int, str]] | None = None
    if data[:4] == b"\x7fELF" and len(data) >= 64:
        reader = (_elf, ELF_MACHINES)
    elif is_pe(data):
        reader = (_pe, PE_MACHINES)
    if not reader:
        return ""
    machine = reader[0](data)
    assert machine is not None
    return reader[1].get(machine, f"a machine of number {machine:#x}")


def what(data: bytes) -> str:
    """Return what a file is, for a sentence that says that it is no kernel for these machines."""
    if name := architecture(data):
        kind = "an EFI program" if name == "x86-64" else "a 32-bit kernel or program" \
            if name in BITS_32 else "a kernel or program"
        return f"{kind} for {name}"
    if not data:
        return "an empty file"
    return next((kind for magic, kind in OTHERS if data.startswith(magic)),
                "not a kernel image: it has neither an x86 \"HdrS\" header nor another known one")
