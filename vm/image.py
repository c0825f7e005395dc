# SPDX-License-Identifier: GPL-2.0
"""Packs what a guest boots: the kernel as an ELF file, and a hermetic initramfs."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from vm import bzimage, filesystems, foreign, paths
from vm.errors import UserError
from vm.kernel import Kernel, data
from vm.machines import NATIVE, named
from vm.modules import GUEST_DIRECTORY, TABLE

PROGRAMS = {"apparmor_parser": "apparmor", "busybox": "busybox-static", "ip": "iproute2",
            "mkfs.btrfs": "btrfs-progs", "nft": "nftables", "socat": "socat"}
"""Programs that the guest has, with the packages that bring them."""

APPLETS = ("sh", "cat", "ls", "dmesg", "mount", "ps")
DIRECTORIES = ("dev", "etc", "landproof", GUEST_DIRECTORY[1:], "proc", "run", "sys", "tmp",
               "usr", "usr/bin", "usr/lib", "usr/lib64", "usr/sbin", "var")
LINKS = {"bin": "usr/bin", "lib": "usr/lib", "lib64": "usr/lib64", "sbin": "usr/sbin",
         **{f"usr/bin/{applet}": "busybox" for applet in APPLETS}}
TEXTS = {
    "etc/passwd": "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n",
}


@dataclass(frozen=True)
class Entry:
    """A file, directory or symbolic link of an archive."""

    name: str
    mode: int
    data: bytes = b""


def cpio(entries: Iterable[Entry]) -> bytes:
    """Return a newc archive; the same entries give the same bytes, whoever makes it and when."""
    archive = bytearray()
    for number, entry in enumerate([*entries, Entry("TRAILER!!!", 0)], 1):
        name = entry.name.encode() + b"\0"
        fields = (number, entry.mode, 0, 0, 1, 0, len(entry.data), 0, 0, 0, 0, len(name), 0)
        archive += b"070701" + b"".join(b"%08x" % field for field in fields) + name
        archive += b"\0" * (-len(archive) % 4) + entry.data
        archive += b"\0" * (-len(archive) % 4)
    return bytes(archive)


def file(name: str, source: Path, mode: int = 0o644) -> Entry:
    """Return the entry of a regular file."""
    return Entry(name, 0o100000 | mode, source.read_bytes())


def _place(path: str) -> str:
    """Return a host file's name in the guest, where /bin, /lib and so on are links to /usr."""
    return re.sub(r"^(bin|sbin|lib|lib64)/", r"usr/\1/", path.lstrip("/"))


@cache
def programs(more: tuple[tuple[str, str], ...] = (), arch: str = NATIVE) -> dict[str, Path]:
    """Return the guest's programs and the libraries that they load, by their guest names.

    Takes more programs, each with its package.
    """
    files: dict[str, Path] = {}
    wanted = {**PROGRAMS, **dict(more)}
    if arch != NATIVE:
        return foreign.programs(named(arch), wanted)
    for program, package in wanted.items():
        found = paths.program(program, package)
        files[_place(found)] = Path(found)
        listed = subprocess.run(["ldd", found], capture_output=True, text=True, check=False)
        for library in re.findall(r"(/\S+) \(0x", listed.stdout):
            files[_place(library)] = Path(library)
    return files


def _filesystems(kernel: Kernel) -> list[filesystems.Filesystem]:
    """Return those that a guest makes."""
    if kernel.filesystem:
        return [kernel.filesystem]
    return list(filesystems.known().values()) if kernel.filesystems else []


def _makers(kernel: Kernel) -> tuple[tuple[str, str], ...]:
    """Return the programs that make file systems, with their packages.

    Among many, one whose program is not installed is only a case that cannot run.
    """
    makers = [(one.make[0], one.package) for one in _filesystems(kernel) if one.make]
    return tuple(one for one in makers if kernel.filesystem or paths.installed(one[0]))


def _modules(kernel: Kernel, without: Sequence[str]) -> list[Entry]:
    """Return the modules that a run needs, but for some, with their table."""
    if not kernel.modules:
        return []
    wanted = {*data()["modules"],
              *(name for one in _filesystems(kernel) for name in one.modules)}
    wanted -= set(without)
    lines = [line for line in (kernel.modules / TABLE).read_text().splitlines(keepends=True)
             if line.partition("\t")[0] in wanted]
    names = sorted({Path(path).name for line in lines for path in line.split("\t")[1].split()})
    return [Entry(f"landproof/{TABLE}", 0o100644, "".join(lines).encode()),
            *(file(f"{GUEST_DIRECTORY[1:]}/{name}", kernel.modules / name) for name in names)]


def entries(kernel: Kernel, harness: Path, without: Sequence[str] = ()) -> list[Entry]:
    """Return all that a guest has, but its arguments."""
    files = programs(_makers(kernel), kernel.arch)
    directories = {*DIRECTORIES, *(str(Path(name).parent) for name in files)}
    for directory in list(directories):
        directories.update(str(parent) for parent in Path(directory).parents)
    entries = [Entry(name, 0o040755) for name in sorted(directories - {"."})]
    entries += [Entry(name, 0o120777, target.encode()) for name, target in LINKS.items()]
    entries += [Entry(name, 0o100644, text.encode()) for name, text in TEXTS.items()]
    entries += [file(name, path, 0o755) for name, path in sorted(files.items())]
    entries += _modules(kernel, without)
    if kernel.filesystem:
        entries.append(Entry(filesystems.PLACE, 0o100644,
                             kernel.filesystem.description().encode()))
    if kernel.filesystems:
        entries.append(Entry(filesystems.PLACES, 0o040755))
        entries += [Entry(f"{filesystems.PLACES}/{one.name}", 0o100644,
                          one.description().encode()) for one in _filesystems(kernel)]
    return [*entries, file("init", harness, 0o755)]


def base(kernel: Kernel, harness: Path, without: Sequence[str] = ()) -> bytes:
    """Return the initramfs of a kernel but for the arguments of a run, and some modules.

    Making it takes a tenth of a second, no more than to read and check one from the cache.
    """
    if not harness.exists():
        arch = kernel.compat or kernel.arch
        how = "make" if arch == NATIVE else f"make ARCH={named(arch).debian}"
        raise UserError(f"{harness} is missing: build it with `{how}`")
    return cpio(entries(kernel, harness, without))


def arguments(words: Sequence[str]) -> bytes:
    """Return the archive, to be appended to a base, that holds the arguments of a run."""
    text = "".join(f"{word}\n" for word in words)
    return cpio([Entry("landproof/args", 0o100644, text.encode())])


def bootable(kernel: Kernel) -> Path:
    """Return the file for QEMU's -kernel: the unpacked ELF kernel, or the image where that fails.

    The ELF file is made from the image once and kept in the cache under the image's sum. With
    KASAN it does not boot: its entry (PVH) compares strings before there is a shadow (Linux 7.3).
    """
    assert kernel.image
    if kernel.arch != NATIVE:
        return kernel.image
    if "CONFIG_KASAN=y" in kernel.config_lines() or not bzimage.has_loader(kernel.image):
        return kernel.image
    elf = paths.cache() / "elf" / paths.sha256(kernel.image)
    if not elf.exists():
        unpacked = bzimage.vmlinux(bzimage.read(kernel.image))
        if unpacked is None:
            return kernel.image
        with paths.disk_errors("a kernel"), paths.atomic(elf) as new:
            new.write_bytes(unpacked)
    paths.keep_newest(elf)
    return elf
