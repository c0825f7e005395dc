# SPDX-License-Identifier: GPL-2.0
"""Takes from a kernel's modules those that the cases need, with what they depend on."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from vm import archives, bzimage, paths
from vm.errors import UserError

TABLE = "modules"
GUEST_DIRECTORY = "/landproof/ko"

# What no wanted module depends on, and is most of a distribution's modules.
BULK = ("drivers/gpu", "drivers/media", "drivers/net/ethernet", "drivers/net/wireless",
        "drivers/scsi", "drivers/usb", "drivers/iio", "drivers/staging", "drivers/hwmon",
        "drivers/input", "sound")


def is_module(path: Path) -> bool:
    """Say whether a file is a module, packed or not, by its name."""
    return bool(re.search(r"\.ko(\.(xz|zst|gz))?$", path.name))


def module_files(directory: Path) -> Iterator[Path]:
    """Yield the module files below a directory, packed or not."""
    return (path for path in directory.rglob("*.ko*") if is_module(path))


def fingerprint(given: Sequence[Path], version: str = "") -> str:
    """Return a sum that changes when modules that were given are made anew.

    Those of a directory must be of `version`; sizes and times of its thousands of files do.
    """
    parts = []
    for path in given:
        if archives.is_archive(path) and path.is_file():
            parts.append(paths.sha256(path))
            continue
        found = tree(path, version) if version else path
        parts.append(repr([(str(file), file.stat().st_size, file.stat().st_mtime_ns)
                           for file in sorted(module_files(found))]))
    return hashlib.sha256(repr(parts).encode()).hexdigest()


@contextmanager
def opened(given: Sequence[Path], near: Path) -> Iterator[Path | None]:
    """Give the directory of modules that were given: one, or packages, which are unpacked."""
    if not given or given[0].is_dir() or not archives.is_archive(given[0]):
        yield given[0] if given else None
        return
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=near) as scratch:
        for path in given:
            archives.unpack(path, Path(scratch), [f"*/kernel/{part}" for part in BULK])
        yield Path(scratch)


def module_name(path: str) -> str:
    """Return a module's name, as the kernel writes it, for its file."""
    return Path(path).name.split(".ko")[0].replace("-", "_")


def vermagic(path: Path) -> str:
    """Return the version of the kernel that a module file was built for ("" if it says none)."""
    found = re.search(rb"\0vermagic=([^ \0]+)", bzimage.unpack(path.read_bytes()))
    return found[1].decode() if found else ""


def tree(directory: Path, version: str) -> Path:
    """Find the modules of kernel `version` in what the user calls its module directory."""
    for candidate in (directory / "lib/modules" / version, directory / "usr/lib/modules" / version,
                      directory / version, directory):
        if candidate.is_dir():
            first = next(module_files(candidate), None)
            if first is None:
                continue
            theirs = vermagic(first)
            if theirs != version:
                raise UserError(f"{candidate} has the modules of kernel {theirs or 'unknown'},"
                                f" not of {version}: give the modules of this kernel")
            return candidate
    if not directory.is_dir():
        raise UserError(f"module directory {directory}: no such directory")
    raise UserError(f"{directory} has no modules of kernel {version}:"
                    " give a directory such as /lib/modules/VERSION")


def _dependencies(directory: Path, version: str) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Ask depmod: files in load order by module name, and module names by alias."""
    with tempfile.TemporaryDirectory(prefix="landproof-") as base:
        place = Path(base) / "lib/modules" / version
        place.parent.mkdir(parents=True)
        place.symlink_to(directory.resolve())
        printed = subprocess.run([paths.program("depmod", "kmod"), "-n", "-b", base, version],
                                 capture_output=True, text=True, check=False)
    if printed.returncode:
        raise UserError(f"depmod failed on {directory}: {printed.stderr.strip()[:200]}")
    files: dict[str, list[str]] = {}
    aliases: dict[str, str] = {}
    providers: dict[str, list[str]] = {}
    before: dict[str, list[str]] = {}
    for line in printed.stdout.splitlines():
        if found := re.match(r"(\S+\.ko\S*):(.*)", line):
            # depmod names the nearest dependency first.
            files[module_name(found[1])] = [*reversed(found[2].split()), found[1]]
        elif found := re.match(r"alias (\S+) (\S+)$", line):
            aliases.setdefault(found[1], found[2])
            providers.setdefault(found[1], []).append(found[2])
        elif found := re.match(r"softdep (\S+) pre: (.*?)(?: post:.*)?$", line):
            before.setdefault(found[1], []).extend(found[2].split())
    own = dict(files)
    # What a module asks of the crypto layer by name, modprobe would load: here nobody does.
    # Of several ciphers of that name only the generic one loads on every processor.
    for name, chain in files.items():
        soft = [module for needed in chain for wanted in before.get(module_name(needed), ())
                for module in _plainest(providers.get(wanted, [wanted]))]
        files[name] = list(dict.fromkeys(
            [*(file for module in soft for file in own.get(module, ())), *chain]))
    return files, aliases


def _plainest(names: list[str]) -> list[str]:
    """Return the generic ones of some modules that do the same, or else the first."""
    return [name for name in names if name.endswith("_generic")] or names[:1]


def builtin(directory: Path) -> set[str]:
    """Return the names of the modules that are part of the kernel, as its tree lists them."""
    path = directory / "modules.builtin"
    return {module_name(line) for line in path.read_text().split()} if path.exists() else set()


def collect(directory: Path, version: str, wanted: Sequence[str], into: Path) -> None:
    """Copy the wanted modules of a tree, unpacked, into a new directory, with their table.

    The table has a line for each wanted name or alias that the kernel knows, as
    docs/records.md describes it; one that is built in has no files.
    """
    files, aliases = _dependencies(directory, version)
    present = builtin(directory)
    into.mkdir(parents=True)
    lines = []
    for name in wanted:
        module = name if name in files else aliases.get(name, name)
        if module in files:
            names = [f"{module_name(file)}.ko" for file in files[module]]
            for file, target in zip(files[module], names):
                if not (into / target).exists():
                    (into / target).write_bytes(bzimage.unpack((directory / file).read_bytes()))
            lines.append(f"{name}\t" + " ".join(f"{GUEST_DIRECTORY}/{file}" for file in names))
        elif module in present:
            lines.append(f"{name}\t")
    (into / TABLE).write_text("".join(f"{line}\n" for line in lines))
