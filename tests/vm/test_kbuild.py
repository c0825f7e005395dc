# SPDX-License-Identifier: GPL-2.0
"""A kernel's build takes what another has compiled, and makes way for other work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vm import kbuild

ROOT = Path(__file__).resolve().parents[2]


def _compile(place: Path, config: str, *words: str) -> bytes:
    """Compile a file of links to sources as a kernel's make does; return the object."""
    build = place / "tree" / ".build"
    build.mkdir(parents=True)
    (build / "autoconf.h").write_text(config)
    source = place.parent / "source.c"
    source.write_text("const char *file(void) { return __FILE__; }\n")
    (build.parent / "source.c").symlink_to(source)
    subprocess.run(["gcc", "-include", "./autoconf.h", *words, "-Wp,-MMD,.source.o.d", "-c", "-o",
                    "source.o", "../source.c"], cwd=build, env=kbuild.environment(), check=True)
    return (build / "source.o").read_bytes()


def _hits() -> int:
    told = subprocess.run(["ccache", "--print-stats"], env=kbuild.environment(), check=True,
                          capture_output=True, text=True).stdout
    numbers = dict(line.split("\t") for line in told.splitlines())
    return int(numbers["direct_cache_hit"]) + int(numbers["preprocessed_cache_hit"])


def test_other_directories_and_configurations_share_objects(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = _compile(tmp_path / "one", "#define CONFIG_A 1\n")
    assert _hits() == 0
    assert _compile(tmp_path / "two", "#define CONFIG_A 1\n", "-Wno-error") == first
    assert _hits() == 1
    assert _compile(tmp_path / "three", "#define CONFIG_B 1\n") == first
    assert _hits() == 2
    _compile(tmp_path / "four", "#define __FILE__ \"other\"\n")
    assert _hits() == 2


def test_no_ccache_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kbuild, "CCACHE", tmp_path / "none")
    assert "CCACHE_DIR" not in kbuild.environment()


@pytest.mark.parametrize("more", [0, 10, 15])
def test_a_low_priority_is_not_lowered_twice(tmp_path: Path, more: int) -> None:
    (tmp_path / "Makefile").write_text("all:\n\tnice >niceness\n")
    asks = ("import os, pathlib; from vm import kbuild; kbuild.make([], dict(os.environ),"
            " pathlib.Path('log'), 'failed', lambda what, part: None, 0)")
    subprocess.run(["nice", "-n", str(more), sys.executable, "-c", asks], cwd=tmp_path,
                   env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    lowest = 19
    ours = min(os.nice(0) + more, lowest)  # the tests may have been started at any
    assert int((tmp_path / "niceness").read_text()) == max(ours, 10)
