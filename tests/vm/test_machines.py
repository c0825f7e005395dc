# SPDX-License-Identifier: GPL-2.0
"""The table of architectures: whole, and true of what Debian and vm/strangers.py call things."""

from __future__ import annotations

import re
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

from vm import (
    debian,
    foreign,
    image,
    kconfig,
    kernels,
    lab,
    machines,
    paths,
    qemu,
    sets,
    strangers,
    wrapped,
)
from vm.errors import UserError
from vm.kernel import Kernel
from vm.kernels import of_architectures
from vm.modules import TABLE

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", machines.known())
def test_an_architecture_has_all_that_its_machines_need(name: str) -> None:
    one = machines.named(name)
    known = {*strangers.ELF_MACHINES.values(), *strangers.PE_MACHINES.values()}
    assert one.image in known
    assert one.machine[0] == "-M"
    assert re.fullmatch(r"qemu-system-\w+", one.qemu)
    assert one.cpu or one.name == machines.NATIVE
    assert all(way == "pci" or way.startswith("tty") or way.startswith("hvc")
               for way in one.records.split())
    assert one.console not in one.records.split()


@pytest.mark.parametrize("name", machines.known())
def test_a_build_names_its_packages(name: str) -> None:
    one = machines.named(name)
    packages = machines.packages(one)
    assert one.package in packages
    assert (f"libc6-dev-{one.debian}-cross" in packages) == bool(one.compiler)
    assert not one.compat or machines.named(one.compat).compiler and one.compat_config
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", package) for package in packages)


def test_another_word_is_refused_by_name() -> None:
    with pytest.raises(UserError, match=r"no architecture vax: there are amd64, "):
        machines.named("vax")


def test_make_says_that_there_is_no_such_architecture() -> None:
    made = subprocess.run(["make", "-n", "ARCH=vax"], cwd=ROOT, capture_output=True, text=True,
                          check=False)
    assert made.returncode == 2
    assert "no architecture vax" in made.stderr


def test_make_takes_the_cross_compiler() -> None:
    made = subprocess.run(["make", "-n", "-W", "harness/main.c", "ARCH=s390x",
                           "build/s390x/harness/main.o"], cwd=ROOT, capture_output=True,
                          text=True, check=True)
    assert "s390x-linux-gnu-gcc " in made.stdout
    assert not re.search(r"^cc ", made.stdout, re.MULTILINE)


def test_names_say_the_architecture() -> None:
    assert of_architectures(["debian-7.2"], ["arm64", "amd64"]) == ["debian-7.2-arm64",
                                                                    "debian-7.2"]
    assert of_architectures(["bzImage"], []) == ["bzImage"]
    assert of_architectures([], ["s390x"], ["debian-6.1"]) == ["debian-6.1-s390x"]
    assert of_architectures(["lab-7.3"], ["arm64"]) == ["lab-7.3-arm64"]
    with pytest.raises(UserError, match="mine: --arch goes with files, with names of"):
        of_architectures(["mine"], ["arm64"])


def test_files_are_of_one_architecture(tmp_path: Path) -> None:
    image_file = str(tmp_path / "Image")
    assert of_architectures([image_file], ["arm64"]) == [image_file]
    with pytest.raises(UserError, match="Image: a file is for one architecture"):
        of_architectures([image_file], ["arm64", "riscv64"])
    (tmp_path / "Image").write_bytes(arm64_image(b"7.2.13") + b"\0" * 1024)
    kernel = kernels.from_word(image_file, arch="arm64")
    assert (kernel.arch, kernel.version, kernel.name) == ("arm64", "7.2.13", "7.2.13")
    assert kernels.from_word(image_file, arch="arm64").version == "7.2.13"  # from the cache
    with pytest.raises(UserError, match="Image is a kernel or program for arm64: give a kernel"):
        kernels.from_word(image_file)
    with pytest.raises(UserError, match="for arm64: give a kernel for s390x"):
        kernels.from_word(image_file, arch="s390x")


def test_the_set_of_architectures_has_two_kernels_of_each() -> None:
    found = sets.read(sets.known()["architectures"])
    by_arch = {name: [one.name for one in found.values() if one.repository.arch == name]
               for name in machines.known()}
    assert by_arch.pop(machines.NATIVE) == []
    assert by_arch.pop("loong64") == []  # Debian 12 cannot boot it
    assert by_arch.pop("i386") == ["debian-6.1-i386"]  # the last one that Debian has
    assert all(len(names) == 2 for names in by_arch.values())
    assert {one.repository.arch: one.flavour for one in found.values()} == {
        name: machines.named(name).flavour for name in (*by_arch, "i386")}
    assert set(machines.guests()) == {machines.named(name).debian for name in (*by_arch, "i386")}


@pytest.mark.parametrize("name", machines.known())
def test_each_recipe_is_one_of_each_architecture(name: str) -> None:
    one = machines.named(name)
    recipes = lab.recipes(name)
    assert len(recipes) == len(lab.recipes())
    merged = kconfig.merge(recipes[f"lab-7.3{one.suffix}"].fragments(), ())
    assert merged["SECURITY_LANDLOCK"] == "y"
    assert ("PVH" in merged and merged["PVH"] == "y") == (one.image in ("x86-64", "i386"))
    assert one.variables() == (() if not one.compiler else
                               (f"ARCH={one.make}", f"CROSS_COMPILE={one.compiler}-"))
    # Those that differ in patches only are built in one tree, as on amd64.
    socket = recipes[f"lab-7.3-socket{one.suffix}"]
    assert socket.tree() == f"lab-7.3{one.suffix}"


def test_each_flavour_takes_its_own_packages() -> None:
    def package(name: str) -> debian.Package:
        return debian.Package(name, "7.2.13-1", "sid", 2 << 20, 0, "")

    index = [package(f"linux-{part}-7.2.13+deb14-{flavour}") for part in ("binary", "modules")
             for flavour in ("amd64", "arm64", "arm64-16k", "powerpc64le")]
    for name, flavour in (("arm64", "arm64"), ("arm64-16k", "arm64-16k"),
                          ("ppc64el", "powerpc64le")):
        release = sets.for_architecture(machines.named(name))[f"debian-7.2-{name}"]
        chosen = debian.choose(index, release.version, release.flavour)
        assert [one.name for one in chosen] == [f"linux-{part}-7.2.13+deb14-{flavour}"
                                                for part in ("binary", "modules")]


def test_a_machine_is_of_its_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    # QEMU for other architectures is installed with their kernels, and not for the tests.
    monkeypatch.setattr(qemu, "version", lambda arch="": "7.2.22")
    machine = qemu.Machine(Path("/kernel"), b"", arch="s390x")
    words = qemu.command_line(machine).split()
    assert {"console=ttyS0", "landproof.records=ttysclp0", "conmode=sclp"} <= set(words)
    assert qemu.processor(machine).split(",")[0] == "max"
    assert not [word for word in words if word.startswith(("tsc=", "reboot="))]
    assert qemu.accelerator(Path("/kernel"), "s390x") == "tcg"
    native = qemu.command_line(qemu.Machine(Path("/kernel"), b"")).split()
    assert {"console=ttyS0", "landproof.records=ttyS1", "tsc=reliable", "reboot=t"} <= set(native)


def arm64_image(version: bytes) -> bytes:
    """Return what the beginning of an arm64 kernel has, and its banner."""
    return b"\0" * 0x38 + b"ARM\x64" + b"\0" * 64 + b"Linux version %s (gcc)" % version


def test_a_kernel_in_an_efi_program_that_unpacks_itself(tmp_path: Path) -> None:
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(arm64_image(b"7.2.13")) + packer.flush()
    wrapping = tmp_path / "vmlinuz"
    wrapping.write_bytes(b"MZ\0\0zimg" + struct.pack("<II", 64, len(packed)) + b"\0" * 48 + packed)
    with wrapped.unwrapped(wrapping) as plain:
        assert plain.read_bytes() == arm64_image(b"7.2.13")
        assert foreign.version(plain, wrapping, machines.named("arm64")) == "7.2.13"
        with pytest.raises(UserError, match="kernel or program for arm64: give a kernel for s390x"):
            foreign.version(plain, wrapping, machines.named("s390x"))


def test_a_kernel_that_is_named_by_its_file(tmp_path: Path) -> None:
    plain = tmp_path / "image"
    plain.write_bytes(b"\0" * 0x10008 + b"S390EP")
    arch = machines.named("s390x")
    assert foreign.version(plain, Path("boot/vmlinuz-6.1.0-50-s390x"), arch) == "6.1.0-50-s390x"
    assert foreign.version(plain, Path("a.deb: lib/modules/7.2-s390x/vmlinuz"), arch) == "7.2-s390x"
    with pytest.raises(UserError, match="does not say which version it is"):
        foreign.version(plain, Path("image"), arch)


def test_a_guest_that_is_not_built(tmp_path: Path) -> None:
    kernel = Kernel("debian-7.2-arm64-16k", "", arch="arm64-16k")
    with pytest.raises(UserError, match="build it with `make ARCH=arm64`"):
        image.base(kernel, tmp_path / "landproof-guest")


def test_programs_of_another_abi_are_a_column_of_their_own(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("CONFIG_COMPAT=y\n# CONFIG_IA32_EMULATION is not set\n")
    kernel = Kernel("debian-7.2-arm64", "", config=config, arch="arm64").compatible()
    assert kernel.name == "debian-7.2-arm64+armhf"
    assert (kernel.compat, kernel.unavailable) == ("armhf", "")
    with pytest.raises(UserError, match="build it with `make ARCH=armhf`"):
        image.base(kernel, tmp_path / "landproof-guest")
    lacking = Kernel("debian-7.3", "", config=config).compatible()
    assert lacking.name == "debian-7.3+i386"
    assert "for i386 need CONFIG_IA32_EMULATION, which this" in lacking.unavailable
    none = Kernel("debian-7.2-riscv64", "", arch="riscv64").compatible()
    assert "no programs of another architecture run on riscv64" in none.unavailable


def test_a_program_whose_interpreter_is_an_absolute_link(tmp_path: Path,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("usr/bin/ip", "lib/powerpc64le-linux-gnu/ld64.so.2"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "lib64").mkdir()
    (tmp_path / "lib64/ld64.so.2").symlink_to("/lib/powerpc64le-linux-gnu/ld64.so.2")
    readelf = tmp_path / "readelf"
    readelf.write_text("#!/bin/sh\n"
                       'case $2 in */ip) echo "[interpreter: /lib64/ld64.so.2]";; esac\n')
    readelf.chmod(0o755)
    monkeypatch.setattr(paths, "program", lambda *_: str(readelf))
    monkeypatch.setattr(foreign, "_tree", lambda *_: tmp_path)
    found = foreign.programs(machines.named("ppc64el"), {"ip": "iproute2"})
    assert {name: path.read_text() for name, path in found.items()} == {
        "usr/bin/ip": "usr/bin/ip",
        "usr/lib64/ld64.so.2": "lib/powerpc64le-linux-gnu/ld64.so.2"}


@pytest.mark.parametrize(("version", "vector"), [("7.2.22", False), ("10.0.2", True)])
def test_what_a_faulty_qemu_emulates_wrongly_is_not_in_the_processor(
    monkeypatch: pytest.MonkeyPatch, version: str, vector: bool
) -> None:
    monkeypatch.setattr(qemu, "version", lambda _arch: version)

    def processor(arch: str) -> str:
        return qemu.processor(qemu.Machine(Path("image"), b"", "tcg", arch=arch))

    assert processor("s390x").split(",")[0] == "max"
    assert ("vx=off" not in processor("s390x").split(",")) == vector
    assert processor("arm64") == machines.named("arm64").cpu


def test_modules_that_a_faulty_qemu_cannot_run_stay_out(tmp_path: Path) -> None:
    one = machines.named("s390x")
    assert "rds" in one.spoiled("7.2.22") and not one.spoiled("10.0.2")
    assert not machines.named("arm64").spoiled("7.2.22")
    (tmp_path / "MODULES").mkdir()
    modules = tmp_path / "MODULES"
    kernel = Kernel("k", "", modules=modules, arch="s390x")
    (modules / TABLE).write_text("rds\t/m/rds.ko\nloop\t/m/loop.ko\n")
    for name in ("rds.ko", "loop.ko"):
        (modules / name).write_text(name)
    names = [entry.name for entry in image._modules(kernel, one.spoiled("7.2.22"))]
    assert [Path(name).name for name in names[1:]] == ["loop.ko"]
    names = [entry.name for entry in image._modules(kernel, ())]
    assert sorted(Path(name).name for name in names[1:]) == ["loop.ko", "rds.ko"]


def test_a_qemu_that_is_too_old_is_said() -> None:
    one = machines.named("loong64")
    with pytest.raises(UserError, match="^QEMU 7.2.22 does not boot kernels of loong64: 10.0 "):
        one.check("7.2.22")
    one.check("10.0.13")
    machines.named("s390x").check("7.2.22")
    assert "loong64" not in machines.guests()
