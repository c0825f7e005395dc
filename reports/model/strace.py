# SPDX-License-Identifier: GPL-2.0
"""Reads what strace wrote about a case: what each world called, and where two worlds part."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

LINE = re.compile(r"(\d+) +(.*)")
MARK = re.compile(r'write\(-1, "landproof: (\S+) (policy|attempt|end) (.*?)"')
RESUMED = re.compile(r"<\.\.\. \w+ resumed>")
CHILD = re.compile(r"(?:clone3?|v?fork)\(.*= (\d+)$")
UNFINISHED = " <unfinished ...>"


@dataclass
class Traced:
    """What one world called: to enter its policy, and then in the attempt."""

    policy: list[str] = field(default_factory=list)
    attempt: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Step:
    """A call of both worlds, or of one; `first` marks where they part."""

    world: str  # empty: both
    call: str
    first: bool = False


def read(text: str, case_id: str) -> dict[str, Traced]:
    """Return the calls of each world of a case, by the subject and what it forked."""
    worlds: dict[str, Traced] = {}
    into: list[str] | None = None
    ours: set[str] = set()
    for pid, call in _calls(text):
        if mark := MARK.match(call):
            world, what, name = mark.groups()
            into = None
            if name == case_id and what != "end":
                # A world may run twice: the last time counts, as it does for the verdict.
                if what == "policy" or world not in worlds:
                    worlds[world] = Traced()
                into = getattr(worlds[world], what)
                ours = {pid}
        elif into is not None and pid in ours and not call.startswith("+++"):
            into.append(call)
            if child := CHILD.match(call):
                ours.add(child[1])
    return worlds


def _calls(text: str) -> Iterator[tuple[str, str]]:
    """Yield process and call, each call whole: where it began and where it ended are joined."""
    begun: dict[str, str] = {}
    for line in text.splitlines():
        found = LINE.match(line)
        if not found:
            continue
        pid, call = found.groups()
        if call.endswith(UNFINISHED):
            begun[pid] = call.removesuffix(UNFINISHED)
            continue
        if resumed := RESUMED.match(call):
            call = begun.pop(pid, "") + call[resumed.end():]
        yield pid, re.sub(r"\) {2,}= ", ") = ", call)


def compare(control: Sequence[str], other: Sequence[str], names: tuple[str, str]) -> list[Step]:
    """Return both rows of calls as one; what differs only by numbers that chance makes is equal."""
    steps: list[Step] = []
    matcher = difflib.SequenceMatcher(None, [_plain(one) for one in control],
                                      [_plain(one) for one in other], autojunk=False)
    parted = False
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        if kind == "equal":
            steps += [Step("", call) for call in control[start:end]]
            continue
        rows = [Step(names[0], call) for call in control[start:end]]
        rows += [Step(names[1], call) for call in other[other_start:other_end]]
        if not parted:
            # The first call of the other world there, or the first that is missing in it.
            at = end - start if other_end > other_start else 0
            rows[at] = Step(rows[at].world, rows[at].call, first=True)
            parted = True
        steps += rows
    return steps


def _plain(call: str) -> str:
    """Return a call without addresses, process ids, ports and times, which differ by chance."""
    call = re.sub(r"0x[0-9a-f]{5,}", "0x", call)
    return re.sub(r"\b\d{3,}\b", "N", call)
