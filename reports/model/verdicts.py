# SPDX-License-Identifier: GPL-2.0
"""The words for what a case showed, what they mean and how they look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What one case showed on one kernel (docs/design.md, section 2)."""

    HOLDS = "holds"
    ABSENT = "absent"
    OPEN = "open"
    CLOSED = "closed"
    BYPASS = "bypass"
    OVERBLOCK = "overblock"
    ERRNO = "errno"
    DISHONEST = "dishonest"
    CRASH = "crash"
    HANG = "hang"
    CANNOT_RUN = "cannot-run"
    BROKEN = "broken"


DEVIATIONS = frozenset(
    {
        Verdict.BYPASS,
        Verdict.OVERBLOCK,
        Verdict.ERRNO,
        Verdict.DISHONEST,
        Verdict.CRASH,
        Verdict.HANG,
    }
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict is shown: always by a sign and a word, colour only comes on top."""

    sign: str
    ascii: str  # for terminals that cannot show the sign
    short: str  # at most eight letters, for a cell
    style: str  # of python3-rich
    severity: int  # what is worse has more; equal ones are merely different
    meaning: str


LOOKS: dict[Verdict, Look] = {
    Verdict.HOLDS: Look("✓", "+", "holds", "green", 0, "every world came out as promised"),
    Verdict.CLOSED: Look(
        "●", "*", "closed", "bold cyan", 0, "nothing promises to stop it, and this kernel does"
    ),
    Verdict.ABSENT: Look(
        "–", "-", "absent", "dim", 1, "this kernel's ABI cannot express the rule; it stays open"
    ),
    Verdict.OPEN: Look(
        "○", "o", "open", "yellow", 1, "nothing promises to stop it, and it gets through"
    ),
    Verdict.CANNOT_RUN: Look(
        "?", "?", "no run", "dim italic", 1, "a protocol, module, capability or device is missing"
    ),
    Verdict.BROKEN: Look(
        "▲", "#", "broken", "bold white on red", 2,
        "the harness or the machine failed: not the kernel's fault",
    ),
    Verdict.ERRNO: Look(
        "≠", "E", "ERRNO", "bold magenta", 3, "refused, but not with the promised error"
    ),
    Verdict.OVERBLOCK: Look(
        "■", "B", "OVERBLK", "bold magenta", 4, "granted, or not Landlock's business, and refused"
    ),
    Verdict.DISHONEST: Look(
        "!", "!", "DISHONST", "bold red", 5, "the kernel claims what it does not do"
    ),
    Verdict.BYPASS: Look(
        "✗", "X", "BYPASS", "bold red", 5, "denied by the policy, promised, and it got through"
    ),
    Verdict.HANG: Look("∞", "H", "HANG", "bold red", 6, "the attempt never came back"),
    Verdict.CRASH: Look("‼", "C", "CRASH", "bold red", 6, "the kernel oopsed or warned"),
}
