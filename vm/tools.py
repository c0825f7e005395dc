# SPDX-License-Identifier: GPL-2.0
"""Tools that enforce policies: their descriptions, and these in the harness's form."""

from __future__ import annotations

import fnmatch
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from vm.errors import UserError

DATA = Path(__file__).resolve().parents[1] / "runtimes"
SETS = ("fs", "net", "scope")
WAYS = ("arguments", "list", "variable")
TABLES = ("environment", "keeps", "handle", "rule", "handles", "alone", "rights")
"""Of these a variant may name some: the others are the tool's."""


@dataclass(frozen=True)
class Tool:
    """A tool as its file describes it, from one suite, or a variant of one."""

    name: str
    data: Mapping[str, Any]
    suite: str = ""
    path: Path | None = None
    """The user's own binary, instead of the package's."""
    root: Path | None = None
    """The tree that has its libraries; None: this machine's."""

    @property
    def packages(self) -> list[str]:
        """Return the packages that the suite needs for it, the tool's own first."""
        found: Any = self.data.get("packages", [])
        return list(found if isinstance(found, list) else found.get(self.suite, []))


@cache
def _schema() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((DATA / "schema.json").read_text()))


def _check(data: Mapping[str, Any], file: Path) -> None:
    """Raise UserError for what a description must not have, or lacks."""
    error = jsonschema.exceptions.best_match(_schema().iter_errors(data))
    if error:
        where = ".".join(map(str, error.absolute_path))
        said = " ".join(error.message.split())[:160]
        if error.validator == "anyOf" and not where:
            said = "it needs binary, suites and packages, or build"
        raise UserError(f"{file}: {data.get('name', '')}: {where + ': ' if where else ''}{said}:"
                        " docs/adding-a-runtime.md has the keys")
    if data.get("word") and (data.get("rights") or data.get("handle") or data.get("rule")):
        raise UserError(f"{file}: a tool names rights or has words, not both")
    for word in data.get("word", []):
        one = _set_of(word)
        for right in set(word[one]) - set(data.get("handles", {}).get(one, [])):
            raise UserError(f"{file}: {word_name(word)} grants {one}.{right}, which"
                            f" handles.{one} does not have")
    if data.get("installed") and len(data.get("suites", [])) > 1:
        raise UserError(f"{file}: one suite only: the tool has a single place in a machine")


def _merged(data: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """Return a variant's data: the tool's, with its own on top."""
    merged = {key: value for key, value in data.items() if key != "variant"}
    for key, value in variant.items():
        merged[key] = {**data.get(key, {}), **value} if key in TABLES else value
    return merged


def _of_suites(data: Mapping[str, Any]) -> Iterator[Tool]:
    """Yield the tool of each suite; the first has the plain name."""
    for number, suite in enumerate(data.get("suites", [""])):
        yield Tool(data["name"] + (f"@{suite}" if number else ""), data, suite)


def read(file: Path) -> list[Tool]:
    """Return the tool of a file and its variants; raise UserError if the file is wrong."""
    try:
        data = tomllib.loads(file.read_text())
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{file}: {error}") from error
    _check(data, file)
    found: list[Tool] = []
    for variant in ({}, *data.get("variant", [])):
        merged = _merged(data, variant)
        _check(merged, file)
        found += _of_suites(merged)
    return found


def known(adapters: Sequence[Path] = ()) -> dict[str, Tool]:
    """Return the tools of runtimes/ and of more files, by name."""
    files = [*sorted(DATA.glob("*.toml")), *adapters]
    return {tool.name: tool for file in files for tool in read(file)}


def choose(words: Sequence[str], adapters: Sequence[Path] = (),
           root: Path | None = None) -> list[Tool]:
    """Return the tools that were asked for: NAME, a glob of names, or NAME=BINARY.

    Without a word: those of the files that were given, else the default set.
    """
    every = known(adapters)
    if not words:
        own = [tool for file in adapters for tool in read(file)]
        return own or [tool for tool in every.values() if tool.data.get("default", True)]
    chosen: dict[str, Tool] = {}
    for word in words:
        name, _, path = word.partition("=")
        found = fnmatch.filter(every, name)
        if not found:
            raise UserError(f"no tool {name}: there are {', '.join(every)}")
        binary = Path(path).absolute() if path else None
        if binary and not binary.is_file():
            raise UserError(f"{binary}: no such file")
        for one in found:
            chosen[one] = replace(every[one], path=binary, root=root)
    return list(chosen.values())


def word_name(word: Mapping[str, Any]) -> str:
    """Return what a word is called: its first argument, or its variable and value."""
    (way,) = word.keys() & set(WAYS)
    return str(word.get("name") or ("=".join(word[way]) if way == "variable" else
                                    word[way][0].partition("=")[0]))


def _set_of(word: Mapping[str, Any]) -> str:
    (one,) = word.keys() & set(SETS)
    return one


def _rights(one: str, names: Iterable[str]) -> str:
    return " ".join(f"{one}.{name}" for name in names)


def _word(word: Mapping[str, Any]) -> list[str]:
    (way,), one = word.keys() & set(WAYS), _set_of(word)
    denies = word.get("denies", one == "scope")
    return ["word", one, way, word.get("on", "any"), "denies" if denies else "grants",
            word_name(word), _rights(one, word[one]), _rights(one, word.get("also", [])),
            *word[way]]


def items(tool: Tool, start: Sequence[str]) -> Iterator[list[str]]:
    """Yield the items of a description; `start` are the arguments that start the binary."""
    data = tool.data
    yield ["tool", tool.name]
    yield ["command", *start, *data.get("command", [])]
    if "version" in data:
        yield ["version", *start, *data["version"]]
    for key in ("end", "chatter"):
        if data.get(key):
            yield [key, *data[key]]
    if data.get("environment"):
        yield ["environment", *(f"{name}={text}" for name, text in data["environment"].items())]
    if form := data.get("bundle"):
        ((strict, value),) = form["strict"].items()
        yield ["bundle", form["handled"], form.get("net", ""), form.get("ports", ""), strict,
               "true" if value else "false"]
    if data.get("probe") == "directory":
        yield ["by-directory"]
    if data.get("strict", {}).get("model") == "none":
        yield ["no-landlock"]
    if data.get("always"):
        yield ["always"]
    if lost := [name for name, kept in data.get("keeps", {}).items() if not kept]:
        yield ["loses", *lost]
    for need in data.get("needs", []):
        yield ["need", _rights("fs", need["fs"]), need["path"]]
    for key in ("handle", "rule", "alone"):
        for one, form in data.get(key, {}).items():
            yield [key, one, *form]
    for one, rights in data.get("handles", {}).items():
        yield ["handles", one, _rights(one, rights)]
    for right, name in data.get("rights", {}).items():
        yield ["right", right.partition(".")[0], right, name]
    yield from map(_word, data.get("word", []))
