# SPDX-License-Identifier: GPL-2.0
"""Who calls given functions in kernel sources: cscope's answer, for the files that name them."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vm import paths
from vm.errors import UserError

# Not of the kernel that runs, or of a processor that no kernel here is for.
LEFT_OUT = ("Documentation/", "samples/", "scripts/", "tools/")
ARCHITECTURE = re.compile(r"arch/(?!x86/)")
SYSCALL = re.compile(r"^(?:COMPAT_)?SYSCALL_DEFINE\d\((\w+)")


@dataclass(frozen=True)
class Caller:
    """A function, by its file and name, that calls some of those that were asked for."""

    file: str
    function: str
    calls: tuple[str, ...]
    checked: bool
    """It calls a check, too."""


def find(sources: Path, functions: Sequence[str], checks: Sequence[str]) -> list[Caller]:
    """Return the callers of the functions, each with what it calls of them."""
    files = [path.relative_to(sources) for path in _naming(sources, functions)]
    if not files:
        raise UserError(f"{sources} has no C file that calls {functions[0]} or the like")
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        index = Path(scratch) / "cscope.out"
        listed = Path(scratch) / "files"
        listed.write_text("".join(f"{file}\n" for file in files))
        _cscope(sources, ["-b", "-k", "-i", str(listed), "-f", str(index)])
        checked = {one for check in checks for one in _callers(sources, index, check)}
        found: dict[tuple[str, str], list[str]] = {}
        for function in functions:
            for one in _callers(sources, index, function):
                found.setdefault(one, []).append(function)
    return [Caller(file, function, tuple(calls), (file, function) in checked)
            for (file, function), calls in sorted(found.items())]


def _naming(sources: Path, functions: Sequence[str]) -> Iterator[Path]:
    """Yield the C files that name one of the functions: the index is made of these alone."""
    words = re.compile(rb"\b(?:" + b"|".join(word.encode() for word in functions) + rb")\(")
    for path in sorted(sources.rglob("*.c")):
        name = str(path.relative_to(sources))
        if not name.startswith(LEFT_OUT) and not ARCHITECTURE.match(name) \
                and words.search(path.read_bytes()):
            yield path


def _callers(sources: Path, index: Path, function: str) -> set[tuple[str, str]]:
    """Return file and name of the functions that call one."""
    said = _cscope(sources, ["-d", "-L", "-3", function, "-f", str(index)])
    # Of several names for one line the last is the function's, the others are macros before it.
    lines: dict[tuple[str, int], str] = {}
    for line in said.splitlines():
        file, caller, number, _text = line.split(maxsplit=3)
        lines[file, int(number)] = caller
    return {(file, _system_call(sources / file, number) if "SYSCALL_DEFINE" in caller else caller)
            for (file, number), caller in lines.items()}


def _system_call(path: Path, number: int) -> str:
    """Return "sys_NAME" for the system call that a line is in: cscope has but the macro's name."""
    lines = path.read_text(errors="replace").splitlines()[:number]
    found = (match for line in reversed(lines) if (match := SYSCALL.match(line)))
    return f"sys_{next(found)[1]}"


def _cscope(sources: Path, words: Sequence[str]) -> str:
    done = subprocess.run([paths.program("cscope", "cscope"), *words], cwd=sources,
                          capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise UserError(f"cscope failed on {sources}: {done.stderr.strip()[:200]}")
    return done.stdout
