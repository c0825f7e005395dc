# SPDX-License-Identifier: GPL-2.0
"""Calls of the security modules' hooks, as the harness traced them (docs/records.md)."""

from __future__ import annotations

import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PREFIX = "security_"
ATTEMPT = "attempt"
URING = "io_uring"
SOFTIRQ = "softirq"
KERNEL = "kernel"

# Of these Python knows no name, or not on every machine.
_FAMILIES = {21: "rds", 28: "mpls", 33: "rxrpc", 40: "vsock", 43: "smc", 44: "xdp"}
_PROTOCOLS = {6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite", 256: "smc",
              262: "mptcp"}
_TYPES = {1: "stream", 2: "dgram", 3: "raw", 4: "rdm", 5: "seqpacket", 6: "dccp"}
_INTERNET = (2, 10)


@dataclass(frozen=True, slots=True)
class NewSocket:
    """What security_socket_create() was asked about."""

    family: int
    type: int
    protocol: int
    kern: bool

    @property
    def is_tcp(self) -> bool:
        """Whether it is a TCP socket."""
        return self.family in _INTERNET and self.type == 1 and self.protocol in (0, 6)

    def __str__(self) -> str:
        """Return `inet stream tcp`, and `kern` for a socket that the kernel keeps for itself."""
        family = _FAMILIES.get(self.family) or _family(self.family)
        protocol = _PROTOCOLS.get(self.protocol) if self.family in _INTERNET else None
        words = [family, _TYPES.get(self.type, str(self.type))]
        if self.protocol:
            words.append(protocol or str(self.protocol))
        return " ".join([*words, "kern"] if self.kern else words)


@dataclass(frozen=True, slots=True)
class HookCall:
    """Calls of one hook that came out the same; `returned` is None where it returns nothing."""

    hook: str
    returned: str | None
    by: str
    count: int = 1
    thread: str | None = None  # of the kernel
    socket: NewSocket | None = None

    @property
    def name(self) -> str:
        """The hook, as security modules call it."""
        return self.hook.removeprefix(PREFIX)

    @property
    def ours(self) -> bool:
        """Whether the attempt itself called it, and not the network or the kernel after it."""
        return self.by in (ATTEMPT, URING)

    @property
    def refused(self) -> bool:
        """Whether it said no; ENOPROTOOPT says that there is no label to be had."""
        return self.returned not in (None, "0", "ENOPROTOOPT")


def calls_from_json(data: object) -> tuple[HookCall, ...] | None:
    """Return the calls; None if none were recorded, which is not the same as none at all."""
    if not isinstance(data, list):
        return None
    return tuple(_call(call) for call in data if isinstance(call, dict) and call.get("hook"))


def calls_to_json(calls: tuple[HookCall, ...]) -> list[dict[str, Any]]:
    """Return the calls as the records have them."""
    return [_json(call) for call in calls]


def _call(data: Mapping[str, Any]) -> HookCall:
    returned, count, thread = data.get("returned"), data.get("count"), data.get("thread")
    return HookCall(
        hook=_word(data["hook"]),
        returned=None if returned is None else _word(returned),
        by=_word(data.get("by") or ATTEMPT),
        count=count if isinstance(count, int) else 1,
        thread=_word(thread) if thread else None,
        socket=_socket(data.get("socket")),
    )


def _word(value: object) -> str:
    """Return a name from a guest, which can hold anything, as one that can be shown."""
    return re.sub(r"[^\w./:-]", "?", str(value))[:64]


def _socket(data: object) -> NewSocket | None:
    if not isinstance(data, dict):
        return None
    family, kind, protocol = (data.get(key) for key in ("family", "type", "protocol"))
    if not (isinstance(family, int) and isinstance(kind, int) and isinstance(protocol, int)):
        return None
    return NewSocket(family, kind, protocol, bool(data.get("kern")))


def _json(call: HookCall) -> dict[str, Any]:
    data: dict[str, Any] = {"hook": call.hook, "returned": call.returned, "by": call.by,
                            "count": call.count}
    if call.thread:
        data["thread"] = call.thread
    if made := call.socket:
        data["socket"] = {"family": made.family, "type": made.type, "protocol": made.protocol,
                          "kern": made.kern}
    return data


def _family(number: int) -> str:
    try:
        return socket.AddressFamily(number).name.removeprefix("AF_").lower()
    except ValueError:
        return f"family {number}"
