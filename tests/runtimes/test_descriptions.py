# SPDX-License-Identifier: GPL-2.0
"""Descriptions of tools: the ones that are there, and errors in a file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from vm import tools

ROOT = Path(__file__).resolve().parents[2]
GOOD = """
name = "mine"
binary = "usr/bin/mine"
suites = ["sid"]
packages = ["mine"]
handles.fs = ["read_file", "read_dir"]
[[word]]
fs = ["read_file"]
arguments = ["--ro", "{path}"]
"""


def test_those_of_the_tree_are_valid() -> None:
    assert "setpriv" in tools.known()


def test_suites_and_variants_have_names(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD.replace('["sid"]', '["sid", "trixie"]', 1)
                    + '[[variant]]\nname = "mine-soft"\ncommand = ["--soft"]\n')
    assert [one.name for one in tools.read(file)] == [
        "mine", "mine@trixie", "mine-soft", "mine-soft@trixie"]


@pytest.mark.parametrize(("old", "new", "said"), [
    ('"--ro"', '1', "word.0"),
    ("[[word]]", "[[words]]", "words"),
    ('fs = ["read_file"]', 'fs = ["read_fil"]', "read_fil"),
    ('fs = ["read_file"]', 'fs = ["truncate"]', "which handles.fs does not have"),
    ('["sid"]', '["sid"', "line"),
    ('binary = "usr/bin/mine"', '', "binary"),
    ('["sid"]', '["sid", "trixie"]\ninstalled = true', "one suite only"),
])
def test_an_error_is_one_line(old: str, new: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD.replace(old, new, 1))
    done = subprocess.run([str(ROOT / "landproof"), "runtimes", "--here", "--adapter", str(file)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert str(file) in done.stderr and said in done.stderr


def test_a_tool_that_cannot_be_had_stops_no_other(tmp_path: Path) -> None:
    gone, out = tmp_path / "gone.toml", tmp_path / "out.json"
    gone.write_text('name = "gone"\nbuild = { needs = ["no-such-compiler"], command = ["true"] }\n')
    command = [str(ROOT / "landproof"), "runtimes", "--here", "--adapter", str(gone), "--case",
               "fs.read_file.open", "--json", str(out)]
    setpriv = ["--adapter", str(ROOT / "runtimes" / "setpriv.toml")]
    done = subprocess.run([*command, *setpriv], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "gone is left out: gone is built here, and there is no no-such-compiler" in done.stderr
    assert '"gone": "gone is built here' in out.read_text()
    done = subprocess.run([*command, "--tool", "gone"], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
