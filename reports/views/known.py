# SPDX-License-Identifier: GPL-2.0
"""The known issues: what happens, on which kernels, and what fixed it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from reports.document import (
    Block,
    Cell,
    Document,
    Facts,
    Paragraph,
    Words,
    linked,
    words,
)
from reports.model.known import Commit, Issue

FORM = "urn:landproof:known-issues:1"
COMMIT = "https://git.kernel.org/torvalds/c/{}"


def document(issues: Sequence[Issue], about: str, landproof: str) -> Document:
    """Return the issues, one after the other; `about` is what was asked for, or empty."""
    nothing = Block((Paragraph(words(f"No known issue is about {about}.")),))
    return Document(
        title=f"Known issues{about and f' of {about}'}",
        blocks=tuple(map(_block, issues)) or (nothing,),
        json=partial(to_json, issues, landproof),
    )


def _block(issue: Issue) -> Block:
    commits = [(*_commit(one), Cell(", ")) for one in issue.commits]
    facts = {
        "shows as": words(", ".join(issue.verdicts)),
        "on": words(", ".join(issue.filesystems)),
        "affects": words(issue.kernels),
        "fixed in": words(", ".join(issue.fixed)),
        "fixed by": tuple(cell for one in commits for cell in one)[:-1],
        "recorded": linked(issue.report),
        "cases": tuple(part for glob in issue.cases
                       for part in (Cell(glob, code=True), Cell(", ")))[:-1],
    }
    pairs = tuple((name, line) for name, line in facts.items() if line)
    return Block((Paragraph(words(issue.text)), Facts(pairs)), issue.id)


def _commit(commit: Commit) -> Words:
    return (Cell(commit.hash, link=COMMIT.format(commit.hash), code=True),
            Cell(f" (“{commit.subject}”)"))


def to_json(issues: Sequence[Issue], landproof: str) -> str:
    """Return the issues for programs, with what is derived of their entries."""
    data = {"$schema": FORM, "landproof": landproof, "issues": list(map(_data, issues))}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _data(issue: Issue) -> dict[str, Any]:
    entry = {name: value for name, value in asdict(issue).items() if value}
    links = [cell.link for cell in linked(issue.report) if cell.link]
    links += [COMMIT.format(commit.hash) for commit in issue.commits]
    return {**entry, "ranges": [asdict(one) for one in issue.ranges], "links": links}
