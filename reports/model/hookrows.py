# SPDX-License-Identifier: GPL-2.0
"""What the traced hooks answer: operations by hook, and the questions of the design."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from reports.model.hooks import ATTEMPT, HookCall
from reports.model.results import Kernel, Result, base, case_ids, variant

Groups = tuple[tuple[str, tuple[str, ...]], ...]

CONTROL = "control"
OK = "ok"

# They come with every descriptor, every socket that may be made, every message between processes.
LEFT_OUT = ("file_alloc", "file_free", "file_release", "socket_post_create",
            "socket_getpeersec_dgram")

# Hooks that are asked before the first byte goes somewhere.
ASKED = ("socket_connect", "socket_sendmsg", "sctp_bind_connect", "unix_find",
         "unix_stream_connect", "unix_may_send")
# The request for a connection arrives, at whichever end is on this machine.
ARRIVED = ("inet_conn_request", "sctp_assoc_request")
NETWORK = ("socket_", "sctp_", "mptcp_", "unix_", "inet_")


@dataclass(frozen=True, slots=True)
class Row:
    """Cases that show the same in one world, on one or more kernels."""

    ids: tuple[str, ...]
    world: str
    kernels: tuple[str, ...]
    result: str
    calls: tuple[HookCall, ...]

    @property
    def label(self) -> str:
        """The case, with the variants that show the same."""
        first, *others = self.ids
        return f"{first} (+{', '.join(map(variant, others))})" if others else first


@dataclass(frozen=True, slots=True)
class Answers:
    """What a kernel's column says to the questions: cases, without their variants."""

    created: Groups  # by socket: security_socket_create() was asked for it
    created_kern: Groups  # and for one that the kernel keeps for itself
    obtained: tuple[str, ...]  # got a socket for which it was not asked
    refused: Groups  # by hook and errno
    inside: Groups  # by the hooks that were asked before: connected a socket of the kernel's
    unseen: tuple[str, ...]  # a connection arrived before any hook was asked
    hookless: tuple[str, ...]  # worked, and no hook of the network was called

    def sections(self) -> list[tuple[str, Groups]]:
        """Return the questions with what answers them, in the order of reading."""
        return [
            ("Reaches socket creation as the kernel (kern)", self.created_kern),
            ("Gets a socket without socket creation", _alone(self.obtained)),
            ("Connects a socket that the kernel keeps, which no hook sees; asked before it",
             self.inside),
            ("A connection arrived before any hook was asked", _alone(self.unseen)),
            ("Worked, and no hook of the network was called", _alone(self.hookless)),
            ("Refused, by hook", self.refused),
            ("Reaches socket creation", self.created),
        ]


def rows(result: Result) -> list[Row]:
    """Return the rows by case, world and kernels; variants that show the same share one."""
    kernels = [kernel for kernel in result.kernels if not kernel.unavailable]
    found: list[Row] = []
    for _name, group in groupby(case_ids(kernels, result.by_id()), base):
        ids = list(group)
        worlds = dict.fromkeys(
            world.name for kernel in kernels for case in kernel.cases if case.id in ids
            for world in case.worlds if world.hooks is not None
        )
        for world in worlds:
            found += _joined(row for case_id in ids for row in _rows(case_id, world, kernels))
    return found


def _rows(case_id: str, name: str, kernels: Sequence[Kernel]) -> Iterable[Row]:
    """Return the rows of one case in one world: a kernel joins those that show the same."""
    alike: dict[tuple[str, tuple[HookCall, ...]], list[str]] = {}
    for kernel in kernels:
        case = kernel.case(case_id)
        for world in case.worlds if case else ():
            if world.name == name and world.hooks is not None:
                alike.setdefault((world.result, shown(world.hooks)), []).append(kernel.name)
    for (result, calls), names in alike.items():
        yield Row((case_id,), name, tuple(names), result, calls)


def _joined(rows: Iterable[Row]) -> list[Row]:
    alike: dict[tuple[object, ...], Row] = {}
    for row in rows:
        key = (row.kernels, row.result, tuple(map(_any_internet, row.calls)))
        first = alike.get(key)
        alike[key] = replace(first, ids=(*first.ids, *row.ids)) if first else row
    return list(alike.values())


def _any_internet(call: HookCall) -> HookCall:
    """Return the call as it would be over IPv4."""
    if call.socket and call.socket.family == 10:
        return replace(call, socket=replace(call.socket, family=2))
    return call


def shown(calls: tuple[HookCall, ...]) -> tuple[HookCall, ...]:
    """Return the calls that tell the operations apart, however often each happened."""
    kept = (replace(call, count=1) for call in calls if call.name not in LEFT_OUT)
    return tuple(dict.fromkeys(kept))


def text(calls: Iterable[HookCall]) -> str:
    """Return the calls in one line: `socket_create(inet stream tcp), socket_connect EACCES`."""
    return ", ".join(map(_text, calls))


def _text(call: HookCall) -> str:
    words = [call.name + (f"({call.socket})" if call.socket else "")]
    if call.returned not in (None, "0"):
        words.append(str(call.returned))
    if call.by != ATTEMPT:
        words.append(f"[{call.thread or call.by}]")
    return " ".join(words)


def answers(kernel: Kernel) -> Answers:
    """Return what this kernel's trace says to the questions."""
    traced = [
        (base(case.id), world, world.hooks)
        for case in kernel.cases
        for world in case.worlds
        if world.hooks is not None
    ]
    control = [(name, calls) for name, world, calls in traced if world.name == CONTROL]
    worked = [(name, calls) for name, world, calls in traced
              if world.name == CONTROL and world.result == OK]
    made = [(name, call.socket) for name, calls in control for call in calls if call.socket]
    return Answers(
        created=_grouped((str(new), name) for name, new in made if not new.kern),
        created_kern=_grouped((str(new), name) for name, new in made if new.kern),
        obtained=_unique(name for name, calls in worked if _obtained(calls)),
        inside=_grouped(
            (", ".join(asked), name) for name, calls in control
            if (asked := _asked(calls)) and _connects_inside(calls)
        ),
        unseen=_unique(name for name, calls in worked if _asked(calls) == ()),
        hookless=_unique(
            name for name, calls in worked if not any(map(_of_the_network, calls))
        ),
        refused=_grouped(
            (f"{call.name} {call.returned}", name) for name, _world, calls in traced
            for call in calls if call.refused and _of_the_network(call)
        ),
    )


def _of_the_network(call: HookCall) -> bool:
    return call.name.startswith(NETWORK)


def _obtained(calls: Iterable[HookCall]) -> bool:
    names = {call.name for call in calls if call.ours}
    return "socket_create" not in names and bool(names & {"socket_accept", "file_receive"})


def _asked(calls: Iterable[HookCall]) -> tuple[str, ...] | None:
    """Return which hooks the attempt asked before a connection arrived; None: none arrived."""
    asked: list[str] = []
    for call in calls:
        if call.name in ARRIVED:
            return _unique(asked)
        if call.ours and call.name in ASKED:
            asked.append(call.name)
    return None


def _connects_inside(calls: Iterable[HookCall]) -> bool:
    """Whether all TCP sockets that were made are the kernel's own."""
    tcp = [call.socket.kern for call in calls if call.socket and call.socket.is_tcp]
    return bool(tcp) and all(tcp)


def _grouped(pairs: Iterable[tuple[str, str]]) -> Groups:
    groups: dict[str, list[str]] = {}
    for group, name in pairs:
        groups.setdefault(group, []).append(name)
    return tuple((group, _unique(names)) for group, names in sorted(groups.items()))


def _alone(names: tuple[str, ...]) -> Groups:
    return (("", names),) if names else ()


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
