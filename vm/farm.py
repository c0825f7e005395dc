# SPDX-License-Identifier: GPL-2.0
"""A tree of links to kernel sources: it is built and patched, and the sources stay as they are."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from vm import paths
from vm.errors import UserError

BUILD = ".build"
"""Directory of the objects in the tree: directly below the sources, so that make names these
relative to it and a tree that has moved is not built anew."""

PATCHED = re.compile(r"^(?:---|\+\+\+|(?:rename|copy) (?:from|to)) (?:[ab]/)?(\S+)", re.MULTILINE)


class Farm:
    """The tree of links in a directory that also remembers which files were patched."""

    def __init__(self, directory: Path, source: Path) -> None:
        """Take the directory of the farm and that of the sources; neither is touched yet."""
        self.directory = directory
        self.source = source
        self.tree = directory / "tree"
        self.build = self.tree / BUILD
        self._link = directory / "source"
        self._memory = directory / "patched.json"

    def is_of(self, source: Path) -> bool:
        """Say whether there is a tree, and of these sources."""
        return self._link.is_symlink() and self._link.readlink() == source

    def refresh(self) -> None:
        """Make the tree one of links to all files of the sources as they are now."""
        if self._link.is_symlink() and not self.is_of(self.source):
            shutil.rmtree(self.tree)
            self._memory.unlink(missing_ok=True)
            self._link.unlink()
        self.tree.mkdir(parents=True, exist_ok=True)
        if not self._link.is_symlink():
            self._link.symlink_to(self.source)
        belongs = self._link_all() | self._patched() | {BUILD}
        for place, directories, files in os.walk(self.tree):
            here = os.path.relpath(place, self.tree)
            for name in [*directories, *files]:
                path = os.path.normpath(os.path.join(here, name))
                if path not in belongs:
                    _remove(self.tree / path)
            directories[:] = [name for name in directories if name != BUILD]

    def _link_all(self) -> set[str]:
        """Make the directories and links that are missing; return all that the sources have."""
        patched = self._patched()
        seen: set[str] = set()
        for place, directories, files in os.walk(self.source):
            here = os.path.relpath(place, self.source)
            files += [name for name in directories if os.path.islink(os.path.join(place, name))]
            # No history, and no build trees that lie in the sources.
            directories[:] = [name for name in directories if name not in (*files, ".git")
                              and not os.path.exists(os.path.join(place, name, ".config"))]
            if here == "." and ".config" in files:  # committed; make O= would refuse the tree
                files.remove(".config")
            (self.tree / here).mkdir(exist_ok=True)
            for name in [*directories, *files]:
                path = os.path.normpath(os.path.join(here, name))
                seen.add(path)
                if name in files and path not in patched:
                    self._link_file(path)
        return seen

    def _link_file(self, path: str) -> None:
        """Make the link to a file of the sources, if it is not there."""
        place = os.path.join(self.tree, path)
        if not os.path.islink(place):
            _remove(Path(place))
            # Short enough to need no block of its own on most file systems.
            os.symlink("../" * (path.count("/") + 1) + f"source/{path}", place)

    def _patched(self) -> set[str]:
        """Return the files that a patch has changed, added or removed in the tree."""
        try:
            return set(json.loads(self._memory.read_text()))
        except (OSError, ValueError):
            return set()

    def patch(self, patches: Sequence[Path]) -> set[str]:
        """Make the tree that of the sources with these patches and no others.

        Return the files that changed.

        Only what changes is written, so that make builds nothing else again. Make compares the
        age of links too (-L): a file whose link takes a patched file's place is built again.
        """
        wanted = patched_files(self.source, patches)
        touched = self._patched() | set(wanted)
        self._remember(touched)
        changed = {path for path in touched if self._write(path, wanted)}
        self._remember(set(wanted))
        return changed

    def _write(self, path: str, wanted: Mapping[str, bytes | None]) -> bool:
        """Make one file what it is to be; return whether it was something else."""
        place, data = self.tree / path, wanted.get(path)
        if data is not None:
            if not place.is_symlink() and place.exists() and place.read_bytes() == data:
                return False
            _remove(place)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
            place.chmod(0o755 if data.startswith(b"#!") else 0o644)
        elif path in wanted or not (self.source / path).exists():
            _remove(place)
        else:
            self._link_file(path)
        return True

    def _remember(self, patched: set[str]) -> None:
        """Write down which files of the tree are not links to the sources."""
        with paths.atomic(self._memory) as new:
            new.write_text(json.dumps(sorted(patched)))


def _remove(path: Path) -> None:
    """Remove a file, a link or an empty directory, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def patched_files(source: Path, patches: Sequence[Path]) -> dict[str, bytes | None]:
    """Return the files of the sources that patches change, as they are then; None: removed."""
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        root = Path(scratch)
        names: set[str] = set()
        for patch in patches:
            named = {name for name in PATCHED.findall(patch.read_text(errors="replace"))
                     if ".." not in Path(name).parts and not name.startswith("/")}
            for name in named - names:
                if (source / name).is_file():
                    (root / name).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source / name, root / name)
            names |= named
            applied = subprocess.run(
                [paths.program("patch", "patch"), "-p1", "--batch", "--forward", "-r", "-",
                 "--no-backup-if-mismatch", "-d", scratch, "-i", str(patch.resolve())],
                capture_output=True, text=True, check=False)
            if applied.returncode:
                said = [line for line in (applied.stdout + applied.stderr).splitlines()
                        if "FAILED" in line or "can't find" in line or "****" in line
                        or "Only garbage" in line or "previously applied" in line]
                why = said[0].strip() if said else "see patch -p1 --dry-run"
                raise UserError(f"{patch} does not apply to {source}: {why}")
        changed: dict[str, bytes | None] = {}
        for name in names:
            old = (source / name).read_bytes() if (source / name).is_file() else None
            new = (root / name).read_bytes() if (root / name).is_file() else None
            if old != new:
                changed[name] = new
        return changed
