# SPDX-License-Identifier: GPL-2.0
"""What is already understood: known issues, and the names that cases had before."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from reports.errors import UserError
from reports.model.results import CaseResult, Result, base, variant
from reports.model.verdicts import Verdict

HERE = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Issue:
    """A deviation or a gap that is understood."""

    id: str
    cases: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    kernels: str
    report: str
    first: str
    fixed: tuple[str, ...]
    text: str

    def explains(self, case: CaseResult) -> bool:
        """Whether this is about that case with that verdict."""
        return case.verdict in self.verdicts and any(
            matches(glob, case.id) or matches(glob, base(case.id)) for glob in self.cases
        )

    @property
    def extent(self) -> str:
        """Which kernels have it, and since when others do not: for the middle of a sentence."""
        fixed = f"; fixed in {', '.join(self.fixed)}" if self.fixed else ""
        return f"affects {self.kernels}{fixed}"

    def said_fixed_in(self, release: str | None) -> bool:
        """Whether a kernel of that release should have the fix, going by its number.

        A deviation seen there is another one, or the fix is gone: worth a remark, no more,
        since distributions number as they like.
        """
        ours = _numbers(release or "")
        if not self.fixed or len(ours) < 2:
            return False
        same_series = [fix for fix in map(_numbers, self.fixed) if fix[:2] == ours[:2]]
        if same_series:
            return ours >= min(same_series)
        mainline = [fix for fix in map(_numbers, self.fixed) if len(fix) == 2]
        return bool(mainline) and ours[:2] >= min(mainline)


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
    """Return the known issues in `path`; raise UserError for one that is not complete."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("issue", [])
        return tuple(
            Issue(
                id=str(entry["id"]),
                cases=tuple(entry["cases"]),
                verdicts=tuple(Verdict(word) for word in entry["verdicts"]),
                kernels=str(entry["kernels"]),
                report=str(entry["report"]),
                first=str(entry["first"]),
                fixed=tuple(entry["fixed"]),
                text=" ".join(str(entry["text"]).split()),
            )
            for entry in entries
        )
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: {error}") from error
    except KeyError as error:
        raise UserError(f"{path}: an issue has no {error}: add it") from error


@cache
def known_issues() -> tuple[Issue, ...]:
    """Return the known issues that Landproof ships."""
    return load_issues(HERE / "known-issues.toml")


def explain(case: CaseResult, issues: Sequence[Issue] | None = None) -> Issue | None:
    """Return the first known issue that explains what the case showed."""
    if issues is None:
        return _known(case.id, case.verdict)
    return next((issue for issue in issues if issue.explains(case)), None)


@cache
def _known(case_id: str, verdict: Verdict) -> Issue | None:
    return explain(CaseResult(case_id, verdict), known_issues())


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


def _numbers(release: str) -> tuple[int, ...]:
    """Return the numbers that a release begins with: (6, 12, 117) of 6.12.117+deb13-amd64."""
    match = re.match(r"\d+(\.\d+)*", release)
    return tuple(int(number) for number in match.group().split(".")) if match else ()
