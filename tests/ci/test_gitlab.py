# SPDX-License-Identifier: GPL-2.0
"""templates/landproof.yml: its form, and its scripts as they stand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.ci.forge import TOKEN, Artifact, Forge
from tests.ci.gitlab import JOBS, SPEC, TEXT, run
from tests.ci.runner import ROOT

INPUT = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")


@pytest.fixture
def place(shards: dict[str, Path], tmp_path: Path) -> Path:
    """The directory of the job that judges, with what the shards left."""
    return filled(tmp_path, shards)


def filled(place: Path, shards: dict[str, Path]) -> Path:
    """Put the shards where the template has them."""
    for one in shards.values():
        shutil.copytree(one, place / "landproof", dirs_exist_ok=True)
    return place


def test_the_form() -> None:
    inputs = SPEC["spec"]["inputs"]
    assert set(INPUT.findall(TEXT)) == set(inputs)
    assert all(one.keys() <= {"description", "default", "type"} for one in inputs.values())
    for name, job in JOBS.items():
        assert name.startswith(".") or job["extends"] in JOBS
        assert name.startswith(".") or job["artifacts"]["paths"] == ["landproof"]
    assert JOBS["landproof"]["needs"] == ["landproof-shards"]


def test_the_page_gives_inputs_that_are_there() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```yaml\n(include:.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (one,) = yaml.safe_load(block)["include"]
    inputs: dict[str, Any] = SPEC["spec"]["inputs"]
    assert (ROOT / one["file"]).is_file() and one["inputs"].keys() <= inputs.keys()
    assert {name for name, told in inputs.items() if "default" not in told} <= one["inputs"].keys()


def test_a_shard(gitlab_shard: Path) -> None:
    assert [path.name for path in gitlab_shard.iterdir()] == ["shard-2.json"]


def test_against_the_target_branch(place: Path, worse: dict[str, Path], forge: Forge,
                                   tmp_path_factory: pytest.TempPathFactory) -> None:
    first = run("landproof", place, forge)
    assert first.returncode == 0 and "no baseline: every deviation counts" in first.stdout
    assert "<testsuite" in (place / "landproof" / "junit.xml").read_text(encoding="utf-8")
    result = (place / "landproof" / "result.json").read_bytes()
    forge.artifacts.append(Artifact("landproof", result, "release"))
    request = filled(tmp_path_factory.mktemp("request"), worse)
    for _time in range(2):
        done = run("landproof", request, forge, CI_MERGE_REQUEST_TARGET_BRANCH_NAME="release",
                   CI_MERGE_REQUEST_IID="3", LANDPROOF_TOKEN=TOKEN)
        assert done.returncode == 1
        assert "baseline: release" in done.stdout and "FAILED: 3 regressions" in done.stdout
    (comment,) = forge.comments
    assert "net.tcp.bind" in comment["body"]


def test_accepting(worse: dict[str, Path], forge: Forge, tmp_path: Path) -> None:
    place = filled(tmp_path, worse)
    assert run("landproof", place, forge, LANDPROOF_ACCEPT="true").returncode == 0
