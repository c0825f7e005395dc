# SPDX-License-Identifier: GPL-2.0
"""Many bugs in one kernel, of which the word landproof_mutant= of its command line chooses one.

A function that bugs change is there once as it was and once for each bug, and in its place stands
one that calls the right one. So one build serves for all of them. Bugs that change something
besides bodies of functions have to be built each by itself.
"""

from __future__ import annotations

import difflib
import re
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import Mutant

WORD = "landproof_mutant"
HOME = "security/landlock/setup.c"
"""The file that reads the word."""

SWITCH = f"/sys/module/kernel/parameters/{WORD}"
"""The file that chooses another one while the kernel runs."""

READER = f"""
#include <linux/moduleparam.h>

unsigned int {WORD};

core_param({WORD}, {WORD}, uint, 0644);
"""

NAMED = re.compile(r"(\w+)\)?(\[\w*\])*$")
"""The name of a parameter, which may be an array, or a pointer to one."""

HOOK = re.compile(r"\s*LSM_HOOK_INIT\(\w+, (\w+)\),\s*")


class CannotShare(Exception):
    """A bug that needs a kernel of its own; the message says why."""


@dataclass(frozen=True)
class Function:
    """One function, as the kernel's style writes it: its braces stand alone in column 0."""

    header: str
    body: str

    @property
    def is_call(self) -> bool:
        """Return whether it is a system call's."""
        return self.header.startswith("SYSCALL_DEFINE")

    @property
    def name(self) -> str:
        """Return its name."""
        found = re.search(r"SYSCALL_DEFINE\d\((\w+)" if self.is_call else r"(\w+)\s*\(",
                          self.header)
        assert found
        return found[1]

    def parameters(self) -> list[str]:
        """Return its parameters, as they are declared."""
        inner = self.header[self.header.index("(") + 1:self.header.rindex(")")]
        parts = [" ".join(part.split()) for part in inner.split(",")]
        if self.is_call:
            return [" ".join(pair) for pair in zip(parts[1::2], parts[2::2], strict=True)]
        return [] if parts == ["void"] else parts

    def result(self) -> str:
        """Return the declaration up to its name."""
        if self.is_call:
            return "static long "
        before = self.header[:self.header.index(self.name)]
        return before if "static" in before.split() else f"static {before}"

    def named(self, name: str, body: str) -> str:
        """Return a function like it, of another name."""
        return f"{self.result()}{name}({', '.join(self.parameters()) or 'void'})\n{body}\n"

    def chooser(self, numbers: Iterable[int]) -> str:
        """Return the function that calls the right one of those."""
        found = [NAMED.search(one) for one in self.parameters()]
        words = ", ".join(one[1] for one in found if one)
        void = re.search(r"\bvoid\s*$", self.result()) is not None
        lines = [f"extern unsigned int {WORD};", "", self.header, "{", f"\tswitch ({WORD}) {{"]
        for number in numbers:
            call = f"{self.name}__{number}({words});"
            lines += [f"\tcase {number}:"]
            lines += [f"\t\t{call}", "\t\treturn;"] if void else [f"\t\treturn {call}"]
        call = f"{self.name}__0({words});"
        lines += ["\tdefault:", f"\t\t{call}" if void else f"\t\treturn {call}"]
        return "\n".join([*lines, *(["\t\treturn;"] if void else []), "\t}", "}"]) + "\n"

    def nothing(self) -> str:
        """Return the body of a hook that is not there."""
        return "{\n}" if re.search(r"\bvoid\s*$", self.result()) else "{\n\treturn 0;\n}"


def parse(text: str) -> list[str | Function]:
    """Return the functions of a file, and the text between them."""
    parts: list[str | Function] = []
    between: list[str] = []
    lines = iter(text.splitlines(keepends=True))
    for line in lines:
        if line != "{\n":
            between.append(line)
            continue
        header: list[str] = []
        while between and between[-1].strip() and not re.match(r"[#}]|.*\*/$", between[-1]):
            header.insert(0, between.pop())
        body = [line]
        while body[-1] != "}\n":
            body.append(next(lines))
        parts += ["".join(between), Function("".join(header).rstrip("\n"), "".join(body)[:-1])]
        between = []
    return [*parts, "".join(between)]


def functions(parts: Iterable[str | Function]) -> dict[str, Function]:
    """Return the functions by name."""
    return {part.name: part for part in parts if isinstance(part, Function)}


def differing(before: str, after: str) -> dict[str, str]:
    """Return the bodies that a bug gives to functions of a file, by name.

    A hook that it takes away becomes one that does nothing. Raise CannotShare if that is not all.
    """
    old, new = parse(before), parse(after)
    rest, changed = ["".join(part for part in parts if isinstance(part, str)).splitlines()
                     for parts in (old, new)]
    theirs, ours = functions(new), functions(old)
    found = {name: theirs[name].body for name, one in ours.items()
             if name in theirs and theirs[name].body != one.body}
    for line in difflib.ndiff(rest, changed):
        hook = HOOK.fullmatch(line[1:])
        if line[0] == "-" and hook and hook[1] in ours:
            found[hook[1]] = ours[hook[1]].nothing()
        elif line[0] in "+-":
            raise CannotShare(line[2:].strip())
    if wild := [name for name in found if not all(map(NAMED.search, ours[name].parameters()))]:
        raise CannotShare(f"parameters of {wild[0]}")
    if theirs.keys() != ours.keys() or any(
            one.header != theirs[name].header for name, one in ours.items()):
        raise CannotShare("a function's header")
    return found


def patched(sources: Path, bug: Mutant) -> dict[str, str]:
    """Return the files that a patch changes, with what it makes of them."""
    names = re.findall(r"^--- a/(\S+)", bug.patch.read_text(encoding="utf-8"), re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="landproof-together-") as scratch:
        for name in names:
            copy = Path(scratch) / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text((sources / name).read_text(encoding="utf-8"), encoding="utf-8")
        subprocess.run(["patch", "-p1", "-s", "-i", str(bug.patch.resolve())], cwd=scratch,
                       check=True)
        return {name: (Path(scratch) / name).read_text(encoding="utf-8") for name in names}


def share(sources: Path, bugs: Sequence[Mutant]) -> tuple[str, dict[int, Mutant], dict[str, str]]:
    """Return the patch with many bugs, each with its number, and why the others are not in it."""
    numbered: dict[int, Mutant] = {}
    alone: dict[str, str] = {}
    bodies: dict[str, dict[str, dict[int, str]]] = {}
    for bug in bugs:
        try:
            found = {file: differing((sources / file).read_text(encoding="utf-8"), text)
                     for file, text in patched(sources, bug).items()}
        except CannotShare as why:
            alone[bug.name] = str(why)
            continue
        number = len(numbered) + 1
        numbered[number] = bug
        for file, changed in found.items():
            for name, body in changed.items():
                bodies.setdefault(file, {}).setdefault(name, {})[number] = body
    files = sorted({*bodies, HOME})
    return "".join(_diff(sources, file, bodies.get(file, {})) for file in files), numbered, alone


def _diff(sources: Path, file: str, bodies: dict[str, dict[int, str]]) -> str:
    """Return the patch of a file in which functions are there several times."""
    before = (sources / file).read_text(encoding="utf-8")
    after = _choosing(file, before, bodies)
    return "".join(difflib.unified_diff(before.splitlines(keepends=True),
                                        after.splitlines(keepends=True),
                                        f"a/{file}", f"b/{file}"))


def _choosing(file: str, text: str, bodies: dict[str, dict[int, str]]) -> str:
    """Return the file with all the ways of its functions."""
    parts = []
    for part in parse(text):
        if isinstance(part, str):
            parts.append(part)
        elif part.name in bodies:
            ways = {0: part.body, **bodies[part.name]}
            parts += [part.named(f"{part.name}__{number}", body) + "\n"
                      for number, body in ways.items()]
            parts.append(part.chooser(bodies[part.name]))
        else:
            parts.append(f"{part.header}\n{part.body}\n")
    return "".join(parts) + (READER if file == HOME else "")
