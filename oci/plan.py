# SPDX-License-Identifier: GPL-2.0
"""Which containers have to run for a check, and the scripts that run them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from oci import bundle
from oci.checks import Check
from oci.forms import Form, block, expressible

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """One container. The same container is run once, however many checks ask for it."""

    how: str
    inside: tuple[str, ...]
    process: str
    config: tuple[tuple[str, str], ...]
    executed: str = ""
    """process.json of an exec; "": the arguments alone."""

    @property
    def name(self) -> str:
        """A name that says what it is, for whoever looks at the records."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:12]

    def files(self) -> dict[str, str]:
        """Return the files that lib.sh takes."""
        changes = {key: json.loads(value) for key, value in self.config}
        process = json.loads(self.process)
        if self.how == "exec":  # the first process waits, and what is executed does the rest
            process["args"] = [bundle.PROBE, "wait"]
        made = {"config.json": bundle.config(process, changes, self.name),
                "args": "".join(f"{word}\n" for word in self.inside)}
        return {**made, "process.json": self.executed} if self.executed else made


@dataclass(frozen=True)
class Asked:
    """A check in a form: what has to run for it."""

    check: Check
    form: Form
    control: Run
    """Without the block."""
    policy: Run
    mended: Run | None
    """Of one that must be refused: without its mistake."""


def _executed(check: Check, form: Form, inside: list[str], with_policy: bool,
              mended: bool) -> str:
    """Return process.json of an exec that has one."""
    if check.exec_process is None and check.exec_policy is None:
        return ""
    changes = {**(check.exec_process or {}), **(check.mended_process if mended else {})}
    process = bundle.process(inside, changes)
    if check.exec_policy is not None and with_policy:
        process["landlock"] = block(check.exec_policy, form, bundle.PROBE)
    return json.dumps(process)


def _run(check: Check, form: Form, policy: Json | None, mended: bool = False) -> Run:
    """Return the container of a check with this policy, or without one."""
    inside = ["layers", *check.inside]
    changes, executed = dict(check.process), ""
    if check.how == "exec":
        executed = _executed(check, form, inside, policy is not None, mended)
    elif mended:
        changes |= check.mended_process
    process = bundle.process(inside, changes)
    if policy is not None:
        process["landlock"] = block(policy, form, bundle.PROBE)
    config = tuple(sorted((key, json.dumps(value)) for key, value in check.config.items()))
    return Run(check.how, tuple(inside), json.dumps(process), config, executed)


def plan(checks: Iterable[Check], form: Form) -> list[Asked]:
    """Return what has to run for the checks that the form can say."""
    asked = []
    for check in checks:
        if not expressible(check.policy, form):
            continue
        control = check.expect == "refused"
        mended = check.policy if check.mended_process else check.mended
        asked.append(Asked(
            check, form, _run(check, form, None, mended=control),
            _run(check, form, check.policy),
            _run(check, form, mended, mended=True)
            if check.expect == "refused" or check.policy.get("strict") else None))
    return asked


def runs(asked: Iterable[Asked]) -> list[Run]:
    """Return all the containers, each once."""
    found = {run.name: run for one in asked for run in (one.control, one.policy, one.mended)
             if run}
    return list(found.values())
