# SPDX-License-Identifier: GPL-2.0
"""Builds the kernel's own Landlock selftests, and runs them in the machines."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from vm import image, paths, run, source
from vm.errors import UserError
from vm.kernel import Kernel
from vm.places.suites import releases

RECORDER = Path(__file__).with_name("recorder.c")
TESTS = Path("tools/testing/selftests/landlock")
GUEST_DIRECTORY = "selftests"

# All that the programs are made of, and "make headers" for the UAPI they are for.
INGREDIENTS = (f"{TESTS}/*", "tools/testing/selftests/*.h", "tools/testing/selftests/lib.mk",
               "include/uapi/linux/landlock.h", "Makefile")
PROBE = "#include <sys/capability.h>\nint main(void) { return cap_free(cap_init()); }\n"

Tell = Callable[[str, float], None]
"""Told what is being done, and how much of it is done (0 to 1)."""


def suites(package: str) -> tuple[str, ...]:
    """Return where apt may find linux-source-X.Y: where the kernel X.Y is, else everywhere."""
    version = package.removeprefix("linux-source-")
    known = releases()
    if same := known.get(f"debian-{version}"):
        return same.suites
    return tuple(dict.fromkeys(suite for release in known.values() for suite in release.suites))


def tree(name: str, tell: Tell) -> Path:
    """Return the kernel sources that the user means: a directory, or a package that apt has."""
    if re.fullmatch(r"linux-source-\d[\w.]*", name):
        return source.fetch(name, suites(name), tell).path
    directory = Path(name)
    if not (directory / TESTS).is_dir():
        raise UserError(f"{name} has no {TESTS}: give linux-source-X.Y, or a directory of sources")
    return directory.resolve()


def programs(name: str, tell: Tell) -> Path:
    """Return the directory of the built selftests of these sources; build them if need be."""
    sources = tree(name, tell)
    directory = paths.cache() / "selftests" / _key(sources)
    if directory.exists():
        return directory
    _check_tools()
    with paths.disk_errors("the selftests"), paths.lock("selftests"):
        directory.parent.mkdir(parents=True, exist_ok=True)
        if not directory.exists():  # another process may have built them meanwhile
            with tempfile.TemporaryDirectory(prefix=".new-", dir=directory.parent) as scratch:
                _build(sources, Path(scratch), tell).rename(directory)
    tell("done", 1)
    return directory


def _key(sources: Path) -> str:
    """Return a sum of the sources, of the recorder and of the compiler."""
    compiler = subprocess.run([_compiler(), "--version"], capture_output=True, check=False)
    total = hashlib.sha256(compiler.stdout + RECORDER.read_bytes())
    for pattern in INGREDIENTS:
        for path in sorted(sources.glob(pattern)):
            if path.is_file():
                total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:32]


def _compiler() -> str:
    """Return the compiler."""
    return paths.program(os.environ.get("CC", "gcc"), "gcc")


def _check_tools() -> None:
    """Raise UserError, in one line, if something is missing to build with."""
    for tool, package in (("make", "make"), ("nm", "binutils")):
        paths.program(tool, package)
    probe = subprocess.run([_compiler(), "-static", "-x", "c", "-o", "/dev/null", "-", "-lcap"],
                           input=PROBE, text=True, capture_output=True, check=False)
    if probe.returncode:
        raise UserError("the selftests need libcap and a static libc: run vm/setup.sh,"
                        " or apt-get install libcap-dev libc6-dev")


def _build(sources: Path, scratch: Path, tell: Tell) -> Path:
    """Build below `scratch`, never in the sources; return the directory of the programs."""
    out = scratch / "out"
    out.mkdir()
    tell("making the kernel's headers", 0)
    _make(sources, "headers", f"O={scratch}/headers")
    tell("building the selftests", 0.5)
    recorder = scratch / "recorder.o"
    _call([_compiler(), "-std=gnu11", "-O2", "-c", "-o", str(recorder), str(RECORDER)])
    wraps = re.findall(r" T __wrap_(\w+)", _call(["nm", str(recorder)]))
    flags = ["-static", "-s", str(recorder), *(f"-Wl,--wrap={name}" for name in wraps)]
    _make(sources / TESTS, f"OUTPUT={out}", f"KHDR_INCLUDES=-isystem {scratch}/headers/usr/include",
          f"USERLDFLAGS={' '.join(flags)}", "USERCFLAGS=-w")
    return out


def _make(directory: Path, *words: str) -> None:
    """Call make; the caller's own make must not interfere."""
    jobs = len(os.sched_getaffinity(0))
    _call(["make", "-s", f"-j{jobs}", "-C", str(directory), f"CC={_compiler()}", *words])


def _call(command: Sequence[str]) -> str:
    """Run a tool; return what it says, or raise UserError with its first complaint."""
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "CFLAGS", "LDFLAGS")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        first = next((line for line in said if "rror" in line), said[-1])
        raise UserError(f"the selftests cannot be built: {first.strip()}")
    return done.stdout


def archive(directory: Path) -> bytes:
    """Return the archive, to be appended to a guest's, that holds the programs."""
    files = [path for path in sorted(directory.iterdir()) if path.name != "fs_bench"]
    return image.cpio([image.Entry(GUEST_DIRECTORY, 0o040755),
                       *(image.file(f"{GUEST_DIRECTORY}/{path.name}", path, 0o755)
                         for path in files)])


def run_all(chosen: Sequence[Kernel], directory: Path, globs: Sequence[str], outdir: Path,
            harness: Path, jobs: int | None, listener: run.Listener,
            more: Sequence[str] = (), boot: run.Boot = run.Boot()) -> list[Path]:
    """Run the programs (only those that a glob names, if any) on each kernel; see run.run().

    `more` are further arguments of the harness.
    """
    words = ["selftests", *more, *(word for glob in globs for word in ("--case", glob))]
    return run.run(chosen, words, outdir, harness, jobs, listener, boot,
                   archive(directory))
