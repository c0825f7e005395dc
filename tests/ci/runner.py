# SPDX-License-Identifier: GPL-2.0
"""Runs the steps of action.yml as GitHub's runner does: bash, and the files that it hands over."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.ci.forge import TOKEN, Artifact, Forge

ROOT = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclass
class Job:
    """What a job left."""

    status: int = 0
    said: str = ""
    summary: str = ""
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    cached: list[str] = field(default_factory=list)


@dataclass
class Runner:
    """A repository's workflow run: its jobs share the artifacts."""

    place: Path
    forge: Forge
    event: str = "push"
    branch: str = "main"
    artifacts: dict[str, Path] = field(default_factory=dict)
    installs: bool = True
    """Whether the first step is done, too: once is enough."""

    def job(self, **inputs: str) -> Job:
        """Run the action with these inputs."""
        given = {name: str(one.get("default", "")) for name, one in ACTION["inputs"].items()}
        assert inputs.keys() <= given.keys()
        job = Job()
        temporary = self.place / f"job-{len(list(self.place.glob('job-*')))}"
        temporary.mkdir(parents=True)
        for step in ACTION["runs"]["steps"][0 if self.installs else 1:]:
            context = self._context({**given, "token": TOKEN, **inputs}, job)
            if not self._wanted(step.get("if", "success()"), context, job):
                continue
            if "run" in step:
                status = self._run(step, context, temporary, job)
            else:
                status = self._use(step, context, job)
            job.status = job.status or status
        return job

    def _context(self, inputs: Mapping[str, str], job: Job) -> dict[str, str]:
        context = {f"inputs.{name}": value for name, value in inputs.items()}
        context |= {"github.event_name": self.event, "github.token": TOKEN, "runner.arch": "X64"}
        return context | {f"steps.{step}.outputs.{name}": value
                          for step, names in job.outputs.items() for name, value in names.items()}

    def _wanted(self, condition: str, context: Mapping[str, str], job: Job) -> bool:
        """Evaluate a condition; one that does not speak of the status means success() and it."""
        text = re.sub(r"\b(?:inputs|github|steps)\.[\w.]+",
                      lambda found: repr(context[found[0]]), condition)
        text = text.replace("&&", " and ").replace("always()", "True")
        text = text.replace("success()", str(job.status == 0))
        assert re.fullmatch(r"[\w\s'=!./-]*", text), text
        told = "always()" in condition or job.status == 0
        return bool(told and eval(text))

    def _run(self, step: Mapping[str, Any], context: Mapping[str, str], temporary: Path,
             job: Job) -> int:
        assert step["shell"] == "bash"
        assert not EXPRESSION.search(step["run"]), "an input is no part of a script"
        files = {name: temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            path.touch()
        event = {"repository": {"default_branch": "main"}, "pull_request": {"number": 7}}
        (temporary / "event.json").write_text(json.dumps(event))
        pull = self.event == "pull_request"
        environment = {
            **os.environ, **{name: str(path) for name, path in files.items()},
            "GITHUB_ACTION_PATH": str(ROOT), "RUNNER_TEMP": str(temporary),
            "GITHUB_API_URL": self.forge.address, "GITHUB_REPOSITORY": "o/r",
            "GITHUB_EVENT_PATH": str(temporary / "event.json"),
            "GITHUB_BASE_REF": self.branch if pull else "",
            "GITHUB_REF_NAME": "7/merge" if pull else self.branch,
            "XDG_STATE_HOME": str(temporary / "state"),
            **{name: _filled(value, context) for name, value in step.get("env", {}).items()}}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=temporary,
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=300, check=False)
        job.said += done.stdout
        job.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        if "id" in step:
            lines = files["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
            job.outputs[step["id"]] = dict(line.split("=", 1) for line in lines)
        for path in files.values():
            path.unlink()
        return done.returncode

    def _use(self, step: Mapping[str, Any], context: Mapping[str, str], job: Job) -> int:
        told = {name: _filled(str(value), context) for name, value in step["with"].items()}
        match step["uses"].partition("@")[0]:
            case "actions/cache":
                job.cached.append(told["key"])
            case "actions/upload-artifact":
                return self._upload(told["name"], Path(told["path"]))
            case "actions/download-artifact":
                Path(told["path"]).mkdir(exist_ok=True)
                for name in fnmatch.filter(self.artifacts, told["pattern"]):
                    shutil.copytree(self.artifacts[name], told["path"], dirs_exist_ok=True)
            case other:
                raise AssertionError(other)
        return 0

    def _upload(self, name: str, path: Path) -> int:
        found = [path] if path.exists() else sorted(path.parent.glob(path.name))
        kept = self.place / "artifacts" / name
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir(parents=True)
        for one in found:
            if one.is_dir():
                shutil.copytree(one, kept, dirs_exist_ok=True)
            else:
                shutil.copy(one, kept)
        self.artifacts[name] = kept
        files = [one for one in kept.iterdir() if one.is_file()]
        if len(files) == 1:
            self.forge.artifacts.append(Artifact(name, files[0].read_bytes(), self.branch))
        return 0


def _filled(text: str, context: Mapping[str, str]) -> str:
    return EXPRESSION.sub(lambda found: context.get(found[1], ""), text)
