# SPDX-License-Identifier: GPL-2.0
"""Writes LAVA's jobs: one for each architecture of vm/machines.toml.

`python3 -m ci.lava.jobs` writes those of ci/lava/jobs, whose kernels and ramdisks lie on a server;
`python3 -m ci.lava.jobs files DIR KERNEL` writes what such a server has for a kernel.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from vm import image, kernels, paths
from vm.errors import UserError
from vm.kernel import Kernel
from vm.machines import Architecture, known, named

HERE = Path(__file__).parent
DEFINITION = HERE / "landproof.yaml"
SERVER = "https://files.example.org/landproof"
HEAD = """# SPDX-License-Identifier: GPL-2.0
# Written by `python3 -m ci.lava.jobs`: another address or other cases are changed here, the
# machine in vm/machines.toml.
"""
MEMORY = 1024

# The programs of a guest's machine, with a shell on the console in the place of the harness.
INIT = """#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
/usr/bin/busybox --install -s /usr/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
ip link set lo up
dmesg -n 1
exec setsid cttyhack sh
"""


def definition() -> dict[str, Any]:
    """Return the test definition."""
    found: dict[str, Any] = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))
    return found


def emulator(one: Architecture) -> str:
    """Return what LAVA calls the architecture of a QEMU."""
    return one.qemu.removeprefix("qemu-system-")


def job(one: Architecture, place: str, cases: str = "*") -> dict[str, Any]:
    """Return the job of an architecture, whose files lie at an address."""
    told = definition()
    told["params"]["CASES"] = cases
    # LAVA waits for the kernel to name its version.
    words = f"console={one.console} panic=-1 {one.words}".strip()
    return {
        "job_name": f"landproof, {one.name}",
        "device_type": "qemu",
        "visibility": "public",
        "priority": "medium",
        "timeouts": {"job": {"hours": 2}, "action": {"minutes": 30}, "connection": {"minutes": 5}},
        # What LAVA's own device type takes; QEMU counts the last of two machines or processors.
        "context": {"arch": emulator(one), "no_kvm": True, "memory": MEMORY, "extra_options": [
            *one.machine, "-cpu", one.cpu or "max", "-no-reboot"]},
        "actions": [
            {"deploy": {
                "to": "tmpfs", "os": "oe", "timeout": {"minutes": 15}, "images": {
                    "kernel": {"image_arg": f'-kernel {{kernel}} -append "{words}"',
                               "url": f"{place}/{one.name}/kernel"},
                    "ramdisk": {"image_arg": "-initrd {ramdisk}",
                                "url": f"{place}/{one.name}/ramdisk.cpio.gz", "compression": "gz",
                                "format": "cpio.newc", "overlays": {"lava": True}}}}},
            {"boot": {"method": "qemu", "media": "tmpfs", "prompts": ["~ # ", "/ # "],
                      "timeout": {"minutes": 5}}},
            {"test": {"timeout": {"hours": 1}, "definitions": [
                {"from": "inline", "name": "landproof", "path": DEFINITION.name,
                 "repository": told}]}}]}


def ramdisk(kernel: Kernel) -> bytes:
    """Return what a device boots: the programs of a machine, and the harness among them."""
    harness = paths.guest(named(kernel.arch).debian) if kernel.arch != "amd64" else paths.GUEST
    if not harness.exists():
        raise UserError(f"{harness} is missing: build it with `make ARCH=...`")
    # Nobody loads modules there; a board has its own.
    entries = [entry for entry in image.entries(kernel, harness)
               if entry.name != "init" and not entry.name.startswith("landproof/")]
    return gzip.compress(image.cpio([
        *entries, image.file("usr/bin/landproof-guest", harness, 0o755),
        image.Entry("init", 0o100755, INIT.encode())]), 1)


def write_files(place: Path, name: str) -> Architecture:
    """Write the kernel and the ramdisk of an architecture's job below a directory."""
    (kernel,) = kernels.choose([name])
    one = named(kernel.arch)
    to = place / one.name
    to.mkdir(parents=True, exist_ok=True)
    (to / "kernel").write_bytes(image.bootable(kernel).read_bytes())
    (to / "ramdisk.cpio.gz").write_bytes(ramdisk(kernel))
    return one


def text(told: Mapping[str, Any]) -> str:
    """Return a job as LAVA reads it."""
    dumper: Any = type("Dumper", (yaml.SafeDumper,), {})
    dumper.add_representer(str, lambda dump, data: dump.represent_scalar(
        "tag:yaml.org,2002:str", data, style="|" if "\n" in data else None))
    return HEAD + str(yaml.dump(dict(told), Dumper=dumper, sort_keys=False, width=100))


def main(words: list[str]) -> int:
    """Write the jobs, or the files of one."""
    try:
        if words[:1] == ["files"]:
            _, place, name = words
            write_files(Path(place), name)
            return 0
    except UserError as error:
        print(f"ci.lava.jobs: {error}", file=sys.stderr)
        return 2
    for one in known().values():
        (HERE / "jobs" / f"{one.name}.yaml").write_text(text(job(one, SERVER)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
