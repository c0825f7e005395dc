# SPDX-License-Identifier: GPL-2.0
"""Runs a command once for each part of a work, as an array job of Slurm, until all are done."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from vm.errors import UserError
from vm.paths import program

POLL = 1.0
GONE = 2
"""Looks at the queue in which a job that left no status has to be missing: files come late."""
TRIES = 5
PART = "$SLURM_ARRAY_TASK_ID"

Told = Callable[[int, dict[str, Any]], None]
"""Takes the number of a part, and a record of what became of it."""


class Array:
    """The parts of a work, numbered from 1, in a directory that all nodes share."""

    def __init__(self, command: Sequence[str], parts: int, place: Path, options: Sequence[str],
                 told: Told) -> None:
        """Take a command that does part PART of `parts` and writes the result `result(PART)`."""
        self._place, self._options, self._told = place, options, told
        self._left = set(range(1, parts + 1))
        self._tries = dict.fromkeys(self._left, 0)
        self._missed = dict.fromkeys(self._left, 0)
        self._jobs: set[str] = set()
        self._read: dict[Path, int] = {}
        self._selected = dict.fromkeys(self._left, 0)
        words = " ".join(f'"{word}"' if PART in word else shlex.quote(word) for word in command)
        records = f'"{place}/{PART}.$SLURM_JOB_ID"'
        status = f'"{place}/{PART}.status"'
        # A node that is lost leaves no status; a command that fails does.
        self._script = (f"#!/bin/sh\nmkdir -p {records}\n{words} --records {records}\n"
                        f"echo $? >{status}.new && mv {status}.new {status}\n")

    def run(self) -> None:
        """Do all parts, and again what a lost node took with it; raise UserError if one fails."""
        try:
            self._submit(self._left)
            while self._left:
                time.sleep(POLL)
                queued = self._queued()
                for part in sorted(self._left):
                    self._follow(part)
                    self._look(part, queued)
        except BaseException:
            for job in self._jobs:
                subprocess.run([program("scancel", "slurm-client"), job], check=False)
            raise

    def _submit(self, parts: set[int]) -> None:
        for part in parts:
            self._tries[part] += 1
            self._missed[part] = 0
        done = subprocess.run(
            [program("sbatch", "slurm-client"), "--parsable", "--no-requeue",
             "--job-name=landproof", f"--array={','.join(map(str, sorted(parts)))}",
             f"--output={self._place}/%a.%A.log", *self._options],
            input=self._script, text=True, capture_output=True, check=False)
        if done.returncode:
            raise UserError(f"sbatch: {' '.join(done.stderr.split()) or 'it failed'}")
        self._jobs.add(done.stdout.strip().partition(";")[0])

    def _queued(self) -> set[int] | None:
        """Return the parts that wait or run; None while the controller cannot be asked."""
        done = subprocess.run(
            [program("squeue", "slurm-client"), "--me", "-h", "-r", "-o", "%F %K"],
            text=True, capture_output=True, check=False)
        if done.returncode:
            return None
        found = (line.split() for line in done.stdout.splitlines())
        return {int(part) for job, part in found if job in self._jobs}

    def _look(self, part: int, queued: set[int] | None) -> None:
        """See whether a part is done, or lost."""
        with suppress(FileNotFoundError):
            status = int((self._place / f"{part}.status").read_text())
            if status not in (0, 1):
                raise UserError(f"part {part} failed with status {status}: {self._last(part)}")
            self._left.remove(part)
            self._told(part, {"type": "end"})
            return
        if queued is None or part in queued:
            self._missed[part] = 0
            return
        self._missed[part] += 1
        if self._missed[part] < GONE:
            return
        if self._tries[part] == TRIES:
            raise UserError(f"part {part} was lost {TRIES} times: {self._last(part)}")
        self._told(part, {"type": "lost", "why": "its node or job is gone; submitted again"})
        self._submit({part})

    def _last(self, part: int) -> str:
        """Return the last line that a part wrote."""
        lines = [line for log in sorted(self._place.glob(f"{part}.*.log"))
                 for line in log.read_text(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else "it wrote nothing"

    def _follow(self, part: int) -> None:
        """Pass on the records that came since the last time."""
        for path in sorted(self._place.glob(f"{part}.*/*.jsonl")):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._read[path] = self._read.get(path, 0) + len(line)
                    self._pass(part, line)

    def _pass(self, part: int, line: bytes) -> None:
        with suppress(ValueError, KeyError):
            record = json.loads(line)
            if record["type"] == "start":
                # A part has several kernels: their cases count together.
                self._selected[part] += int(record["selected"])
                record["selected"] = self._selected[part]
            if record["type"] != "end":
                self._told(part, record)


def nodes() -> int:
    """Return how many nodes there are; raise UserError if there is no Slurm."""
    done = subprocess.run([program("sinfo", "slurm-client"), "-h", "-o", "%D"], text=True,
                          capture_output=True, check=False)
    if done.returncode:
        raise UserError(f"sinfo: {' '.join(done.stderr.split())}")
    return sum(map(int, done.stdout.split()))


def itself() -> str:
    """Return the path of the program that runs."""
    return str(Path(sys.argv[0]).resolve())
