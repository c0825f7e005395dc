# SPDX-License-Identifier: GPL-2.0
"""What the harness said in environments, and which of it must not be said."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.environments.table import Environment
from vm import image, kernels, qemu


NO_KEYS = re.compile(r"key.*: (EDQUOT|ENOKEY)( \(here: .*\))?$")
"""What a case says that found no room for one key more of its user's.

All processes of the user share that quota, and a kernel may have lost some of it for good.
"""


@dataclass
class Seen:
    """What the harness said in an environment, and what it left behind."""

    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: dict[str, Any] = field(default_factory=dict)

    def verdicts(self) -> dict[str, str]:
        """Return the verdict of each case."""
        return {name: result["verdict"] for name, result in self.results.items()}


def lines(environments: Iterable[Environment], cases: Sequence[str],
          option: str = "") -> list[str]:
    """Return what launch.c reads."""
    words = " ".join(f"-c {case}" for case in cases)
    return [f"{environment.name}\t{environment.steps}\thost --ktap --records 9 {words} {option}"
            for environment in environments]


def read(said: Iterable[str]) -> dict[str, Seen]:
    """Return what each environment showed."""
    seen: dict[str, Seen] = {}
    for line in filter(None, map(str.strip, said)):
        record = json.loads(line)
        if record["type"] == "environment":
            now = seen.setdefault(record["name"], Seen())
        elif record["type"] == "result":
            now.results[record["id"]] = record
        elif record["type"] == "left":
            now.left = record
    return seen


def launched(launcher: Path, program: Path, given: Sequence[str],
             directory: Path) -> dict[str, Seen]:
    """Return what environments showed on this machine."""
    listed, records = directory / "list", directory / "records"
    listed.write_text("\n".join(given) + "\n")
    subprocess.run([launcher, program, listed, records], check=True, timeout=500)
    return read(records.read_text(errors="replace").splitlines())


def in_machine(kernel: str, launcher: Path, program: Path, given: Sequence[str],
               word: str = "", files: Mapping[str, Path] | None = None) -> dict[str, Seen]:
    """Return what environments showed in a machine whose init is launch.c.

    `word` goes on the kernel's command line, `files` into /landproof.
    """
    booted = kernels.by_name(kernel)
    assert booted, f"{kernel} is not in the cache: ./landproof kernels fetch"
    more = [image.file("landproof/guest", program, 0o755)]
    more += [image.file(f"landproof/{name}", path) for name, path in (files or {}).items()]
    archive = image.base(booted, launcher) + image.arguments(given) + image.cpio(more)
    machine = qemu.Machine(image.bootable(booted), archive, words=(word,) if word else ())
    with qemu.Guest(machine) as guest:
        return read([line for port, line in guest.lines(lambda: 120.0) if port == qemu.RECORD])


def faults(environment: Environment, seen: Seen, normal: Seen) -> list[str]:
    """Return what was said or left in an environment that must not be."""
    status, output = seen.left["status"], seen.left["output"]
    found = [f"left behind: {new}" for new in seen.left["new"]]
    if environment.unable:
        if status != 2 or seen.results or not re.search(environment.unable, output):
            found.append(f"exit status {status}, {len(seen.results)} results: {output[-200:]}")
        return found
    if seen.results.keys() != normal.results.keys():
        found.append(f"{len(seen.results)} results, not {len(normal.results)}: {output[-200:]}")
        return found
    for name, usual in normal.verdicts().items():
        result = seen.results[name]
        verdict = result["verdict"]
        if verdict == "cannot-run" and usual != "cannot-run":
            if NO_KEYS.search(result["missing"]):
                continue
            if not environment.missing or not re.search(environment.missing, result["missing"]):
                found.append(f"{name}: {usual}, here cannot-run: {result['missing']}")
        elif verdict != usual and not (usual == "cannot-run" and verdict in {"holds", "open"}):
            found.append(f"{name}: {usual}, here {verdict}: {result['why']}")
    if environment.holds != ("holds" in seen.verdicts().values()) and "holds" in \
            normal.verdicts().values():
        found.append("holds: " + str(not environment.holds))
    deviating = {"bypass", "overblock", "errno", "dishonest", "crash", "hang"}
    if status != int(bool(deviating & set(seen.verdicts().values()))):
        found.append(f"exit status {status}: {output[-200:]}")
    if "child" in environment.steps.split() and not seen.left["inherited"]:
        found.append("a process that was there before is gone")
    return found


def check(environment: Environment, all_seen: dict[str, Seen]) -> None:
    """Fail if there is a fault."""
    seen = all_seen[environment.name]
    assert seen.left["status"] != 99, seen.left["output"]
    found = faults(environment, seen, all_seen["normal"])
    assert not found, "\n".join(found)
