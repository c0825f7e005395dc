# SPDX-License-Identifier: GPL-2.0
"""One run on several machines: how the work is cut, and how the results become one again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reports.errors import UserError
from reports.model.assemble import merge
from reports.model.results import Kernel, Lost, Result, Shard, family, special

BOOT = 5.0
"""Seconds that a kernel costs a shard besides its cases."""

CASE = 0.05
"""Seconds of a case that no earlier run has timed."""

SPECIAL = "a special run: "


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do: families of cases on kernels."""

    kernels: Mapping[str, Mapping[str, int]]
    """The number of cases of each family, by kernel."""
    seconds: Mapping[tuple[str, str], float]
    """What a family took on a kernel, as an earlier run knows it."""

    def weight(self, kernel: str, name: str) -> float:
        """Return the seconds that a family will take on a kernel."""
        return self.seconds.get((kernel, name), self.kernels[kernel][name] * CASE)


def work(kernels: Mapping[str, Sequence[str]], known: Result) -> Work:
    """Return the work of each kernel's cases; `known` has the catalogue, and durations."""
    catalogue = known.by_id()
    seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
    for kernel in known.kernels:
        for case in kernel.cases:
            seconds[kernel.name, family(case.id, catalogue)] += (case.ms or 0) / 1000
    return Work({kernel: Counter(family(one, catalogue) for one in ids)
                 for kernel, ids in kernels.items()}, dict(seconds))


def cut(all_of_it: Work, of: int) -> list[dict[str, list[str]]]:
    """Return the families of each kernel that each shard has; the same work is cut the same way.

    What is long goes first. A kernel stays in the shards that boot it already until they have
    their share; then it goes to the one that is done the earliest with it. None is left empty.
    """
    parts: list[dict[str, list[str]]] = [{} for _ in range(of)]
    loads = [0.0] * of
    cases = {kernel: sum(all_of_it.weight(kernel, name) for name in families)
             for kernel, families in all_of_it.kernels.items()}
    share = (sum(cases.values()) + BOOT * (len(cases) + of - 1)) / of
    pieces = sorted(((kernel, name) for kernel in cases for name in all_of_it.kernels[kernel]),
                    key=lambda one: (-cases[one[0]], one[0], -all_of_it.weight(*one), one[1]))
    for done, (kernel, name) in enumerate(pieces):
        last = len(pieces) - done <= parts.count({})
        costs = [load + all_of_it.weight(kernel, name) + (0 if kernel in part else BOOT)
                 for load, part in zip(loads, parts)]
        best = min(range(of), key=lambda one: (
            last and bool(parts[one]), kernel not in parts[one] or costs[one] > share, costs[one]))
        parts[best].setdefault(kernel, []).append(name)
        loads[best] = costs[best]
    return parts


def shard(all_of_it: Work, number: int, of: int, asked: bool) -> Shard:
    """Return what a shard's result says of itself."""
    text = json.dumps(cut(all_of_it, of), sort_keys=True)
    cases = {kernel: sum(families.values()) for kernel, families in all_of_it.kernels.items()}
    return Shard(number, of, cases, hashlib.sha256(text.encode()).hexdigest()[:16], asked)


def whole(results: Sequence[tuple[str, Result]]) -> Result:
    """Return the results of all shards (each with its file's name) as that of one run.

    Raise UserError if they are not the shards of one run, each once. What one of them did not
    bring, although it had to, is a loss of its kernel's column.
    """
    first = checked([(name, result.shard, result.landproof) for name, result in results], "run")
    for kernel in first.kernels:
        _check_cases(kernel, results)
    bare = [(name, replace(result, shard=None, kernels=tuple(map(_unmarked, result.kernels))))
            for name, result in results]
    joined = merge(bare)
    columns = {kernel.name: kernel for kernel in joined.kernels}
    kernels = []
    for name, cases in first.kernels.items():
        column = columns.pop(name, Kernel(name, unavailable="no shard has run it"))
        why = [f"{file}: {kernel.unavailable}" for file, result in results
               for kernel in result.kernels if kernel.name == name and kernel.unavailable]
        missing = cases - len(column.cases)
        if not column.unavailable and missing:
            said = f" ({'; '.join(why)})" if why else ""
            lost = Lost(f"{missing} of {cases} cases are in no shard{said}")
            column = replace(column, lost=(*column.lost, lost))
        kernels.append(column)
    if columns:
        raise UserError(f"{', '.join(columns)} was not to be run: these are not shards of one run")
    return replace(joined, kernels=tuple(kernels))


def checked(results: Sequence[tuple[str, Shard | None, str]], command: str) -> Shard:
    """Return what shards have in common; raise UserError if they are not those of one run.

    Each has its file's name, what it says of itself, and the version of Landproof that made it.
    """
    first_name, first, first_version = results[0]
    names: dict[int, str] = {}
    for name, one, version in results:
        if not one or not first:
            raise UserError(f"{first_name if not first else name} is not the result of a shard:"
                            f" `landproof {command} --shard K/N`")
        if replace(one, number=0) != replace(first, number=0) or version != first_version:
            raise UserError(f"{name} and {first_name} are not shards of one run: the same version,"
                            " kernels, cases and --durations have to be given to each")
        if one.number in names:
            raise UserError(f"{name} is shard {one.number} of {one.of}, and so is"
                            f" {names[one.number]}")
        names[one.number] = name
    assert first
    if missing := sorted(set(range(1, first.of + 1)) - set(names)):
        raise UserError(f"shard {', '.join(map(str, missing))} of {first.of} is"
                        " missing: give the results of all")
    return first


def _check_cases(name: str, results: Sequence[tuple[str, Result]]) -> None:
    """Raise UserError if a case ran in two shards."""
    seen: dict[str, str] = {}
    for file, result in results:
        kernel = result.kernel(name)
        for case in kernel.cases if kernel else ():
            if case.id in seen:
                raise UserError(f"{case.id} on {name} is in {file} and in {seen[case.id]}")
            seen[case.id] = file


def _unmarked(kernel: Kernel) -> Kernel:
    """Return a column without what says that it is a part of one."""
    options = tuple(word for word in kernel.provenance.options
                    if not word.startswith(("--shard=", "--durations=")))
    notes = [note for note in kernel.notes if not note.startswith(SPECIAL)]
    if unusual := special(options):
        notes.append(f"{SPECIAL}{' '.join(unusual)}")
    return replace(kernel, notes=tuple(notes),
                   provenance=replace(kernel.provenance, options=options))
