# SPDX-License-Identifier: GPL-2.0
"""Callers in sources: who asks no check is found, and what is new and unknown is named."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

import vm.callers
from reports.model import callers
from vm.callers import Caller
from vm.errors import UserError

ROOT = Path(__file__).resolve().parents[2]

CHECKED = """
int filename_mkdirat(int dfd)
{
	security_path_mkdir(dfd);
	return vfs_mkdir(dfd);
}
"""
OTHER = """
int sneak(int fd)
{
	return vfs_mkdir(fd);
}
"""
CALL = """
SYSCALL_DEFINE1(teleport, int, fd)
{
	return vfs_rename(fd);
}
"""


def tree(path: Path, **files: str) -> Path:
    """Make sources of files, which are named by their stem."""
    (path / "tools/testing/selftests/landlock").mkdir(parents=True)
    for folder in ("fs", "arch/alpha", "arch/x86"):
        (path / folder).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (path / f"{name.replace('__', '/')}.c").write_text(text)
    return path


def test_callers_and_what_they_ask(tmp_path: Path) -> None:
    sources = tree(tmp_path / "new", fs__namei=CHECKED, fs__odd=OTHER, arch__alpha__odd=OTHER,
                   arch__x86__odd=CALL)
    found = vm.callers.find(sources, ["vfs_mkdir", "vfs_rename"], ["security_path_mkdir"])
    assert found == [
        Caller("arch/x86/odd.c", "sys_teleport", ("vfs_rename",), False),
        Caller("fs/namei.c", "filename_mkdirat", ("vfs_mkdir",), True),
        Caller("fs/odd.c", "sneak", ("vfs_mkdir",), False),
    ]


def test_sources_without_any_caller(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no C file that calls"):
        vm.callers.find(tree(tmp_path / "new"), ["vfs_mkdir"], [])


def test_a_new_caller_is_named(tmp_path: Path) -> None:
    old = tree(tmp_path / "old", fs__namei=CHECKED, fs__odd=OTHER)
    new = tree(tmp_path / "new", fs__namei=CHECKED, fs__odd=OTHER + CALL)
    out = tmp_path / "out.json"
    done = subprocess.run([str(ROOT / "landproof"), "census", "--source", str(new), "--against",
                           str(old), "--json", str(out)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 1, done.stderr
    found = {one["caller"]: (one["checked"], one["treatment"], one["new"])
             for one in json.loads(out.read_text())["callers"]}
    assert found == {
        "fs/namei.c filename_mkdirat": (True, None, False),
        "fs/odd.c sneak": (False, None, False),
        "fs/odd.c sys_teleport": (False, None, True),
    }
    assert "3 callers; 2 ask no check themselves: 2 unclassified" in done.stdout


def test_the_table_of_callers_is_sound() -> None:
    table = callers.load()
    assert {"vfs_mkdir", "kernel_connect"} <= set(table.functions)
    assert all(road.treatment and len(name.split()) == 2 for name, road in table.known.items())
