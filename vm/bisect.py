# SPDX-License-Identifier: GPL-2.0
"""Bisects the history of a kernel tree with git, in a repository of its own.

That repository borrows the objects of the user's and has a work tree in the cache, so that
nothing of the user's is checked out or written. What a commit showed is kept: a bisection that
was interrupted comes to the same place again without a build.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from vm import paths
from vm.errors import UserError

SKIP = "skip"
STEPS = re.compile(r"Bisecting: \d+ revisions? left to test after this \(roughly (\d+) steps?\)")
FIRST = re.compile(r"([0-9a-f]{40,64}) is the first new commit")
HASH = re.compile(r"[0-9a-f]{40,64}")


@dataclass(frozen=True)
class Answer:
    """What a commit showed: "good" or "bad", or "skip", and why."""

    word: str
    why: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Commit:
    """A commit, as people name it."""

    hash: str
    subject: str
    author: str
    date: str

    def __str__(self) -> str:
        return f"{self.hash[:12]} ({self.subject})"


@dataclass(frozen=True)
class Outcome:
    """What a bisection came to: the first commit that differs, or those that it is among."""

    candidates: tuple[Commit, ...]
    wanted: str
    tried: tuple[tuple[Commit, Answer], ...]


def mark(of: Path | str) -> str:
    """Return a few letters that tell a path, or a text, from others."""
    return hashlib.sha256(str(of).encode()).hexdigest()[:8]


class Repository:
    """A repository in the cache, with the objects of the user's."""

    def __init__(self, tree: Path) -> None:
        """Take the user's tree; make the repository, if it is not there."""
        self.user = tree.resolve()
        if not self.user.is_dir():
            raise UserError(f"{tree} is no directory: give a git tree of the kernel")
        objects = Path(self._of_user("rev-parse", "--git-path", "objects"))
        objects = (self.user / objects).resolve()
        self.directory = paths.cache() / "bisect" / f"{self.user.name}-{mark(objects)}"
        self.tree = self.directory / "tree"
        self.tree.mkdir(parents=True, exist_ok=True)
        if not (self.tree / ".git").is_dir():
            self.git("init", "-q")
        (self.tree / ".git/objects/info/alternates").write_text(f"{objects}\n")
        shallow = self.user / self._of_user("rev-parse", "--git-path", "shallow")
        if shallow.is_file():
            (self.tree / ".git/shallow").write_bytes(shallow.read_bytes())

    def commit(self, revision: str) -> str:
        """Return the commit that a revision names in the user's tree."""
        try:
            return self._of_user("rev-parse", "--verify", "-q", f"{revision}^{{commit}}")
        except UserError:
            raise UserError(f"{self.user} has no commit {revision}") from None

    def about(self, commit: str) -> Commit:
        """Return what people want to know of a commit."""
        text = self.git("log", "-1", "--format=%H%n%s%n%an <%ae>%n%as", commit)
        return Commit(*text.split("\n"))

    def checkout(self, commit: str) -> None:
        """Make the work tree that of a commit; only files that differ are written."""
        with paths.disk_errors("a work tree"):
            self.git("checkout", "-q", "--force", "--detach", commit)

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether one commit is an ancestor of the other."""
        done = self._run(self.tree, ["merge-base", "--is-ancestor", old, new])
        return done.returncode == 0

    def git(self, *words: str) -> str:
        """Run git in our repository; return what it prints."""
        return self._checked(self.tree, words)

    def _of_user(self, *words: str) -> str:
        """Run git in the user's tree, where it only reads."""
        return self._checked(self.user, words)

    def _checked(self, where: Path, words: Sequence[str]) -> str:
        done = self._run(where, words)
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip() or "it says nothing").splitlines()
            raise UserError(f"git {words[0]} in {where}: {said[0]}")
        return done.stdout.strip()

    def _run(self, where: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        # No hooks and filters of the user's in our tree, and nothing refreshed in his.
        own = {"GIT_CONFIG_GLOBAL": os.devnull} if where != self.user else {
            "GIT_OPTIONAL_LOCKS": "0"}
        unset = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY")
        env = {name: value for name, value in os.environ.items() if name not in unset}
        return subprocess.run([paths.program("git", "git"), *words], cwd=where, text=True,
                              errors="replace", capture_output=True, check=False,
                              stdin=subprocess.DEVNULL, env={**env, "LC_ALL": "C.UTF-8", **own})


class Memory:
    """What commits showed, in a file beside the repository; `key` is all else that matters."""

    def __init__(self, repository: Repository, key: str) -> None:
        """Read what is there."""
        self.path = repository.directory / f"answers-{mark(key)}.json"
        self.answers: dict[str, Answer] = {}
        if self.path.exists():
            for commit, answer in json.loads(self.path.read_text()).items():
                self.answers[commit] = Answer(**answer)

    def keep(self, commit: str, answer: Answer) -> None:
        """Write an answer down."""
        self.answers[commit] = answer
        with paths.atomic(self.path) as new:
            new.write_text(json.dumps({name: asdict(one) for name, one in self.answers.items()},
                                      indent=1))


Ask = Callable[[str], Answer]
"""Told a commit, which is checked out; says what it shows."""


class Bisection:
    """The search for the first commit that is bad, or that is good again."""

    def __init__(self, repository: Repository, memory: Memory, ask: Ask,
                 tell: Callable[[str], None]) -> None:
        """Take whom to ask about a commit, and whom to tell how far it is."""
        self.repository, self.memory, self.ask, self.tell = repository, memory, ask, tell
        self.tried: dict[str, Answer] = {}

    def run(self, good: str, bad: str, files: Sequence[str] = ()) -> Outcome:
        """Return the first commit that differs from those before, of those that touch `files`."""
        git = self.repository.git
        fixed = self.repository.is_ancestor(bad, good)
        old, new, wanted = (bad, good, "good") if fixed else (good, bad, "bad")
        for commit, word in ((good, "good"), (bad, "bad")):
            answer = self._answer(commit, None)
            if answer.word != word:
                raise UserError(f"{self.repository.about(commit)} was to be {word}, and is"
                                f" {answer.word}: {answer.why}: give other commits")
        git("bisect", "reset")
        said = git("bisect", "start", "--no-checkout", "--term-new=new", "--term-old=old",
                   new, old, "--", *files)
        while not (found := self._found(said)):
            steps = STEPS.search(said)
            commit = git("rev-parse", "BISECT_HEAD")
            answer = self._answer(commit, int(steps[1]) if steps else None)
            term = SKIP if answer.word == SKIP else "new" if answer.word == wanted else "old"
            said = self._say(term, commit)
        tried = tuple((self.repository.about(commit), answer)
                      for commit, answer in self.tried.items())
        return Outcome(tuple(map(self.repository.about, found)), wanted, tried)

    def _say(self, term: str, commit: str) -> str:
        """Tell git what a commit is; return what it says, also where only skipped ones are left."""
        done = self.repository._run(self.repository.tree, ["bisect", term, commit])
        if done.returncode not in (0, 2):
            raise UserError(f"git bisect {term}: {done.stderr.strip()}")
        return done.stdout

    @staticmethod
    def _found(said: str) -> list[str]:
        """Return the first commit, or those that it is among, if git has come to an end."""
        if first := FIRST.search(said):
            return [first[1]]
        _, end, left = said.partition("The first new commit could be any of:\n")
        return HASH.findall(left) if end else []

    def _answer(self, commit: str, left: int | None) -> Answer:
        """Return what a commit shows, by asking it only once."""
        about = self.repository.about(commit)
        known = self.memory.answers.get(commit)
        if known:
            answer = known
        else:
            self.tell(f"{about}: {self._far(left)}")
            self.repository.checkout(commit)
            start = time.monotonic()
            found = self.ask(commit)
            answer = Answer(found.word, found.why, round(time.monotonic() - start, 1))
            self.memory.keep(commit, answer)
        self.tried[commit] = answer
        took = "known already" if known else f"{answer.seconds:.0f} s"
        self.tell(f"{about}: {answer.word}, {answer.why} ({took})")
        return answer

    def _far(self, left: int | None) -> str:
        """Return how many steps are left, and how long they take if they are like those before."""
        # The first build compiles everything; those after it what differs.
        times = [answer.seconds for answer in self.tried.values()][1:]
        # git counts those after this one.
        steps = 2 - len(self.tried) if left is None else left + 1
        text = f"step {len(self.tried) + 1}" + (
            ", one of the ends" if left is None else f", about {steps} to go")
        if times and left is not None:
            text += f", {max(1, round(steps * sum(times) / len(times) / 60))} min at the usual pace"
        return text
