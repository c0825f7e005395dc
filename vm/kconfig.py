# SPDX-License-Identifier: GPL-2.0
"""Fragments of a kernel's configuration: reading them, and seeing that each option was taken."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from vm.errors import UserError

Options = dict[str, str]
"""What options are set to, without CONFIG_; "n" for one that is off."""

OPTION = re.compile(r"CONFIG_(\w+)=(.+)|# CONFIG_(\w+) is not set")


CONFIG = re.compile(r"^\s*(?:menu)?config\s+(\w+)", re.MULTILINE)


def read(path: Path) -> Options:
    """Return the options of a fragment or of a whole .config."""
    options: Options = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if found := OPTION.fullmatch(line.strip()):
            options[found[1] or found[3]] = found[2] or "n"
        elif line.strip() and not line.startswith("#"):
            raise UserError(f"{path}:{number}: not a line of a kernel configuration: {line}")
    return options


def known(tree: Path) -> frozenset[str]:
    """Return the options that kernel sources have."""
    return frozenset(name for file in tree.rglob("Kconfig*") if file.is_file()
                     for name in CONFIG.findall(file.read_text(errors="replace")))


def merge(fragments: Sequence[Path], lacks: Collection[str]) -> Options:
    """Return the options of all fragments without those that a kernel lacks; the last one wins."""
    merged: Options = {}
    for fragment in fragments:
        merged |= read(fragment)
    if unknown := set(lacks) - set(merged):
        raise UserError(f"lacks {', '.join(sorted(unknown))}: no fragment has that option")
    return {option: value for option, value in merged.items() if option not in lacks}


def text(options: Options) -> str:
    """Return options as make's KCONFIG_ALLCONFIG reads them."""
    return "".join(f"CONFIG_{option}={value}\n" for option, value in options.items())


def refused(wanted: Options, final: Options) -> list[str]:
    """Return what did not end up set as wanted, each as OPTION=VALUE with what it is instead."""
    return [f"{option}={value} (is {final.get(option, 'n')})" for option, value in wanted.items()
            if final.get(option, "n") != value]


def stale(lacks: Collection[str], final: Options) -> list[str]:
    """Return options that a kernel is said to lack and that its configuration has."""
    return sorted(option for option in lacks if option in final)
