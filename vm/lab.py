# SPDX-License-Identifier: GPL-2.0
"""Builds lab kernels: sources, fragments of a configuration and patches, by recipe."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vm import kbuild, kconfig, kernels, machines, paths, source, store
from vm.errors import BuildError, UserError
from vm.farm import PATCHED, Farm
from vm.kernel import NAME, Kernel, Progress, data
from vm.places import labs

ROOT = Path(__file__).parents[1]
WHOLE = "whole"
"""Beside a tree of which all is built."""

STEPS = "steps.json"
"""Beside a tree that has been built: how many steps that took."""

LENIENT = ("KCFLAGS=-Wno-error", "HOSTCFLAGS=-Wno-error", "WERROR=0")
"""For sources of the user's: a compiler newer than they are warns of more than theirs did."""

FRAGMENTS = ROOT / "vm" / "config"
ALONE = "security/landlock/"
"""A directory of whose C files and headers nothing outside is made."""


@dataclass(frozen=True)
class Recipe:
    """What a lab kernel is built from."""

    name: str
    source: str = ""
    """A Debian package of sources, found in the newest version that `suites` have."""
    suites: tuple[str, ...] = ()
    directory: Path | None = None
    """A directory of sources of the user's, instead."""
    config: tuple[str, ...] = ()
    """Fragments, of vm/config or files of the user's; of two that differ the later one counts."""
    lacks: tuple[str, ...] = ()
    """Options of the fragments that this version of the kernel does not have."""
    patches: tuple[str, ...] = ()
    """Patterns of files, relative to the repository."""
    make: tuple[str, ...] = ()
    """Variables for make."""
    keep: tuple[str, ...] = ()
    """Patterns of what is kept of the build beside the image."""
    since: str = ""
    """The first version of sources of the user's for which this recipe is chosen."""
    default: bool = True
    """Whether it is built when no name is given, and part of the matrix once built."""
    arch: str = machines.NATIVE
    """One of vm/machines.toml."""

    @property
    def machine(self) -> machines.Architecture:
        """Return what it is built for."""
        return machines.named(self.arch)

    def fragments(self) -> list[Path]:
        """Return the files of the fragments."""
        return [Path(name) if "/" in name else FRAGMENTS / f"{name}.config"
                for name in self.config]

    def tree(self) -> str:
        """Return whose tree it is built in: of recipes that differ in patches only, the first's."""
        def bare(one: Recipe) -> Recipe:
            return replace(one, name="", patches=(), keep=(), since="", default=True)

        same = (other.name for other in recipes(self.arch).values() if bare(other) == bare(self))
        return next(same, self.name)

    def all_patches(self, more: Sequence[Path]) -> list[Path]:
        """Return the patches of the recipe and then `more`."""
        own: list[Path] = []
        for pattern in self.patches:
            found = sorted(ROOT.glob(pattern))
            if not found:
                raise UserError(f"{self.name}: no patch {pattern} in {ROOT}")
            own += found
        return [*own, *more]


def recipe(name: str, entry: dict[str, Any]) -> Recipe:
    """Return the recipe of a table of kernels.toml."""
    known = set(Recipe.__dataclass_fields__) - {"name", "directory", "arch"}
    if unknown := set(entry) - known:
        raise UserError(f"recipe {name}: unknown {', '.join(sorted(unknown))}")
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value
                              for key, value in entry.items()}
    return Recipe(name, **fields)


def recipes(arch: str = machines.NATIVE) -> dict[str, Recipe]:
    """Return the recipes of kernels.toml, for an architecture.

    Another one's machine is a fragment by its name, of which what base.config says of amd64's is
    no part.
    """
    found = [recipe(name, entry) for name, entry in data()["lab"].items()]
    if arch != machines.NATIVE:
        found = [replace(one, name=one.name + machines.named(arch).suffix, arch=arch,
                         config=(*one.config, arch)) for one in found]
    return {one.name: one for one in found}


def all_recipes() -> dict[str, Recipe]:
    """Return the recipes for all architectures."""
    return {name: one for arch in machines.known() for name, one in recipes(arch).items()}


def version_of(tree: Path) -> tuple[int, int] | None:
    """Return the version of kernel sources, such as (6, 12); None if they do not tell."""
    makefile = tree / "Makefile"
    text = makefile.read_text(errors="replace") if makefile.is_file() else ""
    found = [re.search(rf"^{word} = (\d+)$", text, re.MULTILINE)
             for word in ("VERSION", "PATCHLEVEL")]
    return (int(found[0][1]), int(found[1][1])) if found[0] and found[1] else None


def recipe_for(tree: Path) -> str:
    """Return the name of the recipe that fits sources of the user's by their version."""
    version = version_of(tree)
    if not version:
        raise UserError(f"{tree}/Makefile names no version of a kernel: name a recipe")
    fitting = {tuple(map(int, one.since.split("."))): name
               for name, one in recipes().items() if one.since}
    older = [since for since in fitting if since <= version]
    if not older:
        first = min(fitting)
        raise UserError(f"{tree} is Linux {version[0]}.{version[1]}, and no recipe is for kernels"
                        f" before {first[0]}.{first[1]}: name one all the same to try it")
    return fitting[max(older)]


def prepare(arch: str = machines.NATIVE) -> None:
    """Install what building needs and this machine lacks; vm/setup.sh says what that is."""
    with tempfile.NamedTemporaryFile("w", prefix="landproof-") as cross:
        lists = [str(ROOT / "vm/packages-lab.txt")]
        if arch != machines.NATIVE:
            cross.write("\n".join(machines.packages(machines.named(arch))) + "\n")
            cross.flush()
            lists.append(cross.name)
        done = subprocess.run([str(ROOT / "vm/setup.sh"), *lists], check=False)
    if done.returncode:
        raise UserError("what building a kernel needs cannot be installed")


def rebuild(tree: Path, progress: Progress = lambda *_: None) -> Kernel:
    """Run make in a build tree of the user's, with the configuration that it has."""
    if not (tree / ".config").exists():
        raise UserError(f"{tree} is no build tree: it has no .config")
    name = tree.resolve().name
    prepare()
    log = paths.cache() / "lab" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    kbuild.make(["-C", str(tree)], dict(os.environ), log, f"{tree} could not be built",
                lambda what, part: progress(name, what, part), kbuild.STEPS)
    progress(name, "done", 1)
    return kernels.from_word(str(tree))


def build(name: str, patches: Sequence[Path] = (), progress: Progress = lambda *_: None,
          as_name: str = "", directory: Path | None = None, lacks: Sequence[str] = (),
          make: Sequence[str] = ()) -> Kernel:
    """Build the kernel of a recipe, unless it is built; return it as vm/run.py boots it.

    With patches, or sources in a directory of the user's, it is another kernel: its name is
    `as_name`, or made of theirs. The build goes on where an interrupted one stopped.
    """
    try:
        wanted = all_recipes()[name]
    except KeyError:
        raise UserError(f"there is no recipe {name}: see `landproof kernels list`") from None
    for patch in patches:
        if not patch.is_file():
            raise UserError(f"{patch}: no such patch")
        if not PATCHED.search(patch.read_text(errors="replace")):
            raise UserError(f"{patch} is no patch of a kernel tree: no line is like +++ b/FILE")
    wanted = replace(wanted, directory=directory, lacks=(*wanted.lacks, *lacks),
                     make=(*wanted.make, *(LENIENT if directory else ()), *make))
    own_name = as_name or "+".join([*(_names_of(directory, wanted) if directory else [name]),
                                    *(patch.stem for patch in patches)])
    if not NAME.match(own_name):
        raise UserError(f"{own_name!r} is no name for a kernel: give one with --name")

    def tell(what: str, part: float) -> None:
        progress(own_name, what, part)

    with paths.disk_errors("a kernel's build"):
        return _Build(wanted, own_name, wanted.all_patches(patches), tell).run()


def _names_of(directory: Path, recipe: Recipe) -> list[str]:
    """Return the names of a kernel of the user's sources: by their version, not the recipe's."""
    version = version_of(directory)
    return [f"lab-{version[0]}.{version[1]}{recipe.machine.suffix}" if version else recipe.name,
            directory.resolve().name]


class _Build:
    """One build of one recipe."""

    def __init__(self, wanted: Recipe, name: str, patches: Sequence[Path],
                 progress: Callable[[str, float], None]) -> None:
        """Find the sources, and fetch them if need be."""
        self.recipe, self.name = wanted, name
        self.patches, self.progress = patches, progress
        if wanted.directory:
            path = wanted.directory.resolve()
            _check_clean(path)
            self.source, self.about = path, f"sources in {path}"
            place = f"{wanted.name}-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
        else:
            tree = source.fetch(wanted.source, wanted.suites, progress)
            self.source, self.about = tree.path, f"Debian {tree.package} {tree.version}"
            place = wanted.tree()
        self.farm = Farm(paths.cache() / "lab" / place, self.source)
        self.options = kconfig.merge(wanted.fragments(), wanted.lacks)
        if wanted.directory:
            # Which options a version has that nobody has tried cannot stand in a recipe.
            known = kconfig.known(self.source)
            self.options = {option: value for option, value in self.options.items()
                            if option in known}

    def key(self) -> str:
        """Return the sum of all that the kernel is made of."""
        prefix = self.recipe.machine.compiler
        gcc = f"{prefix}-gcc" if prefix else "gcc"
        compiler = subprocess.run([paths.program(gcc, gcc), "--version"],
                                  capture_output=True, text=True, check=False).stdout
        parts = [self.about, kconfig.text(self.options), compiler, *self.recipe.make,
                 *self.recipe.keep, *(paths.sha256(patch) for patch in self.patches)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def run(self) -> Kernel:
        """Build what is not built; return the kernel."""
        if self.recipe.arch != machines.NATIVE:
            prepare(self.recipe.arch)  # the compiler is part of the key
        key = self.key()
        # A directory of the user's may have changed: there make looks at each file.
        if not self.recipe.directory and store.made_of(self.name) == key:
            self.progress("up to date", 1)
            return self._kernel()
        prepare()
        with paths.lock(f"lab-{self.farm.directory.name}",
                        lambda: self.progress("waiting for another build", 0)):
            if not self.recipe.directory and store.made_of(self.name) == key:
                self.progress("done", 1)  # the other built the same
                return self._kernel()
            if (self.recipe.directory or not self.farm.is_of(self.source)
                    or not (self.farm.build / ".config").exists()):
                self.progress("linking the sources", 0)
                self.farm.refresh()
            self.farm.build.mkdir(exist_ok=True)
            whole = self.farm.directory / WHOLE
            was_whole = whole.exists()
            whole.unlink(missing_ok=True)  # until all of this is done
            changed = self.farm.patch(self.patches)
            config = self.farm.build / ".config"
            before = config.read_bytes() if config.exists() else b""
            again = self._configure(any("Kconfig" in path for path in changed))
            if was_whole and not again and changed and all(map(_alone, changed)):
                self._compile_alone()
            else:
                same = config.read_bytes() == before
                self._compile(kbuild.made(self.farm.build) if same else 0)
            whole.touch()
            labs.keep_built(self.name, self.farm.build, self.recipe.machine, self.recipe.keep,
                            self._about(), key)
        self.progress("done", 1)
        return self._kernel()

    def _kernel(self) -> Kernel:
        """Return the kernel from the cache."""
        kernel = store.cached(self.name)
        assert kernel
        return kernel

    def _about(self) -> str:
        """Return where the kernel comes from, for people."""
        patched = ", ".join(patch.name for patch in self.patches)
        return (f"{self.about}, recipe {self.recipe.name}"
                + (f", patches: {patched}" if patched else ""))

    def _make(self, what: Sequence[str], aim: str, more: dict[str, str] | None = None,
              expected: int = 0, done: int = 0) -> None:
        """Run make as kbuild.make() does. The log stays beside the tree."""
        words = ["-L", "-C", str(self.farm.tree), f"O={self.farm.build}", "LOCALVERSION=",
                 *self.recipe.machine.variables(), *self.recipe.make, *what]
        kbuild.make(words, {**kbuild.environment(), **(more or {})},
                    self.farm.directory / "log", f"{self.name} could not be {aim}",
                    self.progress, expected, done)

    def _configure(self, again: bool) -> bool:
        """Make .config of the fragments if need be, and see that each option was taken.

        Return whether it was made anew.
        """
        fragment = self.farm.build / "landproof.config"
        config = self.farm.build / ".config"
        text = kconfig.text(self.options)
        again |= bool(self.recipe.directory) or not config.exists() \
            or not fragment.exists() or fragment.read_text() != text
        if again:
            fragment.unlink(missing_ok=True)
            chosen = fragment.with_suffix(".new")
            chosen.write_text(text)
            self.progress("configuring", 0)
            self._make(["allnoconfig"], "configured", {"KCONFIG_ALLCONFIG": str(chosen)})
            chosen.rename(fragment)
        final = kconfig.read(config)
        if refused := kconfig.refused(self.options, final):
            fragment.unlink()
            raise BuildError(f"{self.name}: not taken: {', '.join(refused)}: name what it depends"
                             " on in a fragment, or what this version lacks "
                             + ("with --lacks" if self.recipe.directory else "in the recipe"))
        stale = kconfig.stale(self.recipe.lacks, final)
        if stale and not self.recipe.directory:
            raise UserError(f"{self.name}: the recipe says that this version lacks"
                            f" {', '.join(stale)}, but it has")
        return again

    def _compile(self, done: int) -> None:
        """Build the image, of whose steps an earlier build has done some."""
        memory = self.farm.directory / STEPS
        expected = json.loads(memory.read_text()) if memory.exists() else kbuild.STEPS
        self._make([self._image()], "built", expected=expected, done=done)
        memory.write_text(json.dumps(kbuild.made(self.farm.build)))

    def _compile_alone(self) -> None:
        """Build the one directory and link the image, without a look at all the others.

        That look takes half of the time. Archives in the build name objects, and do not hold
        them: a newer date is all that the uppermost one needs.
        """
        self._make([ALONE], "built")
        (self.farm.build / "built-in.a").touch()
        self._make([f"build-dir={ALONE}", self._image()], "built")

    def _image(self) -> str:
        """Return what make calls the image."""
        return Path(self.recipe.machine.built).name


def _alone(path: str) -> bool:
    """Return whether nothing outside of its directory is made of a file."""
    return path.startswith(ALONE) and path.endswith((".c", ".h"))


def _check_clean(path: Path) -> None:
    """Raise UserError unless a directory has kernel sources in which nobody has built."""
    if not (path / "Kconfig").exists() or not (path / "Kbuild").exists():
        raise BuildError(f"{path} has no kernel sources")
    for left in (path / "include/config", *path.glob("arch/*/include/generated")):
        if left.exists():
            raise UserError(f"{path} has been built in ({left.relative_to(path)}), which make O="
                            " refuses: clean it (make mrproper), or give a clean one"
                            " (git worktree add)")
