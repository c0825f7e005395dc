# SPDX-License-Identifier: GPL-2.0
"""Runs the scripts of templates/landproof.yml as GitLab's runner does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import yaml

from tests.ci.forge import TOKEN, Forge
from tests.ci.runner import ROOT

TEXT = (ROOT / "templates" / "landproof.yml").read_text(encoding="utf-8")
SPEC, JOBS = yaml.safe_load_all(TEXT)


def run(name: str, place: Path, forge: Forge, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a job's script, as the runner does; this tree stands for the clone of it."""
    job = JOBS[name]
    given = {"LANDPROOF": str(ROOT), "XDG_STATE_HOME": str(place / "state"),
             "CI_API_V4_URL": forge.address, "CI_PROJECT_ID": "5", "CI_JOB_TOKEN": TOKEN,
             "CI_COMMIT_REF_NAME": "topic", "CI_DEFAULT_BRANCH": "main",
             "LANDPROOF_ACCEPT": "", "LANDPROOF_TOKEN": "", "CI_MERGE_REQUEST_IID": ""}
    return subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(job["script"])], cwd=place,
                          env={**os.environ, **given, **variables}, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=300, check=False)
