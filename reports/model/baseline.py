# SPDX-License-Identifier: GPL-2.0
"""What a run is judged by: the exit status, with a baseline or without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from reports.errors import UserError
from reports.model.comparison import Change, Difference, Rules, compare
from reports.model.known import matches
from reports.model.results import CaseResult, Kernel, Lost, Result, special
from reports.model.verdicts import Verdict


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


def difference_from(result: Result, baseline: Result, rules: Rules = Rules()) -> Difference:
    """Return what differs from the baseline, by the comparison that `diff` makes."""
    return compare(baseline, result, rules, private=True)


def marked(result: Result, difference: Difference) -> Result:
    """Return the result as a gate judges it, for reports whose reader counts failures.

    Each case knows whether it is a regression, or a deviation that the baseline has too. Cases
    and kernels that are gone come back as what is missing.
    """
    worse = {(one.kernel, one.case): one for one in difference.regressions}
    kernels = []
    for kernel in result.kernels:
        cases = [
            replace(case, gate=_gate(case, worse.get((kernel.name, case.id))))
            for case in kernel.cases
        ]
        cases += [
            CaseResult(one.case, Verdict.CANNOT_RUN, "it held in the baseline, and did not run",
                       gate=f"regression: {one.verdicts}")
            for one in difference.regressions if one.kernel == kernel.name and one.new is None
        ]
        kernels.append(replace(kernel, cases=tuple(cases)))
    gone = [
        Kernel(name, lost=(Lost("this kernel is in the baseline, and did not run"),))
        for name in difference.missing if result.kernel(name) is None
    ]
    return replace(result, kernels=(*kernels, *gone))


def _gate(case: CaseResult, change: Change | None) -> str:
    if change:
        return f"regression: {change.verdicts}"
    return case.gate or ("accepted: not worse than the baseline" if case.deviates else "")


def deviations_beyond(
    result: Result, baseline: Result | None = None, rules: Rules = Rules()
) -> list[tuple[Kernel, CaseResult]]:
    """Return the deviations that are worse than the baseline; all of them without one."""
    if baseline is None or not baseline.kernels:
        return [(one, case) for one in result.kernels for case in one.cases if case.fails]
    worse = {(one.kernel, one.case) for one in difference_from(result, baseline, rules).regressions}
    return [
        (kernel, case) for kernel in result.kernels for case in kernel.cases
        if case.deviates and (kernel.name, case.id) in worse
    ]


def exit_status(
    result: Result, baseline: Result | None = None, asked: Collection[str] = (),
    rules: Rules = Rules(),
) -> int:
    """Return 2 if the run itself failed, 1 for deviations or what is worse than the baseline.

    The run failed if nothing ran, if a machine was lost or a case is broken, or if one of the
    kernels `asked` for by name could not run.
    """
    if not any(kernel.cases for kernel in result.kernels):
        return 2
    for kernel in result.kernels:
        if kernel.lost or (kernel.unavailable and kernel.name in asked):
            return 2
        if any(case.verdict is Verdict.BROKEN for case in kernel.cases):
            return 2
    if baseline is not None:
        return int(difference_from(result, baseline, rules).worse)
    return int(bool(deviations_beyond(result)))


def unmet(result: Result, required: Sequence[str], most: int | None) -> list[str]:
    """Return which demands of a gate are not met: cases that must hold, and how many must run.

    A glob that no case matches demands something that was never tried.
    """
    found = []
    for kernel in result.kernels:
        for glob in required:
            chosen = [case for case in kernel.cases if matches(glob, case.id)]
            bad = [case for case in chosen if case.verdict is not Verdict.HOLDS]
            if not chosen:
                found.append(f"{kernel.name}: no case of --require {glob} ran")
            elif bad:
                names = ", ".join(f"{case.id} ({case.verdict})" for case in bad[:3])
                more = f" and {len(bad) - 3} more" if len(bad) > 3 else ""
                found.append(f"{kernel.name}: --require {glob} does not hold: {names}{more}")
        number = sum(case.verdict is Verdict.CANNOT_RUN for case in kernel.cases)
        if most is not None and number > most:
            found.append(f"{kernel.name}: {number} cases cannot run, more than {most}")
    return found


def untried(kernel: Kernel) -> Counter[str]:
    """Return what keeps how many cases from running, the most frequent cause first."""
    return Counter(
        ", ".join(case.missing) or case.why
        for case in kernel.cases if case.verdict is Verdict.CANNOT_RUN
    )
