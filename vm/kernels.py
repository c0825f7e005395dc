# SPDX-License-Identifier: GPL-2.0
"""The kernels by name: the default set, the user's own, and files given on the command line."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from vm import bzimage, debian, modules, paths
from vm.errors import UserError

DATA = Path(__file__).with_name("kernels.toml")
LOCK = "lock.json"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*$")

Progress = Callable[[str, str, float], None]
"""Told a kernel's name, what is being done for it, and how much of that is done (0 to 1)."""


@dataclass(frozen=True)
class Kernel:
    """A kernel to boot, or, with `unavailable`, the reason why there is none."""

    name: str
    source: str
    version: str = ""
    image: Path | None = None
    config: Path | None = None
    modules: Path | None = None
    """Directory of unpacked modules with their table, as modules.collect() makes it."""
    no_modules: str = ""
    unavailable: str = ""

    def config_lines(self) -> list[str]:
        """Return the lines of the configuration that mention what the cases need."""
        if not self.config:
            return []
        patterns = _data()["config"]
        lines = []
        for line in self.config.read_text(errors="replace").splitlines():
            found = re.match(r"(?:# )?CONFIG_(\w+)(?:=| is not set)", line)
            if found and any(fnmatchcase(found[1], pattern) for pattern in patterns):
                lines.append(line)
        return lines


@dataclass(frozen=True)
class Recipe:
    """An entry of kernels.toml: where apt finds a kernel of the default set."""

    name: str
    version: str
    suites: tuple[str, ...]


def _data() -> dict[str, Any]:
    """Return kernels.toml."""
    return tomllib.loads(DATA.read_text())


def labs() -> list[str]:
    """Return the names of the kernels that vm/lab.py has recipes for, oldest kernel first."""
    return list(_data()["lab"])


def default_labs() -> list[str]:
    """Return the names of those that are built, and then run, without being named."""
    return [name for name, entry in _data()["lab"].items() if entry.get("default", True)]


def _own_names() -> list[str]:
    """Return the names that kernels.toml gives."""
    return [*defaults(), *labs()]


def defaults() -> dict[str, Recipe]:
    """Return the default set, oldest kernel first."""
    return {name: Recipe(name, entry["version"], tuple(entry["suites"]))
            for name, entry in _data()["kernels"].items()}


# --- the user's own kernels

def _user_file() -> Path:
    """Return the file in which `add` keeps the user's kernels."""
    return paths.config() / "kernels.json"


def user_kernels() -> dict[str, dict[str, str | None]]:
    """Return the user's kernels: name to paths of `kernel` and `modules` (or null)."""
    file = _user_file()
    if not file.exists():
        return {}
    try:
        entries: dict[str, dict[str, str | None]] = json.loads(file.read_text())
        assert all(isinstance(entry["kernel"], str) for entry in entries.values())
    except (ValueError, AssertionError, KeyError, TypeError, AttributeError):
        raise UserError(f"{file} is damaged: mend or remove it") from None
    return entries


def _save_user_kernels(entries: dict[str, dict[str, str | None]]) -> None:
    """Write the user's kernels."""
    file = _user_file()
    with paths.disk_errors(str(file)), paths.atomic(file) as new:
        new.write_text(json.dumps(entries, indent=1, sort_keys=True) + "\n")


def add(name: str, path: Path, module_directory: Path | None) -> Kernel:
    """Give a kernel of the user's a name; the file stays where it is. Return the kernel."""
    if not NAME.match(name):
        raise UserError(f"{name!r} is no name for a kernel: use letters, digits and . _ + -")
    if name in _own_names():
        raise UserError(f"{name} is a kernel of the default set: choose another name")
    kernel = from_path(path, module_directory, name)
    entries = user_kernels()
    entries[name] = {"kernel": str(path.resolve()),
                     "modules": str(module_directory.resolve()) if module_directory else None}
    _save_user_kernels(entries)
    return kernel


def remove(name: str) -> None:
    """Forget a user's kernel, or what the cache has of another."""
    entries = user_kernels()
    directories = [path for path in (_directory(name), paths.cache() / "lab" / name)
                   if path.exists()]
    if name in entries:
        del entries[name]
        _save_user_kernels(entries)
    elif directories:
        for directory in directories:
            _forget(directory)
    elif name in _own_names():
        raise UserError(f"{name} is not in the cache")
    else:
        raise _unknown(name)


def _unknown(name: str) -> UserError:
    """Return the error for a name that no kernel has."""
    known = [*_own_names(), *user_kernels(), *built()]
    close = difflib.get_close_matches(name, known, 3, 0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else "see `landproof kernels list`"
    return UserError(f"there is no kernel {name}: {hint}")


# --- unpacking

def _configuration(version: str, places: Sequence[Path]) -> Path | None:
    """Return the first of the places at which a configuration lies."""
    return next((place for place in places if place.is_file()), None)


def _store(image: Path, module_tree: Path | None, config: Path | None, into: Path) -> str:
    """Fill a new directory with the image, its configuration and the wanted modules.

    Return the kernel's version.
    """
    read = bzimage.read(image)
    into.mkdir(parents=True)
    shutil.copyfile(image, into / "vmlinuz")
    if config:
        shutil.copyfile(config, into / "config")
    elif embedded := bzimage.embedded_config(bzimage.vmlinux(read) or b""):
        (into / "config").write_text(embedded)
    if module_tree:
        modules.collect(modules.tree(module_tree, read.version), read.version,
                        _data()["modules"], into / "modules")
    return read.version


def _unpack_debs(debs: Sequence[Path], into: Path) -> str:
    """Unpack kernel packages and keep what is needed in a new directory; return the version."""
    with tempfile.TemporaryDirectory(prefix=".unpack-", dir=into.parent) as scratch:
        root = Path(scratch)
        for deb in debs:
            exclude = [f"--exclude=*/kernel/{part}" for part in modules.BULK]
            with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as unpack:
                tar = subprocess.run(["tar", "-x", "-C", scratch, *exclude], stdin=unpack.stdout,
                                     capture_output=True, check=False)
                assert unpack.stderr
                said = (unpack.stderr.read() + tar.stderr).decode(errors="replace").strip()
            if unpack.returncode or tar.returncode:
                why = said.splitlines()[0] if said else "it is damaged"
                if "No space left" in said:
                    raise UserError(f"no disk space left to unpack {deb.name}: make room in"
                                    f" {paths.cache()}, or set XDG_CACHE_HOME")
                raise UserError(f"{deb} is not a package that dpkg-deb can unpack: {why}")
        image = next(iter([*root.glob("boot/vmlinuz-*"), *root.glob("**/vmlinuz")]), None)
        if not image:
            raise UserError(f"{debs[0]} has no kernel image: give the linux-image or"
                            " linux-binary package")
        version = bzimage.read(image).version
        has_modules = next(modules.module_files(root), None) is not None
        config = _configuration(version, [root / f"boot/config-{version}",
                                          *root.glob(f"usr/lib/modules/{version}/config")])
        return _store(image, root if has_modules else None, config, into)


# --- the default set

def _directory(name: str) -> Path:
    """Return the cache directory of a kernel of the default set."""
    return paths.cache() / "kernels" / name


def _wanted() -> str:
    """Return a sum of the list of wanted modules, to see that a cached kernel lacks new ones."""
    return hashlib.sha256("\n".join(_data()["modules"]).encode()).hexdigest()[:16]


def _lock(name: str) -> dict[str, Any] | None:
    """Return the lock file of a cached kernel, or None."""
    try:
        lock: dict[str, Any] = json.loads((_directory(name) / LOCK).read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        raise UserError(f"{_directory(name) / LOCK} is damaged:"
                        f" `landproof kernels remove {name}`, then fetch it again") from None
    return lock


def cached(name: str) -> Kernel | None:
    """Return a kernel from the cache after checking its sums, None if it is not there."""
    lock = _lock(name)
    if lock is None:
        return None
    directory = _directory(name)
    for file, sum_ in lock["files"].items():
        if not (directory / file).is_file() or paths.sha256(directory / file) != sum_:
            raise UserError(f"{directory / file} differs from its SHA-256 in the lock file:"
                            f" `landproof kernels remove {name}`, then fetch it again")
    config, packed = directory / "config", directory / "modules"
    return Kernel(name, lock["source"], lock["version"], directory / "vmlinuz",
                  config if config.exists() else None, packed if packed.exists() else None,
                  lock["no_modules"])


def needs_fetch(name: str) -> bool:
    """Say whether a kernel of the default set is missing or lacks modules wanted since."""
    lock = _lock(name)
    return lock is None or lock["wanted"] != _wanted()


def _keep(recipe: Recipe, packages: Sequence[debian.Package], debs: Sequence[Path]) -> None:
    """Make the cache directory of a kernel from its packages, then remove these."""
    def fill(new: Path) -> dict[str, Any]:
        version = _unpack_debs(debs, new)
        return {
            "source": f"Debian {packages[0].suite}: {packages[0].name} {packages[0].version}",
            "version": version,
            "no_modules": "" if (new / "modules").exists() else
            f"the archive's index has no linux-modules package of {packages[0].version}",
            "wanted": _wanted(),
            "packages": [vars(package) for package in packages],
        }

    _keep_as(recipe.name, fill)
    for deb in debs:
        deb.unlink()


def _keep_as(name: str, fill: Callable[[Path], dict[str, Any]]) -> None:
    """Make the cache directory of a kernel; `fill` does, and returns what the lock file says."""
    target = _directory(name)
    new = target.with_name(f".{name}.new")
    shutil.rmtree(new, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    facts = fill(new)
    files = sorted(path for path in new.rglob("*") if path.is_file())
    sums = {str(path.relative_to(new)): paths.sha256(path) for path in files}
    (new / LOCK).write_text(json.dumps({**facts, "files": sums}, indent=1) + "\n")
    _forget(target)
    new.rename(target)


def _forget(directory: Path) -> None:
    """Remove a directory of the cache, and the unpacked kernel that vm/image.py made of it."""
    image = directory / "vmlinuz"
    if image.exists():
        (paths.cache() / "elf" / paths.sha256(image)).unlink(missing_ok=True)
    shutil.rmtree(directory, ignore_errors=True)


# --- kernels that vm/lab.py built

def made_of(name: str) -> str | None:
    """Return the sum of what a built kernel in the cache was made of; None if there is none."""
    lock = _lock(name)
    return lock.get("key") if lock else None


def built() -> list[str]:
    """Return the names of the built kernels in the cache, those with recipes of ours first."""
    found = sorted(path.parent.name for path in paths.cache().glob(f"kernels/*/{LOCK}")
                   if made_of(path.parent.name))
    return sorted(found, key=lambda name: labs().index(name) if name in labs() else len(found))


def keep_built(name: str, build: Path, image: Path, patterns: Sequence[str], about: str,
               key: str) -> None:
    """Put a kernel into the cache, with what else is kept of its build."""
    def fill(new: Path) -> dict[str, Any]:
        version = _store(image, None, build / ".config", new)
        for path in (path for pattern in patterns for path in build.glob(pattern)):
            copy = new / path.relative_to(build)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
        return {"source": about, "version": version, "no_modules": "all is built in", "key": key}

    _keep_as(name, fill)


def kept(kernel: Kernel, directory: Path) -> Path:
    """Return where files of the kernel's build are: kept by keep_built(), or in the build."""
    assert kernel.image and kernel.config
    return next(path for path in (kernel.image.parent / directory, kernel.config.parent / directory)
                if path.is_dir())


def _check_space(packages: Sequence[debian.Package]) -> None:
    """Raise UserError if the packages and what is in them do not fit."""
    need = sum(package.size + package.installed for package in packages)
    free = shutil.disk_usage(paths.cache()).free
    if free < need:
        raise UserError(f"no disk space for {packages[0].name}: {need >> 20} MB needed in"
                        f" {paths.cache()}, {free >> 20} MB free; or set XDG_CACHE_HOME")


def fetch(names: Sequence[str], progress: Progress, update: bool = False) -> dict[str, str]:
    """Fetch what is missing of the named kernels of the default set.

    With `update`, look for newer versions of the others too. Return why a kernel could not
    be had, by name; one that fails does not stop the others, and a cached one stays.
    """
    known = defaults()
    for name in names:
        if name not in known and name not in user_kernels():
            raise _unknown(name)
    failures: dict[str, str] = {}
    with paths.disk_errors("kernels"), paths.lock("fetch"):
        recipes = [known[name] for name in names
                   if name in known and (update or needs_fetch(name))]
        if not recipes:
            return {}
        for left in paths.cache().glob("kernels/.unpack-*"):  # by one that was killed
            shutil.rmtree(left, ignore_errors=True)
        apt = debian.Apt(paths.cache() / "apt", debian.archives())
        suites = sorted({suite for recipe in recipes for suite in recipe.suites})
        apt.update(suites, lambda _, part: progress("indexes", "fetching", part))
        progress("indexes", "done", 1)
        index = apt.packages()
        # While one kernel is being unpacked, the next is on its way.
        with ThreadPoolExecutor(1) as unpacker:
            unpacking: dict[str, Future[None]] = {}
            for recipe in recipes:
                try:
                    packages = debian.choose(
                        [item for item in index if item.suite in recipe.suites], recipe.version)
                    if not packages:
                        raise UserError(_not_found(recipe, apt))
                    lock = _lock(recipe.name)
                    if (lock and lock["packages"] == [vars(item) for item in packages]
                            and not needs_fetch(recipe.name)):
                        progress(recipe.name, "up to date", 1)
                        continue
                    _check_space(packages)

                    def tell(what: str, part: float, name: str = recipe.name) -> None:
                        progress(name, what, part)

                    debs = apt.download(packages, apt.root / "debs", tell)
                    progress(recipe.name, "unpacking", 1)
                    unpacking[recipe.name] = unpacker.submit(_keep, recipe, packages, debs)
                except UserError as error:
                    failures[recipe.name] = str(error)
                    progress(recipe.name, "failed", 1)
            for name, future in unpacking.items():
                try:
                    with paths.disk_errors("kernels"):
                        future.result()
                    progress(name, "done", 1)
                except UserError as error:
                    failures[name] = str(error)
                    progress(name, "failed", 1)
    return failures


def _not_found(recipe: Recipe, apt: debian.Apt) -> str:
    """Return why no package was found for a kernel."""
    failed = [f"{suite}: {apt.failures[suite]}" for suite in recipe.suites
              if suite in apt.failures]
    where = ", ".join(recipe.suites)
    if failed:
        return f"no kernel {recipe.version} could be looked up ({'; '.join(failed)})"
    return f"no kernel {recipe.version} in {where}: the archive has dropped it"


# --- finding kernels

def from_path(path: Path, module_directory: Path | None = None, name: str = "") -> Kernel:
    """Return the kernel in a bzImage, a .deb or a build tree; the file is not changed.

    What is made of it lies in the cache, under the sum of all that it was made from.
    """
    if not path.exists():
        raise UserError(f"{path}: no such kernel image, package or build tree")
    if path.is_dir():
        return _from_tree(path, module_directory, name)
    if path.suffix == ".deb":
        if module_directory:
            raise UserError(f"{path}: a package brings its own modules; leave --modules out")
        directory = _prepared(f"deb {paths.sha256(path)}",
                              lambda new: _unpack_debs([path], new))
        return _from_directory(directory, name, f"package {path}", "the package has none")
    version = bzimage.read(path).version
    config = _configuration(version, [path.with_name(f"config-{version}")])
    return _from_image(path, module_directory, config, name, f"image {path}",
                       "none given (--modules DIR)")


def _from_tree(path: Path, module_directory: Path | None, name: str) -> Kernel:
    """Return the kernel of a build tree."""
    image = path / "arch/x86/boot/bzImage"
    if not image.exists():
        raise UserError(f"{path} is not a kernel build tree with an image:"
                        f" {image.relative_to(path)} is missing (make bzImage)")
    why = "the build tree has none (make modules)"
    if module_directory is None and (path / "modules.order").exists():
        module_directory = path
    return _from_image(image, module_directory, _configuration("", [path / ".config"]), name,
                       f"build tree {path}", why)


def _from_image(image: Path, module_directory: Path | None, config: Path | None, name: str,
                source: str, no_modules: str) -> Kernel:
    """Return the kernel of an image, with its modules if a directory of them is given."""
    version = bzimage.read(image).version
    key = [paths.sha256(image), paths.sha256(config) if config else ""]
    module_tree = modules.tree(module_directory, version) if module_directory else None
    if module_tree:
        # Sizes and times of thousands of files say that nothing was built anew.
        stats = [(str(file), file.stat().st_size, file.stat().st_mtime_ns)
                 for file in sorted(modules.module_files(module_tree))]
        key.append(hashlib.sha256(repr(stats).encode()).hexdigest())
    directory = _prepared(" ".join(["image", *key]),
                          lambda new: _store(image, module_tree, config, new))
    return _from_directory(directory, name, source, no_modules)


def _prepared(key: str, make: Callable[[Path], str]) -> Path:
    """Return the cache directory for `key`; the first time `make` fills it."""
    digest = hashlib.sha256(f"{key} {_wanted()}".encode()).hexdigest()[:32]
    directory = paths.cache() / "prepared" / digest
    if not directory.exists():
        with paths.disk_errors("a kernel"):
            directory.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".new-", dir=directory.parent) as scratch:
                new = Path(scratch) / "kernel"
                make(new)
                try:
                    new.rename(directory)
                except OSError:  # another process was quicker
                    if not directory.exists():
                        raise
    paths.keep_newest(directory)
    return directory


def _from_directory(directory: Path, name: str, source: str, no_modules: str) -> Kernel:
    """Return the kernel of a directory that `_store` filled."""
    version = bzimage.read(directory / "vmlinuz").version
    config, packed = directory / "config", directory / "modules"
    return Kernel(name or version, source, version, directory / "vmlinuz",
                  config if config.exists() else None, packed if packed.exists() else None,
                  "" if packed.exists() else no_modules)


def by_name(name: str) -> Kernel | None:
    """Return a kernel by its name; None if it has to be fetched or built first."""
    if entry := user_kernels().get(name):
        module_directory = entry.get("modules")
        return from_path(Path(str(entry["kernel"])),
                         Path(module_directory) if module_directory else None, name)
    if name in _own_names() or made_of(name):
        return cached(name)
    raise _unknown(name)


def _column(name: str, failures: dict[str, str]) -> Kernel:
    """Return a kernel by name; one of the default set that cannot be had says why."""
    why = failures.get(name, "it is not in the cache: `landproof kernels fetch`")
    if name in labs():
        why = f"it is not built: `landproof kernels build {name}`"
    try:
        if kernel := by_name(name):
            return kernel
    except UserError as error:
        if name not in _own_names():
            raise
        why = str(error)
    return Kernel(name, "the default set", unavailable=why)


def choose(words: Sequence[str], modules: Path | None = None,
           progress: Progress = lambda name, what, part: None) -> list[Kernel]:
    """Return the kernels that `--kernel` names, by name or path.

    Without any name, those of the default set and the lab kernels that are built. Those of the
    default set that are not in the cache are fetched; one that cannot be had is returned with
    the reason. `modules` belongs to the one kernel given by its path.
    """
    names = list(words) or [*defaults(), *(name for name in default_labs() if made_of(name))]
    known = {*_own_names(), *user_kernels(), *built()}
    given = [word for word in names if word not in known]
    for word in given:
        if "/" not in word and not Path(word).exists():
            raise _unknown(word)
    if modules and (len(names) > 1 or not given):
        raise UserError("--modules belongs to one --kernel that is a file: give one such")
    missing = [name for name in names if name in defaults() and _lock(name) is None]
    failures: dict[str, str] = {}
    if missing:
        try:
            failures = fetch(missing, progress)
        except UserError as error:
            failures = {name: str(error) for name in missing}
    chosen: list[Kernel] = []
    for name in dict.fromkeys(names):
        kernel = from_path(Path(name), modules) if name in given else _column(name, failures)
        same = sum(kernel.name == other.name for other in chosen)
        chosen.append(replace(kernel, name=f"{kernel.name}-{same + 1}") if same else kernel)
    return chosen
