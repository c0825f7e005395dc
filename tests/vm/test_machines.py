# SPDX-License-Identifier: GPL-2.0
"""The table of architectures: whole, and true of what Debian and vm/strangers.py call things."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from vm import machines, strangers
from vm.errors import UserError

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
