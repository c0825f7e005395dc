# SPDX-License-Identifier: GPL-2.0
"""python3 -m tests.mutants.explorer: what the explorer makes of a sample of the bugs.

On the kernel with each bug, the corpus runs first, by itself, and then the explorer for 60 s.
Nearly all bugs are in one kernel (together.py), whose command line chooses one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cli.explore import PARTS
from tests.mutants import mutant, together
from tests.mutants.mutant import Mutant
from vm import kernels, lab, paths, run, source
from vm.errors import UserError
from vm.kernel import Kernel
from vm.paths import GUEST

ROOT = Path(__file__).resolve().parents[2]
RECIPE = "lab-7.3"
NAME = "mutant-explorer"
SHARED = "mutants-together"
SECONDS = 60
SEED = 1

SAMPLE = "01"
"""With which digit the sum of a patch begins that is in the sample: an eighth of them."""

NOT_DECISIONS = {"audit", "details", "id", "leak", "log", "object", "quiet", "trace"}
"""Words of names of bugs that do not change what is allowed: about the log, or about memory."""

NOR = {"domain-deny-mask-oldest", "domain-deny-mask-swapped", "fs-inode-kept"}
"""Such bugs whose names do not say so."""

CALLS = {"errata", "setup", "syscalls"}
"""First words of names of bugs in Landlock's own calls, and in what it claims to have."""

LOOKS_AT = {"fs": ("fs", "overlay"), "net": ("net",), "task": ("domain",), "tsync": ("domain",)}
"""The parts of the explorer that come to a file of security/landlock; else all."""


@dataclass(frozen=True)
class Outcome:
    """What the explorer made of one bug: what noticed it, or nothing."""

    name: str
    patch: str
    corpus: str
    explorer: str
    decisions: int
    """So many were made until it was noticed, or in all."""


def decides(bug: Mutant) -> bool:
    """Return whether a bug can show in what is allowed, and what Landlock's calls answer."""
    return (not NOT_DECISIONS & set(bug.name.split("-")) and bug.name not in NOR
            and not bug.equivalent)


def sample(bugs: Sequence[Mutant]) -> list[Mutant]:
    """Return the bugs about decisions that are in the sample, in an arbitrary order."""
    return sorted((bug for bug in bugs if decides(bug) and bug.sum()[0] in SAMPLE),
                  key=Mutant.sum)


def parts(bug: Mutant) -> tuple[str, ...]:
    """Return the parts that are tried on a bug: none, if the explorer has none for it."""
    wanted = ("domain",) if "sigio" in bug.name.split("-") else LOOKS_AT.get(bug.file())
    return PARTS if wanted is None else tuple(part for part in PARTS if part in wanted)


class _Noticed(Exception):
    """The rest need not run."""


@dataclass(frozen=True)
class Broken:
    """A kernel with a bug, or without one."""

    kernel: Kernel
    boot: run.Boot = run.Boot()


class Kernels:
    """The kernels with bugs: one for nearly all of them, the others as they are needed."""

    def __init__(self, recipe: str, bugs: Sequence[Mutant]) -> None:
        """Build the one."""
        wanted = lab.recipes()[recipe]
        sources = source.fetch(wanted.source, wanted.suites, lambda what, part: None).path
        text, numbered, _ = together.share(sources, bugs)
        self.recipe = recipe
        self.numbers = {bug.name: number for number, bug in numbered.items()}
        with tempfile.TemporaryDirectory(prefix="landproof-mutant-") as scratch:
            patch = Path(scratch) / "together.patch"
            patch.write_text(text, encoding="utf-8")
            self.shared = lab.build(recipe, [patch], as_name=SHARED)

    def __call__(self, bug: Mutant | None) -> Broken:
        """Return the kernel with a bug, or without."""
        if bug and bug.name not in self.numbers:
            return Broken(lab.build(self.recipe, [bug.patch], as_name=NAME))
        number = self.numbers[bug.name] if bug else 0
        return Broken(self.shared, run.Boot(append=(f"{together.WORD}={number}",)))


def _explore(broken: Broken, harness: Path, *words: str) -> tuple[str, int]:
    """Return what was noticed first, and after how many decisions."""
    noticed: list[str] = []
    decisions: dict[str, int] = {}

    def listen(name: str, record: dict[str, Any]) -> None:
        kind = record["type"]
        if kind in ("exploring", "explored"):
            decisions[record["part"]] = record["decisions"]
        if kind == "died":
            noticed.append("crash")
        elif kind == "exploring" and record["differences"]:
            noticed.append(record["part"])
        elif kind == "explored":
            noticed.extend(f"{record['part']}: {one['clause']}" if "clause" in one else
                           record["part"] for one in record["findings"]
                           if one["verdict"] != "broken")
        if noticed:
            raise _Noticed

    with tempfile.TemporaryDirectory(prefix="landproof-mutant-") as scratch, suppress(_Noticed):
        (file,) = run.run([broken.kernel], ["explore", *words], Path(scratch), harness, 1,
                          listen, broken.boot)
        if not decisions:
            raise UserError(f"{broken.kernel.name}: nothing was explored:"
                            f" {file.read_text()[-300:]}")
    return (noticed or [""])[0], sum(decisions.values())


def try_bug(bug: Mutant | None, broken: Broken, harness: Path, chosen: Sequence[str],
            decisions: int | None = None) -> Outcome:
    """Explore the kernel with a bug, or without: for so many decisions instead of for a time."""
    ran = chosen if len(chosen) == 1 else PARTS
    only = ["--part", chosen[0]] if len(chosen) == 1 else []
    corpus, _ = _explore(broken, harness, "--replay", "corpus", *only)
    limit = (["--decisions", str(decisions // len(ran))] if decisions else
             ["--seconds", str(SECONDS // len(ran))])
    found, made = _explore(broken, harness, "--seed", str(SEED), *limit, *only)
    return Outcome(bug.name if bug else "", bug.sum() if bug else "", corpus, found, made)


def read(path: Path) -> dict[str, Outcome]:
    """Return what was tried before, by name."""
    with suppress(OSError, ValueError, TypeError):
        return {one["name"]: Outcome(**one) for one in json.loads(path.read_text())}
    return {}


def _keep(path: Path, outcomes: dict[str, Outcome]) -> None:
    with paths.atomic(path) as new:
        new.write_text(json.dumps([asdict(outcomes[name]) for name in sorted(outcomes)], indent=1)
                       + "\n")


def lines(bugs: Sequence[Mutant], outcomes: dict[str, Outcome]) -> Iterator[str]:
    """Return the table, in Markdown, with what it sums up to."""
    tried = [(bug, outcomes[bug.name]) for bug in bugs if bug.name in outcomes]
    groups = {
        "all": tried,
        "without those in Landlock's own calls":
            [pair for pair in tried if not CALLS & {pair[0].name.split("-")[0]}],
        "only where the explorer has a part":
            [pair for pair in tried if parts(pair[0]) and not CALLS & {pair[0].name.split("-")[0]}],
    }
    yield "| bugs | tried | by the corpus alone | by the explorer in 60 s | by either |"
    yield "|---|---|---|---|---|"
    for name, group in groups.items():
        found = [sum(map(bool, column)) for column in (
            [one.corpus for _, one in group], [one.explorer for _, one in group],
            [one.corpus or one.explorer for _, one in group])]
        yield f"| {name} | {len(group)} | {' | '.join(map(str, found))} |"
    yield ""
    yield "| mutant | by the corpus | by the explorer | decisions |"
    yield "|---|---|---|---|"
    for bug, one in tried:
        none = "not noticed" if parts(bug) else "no part of the explorer is about it"
        yield f"| {bug.name} | {one.corpus or none} | {one.explorer or none} | {one.decisions} |"


def main(words: list[str]) -> int:
    """Try the bugs of the sample that were not tried; print the table."""
    parser = argparse.ArgumentParser("tests.mutants.explorer", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these bugs instead of a sample")
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "mutants-explorer.json",
                        metavar="FILE", help="where the outcomes are kept, and found again")
    parser.add_argument("--minutes", type=float, metavar="N", help="begin no bug after so long")
    parser.add_argument("--decisions", type=int, metavar="N",
                        help="explore for so many decisions instead of for 60 s, in which a busy"
                             " machine makes few")
    parser.add_argument("--recipe", default=RECIPE, metavar="LAB",
                        help="the kernel that gets the bugs; default: lab-7.3")
    parser.add_argument("--harness", type=Path, default=GUEST)
    options = parser.parse_args(words)
    start = time.monotonic()
    try:
        bugs = mutant.load(options.names) if options.names else sample(mutant.load())
        outcomes = read(options.json)
        left = [bug for bug in bugs if bug.name not in outcomes
                or outcomes[bug.name].patch != bug.sum()]
        build = Kernels(options.recipe, bugs) if left else None
        if build and "" not in outcomes:
            outcomes[""] = try_bug(None, build(None), options.harness, PARTS,
                                   options.decisions)
            _keep(options.json, outcomes)
        if left and (seen := outcomes[""].corpus or outcomes[""].explorer):
            raise UserError(f"the kernel without a bug differs, too: {seen}")
        for bug in left:
            if options.minutes and time.monotonic() - start > options.minutes * 60:
                break
            assert build
            one = (try_bug(bug, build(bug), options.harness, parts(bug), options.decisions)
                   if parts(bug) else Outcome(bug.name, bug.sum(), "", "", 0))
            outcomes[bug.name] = one
            _keep(options.json, outcomes)
            print(f"{time.monotonic() - start:6.0f} s: {one}", file=sys.stderr, flush=True)
    except KeyError as error:
        print(f"tests.mutants.explorer: there is no mutant {error.args[0]}", file=sys.stderr)
        return 2
    except (UserError, OSError) as error:
        print(f"tests.mutants.explorer: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tests.mutants.explorer: interrupted; what is done is kept", file=sys.stderr)
        return 2
    finally:
        with suppress(UserError):
            kernels.remove(NAME)
    if all(bug.name in outcomes for bug in bugs):  # else the next run needs it
        with suppress(UserError):
            kernels.remove(SHARED)
    print("\n".join(lines(bugs, outcomes)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
