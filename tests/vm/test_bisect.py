# SPDX-License-Identifier: GPL-2.0
"""Bisection over a git tree, with sources that are a word and no kernels."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import cli.bisect
from cli.main import main
from reports.model.history import State
from vm.bisect import Answer, Bisection, Memory, Outcome, Repository
from vm.errors import UserError

ROW = "good good good skip good good bad bad skip bad bad".split()
"""What the commits show, one after the other."""


def git(tree: Path, *words: str) -> str:
    """Run git as the user does."""
    person = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
              for what, value in (("NAME", "A"), ("EMAIL", "a@example.org"))}
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **person}
    return subprocess.run(["git", *words], cwd=tree, env=env, check=True, text=True,
                          capture_output=True).stdout.strip()


def history(tree: Path, row: list[str]) -> list[str]:
    """Make a repository of commits in which a file says what each shows; return the commits."""
    tree.mkdir()
    git(tree, "init", "-q")
    commits = []
    for number, word in enumerate(row):
        (tree / "word").write_text(word)
        (tree / "number").write_text(str(number))
        git(tree, "add", ".")
        git(tree, "commit", "-qm", f"change {number}")
        commits.append(git(tree, "rev-parse", "HEAD"))
    return commits


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "landproof"


def files(tree: Path) -> dict[str, bytes]:
    """Return all that is in a tree and its repository."""
    return {str(path.relative_to(tree)): path.read_bytes()
            for path in tree.rglob("*") if path.is_file()}


def run(tree: Path, commits: list[str], good: int = 0, bad: int = -1, paths: tuple[str, ...] = (),
        ask: Callable[[Repository, str], Answer] | None = None) -> tuple[Outcome, list[str]]:
    """Bisect; return the outcome and what was told."""
    repository = Repository(tree)
    said: list[str] = []

    def read(commit: str) -> Answer:
        word = (repository.tree / "word").read_text()
        assert git(repository.tree, "rev-parse", "HEAD") == commit
        return ask(repository, commit) if ask else Answer(word, f"it says {word}")

    memory = Memory(repository, "key")
    found = Bisection(repository, memory, read, said.append).run(
        commits[good], commits[bad], paths)
    return found, said


@pytest.mark.usefixtures("cache")
def test_the_first_bad_commit_and_nothing_of_the_users_is_touched(tmp_path: Path) -> None:
    commits = history(tmp_path / "linux", ROW)
    (tmp_path / "linux" / "word").write_text("work in progress")
    before = files(tmp_path / "linux")
    found, said = run(tmp_path / "linux", commits)
    assert [one.hash for one in found.candidates] == [commits[6]]
    assert found.candidates[0].subject == "change 6" and found.wanted == "bad"
    assert files(tmp_path / "linux") == before
    assert "one of the ends" in said[0] and "to go" in said[4]
    told = cli.bisect.told("a.case", found, tmp_path)
    assert f"a.case is bad since commit {commits[6]}" in told and "change 6" in told


@pytest.mark.usefixtures("cache")
def test_what_mended_it(tmp_path: Path) -> None:
    commits = history(tmp_path / "linux", ["bad", "bad", "skip", "bad", "good", "good", "good"])
    found, _ = run(tmp_path / "linux", commits, good=-1, bad=0)
    assert [one.hash for one in found.candidates] == [commits[4]] and found.wanted == "good"


@pytest.mark.usefixtures("cache")
def test_skipped_ones_beside_the_first_bad_are_said(tmp_path: Path) -> None:
    commits = history(tmp_path / "linux", ["good", "good", "skip", "skip", "bad", "bad"])
    found, _ = run(tmp_path / "linux", commits)
    assert {one.hash for one in found.candidates} == set(commits[2:5])
    assert "one of 3 commits" in cli.bisect.told("a.case", found, tmp_path)


@pytest.mark.usefixtures("cache")
def test_an_interrupted_bisection_goes_on(tmp_path: Path) -> None:
    commits = history(tmp_path / "linux", ROW)
    asked: list[str] = []

    def ask(repository: Repository, commit: str) -> Answer:
        if len(asked) == 3:
            raise KeyboardInterrupt
        asked.append(commit)
        word = (repository.tree / "word").read_text()
        return Answer(word, word)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "linux", commits, ask=ask)
    first = list(asked)
    asked.clear()
    asked.append("")  # the second run may ask three times and once more
    rest: list[str] = []

    def go_on(repository: Repository, commit: str) -> Answer:
        rest.append(commit)
        word = (repository.tree / "word").read_text()
        return Answer(word, word)

    found, said = run(tmp_path / "linux", commits, ask=go_on)
    assert [one.hash for one in found.candidates] == [commits[6]]
    assert len(first) == 3 and not set(first) & set(rest)
    assert sum("known already" in line for line in said) == 3


@pytest.mark.usefixtures("cache")
def test_ends_that_are_not_so(tmp_path: Path) -> None:
    commits = history(tmp_path / "linux", ["bad", "bad", "good", "skip"])
    with pytest.raises(UserError, match="change 0.* was to be good, and is bad"):
        run(tmp_path / "linux", commits, 0, 1)
    with pytest.raises(UserError, match="was to be bad, and is skip"):
        run(tmp_path / "linux", commits, 2, 3)
    with pytest.raises(UserError, match="no commit v9"):
        Repository(tmp_path / "linux").commit("v9")
    with pytest.raises(UserError, match="git rev-parse"):
        Repository(tmp_path)


@pytest.mark.usefixtures("cache")
def test_worktrees_shallow_clones_and_paths(tmp_path: Path) -> None:
    commits = history(tmp_path / "linux", ROW)
    git(tmp_path / "linux", "worktree", "add", "-q", str(tmp_path / "other"))
    found, _ = run(tmp_path / "other", commits, paths=("word",))
    assert [one.hash for one in found.candidates] == [commits[6]]
    subprocess.run(["git", "clone", "-q", "--depth", "6", f"file://{tmp_path}/linux",
                    tmp_path / "shallow"], check=True)
    found, _ = run(tmp_path / "shallow", commits[5:])
    assert [one.hash for one in found.candidates] == [commits[6]]


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("word, status", [("good", 0), ("bad", 1), ("skip", 125)])
def test_the_step_of_git_bisect_run(monkeypatch: pytest.MonkeyPatch, word: str, status: int
                                    ) -> None:
    monkeypatch.setattr(cli.bisect.Trial, "__call__", lambda self: Answer(word, "so"))
    assert main(["bisect-step", "net.tcp.connect"]) == status


@pytest.mark.usefixtures("cache")
def test_what_is_no_answer_stops_git_bisect_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                                ) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["bisect-step", "net.tcp.conect"]) == 255
    assert main(["bisect-step", "net.tcp.connect"]) == 255  # no sources here
    with pytest.raises(SystemExit) as stop:
        main(["bisect-step", "net.tcp.connect", "--unknown"])
    assert stop.value.code == 255


def test_states_are_answers() -> None:
    assert [cli.bisect.judge(one, None, "").word for one in State] == [
        "good", "bad", "good", "skip"]
