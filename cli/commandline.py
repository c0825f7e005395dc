# SPDX-License-Identifier: GPL-2.0
"""A tool's own command line, read back as the policy that it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.errors import UserError
from reports.model.policy import Policy, Rule
from vm.tools import Tool

HOLES = ("rights", "right", "path", "port")
SETS = ("fs", "net", "scope")


@dataclass
class _Asked:
    """What was read so far."""

    handled: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    alone: set[str] = field(default_factory=set)
    """Sets that are left alone."""
    said: set[str] = field(default_factory=set)
    """Sets of which some word was said."""


def rights(tool: Tool) -> set[str]:
    """Return the rights that a tool can deny."""
    data = tool.data
    named = {f"{one}.{right}" for one, names in data.get("handles", {}).items() for right in names}
    # A tool that names rights says them only of the sets that it can handle.
    return named | {right for right in data.get("rights", {})
                    if right.partition(".")[0] in data.get("handle", {})}


def read(tool: Tool, words: Sequence[str], order: Sequence[str]) -> Policy:
    """Return the policy that a command line of a tool asks for, its rights in this order.

    Takes the words after the tool's name, NAME=VALUE for variables of the environment before
    them. Raises UserError for a word that the description of the tool does not have.
    """
    asked = _Asked()
    left = list(words)
    while left and re.match(r"[A-Za-z_]\w*=", left[0]):
        _variable(tool, left.pop(0), asked)
    while left and left[0].startswith("-") and left[0] != "--":
        if not (_form(tool, left, asked) or _listed(tool, left, asked)):
            said = " ".join(left[:2] if not left[1:2] or left[1][:1] != "-" else left[:1])
            raise UserError(f"{said} is not among the words of {tool.name} that are known here, and"
                            " a tool may drop what it does not know: docs/runtimes.md")
    _by_itself(tool, asked)
    if not asked.handled:
        raise UserError(f"this command line of {tool.name} denies nothing")
    return Policy(tuple(right for right in order if right in asked.handled), tuple(asked.rules))


def _by_itself(tool: Tool, asked: _Asked) -> None:
    """Add what a tool handles without being asked, but for the sets that are left alone."""
    spoken = {right for word in tool.data.get("word", []) if _denies(word)
              for right in _of(word)}
    for one, names in tool.data.get("handles", {}).items():
        silent = tool.data.get("alone", {}).get(one) == [] and one not in asked.said
        if one not in asked.alone and not silent:
            asked.handled += [right for name in names if (right := f"{one}.{name}") not in spoken]


def _denies(word: Mapping[str, Any]) -> bool:
    """Say whether a right is handled only where its word is said."""
    return bool(word.get("denies", "scope" in word))


def _of(word: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(f"{one}.{name}" for one in SETS for name in word.get(one, []))


def _take(word: Mapping[str, Any], about: Sequence[str], asked: _Asked) -> None:
    """Follow a word with the paths or ports that it is about."""
    asked.said.update(one for one in SETS if one in word)
    if _denies(word):
        asked.handled += _of(word)
    if about and "scope" not in word:
        asked.rules.append(Rule(_of(word), tuple(about)))


def _variable(tool: Tool, text: str, asked: _Asked) -> None:
    name, _, value = text.partition("=")
    parts = [one for one in value.split(":") if one]
    found = [word for word in tool.data.get("word", []) if word.get("variable", [""])[0] == name]
    if not found:
        raise UserError(f"{name} is no variable of {tool.name} that is known here")
    for word in found:
        if len(word["variable"]) == 1:
            _take(word, parts, asked)
        elif word["variable"][1] in parts:
            _take(word, (), asked)


def _patterns(form: Sequence[str]) -> Iterator[list[str]]:
    """Yield the ways to write a form down: as it is, and as one argument with `=`."""
    yield list(form)
    if len(form) == 2 and form[0].startswith("--"):
        yield ["=".join(form)]


def _matched(form: Sequence[str], left: list[str]) -> dict[str, str] | None:
    """Take a form from the beginning of the words: what is in its holes, None if it is not."""
    for pattern in _patterns(form):
        holes: dict[str, str] = {}
        if len(pattern) > len(left):
            continue
        for part, word in zip(pattern, left, strict=False):
            text = re.sub(r"\\\{(%s)\\\}" % "|".join(HOLES), r"(?P<\1>.+)", re.escape(part))
            found = re.fullmatch(text, word)
            if not found:
                break
            holes |= found.groupdict()
        else:
            del left[:len(pattern)]
            return holes
    return None


def _form(tool: Tool, left: list[str], asked: _Asked) -> bool:
    """Take one form of a tool, if one is next."""
    data = tool.data
    for one, form in data.get("handle", {}).items():
        if (holes := _matched(form, left)) is not None:
            asked.handled += _named(tool, one, holes)
            return True
    for one, form in data.get("rule", {}).items():
        if (holes := _matched(form, left)) is not None:
            about = holes.get("path") or holes.get("port") or ""
            asked.rules.append(Rule(tuple(_named(tool, one, holes)), (about,)))
            return True
    for word in data.get("word", []):
        if "arguments" in word and (holes := _matched(word["arguments"], left)) is not None:
            _take(word, [text for text in holes.values() if text], asked)
            return True
    for one, form in data.get("alone", {}).items():
        if form and _matched(form, left) is not None:
            asked.alone.add(one)
            return True
    if left[0] in (*data.get("command", []), *data.get("strict", {}).get("switch", [])):
        del left[0]
        return True
    return False


def _listed(tool: Tool, left: list[str], asked: _Asked) -> bool:
    """Take a word with all that it is about, if one is next."""
    for word in tool.data.get("word", []):
        length = len(word.get("list", []))
        if length and left[:length] == word["list"]:
            del left[:length]
            about = []
            while left and not left[0].startswith("-"):
                about.append(left.pop(0))
            _take(word, about, asked)
            return True
    return False


def _named(tool: Tool, one: str, holes: Mapping[str, str]) -> list[str]:
    """Return the rights of a set that a tool's own names mean."""
    names = {name: right for right, name in tool.data.get("rights", {}).items()
             if right.startswith(f"{one}.")}
    found = []
    for name in (holes.get("rights") or holes.get("right") or "").split(","):
        if name not in names:
            raise UserError(f"{tool.name} has no {name} of {one}: it has {', '.join(names)}")
        found.append(names[name])
    return found
