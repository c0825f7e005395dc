# SPDX-License-Identifier: GPL-2.0
"""What is already understood: known issues, and the names that cases had before."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from reports.errors import UserError
from reports.model import versions
from reports.model.results import CaseResult, Kernel, Result, base, variant
from reports.model.verdicts import DEVIATIONS, Verdict

HERE = Path(__file__).parents[1]
SCHEMA = HERE / "schema" / "known-issues.schema.json"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the mainline."""

    hash: str
    subject: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A deviation or a gap that is understood."""

    id: str
    cases: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    report: str
    introduced: tuple[str, ...]
    text: str
    fixed: tuple[str, ...] = ()
    only: str = ""
    commits: tuple[Commit, ...] = ()
    filesystems: tuple[str, ...] = ()  # empty: it shows on tmpfs, and so everywhere

    def explains(self, case: CaseResult, filesystem: str | None = None) -> bool:
        """Whether this is about that case with that verdict, on that file system.

        A gap is the case's. A deviation is the variant's: that one variant deviates is no reason
        to take it for understood that another one does.
        """
        about = self.names if case.verdict in DEVIATIONS else self.about
        return (
            case.verdict in self.verdicts
            and (not self.filesystems or filesystem in self.filesystems)
            and about(case.id)
        )

    def names(self, case_id: str) -> bool:
        """Whether this names that case with that variant."""
        return any(matches(glob, case_id) for glob in self.cases)

    def about(self, case_id: str) -> bool:
        """Whether this is about that case, whatever it showed."""
        return self.names(case_id) or self.names(base(case_id))

    @property
    def ranges(self) -> tuple[versions.Range, ...]:
        """The versions that have it."""
        return versions.ranges(self.introduced, self.fixed)

    @property
    def extent(self) -> str:
        """Which kernels have it, and since when others do not: for the middle of a sentence."""
        fixed = f"; fixed in {', '.join(self.fixed)}" if self.fixed else ""
        return f"affects {self.kernels}{fixed}"

    @property
    def kernels(self) -> str:
        """Which kernels have it, in words."""
        return ", ".join(map(str, self.ranges)) + (f", {self.only}" if self.only else "")

    def affects(self, release: str | None) -> bool:
        """Whether a kernel of that release has it, going by its number."""
        return versions.has(release, self.introduced) and not versions.has(release, self.fixed)

    def said_fixed_in(self, release: str | None) -> bool:
        """Whether a kernel of that release should have the fix, going by its number.

        A deviation seen there is another one, or the fix is gone: worth a remark, no more,
        since distributions number as they like.
        """
        return versions.has(release, self.fixed)


def matches(glob: str, name: str) -> bool:
    """Match a whole name; only * and ? are special, for brackets name a variant."""
    return _pattern(glob).fullmatch(name) is not None


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    """Return the glob as an expression that takes time in proportion to the name.

    What stands between two stars matches at its first place for good (an atomic group):
    a later place cannot help what follows.
    """
    first, *others = ("".join("." if sign == "?" else re.escape(sign) for sign in part)
                      for part in re.split(r"\*+", glob))
    if not others:
        return re.compile(first)
    *middle, last = others
    return re.compile(first + "".join(f"(?>.*?{part})" for part in middle) + f".*{last}")


def load_issues(path: Path) -> tuple[Issue, ...]:
    """Return the known issues in `path`; raise UserError for one that is not as the schema says."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("issue", [])
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}") from error
    schema = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    wrong = jsonschema.exceptions.best_match(schema.iter_errors({"issues": entries}))
    if wrong:
        where = wrong.json_path.removeprefix("$.")
        raise UserError(f"{path}: {where}: {wrong.message}")
    return tuple(map(_issue, entries))


def _issue(entry: dict[str, Any]) -> Issue:
    """Return the issue of an entry that is as the schema says."""
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value
                              for key, value in entry.items()}
    fields["verdicts"] = tuple(map(Verdict, entry["verdicts"]))
    fields["commits"] = tuple(Commit(**commit) for commit in entry.get("commits", ()))
    fields["text"] = " ".join(entry["text"].split())
    return Issue(**fields)


@cache
def known_issues() -> tuple[Issue, ...]:
    """Return the known issues that Landproof ships."""
    return load_issues(HERE / "known-issues.toml")


def explain(case: CaseResult, kernel: Kernel | None = None) -> Issue | None:
    """Return the first known issue that explains what the case showed, on that kernel."""
    return _known(case.id, case.verdict, kernel.provenance.filesystem if kernel else None)


@cache
def _known(case_id: str, verdict: Verdict, filesystem: str | None) -> Issue | None:
    case = CaseResult(case_id, verdict)
    return next((one for one in known_issues() if one.explains(case, filesystem)), None)


@cache
def renames() -> Mapping[str, str]:
    """Return the table of former names."""
    path = HERE / "renames.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("renames", {})
    return {str(old): str(new) for old, new in table.items()}


def current_name(case_id: str, table: Mapping[str, str] | None = None) -> str:
    """Return the name that a case has today; its variant stays, unless that has one of its own."""
    names = renames() if table is None else table
    name, seen = case_id, set[str]()
    while name not in seen:
        seen.add(name)
        if name in names:
            name = names[name]
        elif base(name) in names:
            name = names[base(name)] + f"[{variant(name)}]" * bool(variant(name))
    return name


def with_current_names(result: Result, table: Mapping[str, str] | None = None) -> Result:
    """Return the result under the names of today."""
    return replace(
        result,
        kernels=tuple(
            replace(
                kernel,
                cases=tuple(
                    replace(case, id=current_name(case.id, table)) for case in kernel.cases
                ),
            )
            for kernel in result.kernels
        ),
        catalogue=tuple(
            replace(case, id=current_name(case.id, table)) for case in result.catalogue
        ),
    )
