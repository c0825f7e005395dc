# SPDX-License-Identifier: GPL-2.0
"""What breaks the product on purpose fits the code, and tells what stays green."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import breakages as package
from tests.breakages import __main__ as breakages

ALL = breakages.load()


def test_there_are_breakages_in_every_part() -> None:
    assert package.__doc__ and len(ALL) >= 20
    assert {one.file.split("/")[0] for one in ALL} >= {
        "harness", "reports", "cli", "oci", "vm"}


@pytest.mark.parametrize("one", ALL, ids=[one.name for one in ALL])
def test_a_breakage_fits(one: breakages.Breakage) -> None:
    assert one.what.endswith(".") and one.tests
    text = (breakages.ROOT / one.file).read_text(encoding="utf-8")
    assert breakages.broken(one, text) != text
    for test in one.tests:
        file, _, name = test.partition("::")
        assert f"def {name}(" in (breakages.ROOT / "tests" / file).read_text(encoding="utf-8")


def _tree(tmp_path: Path) -> Path:
    """Return a small tree with a product, a test that sees it, and one that does not."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "product.py").write_text("def two():\n    return 2\n")
    (tmp_path / "tests" / "test_it.py").write_text(
        "import sys\nsys.path.insert(0, '.')\nimport product\nimport pytest\n"
        "def test_sees():\n    assert product.two() == 2\n"
        "def test_does_not():\n    assert product.two()\n"
        "def test_cannot():\n    pytest.skip('not here')\n")
    return tmp_path


def _breakage(find: str, *tests: str, put: str = "return 3") -> breakages.Breakage:
    return breakages.Breakage("one", "It breaks.", "product.py", find, put,
                              tuple(f"test_it.py::{test}" for test in tests))


def test_what_stays_green_is_told_and_the_tree_is_mended(tmp_path: Path) -> None:
    tree = _tree(tmp_path)
    assert breakages.attempt(tree, _breakage("return 2", "test_sees")) == breakages.Outcome()
    both = _breakage("return 2", "test_sees", "test_does_not")
    assert breakages.attempt(tree, both).green == ("test_it.py::test_does_not",)
    assert breakages.run_tests(tree, ["test_it.py"])[0] == breakages.GREEN


def test_what_is_skipped_here_is_neither_green_nor_red(tmp_path: Path) -> None:
    outcome = breakages.attempt(_tree(tmp_path), _breakage("return 2", "test_sees", "test_cannot"))
    assert outcome == breakages.Outcome(untried=("test_it.py::test_cannot",))
    assert str(outcome) == "not tried here: test_it.py::test_cannot"


@pytest.mark.parametrize("bad", [
    _breakage("return 4", "test_sees"),  # the code is another one now
    _breakage("o", "test_sees"),  # and this stands in it twice
    _breakage("return 2", "test_gone"),
    _breakage("return 2", "test_sees", put="return ("),  # says nothing: no test can run
])
def test_what_does_not_fit_is_an_error(tmp_path: Path, bad: breakages.Breakage) -> None:
    with pytest.raises(breakages.Stale):
        breakages.attempt(_tree(tmp_path), bad)


def test_a_name_that_there_is_not() -> None:
    assert breakages.main(["no-such-breakage"]) == 2
