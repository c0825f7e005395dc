# SPDX-License-Identifier: GPL-2.0
"""Tools that enforce policies: their descriptions, and their files from Debian's packages."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vm import debian, image, paths
from vm.errors import UserError

DATA = Path(__file__).resolve().parents[1] / "runtimes"
PLACE = "/landproof/tools"
"""Where the tools are in a guest."""

LOADER = "ld-linux-x86-64.so.2"
SETS = ("fs", "net", "scope")
WAYS = ("arguments", "list", "variable")
TABLES = ("handle", "rule", "handles", "alone", "rights")
KNOWN = {"name", "binary", "suite", "packages", "version", "command", "end", "allow", "word",
         "variant", *TABLES}


@dataclass(frozen=True)
class Tool:
    """A tool as its file describes it, or a variant of one."""

    name: str
    data: Mapping[str, Any]
    path: Path | None = None
    """The user's own binary, instead of the package's."""


def _check(data: Mapping[str, Any], file: Path) -> None:
    """Raise UserError for what a description must not have, or lacks."""
    for key in data.keys() - KNOWN:
        raise UserError(f"{file}: unknown key {key}: docs/adding-a-runtime.md has them all")
    for key in ("name", "binary"):
        if not isinstance(data.get(key), str):
            raise UserError(f"{file}: {key} is missing")
    for table in TABLES:
        for one in data.get(table, {}):
            if one.split(".")[0] not in SETS:
                raise UserError(f"{file}: {table}.{one}: not one of {', '.join(SETS)}")
    for word in data.get("word", []):
        if len(word.keys() & set(WAYS)) != 1 or len(word.keys() & set(SETS)) != 1:
            raise UserError(f"{file}: a word has one of {', '.join(WAYS)} and one of"
                            f" {', '.join(SETS)}")


def _merged(data: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """Return a variant's data: the tool's, with its own on top."""
    merged = {key: value for key, value in data.items() if key != "variant"}
    for key, value in variant.items():
        merged[key] = {**data.get(key, {}), **value} if key in TABLES else value
    return merged


def read(file: Path) -> list[Tool]:
    """Return the tool of a file and its variants; raise UserError if the file is wrong."""
    try:
        data = tomllib.loads(file.read_text())
    except OSError as error:
        raise UserError(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise UserError(f"{file}: {error}") from error
    _check(data, file)
    found = [Tool(data["name"], _merged(data, {}))]
    for variant in data.get("variant", []):
        merged = _merged(data, variant)
        _check(merged, file)
        found.append(Tool(variant["name"], merged))
    return found


def known() -> dict[str, Tool]:
    """Return the tools of runtimes/, by name."""
    return {tool.name: tool for file in sorted(DATA.glob("*.toml")) for tool in read(file)}


def choose(words: Sequence[str]) -> list[Tool]:
    """Return the tools that were asked for, all without a word: NAME, or NAME=BINARY."""
    every = known()
    chosen = []
    for word in words or every:
        name, _, path = word.partition("=")
        if name not in every:
            raise UserError(f"no tool {name}: there are {', '.join(every)}")
        binary = Path(path).absolute() if path else None
        if binary and not binary.is_file():
            raise UserError(f"{binary}: no such file")
        chosen.append(Tool(name, every[name].data, binary))
    return chosen


def _cached(package: str, suite: str) -> Path | None:
    found = [one for one in (paths.cache() / "tools").glob(f"{suite}-{package}_*") if one.is_dir()]
    return max(found, key=lambda one: debian.version_key(one.name)) if found else None


def _fetch(names: Sequence[str], suite: str) -> None:
    """Bring packages into the cache, each unpacked in a directory of its own."""
    apt = debian.Apt(paths.cache() / "apt-tools", debian.archives())
    apt.update([suite], lambda what, part: None)
    asked = subprocess.run(["apt-cache", "-c", str(apt.root / "apt.conf"), "show",
                            "--no-all-versions", *names], capture_output=True, text=True,
                           check=False)
    versions = dict(re.findall(r"^Package: (\S+)\n(?:.+\n)*?Version: (\S+)", asked.stdout,
                               re.MULTILINE))
    for name in names:
        if name not in versions:
            why = apt.failures.get(suite, "it is not in the index")
            raise UserError(f"no package {name} in {suite}: {why}")
        target = paths.cache() / "tools" / f"{suite}-{name}_{versions[name].replace(':', '%3a')}"
        if target.exists():
            continue
        package = debian.Package(name, versions[name], suite, 0, 0, "")
        (deb,) = apt.download([package], apt.root / "debs", lambda what, part: None)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as scratch:
            new = Path(scratch) / "tree"
            subprocess.run(["dpkg-deb", "-x", str(deb), str(new)], check=True)
            new.rename(target)
        deb.unlink()


def _roots(tool: Tool) -> list[Path]:
    """Return where the tool's packages are unpacked; fetch those that are not in the cache."""
    names, suite = tool.data["packages"], tool.data["suite"]
    missing = [name for name in names if not _cached(name, suite)]
    if missing:
        with paths.disk_errors("a tool"), paths.lock("fetch"):
            _fetch(missing, suite)
    return [root for name in names if (root := _cached(name, suite))]


def files(tool: Tool) -> dict[str, Path]:
    """Return the binary, its loader and its libraries, by the names that they get."""
    if tool.path:
        return {tool.path.name: tool.path}
    roots = _roots(tool)
    where = ":".join(str(root / "usr/lib/x86_64-linux-gnu") for root in roots)
    binary = next((root / tool.data["binary"] for root in roots
                   if (root / tool.data["binary"]).exists()), None)
    loader = next((found for root in roots for found in root.glob(f"usr/lib*/**/{LOADER}")
                   if found.is_file()), None)
    if not binary or not loader:
        raise UserError(f"{tool.name}: {tool.data['binary']} and {LOADER} are not both in"
                        f" {', '.join(tool.data['packages'])}")
    listed = subprocess.run([str(loader), "--library-path", where, "--list", str(binary)],
                            capture_output=True, text=True, check=False).stdout
    libraries = {Path(path).name: Path(path) for path in re.findall(r"(/\S+\.so\S*) \(", listed)}
    return {binary.name: binary, **libraries, LOADER: loader}


def version(tool: Tool) -> str:
    """Return the version of the tool's package, as Debian has it, or the user's path."""
    if tool.path:
        return str(tool.path)
    root = _cached(tool.data["packages"][0], tool.data["suite"])
    return root.name.partition("_")[2] if root else ""


def _start(tool: Tool, place: str) -> list[str]:
    """Return how the binary is started; the loader, so that its own libraries are taken."""
    if tool.path:
        return [f"{place}/{tool.path.name}"]
    name = Path(tool.data["binary"]).name
    return [f"{place}/{LOADER}", "--library-path", place, f"{place}/{name}"]


def _items(tool: Tool, place: str) -> Iterator[list[str]]:
    data, start = tool.data, _start(tool, place)
    yield ["tool", tool.name]
    yield ["command", *start, *data.get("command", [])]
    if data.get("version"):
        yield ["version", *start, *data["version"]]
    for key in ("end", "allow"):
        if data.get(key):
            yield [key, *data[key]]
    for key in ("handle", "rule", "alone"):
        for one, form in data.get(key, {}).items():
            yield [key, one, *form]
    for one, rights in data.get("handles", {}).items():
        yield ["handles", one, " ".join(f"{one}.{right}" for right in rights)]
    for right, name in data.get("rights", {}).items():
        yield ["right", right.split(".")[0], right, name]
    for word in data.get("word", []):
        (way,), (one,) = word.keys() & set(WAYS), word.keys() & set(SETS)
        yield ["word", one, way, " ".join(f"{one}.{right}" for right in word[one]), *word[way]]


def describe(chosen: Sequence[Tool], place: str) -> str:
    """Return the descriptions as the harness reads them: a line an item, parts behind tabs."""
    return "".join("\t".join(item) + "\n"
                   for tool in chosen for item in _items(tool, f"{place}/{tool.name}"))


def archive(chosen: Sequence[Tool]) -> bytes:
    """Return the archive, to be appended to a guest's, that holds the tools."""
    entries = [image.Entry(PLACE[1:], 0o040755)]
    for tool in chosen:
        entries.append(image.Entry(f"{PLACE[1:]}/{tool.name}", 0o040755))
        entries += [image.file(f"{PLACE[1:]}/{tool.name}/{name}", path, 0o755)
                    for name, path in files(tool).items()]
    text = describe(chosen, PLACE).encode()
    return image.cpio([*entries, image.Entry(f"{PLACE[1:]}/list", 0o100644, text)])


def lay_out(chosen: Sequence[Tool], harness: Path, place: Path) -> None:
    """Put the tools and the harness where any user of this machine can execute them."""
    place.chmod(0o755)
    shutil.copy(harness, place / "probe")
    for tool in chosen:
        (place / tool.name).mkdir()
        for name, path in files(tool).items():
            shutil.copy(path, place / tool.name / name)
            (place / tool.name / name).chmod(0o755)
    (place / "list").write_text(describe(chosen, str(place)))
