# SPDX-License-Identifier: GPL-2.0
"""action.yml: its form, and its steps as they stand, against a forge on this machine."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.ci.forge import TOKEN, Artifact, Forge
from tests.ci.runner import ACTION, EXPRESSION, ROOT, Job, Runner

WORKFLOW: dict[str, Any] = yaml.safe_load(re.findall(
    r"^```yaml\n(name: .*?)^```$", (ROOT / "docs" / "ci.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE)[0])

TEXT = {"type": "string", "minLength": 1}
STEP = {
    "type": "object", "additionalProperties": False, "required": ["name"],
    "properties": {name: TEXT for name in ("name", "id", "if", "run", "uses")}
    | {"shell": {"const": "bash"}, "env": {"type": "object"}, "with": {"type": "object"}},
    "oneOf": [{"required": ["run", "shell"]}, {"required": ["uses"]}],
}
SCHEMA = {
    "type": "object", "additionalProperties": False,
    "required": ["name", "description", "inputs", "runs"],
    "properties": {
        "name": TEXT, "description": TEXT,
        "inputs": {"additionalProperties": {
            "type": "object", "additionalProperties": False, "required": ["description"],
            "properties": {"description": TEXT, "default": {"type": "string"},
                           "required": {"type": "boolean"}}}},
        "outputs": {"additionalProperties": {
            "type": "object", "additionalProperties": False, "required": ["description", "value"],
            "properties": {"description": TEXT, "value": TEXT}}},
        "runs": {"type": "object", "additionalProperties": False, "properties": {
            "using": {"const": "composite"}, "steps": {"type": "array", "items": STEP}}}},
}
"""The form of a composite action, after GitHub's documentation; `make ci-check` has a published
schema."""


@pytest.fixture
def runner(forge: Forge, shards: dict[str, Path], tmp_path: Path) -> Runner:
    """A workflow run that has both shards' artifacts."""
    return Runner(tmp_path / "jobs", forge, artifacts=dict(shards), installs=False)


@pytest.fixture(autouse=True)
def _places(tmp_path: Path) -> None:
    (tmp_path / "jobs").mkdir()


def test_the_form() -> None:
    jsonschema.validate(ACTION, SCHEMA)


def test_what_expressions_name_is_there() -> None:
    steps = ACTION["runs"]["steps"]
    texts = [text for step in steps for part in (step.get("env", {}), step.get("with", {}))
             for value in part.values() for text in EXPRESSION.findall(str(value))]
    texts += [step.get("if", "") for step in steps]
    used = set(re.findall(r"inputs\.(\w+)", " ".join(texts)))
    assert used == set(ACTION["inputs"])
    ids = {step["id"] for step in steps if "id" in step}
    assert set(re.findall(r"steps\.(\w+)\.", " ".join(texts))) == ids


def test_the_workflow_of_the_page_uses_inputs_that_are_there() -> None:
    steps = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
    assert len(steps) == 2
    for step in steps:
        assert step["with"].keys() <= ACTION["inputs"].keys()
    (words,) = WORKFLOW["jobs"]["shards"]["strategy"]["matrix"].values()
    assert words == ["1/2", "2/2"]


def test_a_shard_is_handed_on(github_shard: tuple[Runner, Job]) -> None:
    runner, job = github_shard
    assert job.status == 0, job.said
    assert sorted(runner.artifacts) == ["landproof-shard-1"]
    (key,) = job.cached
    assert re.fullmatch(r"landproof-X64-[0-9a-f]{16}-\d{4}-\d\d", key)


def test_what_passes_becomes_the_baseline(runner: Runner, worse: dict[str, Path]) -> None:
    job = runner.job(merge="true")
    assert job.status == 0, job.said
    assert "::notice title=Landproof::no baseline yet" in job.said and "::error" not in job.said
    assert "debian-7.3" in job.summary
    assert {"landproof", "landproof-baseline"} <= runner.artifacts.keys()
    again = runner.job(merge="true")
    assert again.status == 0 and "passed: 3 results compared with the baseline" in again.said
    assert runner.forge.storage == [None], "the token stays with the forge"
    # A pull request that makes it worse
    runner.event, runner.artifacts = "pull_request", dict(worse)
    for _time in range(2):
        job = runner.job(merge="true", comment="true")
        assert job.status == 1
        assert "FAILED: 3 regressions" in job.said
        assert ("::error title=net.tcp.bind on debian-7.3::bypass: got through, 100%25: by hand"
                " (regression: holds -> bypass)\n") in job.said.replace("→", "->")
        assert "landproof-baseline" not in runner.artifacts
    (comment,) = runner.forge.comments
    assert "net.tcp.bind" in comment["body"] and "net.tcp.bind" in job.summary


def test_without_a_baseline_deviations_count_unless_they_are_accepted(
        runner: Runner, worse: dict[str, Path]) -> None:
    runner.artifacts = dict(worse)
    assert runner.job(merge="true").status == 1
    assert "landproof-baseline" not in runner.artifacts
    assert runner.job(merge="true", accept="true").status == 0
    assert "landproof-baseline" in runner.artifacts


def test_what_is_demanded_reaches_the_judgement(runner: Runner) -> None:
    job = runner.job(merge="true", baseline="false", gate="--require net.udp.*")
    assert job.status == 1 and "no case of --require net.udp.* ran" in job.said


def test_a_missing_shard_is_an_error(runner: Runner) -> None:
    del runner.artifacts["landproof-shard-2"]
    job = runner.job(merge="true")
    assert job.status == 2 and "shard 2 of 2 is missing" in job.said


def test_a_forge_that_fails_is_no_missing_baseline(runner: Runner) -> None:
    runner.forge.refuses = 500
    job = runner.job(merge="true")
    assert job.status == 2 and "::error title=Landproof::GET" in job.said and "500" in job.said
    assert "landproof-baseline" not in runner.artifacts


def test_forks_give_no_baseline_and_cannot_comment(runner: Runner) -> None:
    runner.forge.artifacts += [
        Artifact("landproof-baseline", b"", fork=True),
        Artifact("landproof-baseline", b"", "other"),
        Artifact("landproof-baseline", b"", expired=True)]
    runner.event, runner.forge.readonly = "pull_request", True
    job = runner.job(merge="true", comment="true")
    assert job.status == 0 and "no baseline yet" in job.said
    assert "::warning title=Landproof::no comment" in job.said and TOKEN not in job.said
