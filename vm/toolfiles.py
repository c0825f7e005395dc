# SPDX-License-Identifier: GPL-2.0
"""The files of tools: from Debian's packages, built here, or the user's; and their places."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from debian.debian_support import Version

from vm import debian, image, paths, source
from vm.errors import UserError
from vm.tools import DATA, Tool, items

PLACE = "/landproof/tools"
"""Where the tools are in a guest."""

PROBE = "probe/probe"
"""The harness below that place, in a directory of its own: some tools grant directories only."""

LOADER = "ld-linux-x86-64.so.2"
LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib64", "lib64",
             "usr/lib", "lib")


def _cached(package: str, suite: str) -> Path | None:
    found = [one for one in (paths.cache() / "tools").glob(f"{suite}-{package}_*") if one.is_dir()]
    return max(found, key=_version) if found else None


def _version(directory: Path) -> Version:
    """Return the version that the name of an unpacked package ends with."""
    return Version(unquote(directory.name.partition("_")[2]))


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


def _unpacked(names: Sequence[str], suite: str) -> list[Path]:
    """Return where packages are unpacked; fetch those that are not in the cache."""
    missing = [name for name in names if not _cached(name, suite)]
    if missing:
        with paths.disk_errors("a tool"), paths.lock("fetch"):
            _fetch(missing, suite)
    return [root for name in names if (root := _cached(name, suite))]


def _sources(package: str, only: Sequence[str]) -> Path:
    """Return where a kernel's sources are; of those that are not in the cache, only some files."""
    if tree := source.cached(package):
        return tree.path
    suites = ["sid", "trixie-backports"]
    if not only:
        return source.fetch(package, suites).path
    place = paths.cache() / "tools" / f"part-{package}"
    if not place.exists():
        source.fetch_part(package, suites, only, place)
    return place


def _build(tool: Tool) -> Path:
    """Return the binary that the tool's command makes of its sources, built once."""
    build = tool.data["build"]
    for program in build.get("needs", []):
        if not shutil.which(program):
            raise UserError(f"{tool.name} is built here, and there is no {program}")
    places = _unpacked(build.get("packages", []), build.get("suite", "sid"))
    if "source" in build:
        places.insert(0, _sources(build["source"], build.get("files", [])))
    words = [part.replace("{here}", str(DATA)).replace("{source}", ":".join(map(str, places)))
             for part in build["command"]]
    total = hashlib.sha256("\0".join(map(str, (*words, *places))).encode())
    for part in build["command"]:
        if part.startswith("{here}/"):
            total.update((DATA / part.removeprefix("{here}/")).read_bytes())
    target = paths.cache() / "tools" / f"built-{total.hexdigest()[:16]}"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with (paths.disk_errors("a tool"),
              tempfile.TemporaryDirectory(prefix=".new-", dir=target.parent) as scratch):
            new = Path(scratch) / "built"
            done = subprocess.run([word.replace("{output}", str(new)) for word in words],
                                  cwd=scratch, capture_output=True, text=True, check=False)
            if done.returncode or not new.exists():
                said = [*done.stderr.strip().splitlines(), "nothing was made"][0]
                raise UserError(f"{tool.name} cannot be built: {said}")
            new.rename(target)
    return target


def _loaded(binary: Path, roots: Sequence[Path]) -> dict[str, Path]:
    """Return the loader of a binary and the libraries that it loads from these trees."""
    places = [root / name for root in roots for name in LIBRARIES if (root / name).is_dir()]
    loader = next((place / LOADER for place in places if (place / LOADER).is_file()), None)
    with binary.open("rb") as file:
        start = file.read(1 << 16)
    if not start.startswith(b"\x7fELF") or f"/{LOADER}".encode() not in start:
        return {}  # a script, or static
    if not loader:
        raise UserError(f"{binary} needs {LOADER}, which is not in"
                        f" {', '.join(root.name or '/' for root in roots)}")
    listed = subprocess.run(
        [str(loader), "--library-path", ":".join(map(str, places)), "--list", str(binary)],
        capture_output=True, text=True, check=False)
    if listed.returncode:
        said = (listed.stdout + listed.stderr).strip().splitlines() or ["its libraries are missing"]
        raise UserError(f"{binary}: {said[-1]}")
    libraries = {Path(path).name: Path(path)
                 for path in re.findall(r"(/\S+\.so\S*) \(", listed.stdout)}
    return {**libraries, LOADER: loader}


def _roots(tool: Tool) -> list[Path]:
    if tool.root:
        return [tool.root]
    return [Path("/")] if tool.path or "build" in tool.data else _unpacked(tool.packages,
                                                                           tool.suite)


def _binary(tool: Tool, roots: Sequence[Path]) -> Path:
    if tool.path:
        return tool.path
    if "build" in tool.data:
        return _build(tool)
    name: str = tool.data["binary"]
    for root in roots:
        if (root / name).exists():
            return root / name
    raise UserError(f"{tool.name}: {name} is not in {', '.join(tool.packages)}")


def _name(tool: Tool) -> str:
    return Path(tool.data.get("binary", tool.data["name"])).name


def files(tool: Tool) -> dict[str, Path]:
    """Return the binary, its loader and its libraries, by the names that they get."""
    roots = _roots(tool)
    binary = _binary(tool, roots)
    return {_name(tool): binary, **_loaded(binary, roots)}


def installed(tool: Tool) -> dict[str, Path]:
    """Return the files of a tool that has to be at its own place, by their guest names."""
    roots = _roots(tool)
    binary = _binary(tool, roots)
    found = {tool.data["binary"]: binary}
    for name, path in _loaded(binary, roots).items():
        found[f"usr/lib64/{name}" if name == LOADER else f"{LIBRARIES[0]}/{name}"] = path
    for name in tool.data.get("data", []):
        for root in roots:
            below = [root / name] if (root / name).is_file() else (root / name).rglob("*")
            found |= {str(path.relative_to(root)): path for path in below if path.is_file()}
    return found


def version(tool: Tool) -> str:
    """Return the version of the tool's package, as Debian has it, or the user's path."""
    if tool.path:
        return str(tool.path)
    if "build" in tool.data:
        build = tool.data["build"]
        if "source" in build:
            return str(build["source"])
        first, suite = build.get("packages", [""])[0], build.get("suite", "sid")
    else:
        first, suite = tool.packages[0], tool.suite
    root = _cached(first, suite)
    return root.name.partition("_")[2] if root else ""


def _mode(path: Path) -> int:
    return 0o755 | path.stat().st_mode & stat.S_ISUID if os.access(path, os.X_OK) else 0o644


class Layout:
    """Where the files of several tools are, below one place; what they share is there once."""

    def __init__(self, place: str) -> None:
        """Begin with nothing."""
        self.place = place
        self.files: dict[str, Path] = {}
        """Names below the place, with what is there."""
        self.text = ""
        """The descriptions as the harness reads them: a line an item, parts behind tabs."""

    def add(self, tool: Tool, names: Mapping[str, Path]) -> None:
        """Add a tool with its binary, its libraries and its loader."""
        libraries = {name: path for name, path in names.items() if name != _name(tool)}
        place = f"lib/{tool.suite or tool.name}"
        if any(self.files.get(f"{place}/{name}", path) != path
               for name, path in libraries.items()):
            place = f"lib/{tool.name}"
        self.files |= {f"{place}/{name}": path for name, path in libraries.items()}
        binary = names[_name(tool)]
        where = next((name for name, path in self.files.items() if path == binary),
                     f"{tool.name}/{_name(tool)}")
        self.files[where] = binary
        start = [f"{self.place}/{where}"]
        if LOADER in libraries:  # so that its own libraries are taken
            start[:0] = [f"{self.place}/{place}/{LOADER}", "--library-path",
                         f"{self.place}/{place}"]
        self.describe(tool, start)

    def describe(self, tool: Tool, start: Sequence[str]) -> None:
        """Add the description of a tool that these arguments start."""
        self.text += "".join("\t".join(item) + "\n" for item in items(tool, start))


def archive(chosen: Sequence[Tool], harness: Path) -> bytes:
    """Return the archive, to be appended to a guest's, that holds the tools and the probe."""
    layout = Layout(PLACE)
    layout.files[PROBE] = harness
    own: dict[str, Path] = {}
    texts: dict[str, str] = {}
    for tool in chosen:
        texts |= tool.data.get("files", {})
        if tool.data.get("installed"):
            own |= installed(tool)
            layout.describe(tool, [f"/{tool.data['binary']}"])
        else:
            layout.add(tool, files(tool))
    texts[f"{PLACE[1:]}/list"] = layout.text
    entries = [image.file(f"{PLACE[1:]}/{name}", path, 0o755)
               for name, path in layout.files.items()]
    entries += [image.file(name, path, _mode(path)) for name, path in own.items()]
    entries += [image.Entry(name, 0o100644, text.encode()) for name, text in texts.items()]
    above = {str(parent) for entry in entries for parent in Path(entry.name).parents} - {"."}
    return image.cpio([*(image.Entry(name, 0o040755) for name in sorted(above)), *entries])


def lay_out(chosen: Sequence[Tool], harness: Path, place: Path) -> None:
    """Put the tools and the harness where any user of this machine can execute them."""
    place.chmod(0o755)
    layout = Layout(str(place))
    layout.files[PROBE] = harness
    for tool in chosen:
        if tool.data.get("installed") and not tool.path:
            raise UserError(f"{tool.name} runs at its own place in a machine only: without --here,"
                            f" or as --tool {tool.name}=PATH")
        # The user's own binary has its libraries on this machine.
        layout.add(tool, {_name(tool): tool.path} if tool.path and not tool.root else files(tool))
    for name, path in layout.files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, place / name)
        (place / name).chmod(0o755)
    (place / "list").write_text(layout.text)
