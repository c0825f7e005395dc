# SPDX-License-Identifier: GPL-2.0
"""python3 -m tests.mutants.explorer: what the corpus and the explorer make of the bugs.

Nearly all bugs are in one kernel (together.py), and one machine goes through them: it chooses a
bug, runs the corpus, and the explorer if the bug is in the sample.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from cli.explore import PARTS
from tests.mutants import mutant, together
from tests.mutants.mutant import Mutant
from vm import image, kernels, lab, paths, run, source
from vm.errors import UserError
from vm.kernel import Kernel
from vm.paths import GUEST

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "explore" / "corpus" / "corpus.txt"
KEPT = ROOT / "docs" / "measured" / "mutants-explorer.json"
KEPT_LOG = KEPT.with_name("mutants-explorer-log.json")
RECIPE = "lab-7.3"
SHARED = "mutants-together"
PLACE = "bugs"
SECONDS = 60
SAMPLE = 60
"""At so many bugs the explorer looks, too."""

LOGGED = {"audit", "details", "log", "quiet"}
"""Words of names of bugs that change what the log says, and not what is allowed."""

LOGGED_TOO = {"domain-deny-mask-oldest", "domain-deny-mask-swapped", "syscalls-domain-exec-all",
              "syscalls-domain-exec-layer", "syscalls-domain-exec-newest",
              "syscalls-subdomains-next-only", "syscalls-subdomains-own"}
"""Such bugs whose names do not say so."""

UNSEEN = {"id", "leak", "object", "trace"}
"""Words of names of bugs that change neither: about memory, numbers, or trace events."""

UNSEEN_TOO = {"fs-inode-kept", "ruleset-version", "ruleset-version-failed"}
"""Such bugs whose names do not say so."""

LOOKS_AT = {"fs": ("calls", "fs", "overlay"), "net": ("calls", "net"), "setup": ("calls", "net"),
            "task": ("domain", "fs"), "tsync": ("domain", "calls")}
"""The parts of the explorer that come to a file of security/landlock; else all."""

FIRST, CONTROL = "000", "001"
"""Scripts: each has a number.  The first one is run again after a crash; one has no bug."""


@dataclass(frozen=True)
class Outcome:
    """What noticed one bug, or nothing: "PART: CLAUSE"."""

    name: str
    patch: str
    corpus: str
    explorer: str | None = None
    """None: the bug is not in the sample."""
    decisions: int = 0
    """So many the explorer made until it noticed the bug, or in all."""


def seen(bug: Mutant) -> bool:
    """Return whether a bug can show in a decision, or in the log."""
    unseen = UNSEEN - {"object"} if logged(bug) else UNSEEN
    return (not unseen & set(bug.name.split("-")) and bug.name not in UNSEEN_TOO
            and not bug.equivalent)


def logged(bug: Mutant) -> bool:
    """Return whether it is about the log."""
    return bool(LOGGED & set(bug.name.split("-"))) or bug.name in LOGGED_TOO


def choose(bugs: Sequence[Mutant], log: bool = False) -> list[Mutant]:
    """Return those about decisions, or the log, in an arbitrary order that does not change."""
    return sorted((bug for bug in bugs if seen(bug) and logged(bug) == log), key=Mutant.sum)


@dataclass
class Kept:
    """What is known so far: of one corpus, by the name of the bug."""

    corpus: str
    clean: bool = False
    """The kernel without a bug was looked at."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, any_corpus: bool = False) -> Kept:
        """Return what was kept; nothing of another corpus."""
        kept = cls(hashlib.sha256(CORPUS.read_bytes()).hexdigest()[:16])
        with suppress(OSError, ValueError, TypeError, KeyError):
            data = json.loads(path.read_text(encoding="utf-8"))
            if any_corpus or data["corpus"] == kept.corpus:
                kept.clean = data["clean"]
                kept.outcomes = {one["name"]: Outcome(**one) for one in data["outcomes"]}
        return kept

    def write(self, path: Path) -> None:
        """Keep it."""
        ordered = [asdict(self.outcomes[name]) for name in sorted(self.outcomes)]
        with paths.atomic(path) as new:
            new.write_text(json.dumps({"corpus": self.corpus, "clean": self.clean,
                                       "outcomes": ordered}, indent=1) + "\n", encoding="utf-8")

    def known(self, bug: Mutant, sampled: bool) -> bool:
        """Return whether nothing is left to try."""
        one = self.outcomes.get(bug.name)
        return (one is not None and one.patch == bug.sum()
                and (not sampled or one.explorer is not None))


def _archive(scripts: dict[str, str], harness: Path) -> bytes:
    entries = [image.Entry(PLACE, 0o040755), image.Entry(f"{PLACE}/scripts", 0o040755),
               image.file(f"{PLACE}/explorer", harness, 0o755)]
    for name, text in scripts.items():
        entries.append(image.Entry(f"{PLACE}/scripts/{name}.sh", 0o100644, text.encode()))
    return image.cpio(entries)


def parts(bug: Mutant) -> tuple[str, ...]:
    """Return the parts that are tried on a bug."""
    if logged(bug):
        return ("log", "calls") if bug.file() == "syscalls" else ("log",)
    return ("domain",) if "sigio" in bug.name.split("-") else LOOKS_AT.get(bug.file(), PARTS)


def _script(number: int | None, chosen: Sequence[str], words: str) -> str:
    """Return the script that chooses a bug and explores; None: the machine has chosen it."""
    switch = "" if number is None else f"echo {number} >{together.SWITCH} || exit 3\n"
    return (f"{switch}cd /tmp\nfor part in {' '.join(chosen)}; do\n"
            f"\t/{PLACE}/explorer explore --first --json --part $part {words}\n"
            "\tstatus=$?\n\t[ $status -eq 0 ] || exit $status\ndone\n")


def noticed(said: str) -> tuple[str, int]:
    """Return what an exploration noticed, from what it printed, and after how many decisions."""
    decisions, found = 0, ""
    for line in said.splitlines():
        if not line.startswith("{"):
            continue
        part = json.loads(line)
        decisions += part["decisions"]
        for one in part["findings"]:
            if one["verdict"] != "broken" and not found:
                found = f"{part['part']}: {one.get('clause', 'no clause')}"
    return found, decisions


def _watch(kernel: Kernel, boot: run.Boot, scripts: dict[str, str], harness: Path,
           tell: Any) -> None:
    """Run the scripts in one machine, or in another one after each that it does not survive."""
    def listen(name: str, record: dict[str, Any]) -> None:
        if record["type"] == "script":
            tell(record["id"], record["status"], record["said"])

    with tempfile.TemporaryDirectory(prefix="landproof-mutant-") as scratch:
        words = ["scripts", "--audit", "--scripts", f"/{PLACE}/scripts"]
        run.run([kernel], words, Path(scratch), harness, 1, listen, boot,
                extra=_archive(scripts, harness))


class Trial:
    """Tries bugs in one kernel, and keeps what comes of each at once."""

    def __init__(self, options: argparse.Namespace, bugs: Sequence[Mutant]) -> None:
        """Build the kernel that has them."""
        self.options, self.kept = options, Kept.read(options.json)
        self.sampled = {bug.name for bug in bugs[:options.sample]}
        wanted = lab.recipes()[options.recipe]
        sources = source.fetch(wanted.source, wanted.suites, lambda what, part: None).path
        text, numbered, self.alone = together.share(sources, mutant.load())
        self.numbers = {bug.name: number for number, bug in numbered.items()}
        with tempfile.TemporaryDirectory(prefix="landproof-mutant-") as scratch:
            patch = Path(scratch) / "together.patch"
            patch.write_text(text, encoding="utf-8")
            self.kernel = lab.build(options.recipe, [patch], as_name=SHARED)

    def scripts(self, place: int, bug: Mutant, switch: bool) -> dict[str, str]:
        """Return the scripts of one bug."""
        number = self.numbers[bug.name] if switch else None
        some, scripts = parts(bug), {}
        if bug.name not in self.kept.outcomes:
            scripts[f"{place:03}-corpus"] = _script(number, some, "--replay corpus")
        if bug.name in self.sampled:
            scripts[f"{place:03}-explorer"] = _script(
                number, some, f"--seed 1 --seconds {self.options.seconds // len(some)}")
        return scripts

    def take(self, bugs: dict[int, Mutant], script: str, status: int, said: str) -> None:
        """Keep what one script printed."""
        found, decisions = noticed(said)
        number, _, what = script.partition("-")
        if number == FIRST:
            return
        if number == CONTROL:
            self.kept.clean = not found and not status
            self.kept.write(self.options.json)
            if not self.kept.clean:
                raise UserError("the kernel without a bug differs, too:"
                                f" {found or f'exit {status}, {said[-300:]!r}'}")
            return
        bug = bugs[int(number)]
        if not decisions and '"failure"' not in said:
            raise UserError(f"{bug.name}: nothing was explored: exit {status}, {said[-300:]!r}")
        one = self.kept.outcomes.get(bug.name) or Outcome(bug.name, bug.sum(), "")
        one = (replace(one, corpus=found) if what == "corpus" else
               replace(one, explorer=found, decisions=decisions))
        self.kept.outcomes[bug.name] = one
        self.kept.write(self.options.json)
        print(f"{script} {bug.name}: {found or 'nothing'} (exit {status}, {decisions} decisions)",
              file=sys.stderr, flush=True)

    def run(self, bugs: Sequence[Mutant]) -> None:
        """Try those that were not tried."""
        left = {place: bug for place, bug in enumerate(bugs, 2) if bug.name in self.numbers
                and not self.kept.known(bug, bug.name in self.sampled)}
        # A bug in setup.c is over before there is anything to switch.
        plans = [(run.Boot(append=(f"{together.WORD}={self.numbers[bug.name]}",)),
                  self.scripts(place, bug, False))
                 for place, bug in left.items() if bug.file() == "setup"]
        scripts = {FIRST: ":\n"}
        if not self.kept.clean:
            scripts[CONTROL] = _script(0, PARTS, "--replay corpus")
        for place, bug in left.items():
            if bug.file() != "setup":
                scripts.update(self.scripts(place, bug, True))
        if len(scripts) > 1:
            plans.append((run.Boot(), scripts))
        for boot, some in plans:
            _watch(self.kernel, boot, some, self.options.harness,
                   lambda script, status, said: self.take(left, script, status, said))


def lines(bugs: Sequence[Mutant], outcomes: dict[str, Outcome], what: str) -> Iterator[str]:
    """Return the table, in Markdown, with what it sums up to."""
    tried = [outcomes[bug.name] for bug in bugs if bug.name in outcomes]
    sampled = [one for one in tried if one.explorer is not None]
    rows = {
        "the corpus": [bool(one.corpus) for one in tried],
        "the corpus, of the sample": [bool(one.corpus) for one in sampled],
        "the explorer, of the sample": [bool(one.explorer) for one in sampled],
        "either, of the sample": [bool(one.corpus or one.explorer) for one in sampled],
    }
    yield f"Of {len(bugs)} bugs about {what}:"
    yield ""
    yield "| by | tried | noticed | share |"
    yield "|---|---|---|---|"
    for name, found in rows.items():
        share = f"{100 * sum(found) / len(found):.0f} %" if found else ""
        yield f"| {name} | {len(found)} | {sum(found)} | {share} |"
    yield ""
    yield "| mutant | by the corpus | by the explorer | decisions |"
    yield "|---|---|---|---|"
    for one in tried:
        explorer = "" if one.explorer is None else one.explorer or "not noticed"
        yield (f"| {one.name} | {one.corpus or 'not noticed'} | {explorer} |"
               f" {one.decisions or ''} |")


def main(words: list[str]) -> int:
    """Try the bugs that were not tried; print the table."""
    parser = argparse.ArgumentParser("tests.mutants.explorer", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these bugs only")
    parser.add_argument("--table", action="store_true", help="try nothing: print what is kept")
    parser.add_argument("--log", action="store_true",
                        help="the bugs about the log, not those about decisions")
    parser.add_argument("--json", type=Path, metavar="FILE",
                        help="where the outcomes are kept, and found again")
    parser.add_argument("--sample", type=int, default=SAMPLE, metavar="N",
                        help="at so many the explorer looks, too; default: %(default)s")
    parser.add_argument("--seconds", type=int, default=SECONDS, metavar="N",
                        help="so long, all parts together; default: %(default)s")
    parser.add_argument("--recipe", default=RECIPE, metavar="LAB",
                        help="the kernel that gets the bugs; default: lab-7.3")
    parser.add_argument("--harness", type=Path, default=GUEST)
    options = parser.parse_args(words)
    options.json = options.json or (KEPT_LOG if options.log else KEPT)
    try:
        bugs = choose(mutant.load(options.names), options.log)
        if not options.table:
            Trial(options, bugs).run(bugs)
            kernels.remove(SHARED)
    except KeyError as error:
        print(f"tests.mutants.explorer: there is no mutant {error.args[0]}", file=sys.stderr)
        return 2
    except (UserError, OSError) as error:
        print(f"tests.mutants.explorer: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("tests.mutants.explorer: interrupted; what is done is kept", file=sys.stderr)
        return 2
    print("\n".join(lines(bugs, Kept.read(options.json, options.table).outcomes,
                          "the log" if options.log else "decisions")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
