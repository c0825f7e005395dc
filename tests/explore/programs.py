# SPDX-License-Identifier: GPL-2.0
"""Does each program that the explorer writes show what its list shows? `make reproducers`.

Every clause of the model has a mutant, and each mutant's first finding its program: a kernel that
does what the model says has to answer it as the finding says.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.reproduce import machines
from vm import kernels, progress
from vm.paths import GUEST

PARTS = ("fs", "overlay", "net", "domain", "calls", "log")
FLAGS = ("-std=gnu11", "-Wall", "-Wextra", "-Werror")
WIDTH = 75
PROCESSORS = len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Program:
    """A program, and what its finding says."""

    name: str
    found: dict[str, Any]

    @property
    def text(self) -> str:
        """The program."""
        return str(self.found["program"])

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.text.splitlines()

    def wrong(self, status: int, said: str) -> str:
        """Say what a run of it showed instead of what the finding says; "" if nothing."""
        last = [line.partition(": ")[2] for line in said.splitlines()[-2:]]
        got = _words(self.found["got"])
        if self.found["part"] == "calls":
            return "" if (status, last[-1:]) == (1, [got]) else said
        wanted = [_words(self.found["control"]), got]
        return "" if (status, last) == (1, wanted) else said or f"exit status {status}"


def _words(answer: str) -> str:
    """Return what strerror(3) calls an answer of the explorer."""
    return os.strerror(0 if answer == "works" else getattr(errno, answer))


def programs(part: str, seed: int = 1) -> list[Program]:
    """Return the programs of a part, one for each mutant that has a finding with an answer."""
    done = subprocess.run([GUEST, "explore", "--about", "shrink", "--json", "--part", part,
                           "--seed", str(seed), "--decisions", "20000"],
                          capture_output=True, text=True, check=True)
    return [Program(f"{part}-{one['mutant']}", one) for one in json.loads(done.stdout)
            if one.get("got")]


def check(chosen: Sequence[Program], place: Path) -> str:
    """Let the compiler look at programs; return what it says of them."""
    for one in chosen:
        (place / f"{one.name}.c").write_text(one.text)
    done = subprocess.run(["cc", *FLAGS, "-S", *(f"{one.name}.c" for one in chosen)], cwd=place,
                          capture_output=True, text=True, check=False)
    return done.stderr


def build(chosen: Sequence[Program], place: Path) -> dict[str, Path]:
    """Compile programs; return them by their names."""
    def one(program: Program) -> Path:
        source = place / f"{program.name}.c"
        source.write_text(program.text)
        target = place / program.name
        subprocess.run(["cc", *FLAGS, "-static", "-s", "-o", target, source], check=True)
        return target
    with ThreadPoolExecutor(PROCESSORS) as pool:
        return dict(zip((program.name for program in chosen), pool.map(one, chosen)))


def differences(chosen: Sequence[Program], kernel: str) -> dict[str, str]:
    """Run programs in a machine; return what those said that do not show their finding."""
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        ended = _run(chosen, kernel, Path(scratch))
    return {one.name: wrong for one in chosen if (
        wrong := one.wrong(ended[one.name].status, ended[one.name].said)
        if one.name in ended else "did not run")}


def _run(chosen: Sequence[Program], kernel: str, place: Path) -> dict[str, machines.Ended]:
    built = build(chosen, place)
    with progress.fetching() as tell:
        column = kernels.choose([kernel], progress=tell)
    return machines.run_all(column, built, place / "run")[kernel]


def _tell(one: Program, said: str) -> None:
    print(f"{one.name}: {one.found['control']} without, {one.found['got']} with it, and the"
          " program said:", said, *one.found["operations"], sep="\n    ")


def main(words: list[str]) -> int:
    """Try the programs of all parts; return 1 if one does not show its finding."""
    parser = argparse.ArgumentParser("tests.explore.programs", description=__doc__)
    parser.add_argument("--kernel", default="debian-7.3")
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(words)
    tried = differ = undecided = 0
    for part in args.part or PARTS:  # each in a machine: all would not fit into the memory of one
        chosen = programs(part, args.seed)
        wrong = differences(chosen, args.kernel)
        for one in chosen:
            if one.name in wrong and not one.found["certain"]:
                undecided += 1
                del wrong[one.name]
            elif one.name in wrong:
                _tell(one, wrong[one.name])
        tried, differ = tried + len(chosen), differ + len(wrong)
    print(f"{tried} programs of the explorer on {args.kernel}: {differ} differ; of {undecided} the"
          " kernel gave another of the errors that are possible")
    return int(differ > 0 or not tried)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
