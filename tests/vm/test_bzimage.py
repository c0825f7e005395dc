# SPDX-License-Identifier: GPL-2.0
"""Reading kernel images, whole and damaged."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from tests.vm.conftest import bzimage, elf, note
from vm import bzimage as subject
from vm.errors import UserError
from vm.kernel import Kernel

PVH = note(b"Linux", 1, b"\0") + note(b"Xen", 18, b"\0" * 8)


def test_version_and_payload(tmp_path: Path) -> None:
    path = tmp_path / "vmlinuz"
    path.write_bytes(bzimage(b"packed", "6.1.0-56-amd64"))
    image = subject.read(path)
    assert image.version == "6.1.0-56-amd64"
    assert image.payload == b"packed"


@pytest.mark.parametrize("content, what", [
    (bzimage(b"x" * 9000)[:6000], "is cut off"),
])
def test_what_is_no_kernel(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UserError, match=what) as caught:
        subject.read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_directory_is_no_kernel(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Is a directory"):
        subject.read(tmp_path)


@pytest.mark.parametrize("pack", [
    zstandard.ZstdCompressor().compress,
    lzma.compress,
    lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    gzip.compress,
    bz2.compress,
    bytes,
])
def test_unpacks_every_compression(pack: Callable[[bytes], bytes]) -> None:
    kernel = elf(PVH)
    # The size of the unpacked kernel follows the packed one.
    unpacked = subject.vmlinux(subject.Image("", pack(kernel) + b"\1\2\3\4"))
    assert unpacked and unpacked[:len(kernel)] == kernel


@pytest.mark.parametrize("payload", [
    elf(note(b"Linux", 18, b"\0" * 8)),
    elf(b""),
    b"no kernel at all",
    b"\x28\xb5\x2f\xfd damaged",
    b"\xfd7zXZ\0 damaged",
])
def test_what_pvh_cannot_boot(payload: bytes) -> None:
    assert subject.vmlinux(subject.Image("", payload)) is None


def test_embedded_configuration() -> None:
    text = "CONFIG_SECURITY_LANDLOCK=y\n"
    packed = b"..IKCFG_ST" + gzip.compress(text.encode()) + b"IKCFG_ED.."
    assert subject.embedded_config(packed) == text
    assert subject.embedded_config(b"none") is None


def test_a_real_kernel(debian_kernel: Kernel) -> None:
    assert debian_kernel.image
    image = subject.read(debian_kernel.image)
    assert image.version == debian_kernel.version
    unpacked = subject.vmlinux(image)
    assert unpacked and len(unpacked) > 10 << 20
