# SPDX-License-Identifier: GPL-2.0
"""What the tests of both forges share: a forge, and a run in two shards, done once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ci.forge import Forge, served
from tests.ci.runner import Job, Runner

CASES = ("net.tcp.bind", "fs.truncate.truncate")


@pytest.fixture
def forge() -> Iterator[Forge]:
    """A forge that has nothing yet."""
    with served() as one:
        yield one


@pytest.fixture(scope="session")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Runner, list[Job]]:
    """Two jobs of the action, each of which has run a shard."""
    with served() as one:
        runner = Runner(tmp_path_factory.mktemp("shards"), one)
        return runner, [runner.job(kernel="debian-7.3", case="\n".join(CASES), shard=f"{number}/2")
                        for number in (1, 2)]


@pytest.fixture(scope="session")
def shards(jobs: tuple[Runner, list[Job]]) -> dict[str, Path]:
    """The artifacts of both shards."""
    return jobs[0].artifacts


@pytest.fixture(scope="session")
def worse(shards: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same, with a bypass."""
    place = tmp_path_factory.mktemp("worse")
    changed = {}
    for name, directory in shards.items():
        changed[name] = place / name
        changed[name].mkdir()
        for path in directory.iterdir():
            (place / name / path.name).write_text(json.dumps(broken(json.loads(path.read_text()))))
    return changed


def broken(result: dict[str, Any]) -> dict[str, Any]:
    """Return a result in which each case that held has got through."""
    for kernel in result["kernels"]:
        for case in kernel["cases"]:
            case["verdict"], case["why"] = "bypass", "got through, 100%: by hand"
    return result
