# SPDX-License-Identifier: GPL-2.0
"""What --kernel takes: each way in which people have a kernel, and what is said of other files."""

from __future__ import annotations

import gzip
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vm import mirror, repack
from tests.vm.conftest import bzimage, elf, note
from tests.vm.test_kernels import VERSION, module_tree
from vm import bzimage as reader
from vm import image, kernels, modules, qemu
from vm.errors import UserError
from vm.kernel import Kernel
from vm.places import installed

CONFIG = b"CONFIG_SECURITY_LANDLOCK=y\n"
PVH = note(b"Xen", 18, b"\0" * 8)
OTHER = "6.6.1-other"


class Kit:
    """The files of one kernel, and what is made of them."""

    def __init__(self, kernel: Kernel, root: Path) -> None:
        """Take a real kernel with some of its modules."""
        assert kernel.image
        self.root = root
        self.image = kernel.image.read_bytes()
        tree = module_tree(kernel, root / "modules")
        self.modules = {f"lib/modules/{VERSION}/{path.relative_to(tree)}": path.read_bytes()
                        for path in sorted(tree.rglob("*")) if path.is_file()}

    def system(self, usr: str = "", boot: bool = False) -> dict[str, bytes]:
        """Return the files of a system: kernel, configuration and modules."""
        directory = f"{usr}lib/modules/{VERSION}"
        names = (f"boot/vmlinuz-{VERSION}", f"boot/config-{VERSION}") if boot else \
            (f"{directory}/vmlinuz", f"{directory}/config")
        return {names[0]: self.image, names[1]: CONFIG,
                **{usr + name: data for name, data in self.modules.items()}}

    def lay(self, files: dict[str, bytes], where: str) -> Path:
        """Write files below a directory of the root."""
        for name, data in files.items():
            (self.root / where / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / where / name).write_bytes(data)
        return self.root / where


@pytest.fixture(scope="module")
def kit(debian_kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """Return the files of the kernel that boots quickest."""
    return Kit(debian_kernel, tmp_path_factory.mktemp("kit"))


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep these tests away from the user's cache and settings."""
    with pytest.MonkeyPatch.context() as patch:
        place = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(place / "cache"))
        patch.setenv("XDG_CONFIG_HOME", str(place / "config"))
        yield


def whole(word: Path | str, given: Path | str = "") -> Kernel:
    """Open a kernel, and check that image, version, configuration and modules were found."""
    kernel = kernels.from_word(str(word), str(given))
    assert kernel.version == VERSION
    assert kernel.image and reader.read(kernel.image).version == VERSION
    assert kernel.config_lines() == CONFIG.decode().splitlines()
    assert kernel.modules, kernel.no_modules
    names = [line.split("\t")[0] for line in
             (kernel.modules / modules.TABLE).read_text().splitlines()]
    assert names == ["overlay", "fuse", "sctp"]
    assert (kernel.modules / "sctp.ko").read_bytes()[:4] == b"\x7fELF"
    return kernel


def refused(word: Path | str, given: Path | str = "") -> str:
    """Return the one line that says why a kernel is not taken."""
    with pytest.raises(UserError) as caught:
        kernels.from_word(str(word), str(given))
    said = str(caught.value)
    assert "\n" not in said
    return said


# --- packages

def test_an_rpm(kit: Kit) -> None:
    package = repack.rpm(kit.root, "kernel-default", kit.system())
    assert whole(package).source == f"package {package}"


def test_rpms_that_are_split(kit: Kit) -> None:
    core = repack.rpm(kit.root, "kernel-core", {
        name: data for name, data in kit.system().items() if "/kernel/" not in name})
    parts = [repack.rpm(kit.root, name, {file: data for file, data in kit.modules.items()
                                         if "/kernel/" in file and (module in file) == inside})
             for name, module, inside in (("kernel-modules-core", "sctp", False),
                                          ("kernel-modules", "sctp", True))]
    whole("+".join(map(str, [core, *parts])))
    whole(core, "+".join(map(str, parts)))
    assert kernels.from_word(str(core)).no_modules == "the package has none"
    assert "has modules and no kernel image" in refused(parts[0])
    kernel = kernels.add("fedora", "+".join(map(str, [core, *parts])), None)
    assert kernels.by_name("fedora") == kernel and kernel.name == "fedora"
    with pytest.raises(UserError, match=r"gone\.rpm: no such"):
        kernels.from_word(f"{core}+{kit.root}/gone.rpm")


def test_a_package_of_arch(kit: Kit) -> None:
    whole(repack.arch(kit.root, "linux", kit.system("usr/")))


def test_a_package_of_alpine(kit: Kit) -> None:
    files = kit.system(boot=True)
    files["boot/vmlinuz-lts"] = files.pop(f"boot/vmlinuz-{VERSION}")
    files["boot/config-lts"] = files.pop(f"boot/config-{VERSION}")
    whole(repack.alpine(kit.root, "linux-lts", files))


def test_debian_packages_that_are_split(kit: Kit) -> None:
    base = mirror.package(kit.root, "linux-image-unsigned-x", "1+really", {
        f"boot/vmlinuz-{VERSION}": kit.image})
    extra = {name: data for name, data in kit.modules.items() if "sctp" in name}
    rest = {name: data for name, data in kit.modules.items() if "sctp" not in name}
    parts = [mirror.package(kit.root, "linux-modules-x", "1+really", {
                 **rest, f"boot/config-{VERSION}": CONFIG}),
             mirror.package(kit.root, "linux-modules-extra-x", "1+really", extra)]
    whole("+".join(map(str, [base, *parts])))
    whole("+".join(map(str, [*parts, base])))


def test_what_make_tar_pkg_makes(kit: Kit) -> None:
    packed = kit.root / "linux-x86.tar.gz"
    packed.write_bytes(gzip.compress(repack.tar(kit.system(boot=True)), 1))
    whole(packed)


def test_a_package_with_a_unified_image(kit: Kit) -> None:
    efi = repack.unified(kit.root, kit.lay({"vmlinuz": kit.image}, "plain") / "vmlinuz")
    files = kit.system()
    del files[f"lib/modules/{VERSION}/vmlinuz"]
    files[f"lib/modules/{VERSION}/vmlinuz-virt.efi"] = efi.read_bytes()
    whole(repack.arch(kit.root, "kernel-uki-virt", files))


# --- files and directories

def test_images_that_are_wrapped(kit: Kit) -> None:
    place = kit.lay({"vmlinuz": kit.image, "config": CONFIG, **kit.modules}, "wrapped")
    whole(place / "vmlinuz", place)
    whole(repack.unified(place, place / "vmlinuz"), place)
    packed = place / "bzImage.gz"
    packed.write_bytes(gzip.compress(kit.image, 1))
    whole(packed, place)
    whole(packed, repack.arch(kit.root, "modules", kit.modules))
    unpacked = reader.vmlinux(reader.read(place / "vmlinuz"))
    assert unpacked
    (place / "vmlinux").write_bytes(unpacked)
    kernel = whole(place / "vmlinux", place)
    booted = image.bootable(kernel)
    assert booted == kernel.image
    qemu.boot(qemu.Machine(booted, qemu.poweroff()), 60)


def test_an_installed_system(kit: Kit, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, files, directory in (
            ("fedora", kit.system("usr/"), f"usr/lib/modules/{VERSION}"),
            ("debian", kit.system("usr/", boot=True), f"usr/lib/modules/{VERSION}")):
        root = kit.lay(files, name)
        whole(root)
        whole(root / directory)
        running = installed.running(root, VERSION)
        assert (running.name, running.version) == ("installed", VERSION)
        assert running.modules and running.config
    whole(kit.root / "debian/boot")
    with pytest.raises(UserError, match=f"runs kernel {OTHER}, and no image of it lies in /boot"):
        installed.running(kit.root / "debian", OTHER)
    kit.lay({f"boot/vmlinuz-{OTHER}": bzimage(b"", OTHER)}, "debian")
    said = refused(kit.root / "debian/boot")
    assert f"has several kernels ({VERSION}, {OTHER}): give one" in said
    whole(kit.root / f"debian/boot/vmlinuz-{VERSION}", kit.root / "debian")
    whole(kit.root / f"debian/usr/lib/modules/{VERSION}")
    # By its name, as --kernel gives it.
    monkeypatch.setattr(installed, "ROOT", kit.root / "fedora")
    monkeypatch.setattr(installed, "release", lambda: VERSION)
    assert kernels.choose(["installed"])[0].version == VERSION
    monkeypatch.setattr(installed, "release", lambda: OTHER)
    with pytest.raises(UserError, match=f"runs kernel {OTHER}"):
        kernels.choose(["installed"])


def test_buildroot_and_yocto(kit: Kit) -> None:
    buildroot = kit.lay({"images/bzImage": kit.image, "build/linux-5.10/.config": CONFIG,
                         "build/linux-headers-5.10/.config": b"",
                         **{f"target/{name}": data for name, data in kit.modules.items()}},
                        "buildroot")
    assert whole(buildroot).source == f"Buildroot output {buildroot}"
    assert whole(buildroot / "images").source == f"Buildroot output {buildroot}"
    yocto = kit.lay({
        "tmp/deploy/images/qemux86-64/bzImage--5.10.bin": kit.image,
        "tmp/deploy/images/qemux86-64/modules-qemux86-64.tgz":
            gzip.compress(repack.tar(kit.modules), 1),
        "tmp/work/qemux86_64-poky-linux/linux-yocto/5.10/linux-qemux86_64-standard-build/.config":
            CONFIG}, "yocto")
    deployed = yocto / "tmp/deploy/images/qemux86-64"
    (deployed / "bzImage").symlink_to("bzImage--5.10.bin")
    assert whole(yocto).source == f"Yocto output {yocto}"
    whole(yocto / "tmp")
    (deployed / "config").write_bytes(CONFIG)
    whole(deployed)
    shutil.copytree(deployed, deployed.with_name("qemux86-64-alt"))
    assert "has images for several machines: give one of" in refused(yocto)


# --- what a file is not

def pe(machine: int) -> bytes:
    """Return the beginning of a PE file."""
    data = bytearray(0x400)
    data[:2] = b"MZ"
    struct.pack_into("<I", data, 0x3C, 0x80)
    data[0x80:0x84] = b"PE\0\0"
    struct.pack_into("<H", data, 0x84, machine)
    return bytes(data)


def foreign_elf(machine: int, order: str = "<") -> bytes:
    """Return the beginning of an ELF file."""
    data = bytearray(64)
    data[:6] = b"\x7fELF\x02" + (b"\1" if order == "<" else b"\2")
    struct.pack_into(f"{order}H", data, 18, machine)
    return bytes(data)


def at(offset: int, magic: bytes) -> bytes:
    """Return a file with a magic number."""
    return b"\0" * offset + magic + b"\0" * 4096


def i386() -> bytes:
    """Return a bzImage without the entry for 64-bit mode."""
    data = bytearray(bzimage(b"", OTHER))
    struct.pack_into("<H", data, reader.LOAD_FLAGS, 0)
    return bytes(data)


def old() -> bytes:
    """Return a bzImage of a boot protocol of long ago."""
    data = bytearray(bzimage(b"", OTHER))
    struct.pack_into("<H", data, reader.PROTOCOL, 0x207)
    return bytes(data)


@pytest.mark.parametrize("content, what", [
    (at(0x38, b"ARM\x64"), "a kernel or program for arm64"),
    (gzip.compress(at(0x38, b"ARM\x64")), "a kernel or program for arm64"),
    (pe(0xAA64), "a kernel or program for arm64"),
    (at(0x38, b"RSC\x05"), "a kernel or program for riscv64"),
    (at(0x10008, b"S390EP"), "a kernel or program for s390x"),
    (foreign_elf(21), "a kernel or program for ppc64"),
    (foreign_elf(22, ">"), "a kernel or program for s390x"),
    (pe(0x6264), "a kernel or program for loong64"),
    (at(0x24, b"\x18\x28\x6f\x01"), "a 32-bit kernel or program for arm"),
    (foreign_elf(3), "a 32-bit kernel or program for i386"),
    (i386(), "a 32-bit kernel (i386)"),
    (old(), "a kernel of before 3.8"),
    (pe(0x8664), "an EFI program for x86-64"),
    (elf(b""), "an ELF file for x86-64, but no kernel"),
    (elf(note(b"Linux version 6.6.1-other (a@b)", 1, b"")), "does not boot by itself (CONFIG_PVH"),
    (b"\x27\x05\x19\x56" + b"\0" * 60, "a U-Boot image"),
    (b"070701" + b"0" * 104, "an initramfs"),
    (b"", "an empty file"),
    (b"#!/bin/sh\n" * 900, "neither an x86 \"HdrS\" header nor another known one"),
    (gzip.compress(b"#!/bin/sh\n"), "neither an x86 \"HdrS\" header nor another known one"),
    (gzip.compress(bytes(range(256)) * 99)[:-90], "cannot be unpacked"),
], ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_no_kernel_for_these_machines(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "Image"
    path.write_bytes(content)
    said = refused(path)
    assert what in said and str(path) in said
    assert re.search(r": (give|fetch)|; (fetch|Landproof)", said), "it says what to do"


def test_what_packages_are_not(tmp_path: Path) -> None:
    debug = repack.arch(tmp_path, "debug", {f"usr/lib/debug/boot/vmlinux-{OTHER}": elf(b"")})
    assert "is a debug package" in refused(debug)
    headers = repack.arch(tmp_path, "headers", {"usr/include/linux/landlock.h": b"x"})
    assert "has no kernel image: give a package that has" in refused(headers)
    foreign = repack.arch(tmp_path, "arm", {f"lib/modules/{OTHER}/vmlinuz": pe(0xAA64)})
    assert refused(foreign).startswith(
        f"{foreign}: lib/modules/{OTHER}/vmlinuz is a kernel or program for arm64")
    several = [repack.arch(tmp_path, name, {f"boot/vmlinuz-{name}": bzimage(b"", name)})
               for name in ("6.6.1-a", "6.6.2-b")]
    assert "has several kernels (6.6.1-a, 6.6.2-b): give one" in refused(
        "+".join(map(str, several)))
    bare = tmp_path / "bzImage"
    bare.write_bytes(bzimage(b"", OTHER))
    assert "only packages can be given several at once" in refused(f"{bare}+{headers}")
    assert "has no modules of kernel 6.6.1-other" in refused(bare, headers)
    broken = tmp_path / "broken.rpm"
    broken.write_bytes(b"\xed\xab\xee\xdb" + b"x" * 3000)
    assert "is not a package that bsdtar can unpack" in refused(broken)
    assert "no such directory or package" in refused(bare, tmp_path / "gone")
    assert "--modules takes a directory, or packages" in refused(bare, bare)


def test_a_build_tree_of_another_architecture(tmp_path: Path) -> None:
    boot = tmp_path / "linux/arch/arm64/boot"
    boot.mkdir(parents=True)
    (boot / "Image").write_bytes(at(0x38, b"ARM\x64"))
    assert "arch/arm64/boot/Image is a kernel or program for arm64" in refused(tmp_path / "linux")


def test_vmlinux_that_cannot_boot_without_its_image(tmp_path: Path) -> None:
    place = tmp_path / "kasan"
    place.mkdir()
    (place / "vmlinux").write_bytes(elf(note(b"Linux version 6.6.1-other (a@b)", 1, b"") + PVH))
    assert kernels.from_word(str(place / "vmlinux")).version == OTHER
    (place / "config").write_text("CONFIG_KASAN=y\n")
    assert "is a vmlinux with KASAN" in refused(place / "vmlinux")


@pytest.mark.parametrize("program", [["lz4", "-l", "-q", "-c"], ["lzop", "-c"]])
def test_compressions_that_only_libarchive_knows(program: list[str], tmp_path: Path) -> None:
    kernel = elf(note(b"Linux version 6.6.1-other (a@b)", 1, b"") + PVH) * 100
    packed = subprocess.run(program, input=kernel, check=True, capture_output=True).stdout
    size = struct.pack("<I", len(kernel))
    assert reader.vmlinux(reader.Image("", packed + size)) == kernel
    (tmp_path / "vmlinux.packed").write_bytes(packed)
    assert kernels.from_word(str(tmp_path / "vmlinux.packed")).version == OTHER
