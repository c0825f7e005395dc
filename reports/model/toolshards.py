# SPDX-License-Identifier: GPL-2.0
"""One run of tools on several machines: how the results become one again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reports.errors import UserError
from reports.model.runtimes import Machine, Outcome, Run
from reports.model.shards import checked


def whole(runs: Sequence[tuple[str, Run]]) -> Run:
    """Return the results of all shards (each with its file's name) as that of one run.

    Raise UserError if they are not the shards of one run, each once, with the same tools.
    """
    first = checked([(name, run.shard, run.landproof) for name, run in runs], "runtimes")
    first_name, pattern = runs[0]
    for name, run in runs:
        if (run.tools, run.left_out) != (pattern.tools, pattern.left_out):
            raise UserError(f"{name} and {first_name} have not the same tools in the same versions")
    inapplicable: Counter[str] = Counter()
    for _name, run in runs:
        inapplicable.update(run.inapplicable)
    return replace(
        pattern, shard=None, date=max(run.date for _name, run in runs),
        machines=tuple(_machine(name, runs) for name in first.kernels),
        outcomes=tuple(_outcomes(runs)), inapplicable=dict(inapplicable),
        rights={case: rights for _name, run in runs for case, rights in run.rights.items()},
        options=tuple(word for word in pattern.options if not word.startswith("--shard=")))


def _machine(name: str, runs: Sequence[tuple[str, Run]]) -> Machine:
    """Return a kernel as all the shards that had a part of it saw it."""
    seen = [(file, machine) for file, run in runs for machine in run.machines
            if machine.name == name]
    if not seen:
        return Machine(name, unavailable="no shard has run it")
    ran = [(file, one) for file, one in seen if not one.unavailable]
    if not ran:
        return seen[0][1]
    lost = [f"{file}: {why}" for file, one in seen
            for why in (*one.lost, *([one.unavailable] if one.unavailable else []))]
    missing = {tool: why for _file, one in ran for tool, why in one.missing.items()}
    return replace(ran[0][1], missing=missing, lost=tuple(lost))


def _outcomes(runs: Sequence[tuple[str, Run]]) -> list[Outcome]:
    """Return what all shards saw; raise UserError if two of them did the same."""
    seen: dict[tuple[str, str, str], str] = {}
    for name, run in runs:
        for one in run.outcomes:
            what = one.case, one.tool, one.kernel
            if what in seen:
                raise UserError(f"{one.case} with {one.tool} on {one.kernel} is in {name} and in"
                                f" {seen[what]}")
            seen[what] = name
    return [one for _name, run in runs for one in run.outcomes]
