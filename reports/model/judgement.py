# SPDX-License-Identifier: GPL-2.0
"""What a run is judged by, and the judgement: every report and the exit status follow it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from reports.errors import UserError
from reports.model.accepted import Entry, accept
from reports.model.comparison import Change, Difference, Rules, compare
from reports.model.findings import count
from reports.model.known import matches
from reports.model.results import CaseResult, Kernel, Lost, Result, shareable, special
from reports.model.verdicts import Verdict

NAMED = 3  # cases that the last line names; more are counted


@dataclass(frozen=True, slots=True)
class Gate:
    """What the user demands of a run; nothing of this: that no case deviates."""

    baseline: Result | None = None
    rules: Rules = Rules()
    accepted: tuple[Entry, ...] = ()
    required: tuple[str, ...] = ()  # globs of cases that have to hold
    most: int | None = None  # cases that cannot run

    @property
    def given(self) -> bool:
        """Whether there is any demand."""
        return bool(self.baseline or self.accepted or self.required) or self.most is not None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A result, and what a gate makes of it."""

    result: Result  # as it ran
    judged: Result  # each case and column knows what the gate says; what is gone stands in it
    status: int  # 0: passed, 1: not, 2: the run itself failed
    gate: Gate = Gate()
    compared: int = 0  # results that the baseline has, too
    fixed: int = 0
    remarks: tuple[str, ...] = ()  # on the file of accepted deviations

    @property
    def shared(self) -> Judgement:
        """The same without the cases that must not be made public."""
        return replace(self, result=shareable(self.result), judged=shareable(self.judged),
                       remarks=())

    @property
    def conclusion(self) -> str:
        """The one line that a gate ends with; empty without one."""
        if not self.gate.given:
            return ""
        failing = [(kernel, case) for kernel in self.judged.kernels for case in kernel.cases
                   if case.fails]
        words = {"regression": "regression", "required": "required case", "": "deviation"}
        parts = _trouble(self.result)
        for word, what in words.items():
            some = [(kernel, case) for kernel, case in failing
                    if case.gate.partition(":")[0] == word]
            how = " not holding" if word == "required" else ""
            parts += [f"{count(len(some), what)}{how} ({_named(some)})"] if some else []
        parts += [f"{kernel.name}: {lost.why}" for kernel in self.judged.kernels
                  for lost in kernel.lost if lost not in _column(self.result, kernel.name).lost]
        passed = Counter(case.gate for kernel in self.judged.kernels for case in kernel.cases
                         if case.deviates and not case.fails)
        known, new = passed.pop(KNOWN, 0), passed.pop(NEW_HERE, 0)
        parts += [f"{count(new, 'deviation')} of cases new here"] if new else []
        parts += [f"{self.fixed} fixed"] if self.fixed else []
        parts += [f"{count(known, 'deviation')} as in the baseline"] if known else []
        parts += [f"{count(passed.total(), 'deviation')} accepted"] if passed else []
        cannot = sum(case.verdict is Verdict.CANNOT_RUN
                     for kernel in self.result.kernels for case in kernel.cases)
        parts += [f"{count(cannot, 'case')} could not be tried"] if cannot else []
        number = sum(len(kernel.cases) for kernel in self.result.kernels)
        parts.append(f"{count(self.compared, 'result')} compared with the baseline"
                     if self.gate.baseline else f"{count(number, 'result')}")
        return f"{'FAILED' if self.status else 'passed'}: {', '.join(parts)}"


KNOWN = "accepted: not worse than the baseline"
NEW_HERE = "accepted: the baseline does not have this case"


def judge(
    result: Result, gate: Gate = Gate(), asked: Collection[str] = (), today: date | None = None
) -> Judgement:
    """Judge a run, with the names of the kernels that were `asked` for.

    It fails by itself (2) if nothing ran, if a machine was lost or a case is broken, or if one
    of the kernels that were asked for could not run. Raises UserError if it cannot be compared.
    """
    judged, remarks = accept(result, gate.accepted, today or date.today())
    compared = fixed = 0
    if gate.baseline is not None:
        difference = compare(gate.baseline, judged, gate.rules, private=True)
        compared, fixed = difference.compared, difference.fixed
        judged = _by_baseline(judged, gate.baseline, difference)
    judged = _by_demands(judged, gate)
    failed = any(kernel.lost or any(case.fails for case in kernel.cases)
                 for kernel in judged.kernels)
    status = 2 if _trouble(result, asked) else int(failed)
    return Judgement(result, judged, status, gate, compared, fixed, tuple(remarks))


def _by_baseline(result: Result, baseline: Result, difference: Difference) -> Result:
    """Return the result with what a comparison makes of each case.

    Cases and kernels that are gone come back as what is missing.
    """
    regressions, missing = difference.regressions, difference.missing
    worse = {(one.kernel, one.case): one for one in regressions}
    kernels = []
    for kernel in result.kernels:
        old = {case.id for case in _column(baseline, kernel.name).cases}
        cases = [_compared(case, worse.get((kernel.name, case.id)), case.id in old)
                 for case in kernel.cases]
        cases += [
            CaseResult(one.case, Verdict.CANNOT_RUN, "it held in the baseline, and did not run",
                       gate=f"regression: {one.verdicts}")
            for one in regressions if one.kernel == kernel.name and one.new is None
        ]
        gone: tuple[Lost, ...] = (Lost("it ran in the baseline"),) if kernel.name in missing else ()
        gone += tuple(Lost(what) for name, what in difference.weaker if name == kernel.name)
        kernels.append(replace(kernel, cases=tuple(cases), lost=(*kernel.lost, *gone)))
    kernels += [Kernel(name, lost=(Lost("this kernel is in the baseline, and did not run"),))
                for name in missing if result.kernel(name) is None]
    catalogue = baseline.by_id() | result.by_id()  # what is gone may only stand in the old one
    return replace(result, kernels=tuple(kernels), catalogue=tuple(catalogue.values()))


def _compared(case: CaseResult, change: Change | None, known: bool) -> CaseResult:
    if change:
        return replace(case, gate=f"regression: {change.verdicts}")
    if case.deviates and not case.gate:
        return replace(case, gate=KNOWN if known else NEW_HERE)
    return case


def _by_demands(result: Result, gate: Gate) -> Result:
    """Return the result with what else is demanded and not there.

    A glob that no case matches demands something that was never tried.
    """
    kernels = []
    for kernel in result.kernels:
        cases = tuple(
            replace(case, gate=f"required: {case.verdict}")
            if case.verdict is not Verdict.HOLDS and not case.fails
            and any(matches(glob, case.id) for glob in gate.required) else case
            for case in kernel.cases
        )
        lost = [Lost(f"no case of --require {glob} ran") for glob in gate.required
                if not any(matches(glob, case.id) for case in cases)]
        number = sum(case.verdict is Verdict.CANNOT_RUN for case in cases)
        if gate.most is not None and number > gate.most:
            lost.append(Lost(f"{count(number, 'case')} cannot run, more than {gate.most}"))
        kernels.append(replace(kernel, cases=cases, lost=(*kernel.lost, *lost)))
    return replace(result, kernels=tuple(kernels))


def _trouble(result: Result, asked: Collection[str] = ()) -> list[str]:
    """Return what keeps the run from saying anything of its kernels."""
    found = [] if any(kernel.cases for kernel in result.kernels) else ["nothing ran"]
    for kernel in result.kernels:
        found += [f"{kernel.name}: {lost.why}" for lost in kernel.lost]
        if kernel.unavailable and kernel.name in asked:
            found.append(f"{kernel.name}: {kernel.unavailable}")
        flaky = [case for case in kernel.cases if case.flaky]
        broken = sum(case.verdict is Verdict.BROKEN for case in kernel.cases) - len(flaky)
        found += [f"{kernel.name}: {count(broken, 'broken case')}"] if broken else []
        found += [f"{kernel.name}: {case.id} is flaky ({case.flaky})" for case in flaky]
    return found


def _column(result: Result, name: str) -> Kernel:
    return result.kernel(name) or Kernel(name)


def _named(cases: Collection[tuple[Kernel, CaseResult]]) -> str:
    texts = [f"{case.id} on {kernel.name}: {case.gate.partition(': ')[2] or case.verdict}"
             for kernel, case in cases]
    more = [f"{len(texts) - NAMED} more"] if len(texts) > NAMED else []
    return "; ".join([*texts[:NAMED], *more])


def usual(
    result: Result, name: str, allowed: bool, like: Collection[str] = ()
) -> Result:
    """Return the result; raise UserError if it is of a special run and that was not allowed.

    One that was special in the same way, `like` these options, can be compared.
    """
    for kernel in result.kernels:
        words = special(kernel.provenance.options)
        if words and set(words) != set(special(like)) and not allowed:
            raise UserError(
                f"{name}: {kernel.name} is of a special run ({' '.join(words)}):"
                " --allow-special takes it all the same"
            )
    return result


def untried(kernel: Kernel) -> Counter[str]:
    """Return what keeps how many cases from running, the most frequent cause first."""
    return Counter(
        ", ".join(case.missing) or case.why
        for case in kernel.cases if case.verdict is Verdict.CANNOT_RUN
    )
