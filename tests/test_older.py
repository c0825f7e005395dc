# SPDX-License-Identifier: GPL-2.0
"""The patches that make older kernels: each says what it undoes, and none is left out."""

from __future__ import annotations

from tests.older import __main__ as older


def test_each_kernel_is_made_of_patches_that_there_are_and_each_patch_is_used() -> None:
    there = {patch.stem for patch in older.HERE.glob("*.patch")}
    used = {name for patches in (older.HEALTHY | older.LYING).values() for name in patches}
    assert there and used == there


def test_a_patch_says_what_it_undoes() -> None:
    for patch in older.HERE.glob("*.patch"):
        first, second, third = patch.read_text().split("\n")[:3]
        assert first.endswith(".") and not second and third.startswith("--- a/security/landlock/")
