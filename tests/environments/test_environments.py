# SPDX-License-Identifier: GPL-2.0
"""In no environment is something taken for the kernel that is not, here and in machines."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

from tests.environments.table import ENVIRONMENTS, Environment
from vm import image, kernels, qemu

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(__file__).with_name("launch.c")

# Of each kind of world, scene and policy, what takes little time.
CASES = (
    "api.create_ruleset.*", "api.restrict_self.*", "api.ruleset_fd.*", "domain.inherit.*",
    "domain.layers.*", "domain.process.proc_*", "errata.*", "fs.execute.memfd",
    "fs.read_file.*", "fs.refer.*", "ioctl.device.other_node", "net.tcp.connect",
    "net.tcp.without_inet", "scope.abstract_unix.connect", "scope.signal.kill",
)
CASES_IN_MACHINES = (
    "api.restrict_self.twice", "api.ruleset_fd.reopen", "domain.layers.last_denies",
    "fs.read_file.open", "fs.refer.all_but_refer", "scope.signal.kill",
)
KERNELS = ("debian-7.3",)


def name_of(environment: object) -> str:
    """Return the name of a test's environment."""
    assert isinstance(environment, Environment)
    return environment.name


@dataclass
class Seen:
    """What the harness said in an environment, and what it left behind."""

    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    left: dict[str, Any] = field(default_factory=dict)

    def verdicts(self) -> dict[str, str]:
        """Return the verdict of each case."""
        return {name: result["verdict"] for name, result in self.results.items()}


def _lines(environments: Iterable[Environment], cases: Sequence[str]) -> list[str]:
    """Return what launch.c reads."""
    words = " ".join(f"-c {case}" for case in cases)
    return [f"{environment.name}\t{environment.steps}\thost --ktap --records 9 {words}"
            for environment in environments]


def _read(lines: Iterable[str]) -> dict[str, Seen]:
    """Return what each environment showed."""
    seen: dict[str, Seen] = {}
    for line in filter(None, map(str.strip, lines)):
        record = json.loads(line)
        if record["type"] == "environment":
            now = seen.setdefault(record["name"], Seen())
        elif record["type"] == "result":
            now.results[record["id"]] = record
        elif record["type"] == "left":
            now.left = record
    return seen


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return launch.c, compiled."""
    binary = tmp_path_factory.mktemp("launch") / "launch"
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
                    "-static", "-Os", "-s", "-o", str(binary), str(SOURCE)], check=True)
    return binary


@pytest.fixture(scope="session")
def program() -> Iterator[Path]:
    """Return a copy of landproof-guest that no mount of launch.c hides: those of /tmp and /mnt."""
    built = os.environ.get("LANDPROOF_GUEST", ROOT / "build" / "landproof-guest")
    with tempfile.TemporaryDirectory(prefix="landproof-", dir="/var/tmp") as directory:
        Path(directory).chmod(0o755)
        yield Path(shutil.copy(built, directory))


@pytest.fixture(scope="session")
def here(launcher: Path, program: Path, tmp_path_factory: pytest.TempPathFactory,
         ) -> dict[str, Seen]:
    """Return what each environment showed on this machine."""
    directory = tmp_path_factory.mktemp("here")
    given, records = directory / "list", directory / "records"
    given.write_text("\n".join(_lines(ENVIRONMENTS, CASES)) + "\n")
    subprocess.run([str(launcher), str(program), str(given), str(records)], check=True,
                   timeout=500)
    return _read(records.read_text(errors="replace").splitlines())


@pytest.fixture(scope="session", params=KERNELS)
def machine(request: pytest.FixtureRequest, launcher: Path, program: Path) -> dict[str, Seen]:
    """Return what the environments showed in a machine, whose init is launch.c."""
    kernel = kernels.by_name(request.param)
    assert kernel, f"{request.param} is not in the cache: ./landproof kernels fetch"
    lines = _lines((e for e in ENVIRONMENTS if e.machine), CASES_IN_MACHINES)
    archive = (image.base(kernel, launcher) + image.arguments(lines)
               + image.cpio([image.file("landproof/guest", program, 0o755)]))
    booted = qemu.Machine(image.bootable(kernel), archive, words=("lsm=landlock,yama",))
    with qemu.Guest(booted) as guest:
        said = [line for port, line in guest.lines(lambda: 120.0) if port == qemu.RECORD]
    return _read(said)


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


def _check(environment: Environment, all_seen: dict[str, Seen]) -> None:
    """Fail if there is a fault."""
    seen = all_seen[environment.name]
    assert seen.left["status"] != 99, seen.left["output"]
    assert faults(environment, seen, all_seen["normal"]) == []


def test_there_are_many() -> None:
    """The claim of the project is about at least 25 environments, in machines too."""
    assert len({environment.name for environment in ENVIRONMENTS}) == len(ENVIRONMENTS)
    assert sum(environment.machine for environment in ENVIRONMENTS) > 25


def _marked(environment: Environment) -> ParameterSet:
    """Return a parameter that says what its test needs."""
    marks = [pytest.mark.needs("root"), pytest.mark.needs("Landlock")]
    if environment.steps.startswith("through="):
        marks.append(pytest.mark.needs(environment.name))
    return pytest.param(environment, marks=marks, id=environment.name)


@pytest.mark.parametrize("environment", map(_marked, ENVIRONMENTS))
def test_here(environment: Environment, here: dict[str, Seen]) -> None:
    """On this machine."""
    _check(environment, here)


@pytest.mark.parametrize("environment", [e for e in ENVIRONMENTS if e.machine],
                         ids=name_of)
def test_in_a_machine(environment: Environment, machine: dict[str, Seen]) -> None:
    """In a machine, whose kernel is given more security modules than Landlock."""
    _check(environment, machine)
