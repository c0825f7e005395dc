# SPDX-License-Identifier: GPL-2.0
"""The roads to a guarded port: which cases they are, and what each kernel lets through.

A case is a road if it has one of four labels: `reach-tcp`, `serve-tcp`, `reach-udp`, `serve-udp`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.model.known import known_issues, matches
from reports.model.results import Case, CaseResult, Kernel, Result, base, shareable, variant
from reports.model.verdicts import Verdict

PROTOCOLS = ("tcp", "udp")
LABELS = {"reach": "reaches", "serve": "serves"}  # and what a road does that is not stopped

# Worlds in which nothing is denied.
FREE = frozenset({"control", "bystander", "grant"})

# The ordinary ways first, those with a capability last; others by name.
SUBJECTS = (
    "tcp", "udp", "io_uring", "passing", "mptcp", "smc", "sctp", "peeloff", "rds", "dccp",
    "udplite", "vsock", "rxrpc", "raw", "kernel",
)

# Of the variants of a case, that which says most about it stands for the road.
TELLING = (
    Verdict.CRASH, Verdict.HANG, Verdict.BROKEN, Verdict.DISHONEST, Verdict.BYPASS, Verdict.OPEN,
    Verdict.OVERBLOCK, Verdict.ERRNO, Verdict.CLOSED, Verdict.HOLDS, Verdict.ABSENT,
    Verdict.CANNOT_RUN,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A road on one kernel: its verdict, in plain words too."""

    verdict: Verdict
    word: str  # reaches, serves or stopped; empty where nobody could see
    variants: tuple[str, ...]  # if only some of those that ran show this verdict: their names
    missing: str  # what a cannot-run lacks


@dataclass(frozen=True, slots=True)
class Road:
    """One way to make the machine talk to the port, or serve on it."""

    case: str
    claim: str
    upstream: str  # the issue or fix, if there is one
    cells: tuple[Cell | None, ...]  # in the order of the kernels; None: did not run there


@dataclass(frozen=True, slots=True)
class Section:
    """The roads of one direction and protocol."""

    direction: str  # reach, serve
    protocol: str
    roads: tuple[Road, ...]

    @property
    def through(self) -> list[tuple[int, int]]:
        """How many roads get through on each kernel, and of how many that could be seen."""
        words = [[cell.word for cell in row if cell] for row in zip(*(r.cells for r in self.roads))]
        return [
            (sum(word in LABELS.values() for word in column), sum(map(bool, column)))
            for column in words
        ]

    def title(self, number: int | None) -> str:
        """Return a heading, with the number of the port if one was asked for."""
        name = self.protocol.upper()
        port = f"{name} port {number}" if number else f"a {name} port"
        return f"Talking to {port}" if self.direction == "reach" else f"Serving on {port}"


def guarded_port(text: str) -> tuple[str, int | None]:
    """Read `tcp/443`, or `tcp` for whatever number the cases have."""
    protocol, slash, number = text.partition("/")
    if protocol not in PROTOCOLS or (slash and not number.isdecimal()):
        raise argparse.ArgumentTypeError(f"{text} is no port: try tcp/443, udp/53, tcp or udp")
    if slash and not 0 < int(number) < 65536:
        raise argparse.ArgumentTypeError(f"{number} is no port from 1 to 65535")
    return protocol, int(number) if slash else None


def road_labels(protocol: str) -> list[str]:
    """Return the harness's arguments that select the roads of a protocol."""
    return [word for direction in LABELS for word in ("--label", f"{direction}-{protocol}")]


def columns(result: Result) -> list[Kernel]:
    """Return the kernels that ran any case."""
    return [kernel for kernel in result.kernels if kernel.cases]


def sections(result: Result, protocols: Sequence[str] = PROTOCOLS) -> list[Section]:
    """Return the table, without the cases that must not be shared."""
    shared = shareable(result)
    kernels = columns(shared)
    found = []
    for protocol in protocols:
        for direction in LABELS:
            cases = [one for one in shared.catalogue if f"{direction}-{protocol}" in one.labels]
            roads = [_road(one, direction, kernels) for one in sorted(cases, key=_place)]
            ran = tuple(road for road in roads if any(road.cells))
            if ran:
                found.append(Section(direction, protocol, ran))
    return found


def lacking(result: Result, shown: Iterable[Section]) -> dict[str, list[str]]:
    """Return what could not run for want of what: the missing thing to the kernels' names."""
    names = [kernel.name for kernel in columns(result)]
    found: dict[str, dict[str, None]] = {}
    for section in shown:
        for road in section.roads:
            for name, cell in zip(names, road.cells, strict=True):
                if cell and cell.missing:
                    found.setdefault(cell.missing, {})[name] = None
    return {missing: list(where) for missing, where in sorted(found.items())}


def _place(case: Case) -> tuple[int, str, str, int]:
    """Sort key: by subject, then as the source has them, which begins with the plain way."""
    subject = case.id.split(".")[1]
    index = SUBJECTS.index(subject) if subject in SUBJECTS else len(SUBJECTS)
    return (index, subject, case.file, case.line or 0)


def _road(case: Case, direction: str, kernels: Sequence[Kernel]) -> Road:
    shown = [[one for one in kernel.cases if base(one.id) == case.id] for kernel in kernels]
    return Road(
        case=case.id,
        claim=case.claim,
        upstream=_upstream(case, [one for results in shown for one in results]),
        cells=tuple(_cell(results, LABELS[direction]) for results in shown),
    )


def _cell(variants: Sequence[CaseResult], through: str) -> Cell | None:
    if not variants:
        return None
    # A kernel that cannot express the rule tries the first variant only.
    tried = [one for one in variants if one.worlds or one.verdict is not Verdict.ABSENT]
    first = min(tried or variants, key=lambda one: TELLING.index(one.verdict))
    same = [one for one in variants if one.verdict is first.verdict]
    others = [one for one in tried if one.verdict not in (first.verdict, Verdict.CANNOT_RUN)]
    return Cell(
        verdict=first.verdict,
        word=_word(first, through),
        variants=tuple(variant(one.id) or "plain" for one in same) if others else (),
        missing=", ".join(first.missing) if first.verdict is Verdict.CANNOT_RUN else "",
    )


def _word(case: CaseResult, through: str) -> str:
    """Return what was seen: under a policy that denies it, else, where there is none, without."""
    if case.verdict is Verdict.BYPASS:
        return through
    if case.verdict in (Verdict.CANNOT_RUN, Verdict.BROKEN, Verdict.CRASH, Verdict.HANG):
        return ""
    denied = [world for world in case.worlds if world.name not in FREE]
    seen = denied or case.worlds
    if not seen:
        return ""
    return through if any(world.result == "ok" for world in seen) else "stopped"


def _upstream(case: Case, results: Iterable[CaseResult]) -> str:
    """Return the issue of an open road, the fix of a bypass, and what brings the rule."""
    texts = [case.gap] if case.gap else []
    for issue in known_issues():
        if Verdict.BYPASS in issue.verdicts and any(matches(one, case.id) for one in issue.cases):
            fixed = f", fixed in {', '.join(issue.fixed)}" if issue.fixed else ""
            texts.append(f"{issue.report}{fixed}")
    if case.kind == "allowed":
        texts.append("by design")
    elif not texts and any(one.verdict is Verdict.ABSENT for one in results):
        texts.append(f"stopped from ABI {case.since} on")
    return "; ".join(texts)
