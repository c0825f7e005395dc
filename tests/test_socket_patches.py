# SPDX-License-Identifier: GPL-2.0
"""The patches of the socket proof say what they break and which cases see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.guest import catalogue
from tests.socket_proof import BREAKING, PATCHES, finders, with_subjects

BREAKERS = [patch for pattern in BREAKING.values() for patch in sorted(PATCHES.glob(pattern))]


@pytest.fixture(scope="module")
def names() -> set[str]:
    return {f"{case['id']}[{variant}]" if variant else case["id"]
            for case in catalogue() for variant in case["variants"]}


@pytest.mark.parametrize("patch", BREAKERS, ids=[patch.stem for patch in BREAKERS])
def test_a_patch_names_cases_that_there_are(patch: Path, names: set[str]) -> None:
    what = patch.read_text().splitlines()[0]
    assert what.endswith(".") and not what.startswith(("---", "Found by"))
    assert finders(patch) and finders(patch) <= names


def test_every_case_is_named_once(names: set[str]) -> None:
    named = with_subjects(case for patch in BREAKERS for case in finders(patch))
    assert {name for name in names if name.startswith("socket.rule.") and "[" not in name} <= named
