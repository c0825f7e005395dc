# SPDX-License-Identifier: GPL-2.0
"""`make autopkgtest`: debian/tests by autopkgtest, as Debian and Ubuntu gate kernels.

Its runner "null" runs them in a fresh Debian that shares this machine's kernel and has another one
installed: the test of a machine boots that. Its runner "qemu" boots a Debian of its own, and the
test of a machine boots another machine in that. All of it is emulated.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from tests.dist.system import Failed, System, system
from vm.qemu import SLOW_FLAGS

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
TESTS = ("host", "machine")
PLACE = "landproof-debs"
"""Where in a system the packages and their source lie."""
RUN = (f"cd /{PLACE}; autopkgtest --summary-file=/summary --timeout-factor=5 landproof*.deb"
       " source/ --")

# The cloud kernel has no 9p, through which the runner talks to its testbed.
KERNEL = "linux-image-amd64"
# A boot loader is not needed, and --qemu-options has no words with blanks.
QEMU = f"""#!/bin/sh
exec qemu-system-x86_64 -cpu max,{",".join(f"-{flag}" for flag in SLOW_FLAGS)} \\
	-kernel /testbed/vmlinuz -initrd /testbed/initrd.img -append 'root=/dev/vda rw console=ttyS0 \
cryptomgr.notests mitigations=off init_on_alloc=0 apparmor=0 systemd.show_status=0' "$@"
"""
# What the packages depend on is installed here: to do that emulated, from the net, takes long. The
# prompt on the console comes when the shell is there to which the runner talks.
IMAGE = f"""
mount --bind /dev /testbed/dev
mount -t proc proc /testbed/proc
export AUTOPKGTEST_KEEP_APT_SOURCES=1 AUTOPKGTEST_SETUP_VM_UPGRADE=false
/usr/share/autopkgtest/setup-commands/setup-testbed /testbed
mkdir -p /testbed/packages /testbed/etc/systemd/system/serial-getty@.service.d
cp /{PLACE}/*.deb /testbed/packages
cat >/testbed/etc/systemd/system/serial-getty@.service.d/shell.conf <<-END
	[Unit]
	After=autopkgtest@ttyS1.service autopkgtest@hvc1.service
END
chroot /testbed sh -euc '
	mkdir -p /etc/initramfs-tools/conf.d
	echo MODULES=list >/etc/initramfs-tools/conf.d/modules
	echo "ext4 virtio_blk virtio_console virtio_pci" | xargs -n1 >/etc/initramfs-tools/modules
	apt-get -q -y install --no-install-recommends {KERNEL} apt-utils qemu-system-x86 \
		/packages/*.deb
	apt-get -q -y purge "landproof*"
	useradd -m somebody
	apt-get clean
	rm -r /packages /var/lib/apt/lists /etc/apt/sources.list.d/*'
umount /testbed/dev /testbed/proc
mke2fs -q -t ext4 -d /testbed /testbed.img 6G
# The testbed has seconds to answer, which are meant for a processor that is not emulated.
sed -i 's/signal.alarm(to)/signal.alarm(10 * to)/' /usr/share/autopkgtest/lib/VirtSubproc.py
"""


def copy_packages(made: System) -> None:
    """Give a system the packages, and the source tree with their tests."""
    place = made.root / PLACE
    shutil.copytree(BUILD / "deb/landproof/debian", place / "source/debian")
    for path in (BUILD / "deb").glob("landproof*.deb"):
        if "-cross_" not in path.name and "-dbgsym_" not in path.name:
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


def null(log: Path) -> None:
    """Run the tests in a chroot."""
    with system("bookworm", log, ("autopkgtest", "linux-image-cloud-amd64")) as made:
        copy_packages(made)
        made.run(f"{RUN} null || test $? -le 2")
        judge((made.root / "summary").read_text())


def emulated(log: Path) -> None:
    """Run the tests in a machine of their own."""
    packages = ("autopkgtest", "e2fsprogs", "mount", "qemu-system-x86", "qemu-utils")
    with system("trixie", log, packages) as made:
        copy_packages(made)
        System(made.root / "testbed", log).make("trixie", ("init", "initramfs-tools", "python3"))
        made.run(IMAGE)
        program = made.root / "usr/local/bin/testbed"
        program.write_text(QEMU)
        program.chmod(0o755)
        made.run(f"{RUN} qemu --qemu-command=testbed --ram-size=2048 --timeout-reboot=1200"
                 " --show-boot /testbed.img || test $? -le 2")
        judge((made.root / "summary").read_text())


RUNNERS = {"null": null, "qemu": emulated}


def main(names: list[str]) -> int:
    """Run the tests with each runner; 1 if it is not shown that all pass."""
    for name in names or RUNNERS:
        begun = time.monotonic()
        try:
            RUNNERS[name](BUILD / f"autopkgtest-{name}.log")
        except Failed as error:
            print(f"autopkgtest {name}: {error}", file=sys.stderr)
            return 1
        taken = time.monotonic() - begun
        print(f"autopkgtest {name}: {taken:.0f} s: {', '.join(TESTS)} passed", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
