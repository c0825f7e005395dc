# SPDX-License-Identifier: GPL-2.0
"""The checks of process.landlock, as checks.toml has them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("checks.toml")
HOWS = ("run", "exec", "preserve", "overlay", "features")
EXPECTATIONS = ("confined", "refused", "either")


@dataclass(frozen=True)
class Check:
    """What a runtime promises, and how it is found out; checks.toml explains the members."""

    id: str
    claim: str
    source: str
    reading: str = ""
    policy: Mapping[str, Any] = field(default_factory=dict)
    process: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    how: str = "run"
    inside: Mapping[str, str] = field(default_factory=dict)
    expect: str = "confined"
    mended: Mapping[str, Any] = field(default_factory=dict)
    mended_process: Mapping[str, Any] = field(default_factory=dict)
    exec_process: Mapping[str, Any] | None = None
    exec_policy: Mapping[str, Any] | None = None
    says: tuple[str, ...] = ()


def read() -> tuple[Check, ...]:
    """Return the checks; a policy that only adds members is the usual one with these."""
    data = tomllib.loads(FILE.read_text())
    known = {one.name for one in fields(Check)}
    checks = []
    for entry in data["check"]:
        if unknown := entry.keys() - known:
            raise ValueError(f"{FILE}: {entry['id']}: {', '.join(sorted(unknown))}")
        own = entry.get("policy", {})
        policy = {**data["policy"], **own} if own.keys() <= {"extra"} else own
        checks.append(Check(**{**entry, "policy": policy, "says": tuple(entry.get("says", ())),
                               "mended": entry.get("mended", data["policy"])}))
        assert checks[-1].how in HOWS and checks[-1].expect in EXPECTATIONS
    return tuple(checks)


def left_out() -> list[dict[str, str]]:
    """Return what there is no check of, and why."""
    found: list[dict[str, str]] = tomllib.loads(FILE.read_text())["left_out"]
    return found
