# SPDX-License-Identifier: GPL-2.0
"""A test that is skipped says why in the last line; one that skips itself fails the run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, text: str) -> pytest.RunResult:
    """Run some tests with tests/conftest.py, as one who is not root."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(not_root="import os\nos.geteuid = lambda: 1000\n")
    pytester.makepyfile(f"import pytest\n{text}")
    return pytester.runpytest_subprocess("-p", "not_root", "-p", "tests.conftest")


def test_what_is_lacking_is_counted(pytester: pytest.Pytester,
                                    monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(pytester, monkeypatch, """
@pytest.fixture
def as_root(): pass
@pytest.mark.needs("root")
def test_one(): assert False
def test_two(as_root): assert False
def test_three(): pass
""")
    result.assert_outcomes(passed=1, skipped=2)
    assert result.ret == 0 and "not tried: 2 need root" in result.outlines


@pytest.mark.parametrize("skip", [
    "def test_one(): pytest.skip('no mood')",
    "@pytest.mark.skipif(True, reason='no mood')\ndef test_one(): pass",
    "def test_two(): pass\npytest.importorskip('no_such_module')",
])
def test_any_other_skip_fails_the_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch,
                                      skip: str) -> None:
    result = run(pytester, monkeypatch, f"{skip}\ndef test_three(): pass\n")
    assert result.ret != 0
    assert any("skipped for no reason of tests/conftest.py" in line for line in result.outlines)


@pytest.mark.needs("root")
def test_needs_are_met_where_a_test_runs() -> None:
    assert os.geteuid() == 0
