# SPDX-License-Identifier: GPL-2.0
"""Which security modules a kernel is booted with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.vm.conftest import bzimage, elf
from vm import image, lsm
from vm.kernel import Kernel

HAS = "CONFIG_SECURITY_LANDLOCK=y\n"


def kernel(root: Path, config: str = "", built_in: bytes = b"") -> Kernel:
    """Return a kernel with a configuration, or with a list in its image only."""
    (root / "vmlinuz").write_bytes(bzimage(elf(b"\0bpf\0" + built_in + b"\0")))
    if config:
        (root / "config").write_text(config)
    return Kernel("k", "test", image=root / "vmlinuz",
                  config=root / "config" if config else None)


@pytest.fixture(autouse=True)
def unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the images for unpacked ones."""
    monkeypatch.setattr(image, "bootable", lambda kernel: kernel.image)


def test_the_kernels_own_list_stands(tmp_path: Path) -> None:
    given = kernel(tmp_path, f'{HAS}CONFIG_LSM="landlock,yama,bpf"\n')
    assert lsm.choose(given) == lsm.Choice()
    assert lsm.choose(given, landlock=False) == lsm.Choice("yama,bpf")
    assert lsm.choose(given, wanted="selinux") == lsm.Choice("selinux")
    assert lsm.choose(given, False, "selinux,landlock") == lsm.Choice("selinux")


def test_landlock_that_is_off_by_default_is_added_and_said(tmp_path: Path) -> None:
    choice = lsm.choose(kernel(tmp_path, f'{HAS}CONFIG_LSM="yama,bpf"\n'))
    assert choice.lsm == "landlock,yama,bpf"
    assert choice.note.startswith('Landlock is off by default (CONFIG_LSM="yama,bpf")')
    choice = lsm.choose(kernel(tmp_path, f'{HAS}CONFIG_LSM=""\n'))
    assert choice.lsm == "landlock" and "off by default" in choice.note


def test_a_kernel_without_landlock_gets_none(tmp_path: Path) -> None:
    assert lsm.choose(kernel(tmp_path, 'CONFIG_LSM="yama,bpf"\n')) == lsm.Choice()


@pytest.mark.parametrize(("built_in", "own"), [
    (b"landlock,lockdown,yama,bpf", "landlock,lockdown,yama,bpf"),
    (b"lockdown,yama", "lockdown,yama"),
    (b"landlock", None),
    (b"a,b,c", None),
])
def test_without_a_configuration_the_image_tells(tmp_path: Path, built_in: bytes,
                                                 own: str | None) -> None:
    given = kernel(tmp_path, built_in=built_in)
    assert lsm.own(given) == own
    choice = lsm.choose(given)
    if own is None:
        assert choice.lsm == "landlock" and "not known" in choice.note
    elif own.startswith("landlock"):
        assert choice == lsm.Choice()
    else:
        assert choice.lsm == f"landlock,{own}" and "off by default" in choice.note
