# SPDX-License-Identifier: GPL-2.0
"""The JSON result: written, read back and checked against its schema."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import fastjsonschema
import jsonschema

from reports.errors import UserError
from reports.model.files import read_text, write_text
from reports.model.hooks import calls_from_json, calls_to_json
from reports.model.results import (
    Case,
    CaseResult,
    Kernel,
    Lost,
    Provenance,
    Result,
    Shard,
    World,
    clean,
)
from reports.model.verdicts import Verdict

FORM = "urn:landproof:result:2"
OLDER = ("urn:landproof:result:1",)  # lack `options`, `asked` and `flaky`; read all the same
SCHEMA = Path(__file__).parents[1] / "schema" / "result.schema.json"

Json = dict[str, Any]
_names: Callable[[Any], tuple[str, ...]] = cache(lambda kind: tuple(
    item.name for item in fields(kind)))
Part = TypeVar("Part", Provenance, World, Lost, Case, CaseResult, Kernel, Shard)


def dump_result(result: Result, path: Path) -> None:
    """Write the result to `path` (`-`: standard output), whole or not at all."""
    write_text(path, to_text(result))


def load_result(path: Path) -> Result:
    """Return the result that `path` holds; raise UserError if it is not a whole one."""
    return from_text(read_text(path), str(path))


def from_text(text: str, name: str) -> Result:
    """Return the result in `text`; `name` is what an error calls it."""
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UserError(_not_json(text, name, error)) from error
    _check(data, name)
    result = Result(
        landproof=clean(data["landproof"]),
        kernels=tuple(_kernel(kernel) for kernel in data["kernels"]),
        catalogue=tuple(case_from_json(case) for case in data.get("catalogue", ())),
        date=clean(data["date"]) if "date" in data else None,
        shard=_part(Shard, data["shard"]) if "shard" in data else None,
    )
    _check_unique([kernel.name for kernel in result.kernels], "kernel", name)
    for kernel in result.kernels:
        _check_unique([case.id for case in kernel.cases], f"case in {kernel.name}", name)
    return result


def case_from_json(data: Mapping[str, Any]) -> Case:
    """Return the catalogue's entry from one element of `list --json`."""
    return _part(Case, data)


def to_text(result: Result) -> str:
    """Return the JSON text: a line for each case, so that two results can be read side by side."""
    head: Json = {"$schema": FORM, "landproof": result.landproof}
    if result.date:
        head["date"] = result.date
    if result.shard:
        head["shard"] = _plain(result.shard)
    kernels = [_list_last(_kernel_json(kernel), "cases", 2) for kernel in result.kernels]
    catalogue = [f"  {_line(_plain(case))}" for case in result.catalogue]
    return (
        f"{_line(head)[:-1]},\n"
        f' "kernels": [\n{_lines(kernels)} ],\n'
        f' "catalogue": [\n{_lines(catalogue)} ]}}\n'
    )


def _list_last(data: Json, key: str, indent: int) -> str:
    """Return `data` as JSON with the list under `key` last, an element a line."""
    pad = " " * indent
    elements = [f"{pad} {_line(element)}" for element in data.pop(key)]
    return f"{pad}{_line(data)[:-1]}, {_line(key)}: [\n{_lines(elements)}{pad}]}}"


def _lines(elements: Sequence[str]) -> str:
    return "".join(f"{element},\n" for element in elements[:-1]) + "".join(
        f"{element}\n" for element in elements[-1:]
    )


def _line(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, allow_nan=False)


def _plain(part: Any, *, always: Sequence[str] = ("id", "family")) -> Json:
    """Return a dataclass as a JSON object without what is not known or empty."""
    data: Json = {}
    for name in (item.name for item in fields(part)):
        value = getattr(part, name)
        if name in always or value not in (None, "", (), {}):
            data[name] = value
    return data


def _kernel_json(kernel: Kernel) -> Json:
    data = _plain(kernel, always=("name", "release", "abi", "errata", "cases"))
    data.pop("provenance", None)
    data |= _plain(kernel.provenance)
    if kernel.lost:
        data["lost"] = [_plain(lost) for lost in kernel.lost]
    data["cases"] = [_case_json(case) for case in kernel.cases]
    return data


def _case_json(case: CaseResult) -> Json:
    data = _plain(case)
    if case.worlds:
        data["worlds"] = {world.name: _world_json(world) for world in case.worlds}
    return data


def _world_json(world: World) -> Json:
    data = _plain(world, always=("result", "expected"))
    del data["name"]
    if world.hooks is not None:
        data["hooks"] = calls_to_json(world.hooks)
    return data


def _kernel(data: Json) -> Kernel:
    return _part(
        Kernel,
        data,
        provenance=_part(Provenance, data),
        cases=tuple(_case(case) for case in data["cases"]),
        lost=tuple(_part(Lost, lost) for lost in data.get("lost", ())),
    )


def _case(data: Json) -> CaseResult:
    worlds = data.get("worlds", {})
    return _part(
        CaseResult,
        data,
        verdict=Verdict(data["verdict"]),
        worlds=tuple(_world(clean(name), world) for name, world in worlds.items()),
    )


def _world(name: str, data: Mapping[str, Any]) -> World:
    return _part(World, data, name=name, hooks=calls_from_json(data.get("hooks")))


def _part(kind: type[Part], data: Mapping[str, Any], **known: object) -> Part:
    """Return a dataclass of the values that `data` has for it, with `known` ones over them."""
    values: dict[str, Any] = {}
    for name in _names(kind):
        if name in known:
            values[name] = known[name]
        elif data.get(name) is not None:
            values[name] = _tidy(data[name])
    return kind(**values)


def _tidy(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return tuple(clean(item) for item in value)
    if isinstance(value, dict):
        return {clean(key): _tidy(item) for key, item in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)  # JSON does not tell 7.0 from 7
    return value


@cache
def _valid() -> Callable[[object], bool]:
    """Return what says at once whether a result is valid, and not what is wrong with it."""
    check = fastjsonschema.compile(_schema(), use_default=False)

    def valid(data: object) -> bool:
        try:
            check(data)
        except fastjsonschema.JsonSchemaException:
            return False
        return True

    return valid


@cache
def _schema() -> Any:
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def _check(data: object, name: str) -> None:
    if not isinstance(data, dict) or "landproof" not in data:
        if isinstance(data, dict) and "type" in data:
            raise UserError(f"{name} holds records of a guest: give a result, from `run --json`")
        raise UserError(f"{name} is not a Landproof result: give a file from `run --json`")
    form = data.get("$schema", FORM)
    if form not in (FORM, *OLDER):
        raise UserError(
            f"{name} is of another form ({clean(str(form))[:60]}; this landproof reads {FORM}):"
            f" render it with landproof {clean(str(data['landproof']))[:20]}"
        )
    if _valid()(data):
        return
    validator = jsonschema.Draft202012Validator(_schema())
    error = jsonschema.exceptions.best_match(validator.iter_errors(data))
    if error is not None:
        where = "".join(
            f"[{step}]" if isinstance(step, int) else f".{clean(step)}"
            for step in error.absolute_path
        ).lstrip(".")
        what = clean(error.message)
        what = what if len(what) <= 120 else f"{what[:119]}…"
        at = f" at {where}" if where else ""
        raise UserError(f"{name} is not a whole Landproof result{at}: {what}: run again")


def _check_unique(names: Sequence[str], what: str, path: str) -> None:
    double = next((name for name, count in Counter(names).items() if count > 1), None)
    if double:
        raise UserError(f"{path} is not a sound result: {what} {double} is in it twice: run again")


def _not_json(text: str, name: str, error: Exception) -> str:
    first = text.lstrip().partition("\n")[0]
    try:
        record = json.loads(first)
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, dict) and "type" in record:
        return f"{name} holds records of a guest: give a result, from `run --json`"
    if not text.strip():
        return f"{name} is empty: run again, or give a file from `run --json`"
    if text.lstrip().startswith("{") and '"landproof"' in text[:1000]:
        return f"{name} is cut short or damaged ({_place(error)}): run again"
    return f"{name} is not a Landproof result (not JSON): give a file from `run --json`"


def _place(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}: {error.msg}"
    return "nested too deep" if isinstance(error, RecursionError) else clean(str(error))[:80]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
