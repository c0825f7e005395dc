# SPDX-License-Identifier: GPL-2.0
"""What action.yml asks GitHub for: python3 -m ci.github baseline|comment ..."""

from __future__ import annotations

import io
import json
import os
import sys
import urllib.parse
import zipfile
from pathlib import Path
from typing import Any

from ci.forge import Refused, ask, fetch, fitting, ours

LONGEST = 65000
"""Characters of a comment; GitHub takes 65536."""


def main(words: list[str]) -> int:
    """Do one thing; 2 if GitHub refuses it."""
    try:
        match words:
            case ["baseline", name, path]:
                return baseline(name, Path(path))
            case ["comment", path]:
                return comment(Path(path).read_text(encoding="utf-8"))
    except Refused as error:
        print(f"::error title=Landproof::{error}")
        return 2
    print("ci.github: baseline NAME FILE, or comment FILE", file=sys.stderr)
    return 2


def baseline(name: str, path: Path) -> int:
    """Write the newest artifact of this name on the branch that this run is to be compared with.

    Those of pull requests from other repositories do not count, whatever their branch is called.
    """
    branches = dict.fromkeys((_given("GITHUB_BASE_REF") or _given("GITHUB_REF_NAME"),
                              str(_event().get("repository", {}).get("default_branch", ""))))
    asked = urllib.parse.urlencode({"name": name, "per_page": 100})
    listed = _ask("GET", f"actions/artifacts?{asked}")["artifacts"]
    for branch in filter(None, branches):
        found = [one for one in listed if not one["expired"] and _on(one, branch)]
        if found:
            newest = max(found, key=lambda one: str(one["created_at"]))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_only_file(fetch("GET", newest["archive_download_url"], _header())))
            print(f"baseline: {name} of {branch}, {newest['created_at']}")
            return 0
    print(f"::notice title=Landproof::no baseline yet ({name}): every deviation counts; a run with"
          " accept makes one")
    return 0


def _on(artifact: dict[str, Any], branch: str) -> bool:
    made = artifact["workflow_run"]
    return bool(made["head_branch"] == branch
                and made["head_repository_id"] == made["repository_id"])


def _only_file(archive: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            (name,) = files.namelist()
            return files.read(name)
    except (ValueError, zipfile.BadZipFile) as error:
        raise Refused(f"the baseline's artifact is not an archive of one file: {error}") from error


def comment(text: str) -> int:
    """Write the report to the pull request, in the place of the one before.

    A pull request from another repository has a token that cannot: the summary has the report.
    """
    number = _event()["pull_request"]["number"]
    body = {"body": fitting(text, LONGEST)}
    try:
        old = ours(_ask("GET", f"issues/{number}/comments?per_page=100"))
        if old:
            _ask("PATCH", f"issues/comments/{old['id']}", body)
        else:
            _ask("POST", f"issues/{number}/comments", body)
    except Refused as error:
        print(f"::warning title=Landproof::no comment: {error}")
    return 0


def _ask(method: str, what: str, data: Any = None) -> Any:
    address = f"{_given('GITHUB_API_URL')}/repos/{_given('GITHUB_REPOSITORY')}/{what}"
    return ask(method, address, _header(), data)


def _header() -> tuple[str, str]:
    return "Authorization", f"Bearer {_given('GITHUB_TOKEN')}"


def _given(name: str) -> str:
    return os.environ.get(name, "")


def _event() -> dict[str, Any]:
    """Return what started the run, as GitHub tells it."""
    event: dict[str, Any] = json.loads(Path(_given("GITHUB_EVENT_PATH")).read_text())
    return event


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
