# SPDX-License-Identifier: GPL-2.0
"""debian/control names what the tables of the machines say."""

from __future__ import annotations

import re
from pathlib import Path

from debian.deb822 import Deb822, PkgRelation

from vm.image import PROGRAMS
from vm.machines import guests, known, packages

CONTROL = Path(__file__).resolve().parents[2] / "debian/control"
SOURCE, *BINARIES = Deb822.iter_paragraphs(CONTROL.read_text(), use_apt_pkg=False)
PACKAGES = {one["Package"]: one for one in BINARIES}


def names(relations: str) -> set[str]:
    """Return the packages that a field names."""
    plain = re.sub(r"\$\{[^}]*\},?", "", relations)
    return {one["name"] for all_of in PkgRelation.parse_relations(plain) for one in all_of}


def test_a_machine_has_its_programs() -> None:
    """`landproof run` refuses to start without one of them."""
    assert set(PROGRAMS.values()) <= names(PACKAGES["landproof"]["Depends"])


def test_each_architecture_has_a_guest() -> None:
    found = {name for name in PACKAGES if name.endswith("-cross")}
    assert found == {f"landproof-guest-{arch}-cross" for arch in guests()}
    assert found == names(PACKAGES["landproof"]["Suggests"])
    for one in known().values():
        if one.debian in guests():
            recommended = PACKAGES[f"landproof-guest-{one.debian}-cross"]["Recommends"]
            assert {one.package, *one.packages} == names(recommended)


def test_each_guest_has_its_compiler() -> None:
    wanted = {package for one in known().values()
              if one.debian in guests()
              for package in packages(one) if package not in (one.package, *one.packages)}
    assert wanted == names(SOURCE["Build-Depends-Indep"])
