# SPDX-License-Identifier: GPL-2.0
"""Options that several commands have: what runs, where, and how."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cli.guest import listed
from reports.model.results import Result, special
from vm import filesystems, kernels, machines, progress, run
from vm.kernel import Kernel, Progress
from vm.paths import GUEST

ON_FILESYSTEMS = "fs.filesystems."
"""The names of the cases whose variants lie on file systems of their own."""

SELFTESTS = "linux-source-7.3"


def positive(text: str) -> int:
    """Read a number of which there has to be at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
    return int(text)


def natural(text: str) -> int:
    """Read a number of which there may be none."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no number from 0 on")
    return int(text)


def security_modules(text: str) -> str:
    """Read what lsm= takes: the kernel skips a name that it does not know, and says nothing."""
    if not re.fullmatch(r"\w+(,\w+)*", text):
        raise argparse.ArgumentTypeError(f"{text} is no list of names with commas between them")
    return text


def boot_words(text: str) -> str:
    """Read words of a kernel's command line, which is one line."""
    if not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text!r} does not fit into a command line")
    return text


def add_selection(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose cases; they are the harness's own."""
    parser.add_argument("--case", action="append", default=[], metavar="GLOB",
                        help="cases by name; * and ? stand for any characters")
    parser.add_argument("--label", action="append", default=[],
                        help="cases with this label, family or access right")
    parser.add_argument("--family", action="append", default=[], help="cases of this family")
    parser.add_argument("--abi", type=int, help="cases about rights of this ABI version")
    parser.add_argument("--unreported", action="store_true",
                        help="also the cases that SECURITY.md asks to keep private")


def add_machines(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where cases run."""
    parser.add_argument("--kernel", action="append", default=[], metavar="K",
                        help="a name (landproof kernels list), an image, packages with + between"
                             " them, a build tree, or \"installed\"; default: the default set")
    parser.add_argument("--set", default="", metavar="SET",
                        help="the kernels of another set than the default one: the name of one of"
                             " sets/, or a TOML file")
    add_boot(parser)
    parser.add_argument("--jobs", type=positive, metavar="N",
                        help="machines at once; default: one a core")


def add_boot(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a kernel is started."""
    parser.add_argument("--modules", metavar="DIR",
                        help="modules of a --kernel that is an image: a directory, or packages")
    parser.add_argument("--lsm", metavar="LIST", type=security_modules,
                        help="the security modules to start, as lsm= names them; default: the"
                             " kernel's own list, with landlock if that has it not")
    parser.add_argument("--append", action="append", default=[], metavar="WORDS", type=boot_words,
                        help="more for the kernel's command line")


def add_worlds(parser: argparse.ArgumentParser) -> None:
    """Add the options that change how the selected cases run."""
    parser.add_argument("--world", action="append", default=[],
                        help="only these worlds, and control")
    parser.add_argument("--shuffle", type=int, metavar="SEED",
                        help="in a random order, the same for the same seed")
    parser.add_argument("--sabotage", choices=["allow", "deny"],
                        help="prove the suite: enforce nothing, or drop every rule")


def selection(args: argparse.Namespace, families: bool = True) -> list[str]:
    """Return the harness's arguments for what was selected; raise UserError if it is nothing."""
    words: list[str] = []
    for option in ("case", "label", *(["family"] if families else []), "world"):
        for value in getattr(args, option, []):
            words += [f"--{option}", value]
    for option in ("abi", "shuffle"):
        if getattr(args, option, None) is not None:
            words += [f"--{option}", str(getattr(args, option))]
    if getattr(args, "unreported", False):
        words.append("--unreported")
    if getattr(args, "sabotage", None):
        words.append(f"--sabotage={args.sabotage}")
    listed(*words)
    return words


def given(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the options that say how cases run; paths are absolute."""
    words = []
    for option in ("case", "label", "family", "world", "fs", "append"):
        words += [f"--{option}={value}" for value in getattr(args, option, [])]
    for option in ("abi", "shuffle", "sabotage", "lsm", "shard"):
        if (value := getattr(args, option, None)) is not None:
            words.append(f"--{option}={value}")
    if getattr(args, "modules", None):
        words.append(f"--modules={kernels.absolute(args.modules)}")
    if getattr(args, "set", "") and Path(args.set).is_file():
        words.append(f"--set={Path(args.set).absolute()}")
    words += [f"--{name.replace('_', '-')}" for name in ("no_landlock", "compat", "unreported")
              if getattr(args, name, False)]
    return tuple(words)


def with_options(result: Result, args: argparse.Namespace) -> Result:
    """Return the result with how its kernels were run, so that it can be done again."""
    words = given(args)
    asked = [kernels.absolute(one) for one in getattr(args, "kernel", [])]
    if len(asked) != len(result.kernels):
        asked = [""] * len(result.kernels)
    columns = []
    for one, word in zip(result.kernels, asked, strict=True):
        # A name says the architecture itself.
        of = (f"--arch={_of_files(args)}",) if word.startswith("/") and \
            _of_files(args) != machines.NATIVE else ()
        about = replace(one.provenance, asked=word or None, options=(*of, *words))
        marked = replace(one, provenance=about)
        if unusual := special(words):
            note = f"a special run: {' '.join(unusual)}"
            marked = replace(marked, notes=(*marked.notes, note))
        columns.append(marked)
    return replace(result, kernels=tuple(columns))


Part = Callable[[Sequence[Kernel]], Mapping[str, Sequence[str]]]
"""Told all kernels, returns the names of those that run here, each with its families of cases."""


def boot(args: argparse.Namespace, words: list[str], outdir: Path,
         part: Part | None = None) -> list[Path]:
    """Run the harness in virtual machines; return the records, a file for each kernel.

    With `part`, only that much of the work is done.
    """
    lie_on = filesystems.choose(getattr(args, "fs", []))
    with progress.fetching() as tell:
        chosen = _kernels(args, tell)
        if kernels.bring_modules(chosen, [name for one in lie_on for name in one.modules], tell):
            chosen = _kernels(args, tell)
    if getattr(args, "compat", False):
        chosen = [kernel.compatible() for kernel in chosen]
    if lie_on:
        chosen = [kernels.on(kernel, one) for kernel in chosen for one in lie_on]
    elif any(name.startswith(ON_FILESYSTEMS) for name in getattr(args, "case", [])):
        chosen = [replace(kernel, filesystems=True) for kernel in chosen]
    elif getattr(args, "filesystems", False):
        chosen = with_filesystems(chosen)
    more: dict[str, list[str]] = {}
    if part:
        chosen, more = divided(chosen, part)
        words = selection(args, families=False)
    with progress.display(chosen) as listener:
        return run.run(chosen, ["run", *words], outdir, GUEST, args.jobs, listener,
                       booting(args), resume=getattr(args, "resume", False), more=more)


def _kernels(args: argparse.Namespace, tell: Progress) -> list[Kernel]:
    """Return the kernels that were asked for."""
    return kernels.choose(args.kernel, modules=args.modules, progress=tell, of_set=args.set,
                          arch=_of_files(args))


def _of_files(args: argparse.Namespace) -> str:
    """Return the architecture of kernels that are given as files."""
    asked: list[str] = getattr(args, "arch", [])
    return asked[0] if len(asked) == 1 else machines.NATIVE


def with_filesystems(chosen: Sequence[Kernel]) -> list[Kernel]:
    """Return the kernels, the newest of which runs the variants on file systems of their own.

    One answers for all: what Landlock does is the same below each, and the time is short.
    """
    able = [kernel for kernel in chosen if kernel.modules and not kernel.unavailable]
    newest = max(able, key=Kernel.version_numbers, default=None)
    return [replace(kernel, filesystems=kernel is newest) for kernel in chosen]


def runs_on(kernel: Kernel, cases: Sequence[str]) -> list[str]:
    """Return those of the cases that a kernel runs: variants on file systems of their own need
    a machine that has them.
    """
    return [case for case in cases
            if kernel.filesystems or not case.startswith(ON_FILESYSTEMS)]


def divided(chosen: Sequence[Kernel],
            part: Part) -> tuple[list[Kernel], dict[str, list[str]]]:
    """Return the kernels that run here, and the guest's arguments that each of them has besides."""
    families = part(chosen)
    return [kernel for kernel in chosen if kernel.name in families], {
        kernel: [word for name in names for word in ("--family", name)]
        for kernel, names in families.items()}


def booting(args: argparse.Namespace) -> run.Boot:
    """Return how kernels are to be booted."""
    return run.Boot(not getattr(args, "no_landlock", False), args.lsm, tuple(args.append))
