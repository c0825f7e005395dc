# SPDX-License-Identifier: GPL-2.0
"""The initramfs: its format, what is in it, and that it is the same every time."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.vm.conftest import bzimage, elf, note
from vm import image, paths
from vm.errors import UserError
from vm.kernel import Kernel


def unpack(archive: bytes, into: Path) -> Path:
    """Unpack with busybox's cpio, which is not ours."""
    into.mkdir()
    subprocess.run(["busybox", "cpio", "-i", "-d"], input=archive, cwd=into, check=True,
                   capture_output=True)
    return into


def test_another_program_reads_the_archive(tmp_path: Path) -> None:
    archive = image.cpio([image.Entry("dir", 0o040755), image.Entry("dir/x", 0o100640, b"abcde"),
                          image.Entry("link", 0o120777, b"dir/x")])
    root = unpack(archive, tmp_path / "root")
    assert (root / "dir/x").read_bytes() == b"abcde"
    assert (root / "dir/x").stat().st_mode & 0o7777 == 0o640
    assert (root / "link").readlink() == Path("dir/x")
    assert len(archive) % 4 == 0


def test_arguments_are_one_a_line(tmp_path: Path) -> None:
    root = unpack(image.arguments(["run", "--case", "a b*"]), tmp_path / "root")
    assert (root / "landproof/args").read_text() == "run\n--case\na b*\n"


def test_everything_is_in_and_runs(tmp_path: Path, debian_kernel: Kernel,
                                   fake_guest: Path) -> None:
    archive = image.base(debian_kernel, fake_guest)
    assert archive == image.base(debian_kernel, fake_guest)
    root = unpack(archive, tmp_path / "root")
    assert (root / "init").read_bytes() == fake_guest.read_bytes()
    for name in ("proc", "sys", "dev", "tmp", "run", "etc"):
        assert (root / name).is_dir()
    # Every module of the table is there, unpacked.
    for line in (root / "landproof/modules").read_text().splitlines():
        for file in line.split("\t")[1].split():
            assert (root / file[1:]).read_bytes()[:4] == b"\x7fELF", line
    # Nothing of the host helps the programs: their libraries are all inside.
    root_for_a_while = [] if os.geteuid() == 0 else ["unshare", "--map-root-user"]
    for command in (["ip", "-V"], ["nft", "--version"], ["socat", "-V"], ["sh", "-c", "true"],
                    ["mkfs.btrfs", "--version"]):
        subprocess.run([*root_for_a_while, "chroot", str(root), *command], check=True,
                       capture_output=True, env={"PATH": "/usr/bin:/usr/sbin:/bin:/sbin"})


def test_without_modules(debian_kernel: Kernel, fake_guest: Path) -> None:
    bare = Kernel("bare", "", image=debian_kernel.image)
    assert b"landproof/modules" not in image.base(bare, fake_guest)


def test_without_the_harness(debian_kernel: Kernel, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="build it with `make`"):
        image.base(debian_kernel, tmp_path / "none")


def test_without_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    which = shutil.which
    monkeypatch.setattr(shutil, "which",
                        lambda name, path: None if name == "nft" else which(name, path=path))
    image.programs.cache_clear()
    with pytest.raises(UserError, match="its package nftables"):
        image.programs()
    image.programs.cache_clear()


def test_a_kernel_that_only_its_image_can_boot(tmp_path: Path, private_cache: Path) -> None:
    path = tmp_path / "vmlinuz"
    path.write_bytes(bzimage(b"not packed in any way we know"))
    assert image.bootable(Kernel("odd", "", image=path)) == path
    path.write_bytes(bzimage(gzip.compress(elf(note(b"Xen", 18, b"\0" * 4)))))
    assert image.bootable(Kernel("even", "", image=path)) != path
    config = tmp_path / "config-kasan"
    config.write_text("CONFIG_KASAN=y\n")
    assert image.bootable(Kernel("kasan", "", image=path, config=config)) == path


def test_the_cache_forgets_what_was_used_longest_ago(tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "KEPT", 2)
    for number, name in enumerate(("one", "two", "three")):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (number, number))
    (tmp_path / ".new-x").mkdir()
    paths.keep_newest(tmp_path / "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".new-x", "one", "three"]
    paths.keep_newest(tmp_path / "gone")
