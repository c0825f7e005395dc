# SPDX-License-Identifier: GPL-2.0
"""Whose kernels the columns are, and what one version number means with each of them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from reports.model.judgement import untried
from reports.model.results import Kernel, Result, base
from reports.model.verdicts import Verdict

DATA = Path(__file__).parents[1] / "distributions.toml"
LAB = "lab"
OTHER = "other"

MEANINGS = ("version", "distribution", "kernel", "ABI", "backported", "dishonest", "missing")
"""What is shown of a Meaning."""

FEW = 4

BACKPORT = "backport:"
"""What the harness's remark begins with where a right is taken before its ABI version."""


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return the names of distributions and how the releases of their kernels look."""
    entries = tomllib.loads(DATA.read_text(encoding="utf-8"))["distribution"]
    return tuple((entry["name"], re.compile(entry["release"])) for entry in entries)


def distribution(kernel: Kernel) -> str:
    """Return whose kernel it is; a set names the distribution in the source."""
    source = kernel.provenance.source or ""
    if ", recipe " in source:
        return LAB
    if named := re.match(r"(\w[\w ]*\w) \S+: \S+ \S+$", source):
        return named[1]
    release = kernel.release or kernel.provenance.version or ""
    return next((name for name, pattern in _patterns() if pattern.search(release)), OTHER)


def grouped(result: Result) -> Result:
    """Return the result with the columns of one distribution beside each other."""
    order = list(dict.fromkeys(map(distribution, result.kernels)))
    kernels = sorted(result.kernels, key=lambda kernel: order.index(distribution(kernel)))
    return replace(result, kernels=tuple(kernels))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kernel makes of its version number."""

    series: str
    distribution: str
    kernel: Kernel
    backports: tuple[str, ...]
    """What it takes although its ABI version does not promise it."""
    dishonest: tuple[str, ...]
    """What it claims and refuses, or takes and does not enforce."""
    missing: str


def series(kernel: Kernel) -> str:
    """Return the version of Linux that a kernel says it is: two numbers."""
    found = re.match(r"\d+\.\d+", kernel.release or kernel.provenance.version or "")
    return found[0] if found else ""


def meanings(result: Result) -> list[Meaning]:
    """Return the kernels of those versions that more than one distribution has.

    A lab kernel is no distribution's: what it lacks is as its recipe has it.
    """
    ran = [kernel for kernel in result.kernels
           if kernel.cases and series(kernel) and distribution(kernel) != LAB]
    owners: dict[str, set[str]] = {}
    for kernel in ran:
        owners.setdefault(series(kernel), set()).add(distribution(kernel))
    shared = [kernel for kernel in ran if len(owners[series(kernel)]) > 1]
    return [_meaning(result, kernel) for kernel in
            sorted(shared, key=lambda one: tuple(map(int, series(one).split("."))))]


def _meaning(result: Result, kernel: Kernel) -> Meaning:
    """Return what a kernel makes of its version."""
    backported = (case.id for case in kernel.cases
                  if any(text.startswith(BACKPORT) for text in case.news))
    lying = (case.id for case in kernel.cases if case.verdict is Verdict.DISHONEST)
    return Meaning(series(kernel), distribution(kernel), kernel, _guards(result, backported),
                   _guards(result, lying), _missing(kernel))


def _guards(result: Result, ids: Iterable[str]) -> tuple[str, ...]:
    """Return the rights that some cases are about, or the names of those that are about none."""
    catalogue = result.by_id()
    names: dict[str, None] = {}
    for case_id in ids:
        entry = catalogue.get(base(case_id))
        for name in (entry.guard if entry and entry.guard else (base(case_id),)):
            names[name] = None
    return tuple(names)


def few(names: Sequence[str]) -> str:
    """Return some names, and how many more there are."""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more


def _missing(kernel: Kernel) -> str:
    """Return what keeps how many cases from running on a kernel, and why it has no modules."""
    causes = [f"{cause} ({number})" for cause, number in untried(kernel).most_common(FEW)]
    if kernel.provenance.modules:
        causes.insert(0, f"no modules: {kernel.provenance.modules}")
    return "; ".join(causes)
