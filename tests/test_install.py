# SPDX-License-Identifier: GPL-2.0
"""`make install`, and a version that names the commit: in a clone, in an archive, installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from oci.tree import PROBE
from vm.paths import GUEST
from vm.qemu import POWEROFF

ROOT = Path(__file__).resolve().parents[1]
VERSION = re.compile(r"\d+\.\d+\.\d+-g[0-9a-f]{12}(-dirty)?")


def run(*command: str | Path, cwd: Path | None = None, **more: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, cwd=cwd, check=True, text=True, stdout=subprocess.PIPE,
                          env={**os.environ, **more}).stdout.strip()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository that has a commit with the two files which the version comes from."""
    tree = tmp_path / "clone"
    tree.mkdir()
    for name in ("version.sh", ".gitattributes"):
        shutil.copy(ROOT / name, tree)
    run("git", "init", "-q", cwd=tree)
    run("git", "add", "-A", cwd=tree)
    run("git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "one", cwd=tree)
    return tree


def test_a_clone_names_its_commit_and_changes(clone: Path) -> None:
    head = run("git", "rev-parse", "HEAD", cwd=clone)
    assert run(clone / "version.sh").endswith(f"-g{head[:12]}")
    with (clone / "version.sh").open("a") as script:
        script.write("# changed\n")
    assert run(clone / "version.sh").endswith(f"-g{head[:12]}-dirty")


def test_an_archive_names_its_commit_without_git(clone: Path, tmp_path: Path) -> None:
    head = run("git", "rev-parse", "HEAD", cwd=clone)
    run("git", "archive", "--prefix=landproof/", "-o", tmp_path / "a.tar", "HEAD", cwd=clone)
    run("tar", "-xf", "a.tar", cwd=tmp_path)
    assert run(tmp_path / "landproof" / "version.sh").endswith(f"-g{head[:12]}")


def test_an_archive_within_another_repository_does_not_name_that(clone: Path) -> None:
    (clone / "inner").mkdir()
    shutil.copy(ROOT / "version.sh", clone / "inner")
    head = run("git", "rev-parse", "HEAD", cwd=clone)
    assert head[:12] not in run(clone / "inner" / "version.sh")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree installed below a directory of its own."""
    to = tmp_path_factory.mktemp("destdir")
    run("make", "-s", "install", f"DESTDIR={to}", "PREFIX=/usr", cwd=ROOT)
    return to / "usr"


def test_the_installed_commands_name_the_version(installed: Path) -> None:
    for name in ("landproof", "landproof-guest"):
        said = run(installed / "bin" / name, "--version", cwd=Path("/"))
        assert said == f"{name} {run(ROOT / 'version.sh')}"
        assert VERSION.search(said) or not (ROOT / ".git").exists()


def test_the_installed_command_works(installed: Path) -> None:
    command = installed / "bin" / "landproof"
    assert "net.tcp.connect" in run(command, "list", cwd=Path("/"))
    assert "debian-6.12" in run(command, "kernels", "list", cwd=Path("/"))
    assert "arch-lts" in run(command, "kernels", "list", "--set", "arch", cwd=Path("/"))
    assert "MSG_FASTOPEN" in run(command, "show", "net.tcp.fastopen_sendto", cwd=Path("/"),
                                 XDG_STATE_HOME="/nonexistent")


def test_what_runs_in_machines_is_installed(installed: Path) -> None:
    """Nobody who installs it has a compiler, which once made one of them where KVM is."""
    for program in (GUEST, PROBE, POWEROFF):
        made = installed / "lib/landproof/build" / program.name
        assert made.read_bytes() == program.read_bytes() and os.access(made, os.X_OK)


def test_the_manual_pages_are_installed(installed: Path) -> None:
    for name in ("landproof.1", "landproof-guest.1"):
        assert (installed / "share" / "man" / "man1" / name).read_text().startswith('.\\"')


@pytest.mark.parametrize(("line", "words"), [
    ("landproof se", ["selftests"]),
    ("landproof run --no-", ["--no-landlock"]),
    ("landproof show net.tcp.fastopen_sendt", ["net.tcp.fastopen_sendto"]),
    ("landproof run --kernel debian-6.12", ["debian-6.12"]),
])
def test_the_shell_completes(installed: Path, line: str, words: list[str]) -> None:
    script = installed / "share" / "bash-completion" / "completions" / "landproof"
    asked = f"""
        . {script}
        PATH={installed}/bin:$PATH
        COMP_LINE='{line}' COMP_POINT={len(line)} COMP_TYPE=9 COMP_WORDS=({line})
        COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _python_argcomplete landproof
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    found = [word.strip() for word in run("bash", "-c", asked).splitlines()]
    assert set(words) <= set(found)


def test_uninstall_leaves_nothing(tmp_path: Path) -> None:
    for target in ("install", "uninstall"):
        run("make", "-s", target, f"DESTDIR={tmp_path}", cwd=ROOT)
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []
