# SPDX-License-Identifier: GPL-2.0
"""The architectures that machines can have, as machines.toml describes them.

`python3 -m vm.machines packages|compiler ARCH` says what a build for one takes, and
`python3 -m vm.machines guests` for which ARCH there is a guest to build.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vm.errors import UserError

DATA = Path(__file__).with_name("machines.toml")
NATIVE = "amd64"
"""The architecture of kernels whose names do not say any."""


@dataclass(frozen=True)
class Architecture:
    """What boots the kernels of an architecture, and what builds its guest."""

    name: str
    debian: str
    """Debian's name of the architecture."""
    image: str
    """What vm/strangers.py calls an image for it."""
    flavour: str
    """What the names of Debian's kernel packages end with."""
    qemu: str
    package: str
    """Debian's package of QEMU."""
    machine: tuple[str, ...]
    """QEMU's arguments for the machine and its firmware."""
    console: str
    records: str
    """Where the guest writes records, the best first: "pci", the driver's log, or a terminal."""
    hosts: tuple[str, ...]
    """The machines, as uname(2) calls them, on which KVM can run it."""
    compiler: str
    """What the names of the cross compiler and its tools begin with; "": the system's own."""
    make: str
    """What ARCH= is to the kernel's make."""
    built: str
    """Where in a build of the kernel that puts the image."""
    records_first: bool = False
    """Its first serial port is that of the records, and the second the console's."""
    cpu: str = ""
    """The emulated processor; "": vm/qemu.py chooses."""
    words: str = ""
    """More of the kernel's command line."""
    plain_cpu: str = ""
    """For a kernel that does not boot otherwise; "": there is no other."""
    plain_words: str = "ignore_loglevel"
    suite: str = "trixie"
    """Debian's suite from which the guest's programs come."""
    packages: tuple[str, ...] = ()
    """Packages that QEMU needs besides its own."""
    least_qemu: str = ""
    """The first version of QEMU that is known to boot its kernels. Debian 12 has an older one,
    and no compiler."""
    faulty_qemu: str = ""
    """What the versions of QEMU begin with that emulate it wrongly."""
    faulty_modules: tuple[str, ...] = ()
    """Modules that such a QEMU makes crash the kernel: the guest does not get them."""
    faulty_cpu: str = ""
    """Its processor without what such a QEMU emulates wrongly."""
    compat: str = ""
    """The architecture whose programs its kernels run too: `landproof run --compat`."""
    compat_config: str = ""
    """What a kernel has to be configured with for that."""

    @property
    def suffix(self) -> str:
        """Return what the names of its kernels end with."""
        return "" if self.name == NATIVE else f"-{self.name}"

    def variables(self) -> tuple[str, ...]:
        """Return what the kernel's make is told to build for it."""
        if not self.compiler:
            return ()
        return f"ARCH={self.make}", f"CROSS_COMPILE={self.compiler}-"

    def check(self, qemu: str) -> None:
        """Raise UserError if a version of QEMU is too old for its kernels."""
        if numbers(qemu) < numbers(self.least_qemu):
            raise UserError(f"QEMU {qemu} does not boot kernels of {self.name}:"
                            f" {self.least_qemu} does, which Debian 13 has")

    def is_faulty(self, qemu: str) -> bool:
        """Return whether a version of QEMU emulates it wrongly."""
        return bool(self.faulty_qemu) and qemu.startswith(self.faulty_qemu)

    def processor(self, qemu: str) -> str:
        """Return what a version of QEMU emulates; "": vm/qemu.py chooses."""
        return self.faulty_cpu if self.faulty_cpu and self.is_faulty(qemu) else self.cpu

    def spoiled(self, qemu: str) -> tuple[str, ...]:
        """Return the modules that cannot run on a version of QEMU."""
        return self.faulty_modules if self.is_faulty(qemu) else ()


def numbers(version: str) -> tuple[int, ...]:
    """Return what a version is compared by, the numbers in it."""
    return tuple(map(int, re.findall(r"\d+", version)))


@cache
def known() -> dict[str, Architecture]:
    """Return all architectures by their names."""
    return {name: _architecture(name, entry)
            for name, entry in tomllib.loads(DATA.read_text()).items()}


def _architecture(name: str, entry: Mapping[str, Any]) -> Architecture:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value
                              for key, value in entry.items()}
    return Architecture(name, **fields)


def named(name: str) -> Architecture:
    """Return an architecture; raise UserError if there is none of the name."""
    if name not in known():
        raise UserError(f"there is no architecture {name}: there are {', '.join(known())}")
    return known()[name]


def packages(one: Architecture) -> list[str]:
    """Return the Debian packages that building and running for an architecture takes."""
    tools = [f"gcc-{one.compiler.replace('_', '-')}", f"libc6-dev-{one.debian}-cross",
             f"linux-libc-dev-{one.debian}-cross"] if one.compiler else []
    return [*tools, one.package, *one.packages]


def guests() -> list[str]:
    """Return what `make ARCH=` takes on any Debian besides this machine's: a name of it each."""
    return list(dict.fromkeys(one.debian for one in known().values()
                              if one.name != NATIVE and not one.least_qemu))


def main(words: list[str]) -> int:
    """Print what the Makefile asks for."""
    if words == ["guests"]:
        print("\n".join(guests()))
        return 0
    try:
        what, name = words
        one = named(name)
    except (ValueError, UserError) as error:
        print(f"vm.machines: {error}", file=sys.stderr)
        return 2
    print("\n".join(packages(one)) if what == "packages" else one.compiler)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
