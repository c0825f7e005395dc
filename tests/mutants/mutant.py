# SPDX-License-Identifier: GPL-2.0
"""The bugs: one patch of security/landlock each, whose first line says what a user sees."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent

RECORDS = ("log.*",)
REACHING = {"fs": ("fs.*", "overlay.*", "ioctl.*", "errata.*", "domain.*", "scope.signal.*",
                   *RECORDS),
            "net": ("net.*", "socket.*", "api.*", "errata.*", *RECORDS),
            "task": ("scope.*", "domain.*", "errata.*", *RECORDS),
            "tsync": ("domain.*", *RECORDS), "errata": ("errata.*", "api.*"),
            "audit": RECORDS, "id": RECORDS, "log": RECORDS, "trace": RECORDS}
"""Which cases come to a file of security/landlock that not all come to."""


@dataclass(frozen=True)
class Mutant:
    """One bug."""

    name: str
    breaks: str
    """What breaks, and what a user sees of it."""
    patch: Path
    equivalent: str = ""
    """Why no user can see it, if that is so."""

    def file(self) -> str:
        """Return which file of security/landlock it is in, without the suffix."""
        file = re.search(r"^--- a/security/landlock/([a-z]+)", self.patch.read_text(), re.M)
        assert file
        return file[1]

    def cases(self) -> tuple[str, ...]:
        """Return patterns of the cases that can find it; none: all."""
        return REACHING.get(self.file(), ())

    def sum(self) -> str:
        """Return what tells this bug from another one of the same name."""
        text = self.patch.read_text(encoding="utf-8")
        return hashlib.sha256(text[text.index("\n---"):].encode()).hexdigest()[:16]


def equivalents(directory: Path = HERE) -> dict[str, str]:
    """Return the names of the patches that change nothing a user can see, and why."""
    file = directory / "equivalent.toml"
    return {str(name): str(why) for name, why in tomllib.loads(file.read_text()).items()}


def load(names: Sequence[str] = (), directory: Path = HERE) -> list[Mutant]:
    """Return the bugs of these names, or all; raise KeyError for a name that none has."""
    reasons = equivalents(directory)
    known = {path.stem: Mutant(path.stem, path.read_text(encoding="utf-8").split("\n", 1)[0],
                               path, reasons.get(path.stem, ""))
             for path in sorted(directory.glob("*.patch"))}
    return [known[name] for name in names] if names else list(known.values())
