# SPDX-License-Identifier: GPL-2.0
"""Tests that share what is made once run in one process, however many there are."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_what_a_file_shares_is_made_once(pytester: pytest.Pytester,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(test_shared="""
import os, pathlib, pytest
@pytest.fixture(scope="module")
def made():
    pathlib.Path(f"made-{os.getpid()}").touch()
@pytest.mark.parametrize("number", range(20))
def test_it(made, number): pass
""", test_other="""
import pytest
@pytest.mark.parametrize("number", range(20))
def test_it(number): pass
""")
    result = pytester.runpytest_subprocess("-p", "tests.conftest", "-n", "2", "--dist", "loadgroup")
    result.assert_outcomes(passed=40)
    assert len(list(pytester.path.glob("made-*"))) == 1
