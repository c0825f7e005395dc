# SPDX-License-Identifier: GPL-2.0
"""Each system call, refused alone by a seccomp filter: is a verdict another one than without?

    python3 -m tests.environments.sweep [CALL...]

A call is a name of <asm/unistd.h>; without one all are tried, by root and by an ordinary user,
with EPERM and with ENOSYS.  Exit status 1 if there is a fault.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.environments import conftest
from tests.environments.seen import Seen, faults, launched, lines
from tests.environments.table import SECCOMP, Environment
from tests.environments.test_environments import CASES

ERRORS = {"EPERM": 1, "ENOSYS": 38}
USERS = {"root": "", "user": "mode=755 user=65534 "}
OF_LAUNCH = {"execve", "exit_group", "rt_sigreturn", "write"}
"""Without these launch.c itself cannot start a program, or say what became of it."""
OF_PATIENCE = {"close"}
"""Without these every world waits for ends of pipes that never close, until its patience ends."""
AT_ONCE = 4


def numbers() -> dict[str, int]:
    """Return the system calls that the C library's headers know."""
    said = subprocess.run(["cc", "-E", "-dM", "-include", "asm/unistd.h", "-x", "c", "/dev/null"],
                          check=True, capture_output=True, text=True).stdout
    return {name: int(number) for name, number
            in re.findall(r"^#define __NR_(\w+) (\d+)$", said, re.M)}


def environments(calls: Sequence[str]) -> Iterator[tuple[Environment, ...]]:
    """Return, for each user, what is tried at once; the first is without a refusal."""
    known = numbers()
    for who, steps in USERS.items():
        for first in range(0, len(calls), AT_ONCE):
            yield (Environment("normal", steps.strip()), *(
                Environment(f"{call} {error} {who}", f"{steps}refuse={known[call]}:{number}",
                            missing=SECCOMP)
                for call in calls[first:first + AT_ONCE] for error, number in ERRORS.items()))


def judged(environment: Environment, seen: Seen, normal: Seen) -> list[str]:
    """Return the faults; that nothing at all can be said is none, if one line says why.

    It may be a line of the C library, which then ends the program with a status of its own.
    """
    if seen.left["status"] and not seen.results:
        said = seen.left["output"].splitlines()
        return [] if len(said) == 1 else [f"{len(said)} lines: {said}"]
    return [fault for fault in faults(environment, seen, normal) if not fault.startswith("holds:")]


def main(calls: Sequence[str]) -> int:
    """Try the calls, and tell faults as they come."""
    wrong = 0
    with tempfile.TemporaryDirectory() as directory, conftest.copied_program() as program:
        launcher = conftest.compiled_launcher(Path(directory))
        for group in environments(calls or sorted(numbers().keys() - OF_LAUNCH - OF_PATIENCE)):
            seen = launched(launcher, program, lines(group, CASES), Path(directory))
            for environment in group[1:]:
                for fault in judged(environment, seen[environment.name], seen["normal"]):
                    wrong += 1
                    print(f"{environment.name}: {fault}", flush=True)
            print(f"# {group[-1].name.split()[0]}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
