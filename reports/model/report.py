# SPDX-License-Identifier: GPL-2.0
"""What a report about a case has to say, as the kernel's documents ask for it.

Sources: Documentation/admin-guide/reporting-regressions.rst, reporting-issues.rst beside it, and
Documentation/process/security-bugs.rst.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports.errors import UserError
from reports.model import versions
from reports.model.known import Issue, explain
from reports.model.public import reports_about
from reports.model.results import (
    PRIVATE,
    UNREPORTED,
    Case,
    CaseResult,
    Kernel,
    Result,
    base,
    reproduce,
)
from reports.model.verdicts import Verdict

GOOD = (Verdict.HOLDS, Verdict.CLOSED)
WORDS = {
    Verdict.BYPASS: "is not stopped",
    Verdict.OVERBLOCK: "is refused, although it is allowed",
    Verdict.ERRNO: "does not show what is documented",
    Verdict.DISHONEST: "contradicts what the kernel announces",
    Verdict.CRASH: "makes the kernel complain",
    Verdict.HANG: "never comes back",
    Verdict.OPEN: "is not stopped, and nothing promises it",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the case showed on one kernel."""

    kernel: Kernel
    case: CaseResult

    @property
    def version(self) -> str:
        """The version as kernel.org numbers it: a distribution's own means nothing to others."""
        release = re.match(r"\d+\.\d+(\.\d+)?(-rc\d+)?", self.kernel.release or "")
        # Debian 12 numbers its releases by their ABI (6.1.0-56), and its packages as kernel.org.
        package = re.search(r" (\d+\.\d+\.\d+)-\S+$", self.kernel.provenance.source or "")
        if package and release and release[0].endswith(".0"):
            return package[1]
        return release[0] if release else self.kernel.name


@dataclass(frozen=True, slots=True)
class Report:
    """The facts of a report, in the order of the kernels' versions."""

    case: Case
    id: str
    bad: tuple[Seen, ...]
    good: tuple[Seen, ...]
    others: tuple[Seen, ...]  # absent, cannot-run: they say nothing
    issue: Issue | None
    known_as: tuple[str, ...]
    introduced: str  # a commit or a range of versions, for regzbot; empty: it is no regression

    @property
    def worst(self) -> Seen:
        """The newest kernel that shows it: what the report tells in detail."""
        return self.bad[-1]

    @property
    def subject(self) -> str:
        """The subject: what a maintainer needs to choose the mail by."""
        tag = "[REGRESSION] " if self.introduced else ""
        return f"{tag}landlock: {self.case.claim}: {WORDS[self.worst.case.verdict]}"

    @property
    def secret(self) -> str:
        """Why the case must not be made public at all; empty if it may be."""
        return next((f"the case is labelled {label}" for label in (UNREPORTED, PRIVATE)
                     if label in self.case.labels), "")

    @property
    def private(self) -> str:
        """Why it should go to maintainers and not to a public list; empty if it may."""
        if self.secret:
            return self.secret
        if self.worst.case.verdict == Verdict.BYPASS and not self.known_as:
            return "a promised denial is got past, and no public report is known"
        return ""

    @property
    def files(self) -> tuple[str, ...]:
        """Files of the kernel that the case's source names, for get_maintainer.pl."""
        named = re.findall(r"\b((?:[a-z_0-9]+/)+[a-z_0-9]+\.[ch])\b", self.case.source)
        return tuple(dict.fromkeys([*named, "security/landlock/"]))

    @property
    def command(self) -> str:
        """The command that shows it again."""
        return reproduce(self.worst.kernel, self.id, unreported=UNREPORTED in self.case.labels)


def gather(case_id: str, result: Result, introduced: str = "") -> Report:
    """Return the facts about a case; raise UserError if there is nothing to report."""
    entry = result.by_id().get(base(case_id))
    seen = sorted((Seen(kernel, case) for kernel in result.kernels
                   if (case := kernel.case(case_id))),
                  key=lambda one: versions.numbers(one.version))
    if entry is None or not seen:
        raise UserError(f"{case_id} is not in this result: run it, or name it with its variant")
    bad = tuple(one for one in seen if one.case.deviates) or tuple(
        one for one in seen if one.case.verdict == Verdict.OPEN)
    if not bad:
        shown = ", ".join(dict.fromkeys(str(one.case.verdict) for one in seen))
        raise UserError(f"{case_id} shows no deviation and no gap here ({shown}): there is nothing"
                        " to report")
    good = tuple(one for one in seen if one.case.verdict in GOOD)
    others = tuple(one for one in seen if one not in (*bad, *good))
    issue = explain(bad[-1].case, bad[-1].kernel)
    # That others reported something about the case does not make every deviation known.
    known = [issue.report, *(one.address for one in reports_about(case_id))] if issue else []
    if issue and (issue.report.startswith("not reported") or not issue.affects(bad[-1].version)):
        known = []
    if not introduced and issue is None and bad[-1].case.deviates:
        introduced = _regression(good, bad, seen)
    return Report(entry, case_id, bad, good, others, issue, tuple(dict.fromkeys(known)), introduced)


def _regression(good: Sequence[Seen], bad: Sequence[Seen], seen: Sequence[Seen]) -> str:
    """Return between which versions it began, if all older ones are good and all newer ones bad."""
    if not good or versions.numbers(good[-1].version) >= versions.numbers(bad[0].version):
        return ""
    return f"v{good[-1].version}..v{bad[0].version}"


def monotonic(report: Report) -> bool:
    """Whether all bad kernels are newer than all good ones, or the other way round."""
    if not report.good:
        return True
    bad = [versions.numbers(one.version) for one in report.bad]
    good = [versions.numbers(one.version) for one in report.good]
    return max(good) < min(bad) or max(bad) < min(good)
