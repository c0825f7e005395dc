# SPDX-License-Identifier: GPL-2.0
"""The forms that process.landlock has in the proposals, and a policy in each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FS = ("execute", "write_file", "read_file", "read_dir", "remove_dir", "remove_file", "make_char",
      "make_dir", "make_reg", "make_sock", "make_fifo", "make_block", "make_sym")
LATER_FS = ("refer", "truncate")
NET = ("bind", "connect")
KERNEL_NAMES = {**{word: f"fs.{word}" for word in (*FS, *LATER_FS)},
                "bind": "net.bind_tcp", "connect": "net.connect_tcp"}
"""The suite's names of the rights, by the words of the proposals."""


@dataclass(frozen=True)
class Form:
    """How a proposal writes a policy; an empty name: it has no such member."""

    name: str
    source: str
    handled: str
    net: str
    ports: str
    fs_words: tuple[str, ...]
    best_effort: str
    """The member that says whether best effort is wanted ..."""
    strict: bool
    """... and its value where it is not."""


FORMS = {form.name: form for form in (
    Form("1241", "runtime-spec#1241 of 2024-12-20, 77ec826", "handledAccess",
         "handledAccessNetwork", "networkPort", (*FS, *LATER_FS), "enableBestEffort", False),
    Form("1241-review", "runtime-spec#1241 as reviewed from March to June 2024", "ruleset",
         "handledAssessNetwork", "portBeneath", (*FS, *LATER_FS), "disableBestEffort", True),
    Form("1111", "runtime-spec#1111, 3b00e43", "ruleset", "", "", FS, "disableBestEffort", True),
)}


def _words(asked: str | Sequence[str], there: Sequence[str]) -> list[str]:
    """Return the words that are asked for; "all" are those that the form has."""
    return list(there) if asked == "all" else list(asked)


def expressible(policy: Mapping[str, Any], form: Form) -> bool:
    """Say whether the form has what the policy says; a word of no form is a check's own."""
    said = {word for part in (policy.get("fs", []), *(rule["rights"] for rule in
            policy.get("path", []))) if part != "all" for word in part}
    return (bool(form.net) or not (policy.get("net") not in (None, "all") or policy.get("port"))) \
        and not (said & {*FS, *LATER_FS}) - set(form.fs_words)


def handled(policy: Mapping[str, Any], form: Form) -> set[str]:
    """Return the words of all that the policy handles in this form."""
    net = NET if form.net else ()
    return {*_words(policy.get("fs", []), form.fs_words), *_words(policy.get("net", []), net)}


def _rules(rules: Iterable[Mapping[str, Any]], words: Sequence[str], what: str,
           handled_words: Sequence[str]) -> list[dict[str, Any]]:
    return [{"allowedAccess": list(handled_words) if rule["rights"] == "all" else
             _words(rule["rights"], words), what: list(rule["at"])} for rule in rules]


def block(policy: Mapping[str, Any], form: Form, program: str) -> dict[str, Any]:
    """Return process.landlock; "all" in a rule are the rights that the policy handles.

    What starts the program is granted besides.
    """
    fs = _words(policy.get("fs", []), form.fs_words)
    made: dict[str, Any] = {form.handled: {"handledAccessFS": fs}}
    rules = {"pathBeneath": _rules(policy.get("path", []), form.fs_words, "paths", fs)}
    if start := [word for word in ("execute", "read_file") if word in fs]:
        rules["pathBeneath"].append({"allowedAccess": start, "paths": [program]})
    if form.net:
        net = _words(policy.get("net", []), NET)
        made[form.handled][form.net] = net
        rules[form.ports] = _rules(policy.get("port", []), NET, "ports", net)
    made["rules"] = rules
    if "strict" in policy:
        made[form.best_effort] = policy["strict"] == form.strict
    return {**made, **policy.get("extra", {})}
