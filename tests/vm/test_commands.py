# SPDX-License-Identifier: GPL-2.0
"""landproof kernels, as its parser and functions do it, and the bench."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

import pytest

from tests.vm.conftest import KERNEL, bzimage
from vm import bench, commands, kernels
from vm.errors import UserError
from vm.kernel import Kernel


def command(*words: str) -> int:
    """Run `landproof kernels WORDS`."""
    parser = argparse.ArgumentParser()
    commands.register(parser.add_subparsers())
    args = parser.parse_args(["kernels", *words])
    status: int = args.run(args)
    return status


def test_a_new_machine(private_cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert all("not fetched" in line for line in lines[:9])
    assert len(lines) > 10 and all("not built" in line for line in lines[9:-1])
    assert lines[-1].startswith("installed ") and os.uname().release in lines[-1]


def test_the_users_own(private_cache: Path, tmp_path: Path,
                       capsys: pytest.CaptureFixture[str]) -> None:
    image = tmp_path / "bzImage"
    image.write_bytes(bzimage(b"x", "7.9.9-lab"))
    assert command("add", "lab-7.9", "--kernel", str(image)) == 0
    assert capsys.readouterr().out == \
        "lab-7.9: 7.9.9-lab, no modules: none given (--modules DIR)\n"
    assert command("list", "--json") == 0
    row = json.loads(capsys.readouterr().out)[-1]
    assert (row["name"], row["version"], row["state"]) == ("lab-7.9", "7.9.9-lab", "yours")
    image.write_bytes(b"gone")
    assert command("list") == 0
    assert "unusable: " in capsys.readouterr().out
    assert command("remove", "lab-7.9") == 0
    with pytest.raises(UserError, match="is not in the cache"):
        command("remove", KERNEL)


def test_fetch_says_what_failed(private_cache: Path, monkeypatch: pytest.MonkeyPatch,
                                capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(kernels, "fetch", lambda names, tell, update: {names[0]: "no network"})
    assert command("fetch", KERNEL) == 2
    assert capsys.readouterr().err == f"landproof: {KERNEL}: no network\n"
    monkeypatch.setattr(kernels, "fetch", lambda names, tell, update: {})
    assert command("fetch") == 0


def test_bench(debian_kernel: Kernel, fake_guest: Path, monkeypatch: pytest.MonkeyPatch,
               capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "GUEST", fake_guest)
    assert bench.main(["--kernel", KERNEL, "--json", "log"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["bare_boot"][KERNEL] > 0.1
    assert found["inside_cases"] == {KERNEL: pytest.approx(0.0075)}
    assert found["wall"] > found["bare_boot"][KERNEL] / 2 and found["ratio"] > 0
    assert 0 < found["processor"] < found["wall"] * found["cores"]
    bench.show({**found, "ratio": 1.2})
    assert "1.20 times this (mark: at most 1.2, met)" in capsys.readouterr().out
    bench.show({**found, "ratio": 1.21})
    out = capsys.readouterr().out
    assert KERNEL in out and "(mark: at most 1.2, missed)" in out
