# SPDX-License-Identifier: GPL-2.0
"""`make autopkgtest`: debian/tests with autopkgtest's runners, as Debian and Ubuntu gate kernels.

"null" runs them in a fresh Debian that shares this machine's kernel and has another one installed:
the test of a machine boots that. "qemu" runs them in a machine that has booted the Debian kernel
of its own disk.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.dist.system import Failed, System, system

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
SUITE = "bookworm"
KERNEL = "linux-image-cloud-amd64"
TESTS = ("host", "machine")
RUNNER = ("autopkgtest", "e2fsprogs", "qemu-system-x86", "qemu-utils")
TESTBED = ("apt-utils", "dbus", "ifupdown", "isc-dhcp-client", "linux-image-amd64", "systemd-sysv",
           "udev")
PLACE = "landproof-debs"
"""Where in a system the packages and their source lie."""


def copy_packages(made: System) -> None:
    """Give a system the packages, and the source tree with their tests."""
    place = made.root / PLACE
    shutil.copytree(BUILD / "deb/landproof/debian", place / "source/debian")
    for path in (BUILD / "deb").glob("landproof*.deb"):
        shutil.copy(path, place)


def verdicts(summary: str) -> dict[str, str]:
    """Return what autopkgtest says of each test: PASS, FAIL or SKIP."""
    return {name: said.split()[0] for name, said in
            (line.split(maxsplit=1) for line in summary.splitlines() if line.strip())}


def judge(summary: str) -> None:
    """Raise Failed unless every test has run and passed: one that was skipped shows nothing."""
    said = verdicts(summary)
    if said != dict.fromkeys(TESTS, "PASS"):
        raise Failed(f"{said or 'no test ran'}")


def null() -> None:
    """Run the tests in a chroot."""
    with system(SUITE, BUILD / "autopkgtest-null.log", ("autopkgtest", KERNEL)) as made:
        copy_packages(made)
        made.run(f"cd /{PLACE}; autopkgtest --summary-file=/summary landproof*.deb source --"
                 " null || test $? -le 2")
        judge((made.root / "summary").read_text())


def machine(host: System) -> None:
    """Make the disk of a machine below a system: the testbed with autopkgtest's root console."""
    testbed = System(host.root / "testbed", host.log)
    testbed.make(SUITE, TESTBED)
    (testbed.root / "etc/fstab").write_text("/dev/vda / ext4 defaults 0 1\n")
    (testbed.root / "etc/hostname").write_text("testbed\n")
    host.run("AUTOPKGTEST_KEEP_APT_SOURCES=1"
             " /usr/share/autopkgtest/setup-commands/setup-testbed /testbed")
    # A login prompt where autopkgtest waits for it.
    testbed.run("ln -sf /lib/systemd/system/serial-getty@.service"
                " /etc/systemd/system/getty.target.wants/serial-getty@ttyS0.service")
    host.run("cp /testbed/vmlinuz /testbed/initrd.img /;"
             " mke2fs -q -t ext4 -d /testbed /disk 4G; rm -r /testbed")


def qemu() -> None:
    """Run the tests in a machine that has nothing of this one but the packages."""
    with system(SUITE, BUILD / "autopkgtest-qemu.log", RUNNER) as host:
        copy_packages(host)
        machine(host)
        host.run(f"cd /{PLACE}; autopkgtest --summary-file=/summary landproof*.deb source --"
                 " qemu --boot=none --timeout-reboot=1200 --ram-size=2048 --cpus=2 --qemu-options="
                 "'-kernel /vmlinuz -initrd /initrd.img -append root=/dev/vda' /disk"
                 " || test $? -le 2")
        judge((host.root / "summary").read_text())


RUNNERS: dict[str, Callable[[], None]] = {"null": null, "qemu": qemu}


def main(names: Sequence[str]) -> int:
    """Run the tests with each runner; 1 if one of them does not show that all pass."""
    failed = 0
    for name in names or RUNNERS:
        begun = time.monotonic()
        try:
            RUNNERS[name]()
            said = f"{', '.join(TESTS)} passed"
        except Failed as error:
            said, failed = f"FAILED: {error}", 1
        print(f"autopkgtest {name}: {time.monotonic() - begun:.0f} s: {said}", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
