# SPDX-License-Identifier: GPL-2.0
"""The layers of the harness: no include and no symbol points up, no two files form a circle."""

from __future__ import annotations

import functools
import graphlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.harness.conftest import ROOT

# From the bottom; docs/design.md says what each holds.  Its test is below.
LAYERS = ("base", "landlock", "machine", "cases", "lab", "runtimes", "engine", "output")
# Beside them: the highest layer that each uses.
BESIDE = {"bricks": "lab", "selftests": "output", "census": "output"}
# What cases are written against.
OFFERED = "landproof.h"
# Made by make; they include nothing.
GENERATED = {"abi_names.h", "version.h"}

HARNESS = ROOT / "harness"
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))

# file -> what it uses -> by which names
Uses = Mapping[str, Mapping[str, set[str]]]


def layer(file: str) -> str:
    """Return "lab" for "lab/wire.c", and "" for what stands on all layers."""
    return file.rpartition("/")[0]


def may_use(file: str, used: str) -> bool:
    """Say whether the arrow from @file to @used points down, or within a layer."""
    above, below = layer(file), layer(used)
    if above == below or above == "":
        return True
    highest = BESIDE.get(above, above)
    return below in LAYERS[: LAYERS.index(highest) + 1]


def included(path: Path) -> list[str]:
    found = re.findall(r'^#include "(.+)"', path.read_text(), re.MULTILINE)
    return [to for to in found if to not in GENERATED]


def sources(pattern: str = "**/*.[ch]") -> list[Path]:
    return sorted(HARNESS.glob(pattern))


def name(path: Path) -> str:
    return str(path.relative_to(HARNESS))


@functools.cache
def symbols(source: Path) -> tuple[set[str], set[str]]:
    """Return what the object of @source defines for others, and what it uses of others."""
    built = BUILD / source.relative_to(ROOT).with_suffix(".o")
    text = subprocess.run(["nm", "--extern-only", str(built)], capture_output=True, text=True,
                          check=True).stdout
    kinds = [(line.split()[-2], line.split()[-1]) for line in text.splitlines()]
    return ({symbol for kind, symbol in kinds if kind not in "Uw"},
            {symbol for kind, symbol in kinds if kind in "Uw"})


def uses_by_include() -> Uses:
    return {name(path): {to: {"#include"} for to in included(path)} for path in sources()}


def uses_by_symbol() -> Uses:
    found = {name(path): symbols(path) for path in sources("**/*.c")}
    home = {symbol: file for file, (defined, _) in found.items() for symbol in defined}
    uses: dict[str, dict[str, set[str]]] = {file: {} for file in found}
    for file, (_, used) in found.items():
        for symbol in used & home.keys():
            uses[file].setdefault(home[symbol], set()).add(symbol)
    return uses


def upward(uses: Uses) -> Iterator[str]:
    """Yield the arrows that point up."""
    for file, used in uses.items():
        for to, names in used.items():
            if not may_use(file, to):
                yield f"{file} -> {to}: {', '.join(sorted(names))}"


def circle(uses: Uses) -> list[str]:
    """Return files that use each other, or nothing."""
    try:
        graphlib.TopologicalSorter(uses).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def offered() -> str:
    """Return the headers that cases may include, with what they include, as one text."""
    wanted = [HARNESS / OFFERED, *sources("bricks/*.h")]
    seen: list[Path] = []
    while wanted:
        path = wanted.pop()
        if path not in seen:
            seen.append(path)
            wanted += [HARNESS / to for to in included(path)]
    return "\n".join(path.read_text() for path in seen)


def test_every_folder_has_its_place() -> None:
    assert {layer(name(path)) for path in sources()} == {"", *LAYERS, *BESIDE}


def test_no_include_points_up() -> None:
    assert not list(upward(uses_by_include()))


def test_no_symbol_points_up() -> None:
    assert not list(upward(uses_by_symbol()))


def test_no_files_form_a_circle() -> None:
    assert not circle(uses_by_symbol())


def test_cases_call_what_is_offered_and_nothing_else() -> None:
    words = set(re.findall(r"\w+", offered()))
    defined = {symbol for path in sources("**/*.c") for symbol in symbols(path)[0]}
    for case in sorted((ROOT / "cases").glob("*/*.c")):
        hidden = symbols(case)[1] & defined - words
        assert not hidden, f"{case.relative_to(ROOT)} calls {', '.join(sorted(hidden))}"


def test_cases_include_what_is_offered_and_nothing_else() -> None:
    for case in sorted((ROOT / "cases").glob("*/*.[ch]")):
        for to in included(case):
            own = (case.parent / to).exists()
            explorer = case.parent.name == "explore" and to == "explore/engine/portion.h"
            assert own or explorer or to == OFFERED or layer(to) == "bricks", (
                f"{case.name} includes {to}")


def test_the_design_names_the_layers() -> None:
    """docs/design.md lists them in this order, a row of a table each."""
    rows = re.findall(r"^\| `(\w+)/` \|", (ROOT / "docs/design.md").read_text(), re.MULTILINE)
    assert rows == [*LAYERS, *BESIDE]


def explorer_includes() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "explore").rglob("*.[ch]")):
        for to in included(path):
            yield path.relative_to(ROOT / "explore"), to


def test_the_model_includes_nothing_of_the_harness() -> None:
    for path, to in explorer_includes():
        if path.parent.name == "model":
            assert (ROOT / "explore/model" / to).exists() or to == "clauses.inc", f"{path}: {to}"


def test_the_model_calls_nothing_but_itself_and_the_c_library() -> None:
    used = {symbol: path.name for path in sorted((ROOT / "explore/model").glob("*.c"))
            for symbol in symbols(path)[1]}
    elsewhere = {symbol for path in [*sources("**/*.c"), *(ROOT / "explore/engine").glob("*.c"),
                                     *(ROOT / "explore/parts").glob("*.c")]
                 for symbol in symbols(path)[0]}
    assert used and not used.keys() & elsewhere


def test_the_engine_knows_no_part_by_name() -> None:
    """What it uses of the parts is in part.h; the harness uses only the command."""
    for path, to in explorer_includes():
        if path.parent.name == "engine":
            assert not to.startswith("explore/parts/"), f"{path}: {to}"
    for path in sources():
        for to in included(path):
            if to.startswith("explore/"):
                assert name(path) == "main.c" and to == "explore/command.h"


def test_an_arrow_that_points_up_is_found() -> None:
    def said(file: str, to: str) -> list[str]:
        return list(upward({file: {to: {"symbol"}}}))

    assert said("base/json.c", "output/records.c") == ["base/json.c -> output/records.c: symbol"]
    assert said("engine/run.c", "bricks/net.c") and said("bricks/net.c", "engine/run.c")
    assert said("output/commands.c", "selftests/selftests.c")
    assert said("cases/table.c", "landproof.h") and said("bricks/nest.h", "landproof.h")
    assert not said("output/records.c", "base/json.c") and not said("main.c", "lab/lab.c")
    assert not said("bricks/net.c", "lab/ends.c") and not said("lab/wire.c", "lab/ends.c")


def test_a_circle_is_found() -> None:
    assert set(circle({"a": {"b": {"x"}}, "b": {"c": {"y"}}, "c": {"a": {"z"}}})) == {"a", "b", "c"}
    assert not circle({"a": {"b": {"x"}}, "b": {"c": {"y"}}})
