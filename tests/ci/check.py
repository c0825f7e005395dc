# SPDX-License-Identifier: GPL-2.0
"""`make ci-check`: others' tools validate the files of GitHub and GitLab.

action-validator has SchemaStore's schemas of actions and workflows; gitlab-ci-local has GitLab's
schema. The scripts in these files are run by the tests beside this.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.ci.test_github import WORKFLOW

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("@action-validator/core@0.6.0", "@action-validator/cli@0.6.0", "gitlab-ci-local@4.61.0")
"""A newer gitlab-ci-local needs a newer node than Debian has."""

PIPELINE = {"include": [{"local": "templates/landproof.yml", "inputs": {
    "repository": "https://gitlab.example.org/a/landproof.git", "kernel": "debian-7.3"}}]}


def call(*words: str | Path, at: Path) -> str:
    """Run a command; end the check if it fails."""
    done = subprocess.run(words, cwd=at, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        sys.exit(f"ci-check: {' '.join(map(str, words))}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def refused(*words: str | Path, at: Path) -> None:
    """Run a command that has to fail: what takes everything checks nothing."""
    if subprocess.run(words, cwd=at, capture_output=True, check=False).returncode == 0:
        sys.exit(f"ci-check: {' '.join(map(str, words))} takes a broken file")


def github(tools: Path, place: Path) -> None:
    """Validate the action and the workflow of docs/ci.md, and see broken ones refused."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    workflow = {"on" if str(name) == "True" else name: told for name, told in WORKFLOW.items()}
    files: Mapping[str, tuple[str, str]] = {
        "action.yml": (text, text.replace("using: composite", "using: compost")),
        ".github/workflows/landlock.yml": (
            yaml.safe_dump(workflow), yaml.safe_dump({**workflow, "jobs": {"one": {"steps": []}}}))}
    for name, (right, wrong) in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wrong, encoding="utf-8")
        refused(tools / "action-validator", path, at=place)
        path.write_text(right, encoding="utf-8")
        call(tools / "action-validator", path, at=place)
        print(f"{name}: valid")


def gitlab(tools: Path, place: Path) -> None:
    """Validate the template in a repository that includes it, and see a broken one refused."""
    (place / "templates").mkdir()
    text = (ROOT / "templates" / "landproof.yml").read_text(encoding="utf-8")
    for name, content in {".gitlab-ci.yml": yaml.safe_dump(PIPELINE),
                          "templates/landproof.yml": text.replace("needs:", "needz:")}.items():
        (place / name).write_text(content, encoding="utf-8")
    call("git", "init", "-q", "-b", "main", at=place)
    call("git", "remote", "add", "origin", "https://gitlab.example.org/a/b.git", at=place)
    local = (tools / "gitlab-ci-local",)
    refused(*local, "--list", at=place)
    (place / "templates/landproof.yml").write_text(text, encoding="utf-8")
    said = call(*local, "--list", at=place)
    if "json schema validated" not in said:
        sys.exit(f"ci-check: gitlab-ci-local validates nothing\n{said}")
    print("templates/landproof.yml: valid")


def main() -> int:
    """Install the tools below a directory of their own, and let them look."""
    with tempfile.TemporaryDirectory(prefix="landproof-ci-") as scratch:
        place = Path(scratch)
        for name in ("tools", "github", "gitlab"):
            (place / name).mkdir()
        call("npm", "install", "--no-audit", "--no-fund", *TOOLS, at=place / "tools")
        tools = place / "tools" / "node_modules" / ".bin"
        github(tools, place / "github")
        gitlab(tools, place / "gitlab")
    return 0


if __name__ == "__main__":
    sys.exit(main())
