# SPDX-License-Identifier: GPL-2.0
"""Builds a kernel with each bug, runs the suite on it, and compares with the kernel without."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from reports.model.results import CaseResult
from reports.model.results import Kernel as Column
from reports.model.verdicts import DEVIATIONS, Verdict
from tests.mutants.mutant import Mutant
from vm import paths
from vm.errors import UserError

UNCERTAIN = (Verdict.BROKEN, Verdict.CANNOT_RUN)
"""Verdicts that tell of trouble, but not of which: they find nothing."""

FOUND, SURVIVED, EQUIVALENT, TROUBLE, ERROR = (
    "found", "survived", "equivalent", "trouble", "error")


@dataclass(frozen=True)
class Finding:
    """A case whose verdict says that something is wrong, and did not without the bug."""

    case: str
    verdict: str
    why: str


@dataclass(frozen=True)
class Trial:
    """What became of one bug."""

    name: str
    outcome: str
    """found; survived; equivalent (survived, and no user can see it); trouble (cases broke or
    could not run, and nothing else); error (it does not build or boot: the bug is no bug)."""
    by: tuple[Finding, ...] = ()
    why: str = ""
    patch: str = ""
    harness: str = ""
    selftests: str | None = None
    """The first of the kernel's own selftests that finds it; "": none does; None: not tried."""


@dataclass
class Score:
    """All trials so far, kept in a file so that an interruption costs one trial at most."""

    path: Path
    trials: dict[str, Trial] = field(default_factory=dict)

    def read(self) -> None:
        """Read what the file has; without one, or with a damaged one, there are no trials."""
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            trials = [Trial(entry["name"], entry["outcome"],
                            tuple(Finding(**by) for by in entry["by"]),
                            entry["why"], entry["patch"], entry["harness"],
                            entry.get("selftests"))
                      for entry in data["mutants"]]
        except (OSError, ValueError, TypeError, KeyError):
            return
        self.trials = {trial.name: trial for trial in trials}

    def keep(self, trial: Trial) -> None:
        """Add a trial, and write the file."""
        self.trials[trial.name] = trial
        counts = {word: sum(trial.outcome == word for trial in self.trials.values())
                  for word in (FOUND, SURVIVED, EQUIVALENT, TROUBLE, ERROR)}
        with paths.disk_errors(str(self.path)), paths.atomic(self.path) as new:
            new.write_text(json.dumps(
                {"counts": counts, "mutants": [asdict(self.trials[name])
                                               for name in sorted(self.trials)]}, indent=1) + "\n")

    def known(self, mutant: Mutant, harness: str) -> Trial | None:
        """Return the trial of a bug that still counts: what was found needs no other harness."""
        trial = self.trials.get(mutant.name)
        if (not trial or trial.patch != mutant.sum() or trial.outcome == ERROR
                or (trial.outcome != FOUND and trial.harness != harness)):
            return None
        return trial


def finds(verdict: str) -> bool:
    """Return whether a verdict says that something is wrong with the kernel."""
    return Verdict(verdict) in DEVIATIONS


def judge(mutant: Mutant, before: Column, after: Column, harness: str = "") -> Trial:
    """Return what the suite made of a kernel with a bug, given the one without."""
    known: Mapping[str, CaseResult] = {case.id: case for case in before.cases}
    changed = [case for case in after.cases
               if case.id not in known or known[case.id].verdict != case.verdict]
    by = tuple(Finding(case.id, case.verdict.value, case.why) for case in changed
               if finds(case.verdict))
    unsure = [f"{case.id} {case.verdict.value}" for case in changed if case.verdict in UNCERTAIN]

    def trial(outcome: str, why: str = "") -> Trial:
        return Trial(mutant.name, outcome, by, why, mutant.sum(), harness)

    if by:
        return trial(FOUND)
    if after.unavailable or not after.cases:
        return trial(ERROR, after.unavailable or "no case ran")
    if unsure or after.lost:
        return trial(TROUBLE, ", ".join([*unsure, *(lost.why for lost in after.lost)][:5]))
    if mutant.equivalent:
        return trial(EQUIVALENT, mutant.equivalent)
    return trial(SURVIVED)


Runner = Callable[[Mutant | None, int, Sequence[str]], Column]
"""Builds the kernel with a bug (or without) and runs these cases on it (none: all); the number is
that of the worker, of which two never use the same kernel's name."""

CONFIRMED = 8
"""So many of the cases that found a bug must do so again, or at least one of them."""


def confirm(trial: Trial, again: Column) -> Trial:
    """Return the trial without what was seen once only: a busy machine can make a case late."""
    asked, rest = trial.by[:CONFIRMED], trial.by[CONFIRMED:]
    seen = tuple(found for found in asked
                 if (case := again.case(found.case)) and case.verdict.value == found.verdict)
    if seen:
        return replace(trial, by=seen + rest)
    once = ", ".join(found.case for found in asked)
    return replace(trial, by=(), outcome=TROUBLE, why=f"found once and not again: {once}")


def run(mutants: Sequence[Mutant], runner: Runner, score: Score, harness: str, jobs: int,
        tell: Callable[[int, Trial], None],
        selftests: Callable[[Mutant, int], str] | None = None) -> None:
    """Try the bugs that need it, so many at once, and keep each trial when it is done.

    Their order is arbitrary, so that an interrupted run is a fair sample. `selftests`, if given,
    returns which of the kernel's own finds a bug.
    """
    def done(mutant: Mutant) -> bool:
        trial = score.known(mutant, harness)
        return bool(trial and (not selftests or trial.selftests is not None))

    wanted = sorted((mutant for mutant in mutants if not done(mutant)), key=Mutant.sum)
    if not wanted:
        return
    before = runner(None, 0, ())
    if before.unavailable or not before.cases:
        raise UserError(f"the kernel without a bug does not run: {before.unavailable}")
    free = list(range(jobs))
    guard = threading.Lock()

    def ours(mutant: Mutant, worker: int) -> Trial:
        if known := score.known(mutant, harness):
            return known
        cases = mutant.cases()
        trial = judge(mutant, before, runner(mutant, worker, cases), harness)
        if trial.outcome == SURVIVED and cases:
            cases = ()
            trial = judge(mutant, before, runner(mutant, worker, cases), harness)
        if trial.outcome != FOUND:
            return trial
        again = [found.case for found in trial.by[:CONFIRMED]]
        confirmed = confirm(trial, runner(mutant, worker, again))
        if confirmed.outcome == FOUND:
            return confirmed
        # What a kernel warns of may come of the cases before.
        second = judge(mutant, before, runner(mutant, worker, cases), harness)
        same = ({(found.case, found.verdict) for found in second.by}
                & {(found.case, found.verdict) for found in trial.by})
        return second if same else confirmed

    def one(mutant: Mutant) -> Trial:
        with guard:
            worker = free.pop()
        try:
            trial = ours(mutant, worker)
            if selftests and trial.outcome != ERROR:
                trial = replace(trial, selftests=selftests(mutant, worker))
            return trial
        except UserError as error:
            return Trial(mutant.name, ERROR, (), str(error), mutant.sum(), harness)
        finally:
            with guard:
                free.append(worker)

    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(one, mutant) for mutant in wanted]
        try:
            for number, future in enumerate(as_completed(futures), 1):
                trial = future.result()
                score.keep(trial)
                tell(len(wanted) - number, trial)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def settled(mutant: Mutant, score: Score) -> Trial | None:
    """Return the trial of a bug, with what was found out about the bug since."""
    trial = score.trials.get(mutant.name)
    if trial and trial.outcome == SURVIVED and mutant.equivalent:
        return replace(trial, outcome=EQUIVALENT, why=mutant.equivalent)
    return trial


def table(mutants: Iterable[Mutant], score: Score) -> Iterable[tuple[str, str, str, str]]:
    """Give name, what breaks, and what finds it, for each bug that was tried: case, selftest."""
    for mutant in mutants:
        if trial := settled(mutant, score):
            theirs = trial.selftests
            yield (mutant.name, mutant.breaks, summary(trial),
                   "not tried" if theirs is None else theirs or "survived")


def summary(trial: Trial) -> str:
    """Return what became of a bug, in a few words."""
    if trial.outcome != FOUND:
        return f"{trial.outcome}: {trial.why}" if trial.why else trial.outcome
    more = f" and {len(trial.by) - 2} more" if len(trial.by) > 2 else ""
    return ", ".join(f"{found.case} ({found.verdict})" for found in trial.by[:2]) + more


def markdown(mutants: Sequence[Mutant], score: Score, about: Mapping[str, Any]) -> str:
    """Return docs/mutants.md."""
    rows = list(table(mutants, score))
    trials = [trial for mutant in mutants if (trial := settled(mutant, score))]
    counts = {word: sum(trial.outcome == word for trial in trials)
              for word in (FOUND, SURVIVED, EQUIVALENT, TROUBLE, ERROR)}
    counts["not tried"] = len(mutants) - len(trials)
    words = ", ".join(f"{count} {word}" for word, count in counts.items()
                      if count or word not in (TROUBLE, ERROR))
    lines = ["# Kernels that are broken on purpose", "",
             "`make mutants` builds a kernel with each patch of `tests/mutants/`, one bug each,"
             " and",
             "runs the cases until one finds it; `python3 -m tests.mutants --markdown FILE` writes",
             "this page too, `--selftests` scores the kernel's own selftests beside the cases.", "",
             f"{len(mutants)} bugs in security/landlock of {about.get('version', '?')}: {words}.",
             ""]
    asked = [trial for trial in trials
             if trial.selftests is not None and trial.outcome in (FOUND, SURVIVED)]
    if asked:
        lines += [f"The kernel's own selftests find {sum(bool(one.selftests) for one in asked)}"
                  f" of {len(asked)} on which they ran; the cases find"
                  f" {sum(one.outcome == FOUND for one in asked)} of these.", ""]
    lines += ["| mutant | what breaks | found by | by the kernel's selftests |",
              "|---|---|---|---|"]
    escaped = ([cell.replace("|", "\\|") for cell in row] for row in rows)
    lines += [f"| {' | '.join(row)} |" for row in escaped]
    return "\n".join(lines) + "\n"
