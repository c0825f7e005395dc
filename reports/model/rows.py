# SPDX-License-Identifier: GPL-2.0
"""The matrix behind every format: rows, columns and sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from reports.model.results import (
    Case,
    CaseResult,
    Kernel,
    Result,
    base,
    case_ids,
    family,
    variant,
)
from reports.model.verdicts import DEVIATIONS, Verdict

RIGHT_PREFIXES = ("fs.", "net.", "scope.")  # in the names of guards: flags are no rights
NOT_ENFORCED = frozenset({Verdict.BYPASS, Verdict.DISHONEST, Verdict.CRASH, Verdict.HANG})


LABEL_VARIANTS = 3  # are named in a row's label; more are counted
ALIKE = 3  # so many cases of one subject that show the same make one row of a short table


@dataclass(frozen=True, slots=True)
class Row:
    """Cases that show the same on every kernel: one, its variants, or more of one subject."""

    ids: tuple[str, ...]
    verdicts: tuple[Verdict | None, ...]  # in the order of the kernels; None: did not run there
    of: int = 0  # for several cases of a subject: how many the subject has

    @property
    def label(self) -> str:
        """The name, with the variants that it stands for; `fs.refer.* (12 of 30)` of a subject."""
        first, *others = self.ids
        if self.of:
            some = "" if len(self.ids) == self.of else f" of {self.of}"
            return f"{_subject(first)}.* ({len(self.ids)}{some})"
        if len(others) > LABEL_VARIANTS:
            return f"{first} (+{len(others)})"
        return f"{first} (+{', '.join(map(variant, others))})" if others else first


@dataclass(frozen=True, slots=True)
class Summary:
    """The sums of one kernel."""

    kernel: Kernel
    counts: Mapping[Verdict, int]
    enforced: tuple[str, ...]  # rights that were shown to be enforced
    unproven: Mapping[str, str]  # rights that are promised, and why they do not count

    @property
    def promised(self) -> int:
        """How many rights this kernel promises, as far as cases ran for them."""
        return len(self.enforced) + len(self.unproven)

    @property
    def deviations(self) -> int:
        """How many cases deviate."""
        return sum(count for verdict, count in self.counts.items() if verdict in DEVIATIONS)


def families(result: Result) -> list[tuple[str, list[str]]]:
    """Return the families with the names of their cases, in the order of the rows."""
    catalogue = result.by_id()
    names = case_ids(result.kernels, catalogue)
    return [
        (name, list(ids)) for name, ids in groupby(names, lambda one: family(one, catalogue))
    ]


def rows(ids: Iterable[str], kernels: Sequence[Kernel]) -> list[Row]:
    """Return the rows for these cases; variants that show the same everywhere share one."""
    verdicts = [{case.id: case.verdict for case in kernel.cases} for kernel in kernels]
    found: list[Row] = []
    for _base, variants in groupby(ids, base):
        grouped: dict[tuple[Verdict | None, ...], list[str]] = {}
        for case_id in variants:
            grouped.setdefault(tuple(on.get(case_id) for on in verdicts), []).append(case_id)
        found += [Row(tuple(names), shown) for shown, names in grouped.items()]
    return found


def short_rows(ids: Iterable[str], kernels: Sequence[Kernel]) -> list[Row]:
    """Return fewer rows: cases of one subject (`fs.refer`) that show the same share one.

    Whatever deviates keeps a row, and its name, to itself.
    """
    found: list[Row] = []
    for _name, group in groupby(ids, _subject):
        subject = list(group)
        alike: dict[tuple[Verdict | None, ...], list[Row]] = {}
        for row in rows(subject, kernels):
            alike.setdefault(row.verdicts, []).append(row)
        for verdicts, same in alike.items():
            if len(same) < ALIKE or DEVIATIONS.intersection(verdicts):
                found += same
            else:
                names = tuple(case_id for row in same for case_id in row.ids)
                found.append(Row(names, verdicts, of=len(subject)))
    return found


def summarize(kernel: Kernel, catalogue: Mapping[str, Case]) -> Summary:
    """Return the sums of one kernel.

    A right counts as promised where a case shows it, or where the kernel's ABI has it although
    no case could. It is enforced if a case shows that and none shows the contrary.
    """
    guarded: dict[str, list[CaseResult]] = {}
    for case in kernel.cases:
        entry = catalogue.get(base(case.id))
        if entry is None or entry.kind != "denied" or entry.family == "domain":
            continue  # a domain that is lost or left says nothing of the right that shows it
        since = entry.since or 0
        promised_untried = case.verdict in (Verdict.CANNOT_RUN, Verdict.BROKEN) and since <= (
            kernel.abi or 0
        )
        if case.verdict is Verdict.HOLDS or case.deviates or promised_untried:
            for right in entry.guard:
                if right.startswith(RIGHT_PREFIXES):
                    guarded.setdefault(right, []).append(case)
    unproven = {}
    for right, cases in guarded.items():
        against = [case for case in cases if case.verdict in NOT_ENFORCED]
        if against:
            unproven[right] = ", ".join(f"{case.id}: {case.verdict}" for case in against)
        elif all(case.verdict is not Verdict.HOLDS for case in cases):
            unproven[right] = "no case could show it"
    return Summary(
        kernel=kernel,
        counts=Counter(case.verdict for case in kernel.cases),
        enforced=tuple(right for right in guarded if right not in unproven),
        unproven=unproven,
    )


def short_names(names: Sequence[str]) -> str:
    """Return kernels' names without repeating their prefix: `debian-6.18, 6.19, 7.0`."""
    shown = []
    last = ""
    for name in names:
        prefix = name.rpartition("-")[0]
        shown.append(name.removeprefix(f"{prefix}-") if prefix and prefix == last else name)
        last = prefix
    return ", ".join(shown)


def errata_text(errata: int | None) -> str:
    """Return which errata are fixed: `1, 2, 4`."""
    if errata is None:
        return "no interface"
    fixed = [str(bit + 1) for bit in range(errata.bit_length()) if errata >> bit & 1]
    return ", ".join(fixed) or "none"


def _subject(case_id: str) -> str:
    """Return family and subject: `net.tcp` of `net.tcp.connect[ipv6]`."""
    return ".".join(base(case_id).split(".")[:2])
