# SPDX-License-Identifier: GPL-2.0
"""Debian systems of their own: made by mmdebstrap, entered with chroot, and removed at the end.

What runs there has a mount namespace of its own: mounts end with it, and this machine has none of
them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vm import debian

# As in a container: devices that are nobody's, and no /dev/kvm, which may be there and not work.
ENTER = """
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount -t sysfs -o ro sysfs "$0/sys"
mount -t tmpfs -o mode=755 dev "$0/dev"
mkdir "$0/dev/pts" "$0/dev/shm"
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$0/dev/pts"
mount -t tmpfs -o mode=1777 shm "$0/dev/shm"
for device in null zero full random urandom tty; do
	touch "$0/dev/$device"
	mount --bind "/dev/$device" "$0/dev/$device"
done
ln -s pts/ptmx "$0/dev/ptmx"
ln -s /proc/self/fd "$0/dev/fd"
exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
	LANG=C.UTF-8 chroot "$0" sh -euc "$1"
"""
APT_OPTIONS = ("Acquire::http", "Acquire::https", "Acquire::Check")


class Failed(Exception):
    """Something that was tried did not work: one line."""


def sources(suite: str) -> str:
    """Return apt's sources for a suite, from the archive that this machine uses."""
    found = debian.archives()
    return "\n".join(
        f"Types: deb\nURIs: {source.uri}\nSuites: {name}\nComponents: main\n"
        f"Signed-By: {source.signed_by}\n"
        for name, source in ((suite, found["main"]), (f"{suite}-security", found["security"])))


def apt_options() -> list[str]:
    """Return this machine's settings of apt about archives: proxies, dates."""
    said = subprocess.run(["apt-config", "dump"], check=True, capture_output=True, text=True)
    return [line for line in said.stdout.splitlines() if line.startswith(APT_OPTIONS)]


class System:
    """A Debian system below a directory."""

    def __init__(self, root: Path, log: Path) -> None:
        """Take the directory, and the file that gets what commands print."""
        self.root = root
        self.log = log

    def _call(self, words: Sequence[str | Path]) -> str:
        """Run a command; return what it prints."""
        with self.log.open("a+", errors="replace") as log:
            log.write(f"$ {words[-1]}\n")
            log.flush()
            begin = log.tell()
            done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=log,
                                  stderr=subprocess.STDOUT, check=False)
            log.seek(begin)
            said = log.read()
        if done.returncode:
            last = (said.strip().splitlines() or ["it said nothing"])[-1]
            raise Failed(f"status {done.returncode}: {last} (all of it: {self.log})")
        return said

    def make(self, suite: str, packages: Sequence[str] = (), variant: str = "apt") -> None:
        """Make it: a suite of Debian's, and packages of it without what these recommend."""
        listed = self.root.with_suffix(".sources")
        listed.write_text(sources(suite))
        options = [f"--aptopt={line}" for line in apt_options()]
        self._call(["mmdebstrap", "--mode=root", f"--variant={variant}", "--skip=cleanup/apt/lists",
                    "--dpkgopt=force-unsafe-io",
                    '--aptopt=APT::Install-Recommends "false"', *options,
                    f"--include={','.join(['ca-certificates', *packages])}", suite, self.root,
                    listed])
        for name in ("resolv.conf", "hosts"):
            shutil.copy(Path("/etc") / name, self.root / "etc" / name)

    def run(self, command: str) -> str:
        """Run a shell command there; return what it prints, raise Failed if it fails."""
        return self._call(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation",
                           "private", "bash", "-euc", ENTER, self.root, command])


@contextmanager
def system(suite: str, log: Path, packages: Sequence[str] = (),
           variant: str = "apt") -> Iterator[System]:
    """Give a fresh system, which is removed afterwards."""
    if os.geteuid() != 0:
        sys.exit("only root can enter other systems: run it with sudo")
    log.parent.mkdir(parents=True, exist_ok=True)
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="landproof-system-") as scratch:
        made = System(Path(scratch) / "root", log)
        made.make(suite, packages, variant)
        yield made
