# SPDX-License-Identifier: GPL-2.0
"""Which security modules a kernel starts with: its own list, and how `lsm=` changes it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vm import image
from vm.kernel import Kernel

LANDLOCK = "landlock"
NAMES = (LANDLOCK, "lockdown", "yama", "loadpin", "safesetid", "integrity", "apparmor", "selinux",
         "smack", "tomoyo", "bpf", "ipe")
BUILT_IN = re.compile(rb"\0((?:(?:%s),)+[a-z]+)\0" % b"|".join(map(str.encode, NAMES)))
"""CONFIG_LSM in an unpacked kernel; one name alone would be any string."""


@dataclass(frozen=True)
class Choice:
    """What goes on the kernel's command line, and what the reader of the results should know."""

    lsm: str | None = None
    """None: nothing, the kernel's own list stands."""
    note: str = ""


def own(kernel: Kernel) -> str | None:
    """Return the list that a kernel was built with, None if nothing tells."""
    for line in kernel.config_lines():
        if line.startswith("CONFIG_LSM="):
            return line.partition("=")[2].strip('"')
    found = BUILT_IN.search(image.bootable(kernel).read_bytes())
    return found[1].decode() if found else None


def has_landlock(kernel: Kernel) -> bool:
    """Say whether Landlock may be built in; so it is taken where there is no configuration."""
    lines = kernel.config_lines()
    return not lines or "CONFIG_SECURITY_LANDLOCK=y" in lines


def choose(kernel: Kernel, landlock: bool = True, wanted: str | None = None) -> Choice:
    """Return what to boot a kernel with: `wanted`, or its own list; with Landlock or without."""
    if wanted is not None and landlock:
        return Choice(wanted)
    listed = own(kernel) if wanted is None else wanted
    names = (listed or "").split(",")
    if not landlock:
        return Choice(",".join(name for name in names if name != LANDLOCK))
    if LANDLOCK in names or not has_landlock(kernel):
        return Choice()
    if listed is None:
        return Choice(LANDLOCK, "which security modules it starts by itself is not known:"
                      f" booted with lsm={LANDLOCK}")
    added = f"{LANDLOCK},{listed}".rstrip(",")
    return Choice(added, f"Landlock is off by default (CONFIG_LSM=\"{listed}\"):"
                  f" booted with lsm={added}")
