# SPDX-License-Identifier: GPL-2.0
"""vm/setup.sh with programs in the place of dpkg-query, apt-get, sudo and id."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

import pytest

SETUP = Path(__file__).parents[2] / "vm" / "setup.sh"
LISTS = [SETUP.with_name(f"packages{part}.txt") for part in ("", "-check", "-lab")]


class Box:
    """A PATH of its own with stand-ins that write down how they are called."""

    def __init__(self, root: Path) -> None:
        """Put the harmless programs there."""
        self.bin = root / "bin"
        self.bin.mkdir()
        self.log = root / "log"
        self.log.touch()
        for name in ("bash", "env", "dirname", "mktemp", "rm", "grep", "tail", "cat"):
            (self.bin / name).symlink_to(f"/usr/bin/{name}")
        self.stub("id", "echo 0")
        self.stub("apt-get", "")

    def stub(self, name: str, script: str) -> None:
        """Write a stand-in."""
        path = self.bin / name
        path.write_text(f'#!/bin/bash\necho "{name} $*" >>{self.log}\n{script}\n')
        path.chmod(0o755)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run setup.sh."""
        return subprocess.run([str(SETUP), *words], env={"PATH": str(self.bin)},
                              capture_output=True,
                              text=True, check=False)

    def called(self, name: str) -> list[str]:
        """Return how a stand-in was called."""
        return [line for line in self.log.read_text().splitlines() if line.startswith(name)]


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """Return a box in which socat and gcc are missing."""
    made = Box(tmp_path)
    made.stub("dpkg-query", "case ${!#} in socat|gcc) exit 1 ;; *) echo -n installed ;; esac")
    return made


@pytest.mark.parametrize("packages", LISTS)
def test_every_package_has_its_reason(packages: Path) -> None:
    lines = [line for line in packages.read_text().splitlines() if not line.startswith("#")]
    names = [line.split()[0] for line in lines]
    assert names == sorted(set(names))
    assert all(" # " in line for line in lines)


def test_nothing_missing_is_silent(box: Box) -> None:
    box.stub("dpkg-query", "echo -n installed")
    done = box.run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not box.called("apt-get")


def test_says_what_it_installs(box: Box) -> None:
    done = box.run()
    assert done.returncode == 0
    assert done.stdout == "setup: installing gcc socat\n"
    assert box.called("apt-get") == [
        "apt-get -q -y update", "apt-get -q -y install --no-install-recommends gcc socat"]


def test_other_lists(box: Box, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("# comment\ngcc  # why\nflex # why\n")
    (tmp_path / "two").write_text("socat # why\n")
    assert box.run(str(tmp_path / "one")).stdout == "setup: installing gcc\n"
    assert box.run(str(tmp_path / "one"), str(tmp_path / "two")).stdout == \
        "setup: installing gcc socat\n"


def test_the_matrix_installs_nothing_for_tests(box: Box) -> None:
    box.stub("dpkg-query", "exit 1")
    words = box.run().stdout.split()
    assert "gcc" in words and "qemu-system-x86" in words
    assert not {"chromium", "mypy", "python3-pytest", "python3-selenium"} & set(words)


def test_elsewhere_than_on_debian(box: Box) -> None:
    (box.bin / "dpkg-query").unlink()
    done = box.run()
    assert done.returncode == 2 and done.stdout == ""
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    assert done.stderr.startswith(f"setup: this is {system}, without dpkg-query: install by its own"
                                  " means what ")
    assert done.stderr.count("\n") == 1 and "packages.txt" in done.stderr


def test_through_sudo(box: Box) -> None:
    box.stub("id", "echo 1000")
    box.stub("sudo", '"$@"')
    assert box.run().returncode == 0
    assert len(box.called("sudo")) == 2 and len(box.called("apt-get")) == 2


def test_without_sudo(box: Box) -> None:
    box.stub("id", "echo 1000")
    done = box.run()
    assert done.returncode == 2
    assert done.stderr == "setup: sudo is missing: as root, apt-get install gcc socat\n"


def test_apt_that_fails(box: Box) -> None:
    box.stub("apt-get", "echo 'W: x'; echo 'E: Unable to locate package socat'; exit 100")
    done = box.run()
    assert done.returncode == 2
    assert done.stderr == \
        "setup: apt-get cannot install them: E: Unable to locate package socat\n"
