# SPDX-License-Identifier: GPL-2.0
"""What the tests of vm/ share: a private cache, kernel images made up, a stand-in guest."""

from __future__ import annotations

import os
import struct
import subprocess
from pathlib import Path

import pytest

from vm import bzimage as bzimage_reader
from vm import kernels
from vm.kernel import Kernel

# The one that boots quickest.
KERNEL = "debian-5.10"


def bzimage(payload: bytes = b"", version: str = "9.9.9-test") -> bytes:
    """Return a kernel image that says to be `version` and packs `payload`."""
    setup = bytearray(5 * 512)
    setup[0x1F1] = 4  # sectors of set-up code after the first
    setup[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", setup, 0x206, 0x20F)
    struct.pack_into("<H", setup, 0x20E, 0x300)
    struct.pack_into("<H", setup, 0x236, bzimage_reader.IS_64_BIT)
    struct.pack_into("<II", setup, 0x248, 0x10, len(payload))
    text = f"{version} (somebody@somewhere) #1 SMP\0".encode()
    setup[0x500:0x500 + len(text)] = text
    return bytes(setup) + b"\0" * 0x10 + payload


def elf(notes: bytes) -> bytes:
    """Return a 64-bit ELF file with one program header, for notes."""
    header = bytearray(64)
    header[:6] = b"\x7fELF\x02\x01"
    struct.pack_into("<H", header, 18, 62)
    struct.pack_into("<Q", header, 0x20, 64)
    struct.pack_into("<HH", header, 0x36, 56, 1)
    segment = struct.pack("<IIQQQQQQ", 4, 4, 120, 0, 0, len(notes), len(notes), 4)
    return bytes(header) + segment + notes


def note(name: bytes, kind: int, description: bytes) -> bytes:
    """Return an ELF note."""
    head = struct.pack("<III", len(name) + 1, len(description), kind)
    return (head + name + b"\0" * (4 - len(name) % 4)
            + description + b"\0" * (-len(description) % 4))


@pytest.fixture
def private_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep a test away from the user's cache and settings; return its own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "cache" / "landproof"


@pytest.fixture(scope="session")
def debian_kernel() -> Kernel:
    """Return a real kernel from the user's cache; `make check` fetches it before."""
    kernel = kernels.by_name(KERNEL)
    assert kernel, f"{KERNEL} is not in the cache: ./landproof kernels fetch"
    return kernel


@pytest.fixture(scope="session")
def fake_guest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the stand-in for landproof-guest, compiled."""
    binary = tmp_path_factory.mktemp("guest") / "fake"
    source = Path(__file__).with_name("fake_guest.c")
    subprocess.run([os.environ.get("CC", "cc"), "-Wall", "-Wextra", "-Werror", "-static", "-Os",
                    "-s", "-o", str(binary), str(source)], check=True)
    return binary
