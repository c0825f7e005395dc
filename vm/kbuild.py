# SPDX-License-Identifier: GPL-2.0
"""Runs the kernel's make, and tells how far it is."""

from __future__ import annotations

import os
import re
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from vm import paths
from vm.errors import BuildError, UserError

STEPS = 2500
"""What a lab kernel takes, one line of make's a step, until a first build has counted them."""

REASON = re.compile(r"\b(?:error|ERROR): |\*\*\* |undefined reference to ")
"""A line that says why make failed; "CC lib/error-inject.o" does not."""

NICENESS = 10
"""Of a build. What we were started with counts: nice(1) would add to it, and a build at 20 comes to
a standstill beside others at 10."""

FOREIGN = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "ARCH", "CROSS_COMPILE", "KCFLAGS", "KBUILD_OUTPUT")


CCACHE = Path("/usr/lib/ccache")
"""Debian's directory of compilers that are ccache: commands that make remembers stay the same."""


def environment() -> dict[str, str]:
    """Return an environment in which the same kernel has the same bytes whenever it is built."""
    return {**{name: value for name, value in os.environ.items() if name not in FOREIGN},
            **_compiler_cache(),
            "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "KBUILD_BUILD_VERSION": "1",
            "KBUILD_BUILD_TIMESTAMP": "Thu Jan  1 00:00:00 UTC 1970",
            "KBUILD_BUILD_USER": "landproof", "KBUILD_BUILD_HOST": "lab"}


def _compiler_cache() -> dict[str, str]:
    """Return what makes compilers look whether another build has compiled the same.

    A build names its sources relative to itself (farm.BUILD), so that no path is in the way, and
    whether warnings are errors does not change an object. Links to sources are as new as the tree
    of links: what is in the files counts.
    """
    if not CCACHE.is_dir():
        return {}
    return {"PATH": f"{CCACHE}:{os.environ.get('PATH', os.defpath)}",
            "CCACHE_DIR": str(paths.cache() / "ccache"), "CCACHE_MAXSIZE": "2G",
            "CCACHE_NOHASHDIR": "1", "CCACHE_IGNOREOPTIONS": "-Wno-error",
            "CCACHE_SLOPPINESS": "include_file_mtime,include_file_ctime,time_macros"}


def made(build: Path) -> int:
    """Return how many steps a build directory has behind it: each leaves its command there."""
    return sum(1 for _ in build.rglob(".*.cmd"))


def make(words: Sequence[str], variables: dict[str, str], log: Path, failure: str,
         progress: Callable[[str, float], None], expected: int, done: int = 0) -> None:
    """Run make with as many jobs as there are cores.

    Of the `expected` steps an interrupted build may have done some. What make prints is kept in
    `log`. It ends with this process, removing what is half made, so that the next run goes on
    there. Raise UserError, which begins with `failure`, if it fails.
    """
    # setpriv, not a preexec_fn: no Python code runs between fork and exec in a thread.
    command = ["setpriv", "--pdeathsig", "TERM",
               "nice", "-n", str(max(0, NICENESS - os.nice(0))), "make",
               f"-j{len(os.sched_getaffinity(0))}", *words]
    last: deque[str] = deque(maxlen=200)
    with log.open("w", buffering=1) as file, subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", env=variables) as process:
        assert process.stdout
        try:
            for line in process.stdout:
                file.write(line)
                last.append(line.strip())
                if expected and (found := re.match(r"  [A-Z]\w*(?: \[\w\])? +(\S+)", line)):
                    done += 1
                    progress(found[1][-32:], min(done / expected, 0.999))
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        why = next((line for line in last if REASON.search(line)), last[-1] if last else "no word")
        advice = ": see --make, and KCFLAGS=-Wno-error" if "[-Werror" in why else ""
        full = any("No space left on device" in line for line in last)
        kind = UserError if full else BuildError
        raise kind(f"{failure}: {why} (all of it: {log}){advice}")
