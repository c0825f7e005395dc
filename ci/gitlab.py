# SPDX-License-Identifier: GPL-2.0
"""What templates/landproof.yml asks GitLab for: python3 -m ci.gitlab baseline|comment ..."""

from __future__ import annotations

import os
import sys
import urllib.parse
from pathlib import Path

from ci.forge import Refused, ask, fetch, fitting, ours

LONGEST = 900_000
"""Characters of a comment; GitLab takes a million."""


def main(words: list[str]) -> int:
    """Do one thing; 2 if GitLab refuses it."""
    try:
        match words:
            case ["baseline", job, kept, path]:
                return baseline(job, kept, Path(path))
            case ["comment", path]:
                return comment(Path(path).read_text(encoding="utf-8"))
    except Refused as error:
        print(f"landproof: {error}", file=sys.stderr)
        return 2
    print("ci.gitlab: baseline JOB ARTIFACT FILE, or comment FILE", file=sys.stderr)
    return 2


def baseline(job: str, kept: str, path: Path) -> int:
    """Write the result of the last pipeline that passed on the branch to be compared with."""
    given = os.environ
    branches = dict.fromkeys((given.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
                              or given["CI_COMMIT_REF_NAME"], given["CI_DEFAULT_BRANCH"]))
    for branch in branches:
        ref = urllib.parse.quote(branch, safe="")
        asked = urllib.parse.urlencode({"job": job})
        address = f"{_project()}/jobs/artifacts/{ref}/raw/{kept}?{asked}"
        try:
            text = fetch("GET", address, ("JOB-TOKEN", given["CI_JOB_TOKEN"]))
        except Refused as error:
            print(f"no baseline of {branch}: {error}")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
        print(f"baseline: {branch}")
        return 0
    print("no baseline: every deviation counts; a pipeline with LANDPROOF_ACCEPT=true makes one")
    return 0


def comment(text: str) -> int:
    """Write the report to the merge request, in the place of the one before.

    Whether GitLab takes it says nothing of the kernel.
    """
    header = "PRIVATE-TOKEN", os.environ["LANDPROOF_TOKEN"]
    notes = f"{_project()}/merge_requests/{os.environ['CI_MERGE_REQUEST_IID']}/notes"
    body = {"body": fitting(text, LONGEST)}
    try:
        old = ours(ask("GET", f"{notes}?per_page=100", header))
        if old:
            ask("PUT", f"{notes}/{old['id']}", header, body)
        else:
            ask("POST", notes, header, body)
    except Refused as error:
        print(f"no comment: {error}")
    return 0


def _project() -> str:
    return f"{os.environ['CI_API_V4_URL']}/projects/{os.environ['CI_PROJECT_ID']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
