# SPDX-License-Identifier: GPL-2.0
"""A policy, and what becomes of it: which kernels enforce it, and what gets past it on them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from reports.errors import UserError
from reports.model.files import read_text
from reports.model.known import known_issues
from reports.model.results import Case, Kernel, Result, base, shareable
from reports.model.rows import RIGHT_PREFIXES, Row, rows, summarize
from reports.model.verdicts import DEVIATIONS, Verdict

SCHEMA = Path(__file__).parents[1] / "schema" / "policy.schema.json"
KEYS = ("handledAccessFs", "handledAccessNet", "allowedAccess", "pathBeneath", "netPort")

# What `abi.read_execute` stands for in landlockconfig; `abi.read_write` is all but execute.
READ_EXECUTE = ("fs.execute", "fs.read_file", "fs.read_dir", "fs.refer")

# Verdicts of a case in which the denied operation went through.
PAST = (Verdict.BYPASS, Verdict.DISHONEST, Verdict.OPEN)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is granted, and where: paths, or ports."""

    rights: tuple[str, ...]
    on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is denied, by the names of rights (`fs.read_file`), and the exceptions."""

    handled: tuple[str, ...]
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A right of the policy on a kernel."""

    word: str  # enforced, absent, broken or untried
    why: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a result says of a policy."""

    kernels: tuple[Kernel, ...]
    rights: Mapping[str, tuple[Answer, ...]]  # in the order of the kernels
    past: Mapping[str, tuple[Row, ...]]  # right to what gets past it somewhere
    cases: Mapping[str, Case]
    free: Mapping[str, int]  # rights that the policy leaves alone, and the ABI that brought them

    @property
    def holds(self) -> bool:
        """Whether every kernel has every right and keeps each promise about it."""
        return all(one.word == "enforced" for row in self.rights.values() for one in row)


def upstream(case: Case, kernels: Iterable[Kernel]) -> str:
    """Return the report of what a case shows, if there is one."""
    shown = [one for kernel in kernels for one in kernel.cases if base(one.id) == case.id]
    known = [issue.report for issue in known_issues() if any(map(issue.explains, shown))]
    return known[0] if known else case.gap or ""


def rights_of(catalogue: Iterable[Case]) -> dict[str, int]:
    """Return every right that a case guards, and the ABI version that brought it."""
    found: dict[str, int] = {}
    for case in catalogue:
        for right in case.guard:
            if right.startswith(RIGHT_PREFIXES) and case.guard == (right,) and case.since:
                found[right] = min(found.get(right, case.since), case.since)
    return dict(sorted(found.items(), key=_place))


def _place(right: tuple[str, int]) -> tuple[int, int, str]:
    """Sort key: files, ports and scopes, each by the ABI version that brought it."""
    name, abi = right
    kind = [name.startswith(one) for one in RIGHT_PREFIXES].index(True)
    return kind, abi, name


def read(path: Path, rights: Mapping[str, int]) -> Policy:
    """Read a policy from TOML or JSON; raise UserError, which says where it is wrong.

    Takes the rights there are, with the ABI version that brought each.
    """
    text = read_text(path)
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is neither TOML nor JSON: {error}") from None
    data = _camel(data)
    wrong = jsonschema.exceptions.best_match(_validator().iter_errors(data))
    if wrong:
        where = f"{path}{wrong.json_path.removeprefix('$').replace('.', ': ', 1)}"
        raise UserError(f"{where}: {wrong.message}")
    return _policy(data, rights, path)


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))


def _camel(data: Any) -> Any:
    """Return the same with keys as JSON has them."""
    if isinstance(data, list):
        return [_camel(one) for one in data]
    if not isinstance(data, dict):
        return data
    names = {"".join(f"_{x.lower()}" if x.isupper() else x for x in key): key for key in KEYS}
    return {names.get(key, key): _camel(value) for key, value in data.items()}


def _policy(data: Mapping[str, Any], rights: Mapping[str, int], path: Path) -> Policy:
    abi = data.get("abi", max(rights.values()))

    def named(words: Sequence[str], kind: str) -> list[str]:
        have = [right for right in rights if right.startswith(f"{kind}.") and rights[right] <= abi]
        groups = {"abi.all": have}
        if kind == "fs":
            groups["abi.read_execute"] = [one for one in have if one in READ_EXECUTE]
            groups["abi.read_write"] = [one for one in have if one != "fs.execute"]
        found = []
        for word in words:
            if word not in groups and f"{kind}.{word}" not in rights:
                raise UserError(f"{path}: {word} is no right of {kind}: there are "
                                + ", ".join(one.partition(".")[2] for one in rights
                                            if one.startswith(kind)))
            found += groups.get(word, [f"{kind}.{word}"])
        return found
    handled: list[str] = []
    for ruleset in data.get("ruleset", []):
        for key, kind in (("handledAccessFs", "fs"), ("handledAccessNet", "net"),
                          ("scoped", "scope")):
            handled += named(ruleset.get(key, []), kind)
    rules = []
    for key, kind, on in (("pathBeneath", "fs", "parent"), ("netPort", "net", "port")):
        for rule in data.get(key, []):
            words = tuple(dict.fromkeys(named(rule["allowedAccess"], kind)))
            rules.append(Rule(words, tuple(map(str, rule[on]))))
            handled += words
    if not handled:
        raise UserError(f"{path} denies nothing: name rights in handledAccessFs, handledAccessNet"
                        " or scoped")
    return Policy(tuple(right for right in rights if right in set(handled)), tuple(rules))


def answers(policy: Policy, result: Result) -> Answers:
    """Return what a result says of a policy, without the cases that must not be shared."""
    shared = shareable(result)
    kernels = tuple(kernel for kernel in shared.kernels if kernel.cases)
    cases = shared.by_id()
    sums = [summarize(kernel, cases) for kernel in kernels]
    rights = {}
    for right in policy.handled:
        rights[right] = tuple(
            _answer(right, kernel, one.enforced, one.unproven)
            for kernel, one in zip(kernels, sums, strict=True))
    free = {right: abi for right, abi in rights_of(shared.catalogue).items()
            if right not in policy.handled}
    return Answers(kernels, rights, _past(policy, kernels, cases), cases, free)


def _answer(right: str, kernel: Kernel, enforced: Sequence[str],
            unproven: Mapping[str, str]) -> Answer:
    if not kernel.rights.get(right):
        return Answer("absent")
    if right in enforced:
        return Answer("enforced")
    why = unproven.get(right, "no case of it ran")
    against = [word for word in DEVIATIONS if why.endswith(f": {word}") or f": {word}," in why]
    return Answer("broken" if against else "untried", why)


def _past(policy: Policy, kernels: Sequence[Kernel],
          cases: Mapping[str, Case]) -> dict[str, tuple[Row, ...]]:
    """Return what gets past each right on a kernel that has it; a case stands once."""
    seen: set[str] = set()
    found = {}
    for right in policy.handled:
        ids = dict.fromkeys(
            one.id for kernel in kernels for one in kernel.cases
            if one.verdict in PAST and right in cases[base(one.id)].guard
            and kernel.rights.get(right) and base(one.id) not in seen)
        seen.update(map(base, ids))
        if ids:
            found[right] = tuple(rows(sorted(ids, key=base), kernels))
    return found
