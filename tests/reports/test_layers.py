# SPDX-License-Identifier: GPL-2.0
"""Which module may import which: read from the sources, so that a wrong arrow is seen at once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("cli", "reports", "vm")

# Who must not know whom.
FORBIDDEN = (
    ("reports.model", "reports.views"),
    ("reports.model", "reports.formats"),
    ("reports.model", "reports.document"),
    ("reports.views", "reports.formats"),
    ("reports.formats", "reports.views"),
    ("reports", "vm"),
    ("reports", "cli"),
    ("vm", "reports"),
    ("vm", "cli"),
)

Imports = dict[str, set[str]]


def below(name: str, package: str) -> bool:
    """Whether a module is a package or is in it."""
    return name == package or name.startswith(f"{package}.")


def imports(root: Path) -> Imports:
    """Return what each module of ours imports of ours, inside functions too."""
    paths = [path for package in PACKAGES for path in (root / package).rglob("*.py")]
    names = {".".join(path.relative_to(root).with_suffix("").parts): path for path in paths}
    found: Imports = {}
    for name, path in names.items():
        mine = found.setdefault(name.removesuffix(".__init__"), set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                mine.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                whole = [f"{node.module}.{alias.name}" for alias in node.names]
                mine.update(one if one in names else node.module for one in whole)
    return {name: {one for one in some if one in names} for name, some in found.items()}


def wrong(found: Imports) -> list[str]:
    """Return the arrows that must not be."""
    return [
        f"{name} imports {one}"
        for name, some in found.items()
        for one in some
        for user, used in FORBIDDEN
        if below(name, user) and below(one, used)
    ]


def circle(found: Imports) -> list[str]:
    """Return the modules of one circle, if there is any."""
    left = {name: set(some) for name, some in found.items()}
    while ends := [name for name, some in left.items() if not some & left.keys()]:
        for name in ends:
            del left[name]
    return sorted(left)


def test_the_layers() -> None:
    found = imports(ROOT)
    assert {"reports.views.matrix", "vm.qemu", "cli.main"} <= found.keys()
    assert wrong(found) == []


def test_no_circle() -> None:
    assert circle(imports(ROOT)) == []


@pytest.mark.parametrize(("path", "text"), [
    ("reports/model/rows.py", "from reports.views import matrix\n"),
    ("reports/model/rows.py", "def f():\n    import reports.formats.html\n"),
    ("reports/views/matrix.py", "from reports.formats import html\n"),
    ("vm/qemu.py", "from reports.model.verdicts import Verdict\n"),
])
def test_a_wrong_arrow_is_seen(tmp_path: Path, path: str, text: str) -> None:
    for name in ("reports/views/matrix", "reports/formats/html", "reports/model/verdicts", "x"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / f"{name}.py").write_text("")
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text)
    assert len(wrong(imports(tmp_path))) == 1


def test_a_circle_is_seen() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["a", "b", "c"]
