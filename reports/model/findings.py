# SPDX-License-Identifier: GPL-2.0
"""What stands out of a result: deviations, gaps, news; what belongs together, together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from reports.model.known import Issue, explain
from reports.model.results import CaseResult, Kernel, Result, World, base, family, family_order
from reports.model.rows import Row
from reports.model.verdicts import DEVIATIONS, LOOKS, Verdict


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict, on all the kernels that show it, of cases that are one story.

    These are the variants of a case, and all that one known issue explains.
    """

    cases: tuple[str, ...]
    verdict: Verdict
    kernels: tuple[Kernel, ...]
    first: CaseResult  # of the first case on the first kernel: it stands for the others
    claim: str
    issue: Issue | None

    @property
    def labels(self) -> list[str]:
        """The cases' names, variants behind them."""
        return [Row(tuple(ids), ()).label for _name, ids in groupby(self.cases, base)]

    @property
    def evidence(self) -> str:
        """What came out other than promised."""
        return evidence(self.first)

    @property
    def said_fixed(self) -> list[str]:
        """The kernels here in which the known issue should be fixed, by their release."""
        if self.issue is None or self.verdict not in DEVIATIONS:
            return []
        return [one.name for one in self.kernels if self.issue.said_fixed_in(one.release)]


def findings(result: Result) -> list[Finding]:
    """Return every case that fails, as a gate judged it, and every broken one; worst first."""
    return _findings(result, lambda case: case.fails or case.verdict is Verdict.BROKEN,
                     by_issue=True)


def passed(result: Result) -> str:
    """Return how many deviations a gate lets pass, in words; empty if none."""
    number = sum(case.deviates and not case.fails
                 for kernel in result.kernels for case in kernel.cases)
    return f"{count(number, 'deviation')} more: no regression, or accepted" if number else ""


def closed(result: Result) -> list[Finding]:
    """Return where a kernel stops what nothing promises to stop: news of the good kind."""
    return _findings(result, lambda case: case.verdict is Verdict.CLOSED, by_issue=True)


def gaps(result: Result) -> list[Finding]:
    """Return what is open, case by case."""
    return _findings(result, lambda case: case.verdict is Verdict.OPEN, by_issue=False)


@dataclass(frozen=True, slots=True)
class News:
    """A remark on something new, with the cases that made it and the kernels that caused it."""

    text: str
    cases: tuple[str, ...]
    kernels: tuple[str, ...]


def news(result: Result) -> list[News]:
    """Return the remarks on something new: each once, however many cases make it."""
    kernels: dict[tuple[str, str], dict[str, None]] = {}  # of a text and a case
    for kernel in result.kernels:
        for case in kernel.cases:
            for text in case.news:
                kernels.setdefault((text, base(case.id)), {})[kernel.name] = None
    cases: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (text, case_id), names in kernels.items():
        cases.setdefault((text, tuple(names)), []).append(case_id)
    return [News(text, tuple(ids), names) for (text, names), ids in cases.items()]


def headline(result: Result) -> tuple[str, str]:
    """Return the result in a line, and how much of it is understood."""
    ran = [kernel for kernel in result.kernels if kernel.cases]
    found = [one for one in findings(result) if one.verdict is not Verdict.BROKEN]
    if not ran:
        return "Nothing ran", ""
    known = passed(result)
    if not found:
        what = "No regression" if known else "No deviation"
        return f"{what} on {count(len(ran), 'kernel')}", f"{known}." if known else ""
    cases = {case_id for one in found for case_id in one.cases}
    where = {kernel.name for one in found for kernel in one.kernels}
    unknown = {
        case_id for one in found for case_id in one.cases if one.issue is None or one.said_fixed
    }
    verb = "deviate" if all(one.verdict in DEVIATIONS for one in found) else "fail"
    verb += "s" if len(cases) == 1 else ""
    of = f"{len(where)} of {count(len(ran), 'kernel')}" if len(ran) > 1 else "this kernel"
    understood = (f"{len(unknown)} of them without a known issue that explains it."
                  if unknown else "Known issues explain all of it.")
    told = f"{understood} {known}." if known else understood
    return f"{count(len(cases), 'case')} {verb} on {of}", told


def outcome(world: World) -> str:
    """Return what a world did, in a few words: `got through, promised EACCES`."""
    did = "got through" if world.result == "ok" else world.result
    text = world.result if world.as_promised else f"{did}, promised {world.expected}"
    return f"{text} ({world.note})" if world.note else text


def describe(worlds: Iterable[World]) -> str:
    """Return what worlds did: `deny, stacked: got through, promised EACCES; grant: ok`."""
    together: dict[str, list[str]] = {}
    for world in worlds:
        together.setdefault(outcome(world), []).append(world.name)
    return "; ".join(f"{', '.join(names)}: {text}" for text, names in together.items())


def evidence(case: CaseResult) -> str:
    """Return what a case showed other than promised; of a flaky one, what it showed when."""
    story = describe(world for world in case.worlds if not world.as_promised)
    return f"flaky: {case.flaky}" if case.flaky else story or case.why


def count(number: int, what: str) -> str:
    """Return a number with its noun: `1 case`, `2 cases`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _findings(
    result: Result, wanted: Callable[[CaseResult], bool], *, by_issue: bool
) -> list[Finding]:
    catalogue = result.by_id()
    # On which kernels a case has a verdict for the same reason, and what was shown there.
    shown: dict[tuple[str, Verdict, Issue | None], list[tuple[Kernel, CaseResult]]] = {}
    for kernel in result.kernels:
        for case in kernel.cases:
            if wanted(case):
                key = case.id, case.verdict, explain(case, kernel)
                shown.setdefault(key, []).append((kernel, case))
    together: dict[tuple[str, Verdict, Issue | None, tuple[str, ...]], list[str]] = {}
    for (case_id, verdict, issue), where in sorted(shown.items(), key=lambda one: one[0][0]):
        names = tuple(kernel.name for kernel, _case in where)
        story = "" if issue and by_issue else base(case_id)
        together.setdefault((story, verdict, issue, names), []).append(case_id)
    found = []
    for (_story, verdict, issue, _names), cases in together.items():
        where = shown[cases[0], verdict, issue]
        entry = catalogue.get(base(cases[0]))
        found.append(
            Finding(
                cases=tuple(cases),
                verdict=verdict,
                kernels=tuple(kernel for kernel, _case in where),
                first=where[0][1],
                claim=entry.claim if entry else "",
                issue=issue,
            )
        )
    return sorted(
        found,
        key=lambda one: (
            one.verdict is Verdict.BROKEN,
            -LOOKS[one.verdict].severity,
            family_order(family(one.cases[0], catalogue)),
            one.cases,
        ),
    )
