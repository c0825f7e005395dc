# SPDX-License-Identifier: GPL-2.0
"""Bisects real kernels: `make bisect-proof`.

A git repository of Debian's sources has a row of commits, of which one brings a bug of
tests/mutants and two do not build. `landproof bisect` has to find the bug, and to leave the
repository as it was.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from vm import farm, lab, paths, progress, source
from vm.errors import UserError

ROOT = Path(__file__).resolve().parents[1]
BUG = ROOT / "tests" / "mutants" / "fs-symlink-free.patch"
CASE = "fs.make_sym.symlink"
CHANGED = ("security/landlock/fs.c", "security/landlock/cred.c", "security/landlock/task.c")
COMMITS = 12
BUGGY = 8
NOT_BUILDING = (5, 9)
"""git asks about both on its way to the bug, and each is mended by the next commit."""


class Row:
    """The repository with the row of commits; it has no work tree that is checked out."""

    def __init__(self, directory: Path, sources: Path) -> None:
        """Take where it is to be, and the sources of its first commit."""
        self.directory, self.sources = directory, sources
        self.commits: list[str] = []

    def make(self) -> None:
        """Make all commits."""
        self.directory.mkdir(parents=True)
        self.git("init", "-q")
        self.git("config", "core.looseCompression", "0")
        self.git(f"--work-tree={self.sources}", "add", "--all", "--force", ".")
        bug = farm.patched_files(self.sources, [BUG])
        files = {path: (self.sources / path).read_bytes() for path in (*CHANGED, *bug)}
        for number in range(COMMITS):
            path = CHANGED[number % len(CHANGED)]
            files[path] += f"\n/* Change {number}. */\n".encode()
            now = dict(files)
            subject = f"landlock: Say change {number}"
            if number == BUGGY:
                for name in bug:
                    files[name] = self._with_bug(name, files[name])
                now, subject = dict(files), "landlock: Tidy up symbolic links"
            if number in NOT_BUILDING:
                now[path] += b"#error this commit does not build\n"
            self._commit(now, subject)

    def _with_bug(self, name: str, text: bytes) -> bytes:
        """Return a file with the bug; what the commits before it appended stays."""
        before = (self.sources / name).read_bytes()
        after = farm.patched_files(self.sources, [BUG])[name]
        assert after is not None and text.startswith(before)
        return after + text[len(before):]

    def _commit(self, files: Mapping[str, bytes], subject: str) -> None:
        for name, data in files.items():
            blob = self.git("hash-object", "-w", "--stdin", data=data)
            self.git("update-index", "--cacheinfo", f"100644,{blob},{name}")
        tree = self.git("write-tree")
        parent = [word for one in self.commits[-1:] for word in ("-p", one)]
        self.commits.append(self.git("commit-tree", tree, *parent, "-m", subject))
        self.git("update-ref", "HEAD", self.commits[-1])

    def git(self, *words: str, data: bytes = b"") -> str:
        """Run git in the repository."""
        names = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
                 for what, value in (("NAME", "Landproof"), ("EMAIL", "lab@example.org"))}
        done = subprocess.run(["git", *words], cwd=self.directory, check=True, input=data,
                              capture_output=True,
                              env={**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull})
        return done.stdout.decode().strip()

    def sums(self) -> str:
        """Return a sum over the names, sizes and times of all that the repository has."""
        about = [(str(path), path.lstat().st_size, path.lstat().st_mtime_ns)
                 for path in sorted(self.directory.rglob("*"))]
        return hashlib.sha256(repr(about).encode()).hexdigest()


def _row(recipe: str, tell: Callable[[str, float], None]) -> Row:
    """Return the repository, from an earlier proof if there is one."""
    wanted = lab.recipes()[recipe]
    tree = source.fetch(wanted.source, wanted.suites, tell)
    row = Row(paths.cache() / "bisect-proof" / f"{tree.package}-{tree.version}", tree.path)
    done = row.directory / ".git" / "commits"
    if done.exists():
        row.commits = done.read_text().split()
    else:
        subprocess.run(["rm", "-rf", row.directory], check=True)
        row.make()
        done.write_text("\n".join(row.commits))
    return row


def main(words: list[str]) -> int:
    """Bisect; return 0 if the bug was found and nothing else was touched."""
    parser = argparse.ArgumentParser("tests.bisect_proof", description=__doc__)
    parser.add_argument("--recipe", default="lab-7.3-minimal")
    args = parser.parse_args(words)
    try:
        with progress.fetching() as tell:
            row = _row(args.recipe, lambda what, part: tell("sources", what, part))
    except UserError as error:
        print(f"tests.bisect_proof: {error}", file=sys.stderr)
        return 2
    before, start = row.sums(), time.monotonic()
    done = subprocess.run(
        [str(ROOT / "landproof"), "bisect", CASE, row.commits[0], row.commits[-1],
         "--tree", str(row.directory), "--recipe", args.recipe, "--again"],
        stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, end="")
    wrong = []
    if done.returncode or f"since commit {row.commits[BUGGY]}" not in done.stdout:
        wrong.append(f"the bug is commit {row.commits[BUGGY]}, and was not found")
    if "of which 2 could not be tried" not in done.stdout:
        wrong.append("the two commits that do not build were not met")
    if row.sums() != before:
        wrong.append("the repository is not what it was")
    print("\n".join(wrong) or f"found in {(time.monotonic() - start) / 60:.0f} min")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
