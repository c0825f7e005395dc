# SPDX-License-Identifier: GPL-2.0
"""What tools made of the policies of cases, from the records of a run."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jsonschema

from reports.errors import UserError
from reports.model.files import read_text
from reports.model.findings import count
from reports.model.results import UNREPORTED, Shard, base

SCHEMA = Path(__file__).resolve().parents[1] / "schema" / "runtimes.schema.json"
RAW = "raw"
"""The harness's own calls, beside the tools."""

DEVIATIONS = ("open-silent", "overblock")
THROUGH = ("open-told", "open-silent")
# What a tool does where the kernel lacks a right, by its description
MODELS = {"hard": "must not start where it cannot enforce", "soft": "goes on",
          "switch": "has a switch for that", "none": "does not use Landlock"}
MEANINGS = {
    "enforced": "refused, in a Landlock domain, as by raw calls",
    "inexpressible": "the tool has no word for the policy",
    "refused-start": "the tool did not run the program: it fails closed",
    "open-told": "not enforced, and the tool named what",
    "open-silent": "not enforced, and nothing was said",
    "overblock": "granted, and refused",
    "kernel": "raw calls do not stop it on this kernel either",
    "confounded": "something else than the policy decides",
    "cannot-run": "something is missing",
    "broken": "trouble of the suite's own",
}
NOT_APPLICABLE = "not-applicable"


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that was to enforce policies."""

    name: str
    version: str = ""
    model: str = ""  # hard, soft, switch or none, by its description
    source: str = ""
    loses: tuple[str, ...] = ()  # by its description


@dataclass(frozen=True, slots=True)
class Machine:
    """A kernel, and what became of its run."""

    name: str
    release: str = ""
    abi: int | None = None
    missing: Mapping[str, str] = field(default_factory=dict)  # tool: why it does not run here
    unavailable: str = ""
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A tool and a case on a kernel."""

    kernel: str
    tool: str
    case: str
    verdict: str
    why: str
    coarse: bool
    worlds: Mapping[str, Mapping[str, Any]]

    def result(self, world: str) -> str | None:
        """Return what the attempt came to in a world, None if it was not started there."""
        found: str | None = self.worlds.get(world, {}).get("result")
        return found


@dataclass(frozen=True)
class Run:
    """All that a run showed."""

    landproof: str
    machines: tuple[Machine, ...]
    tools: tuple[Tool, ...]
    outcomes: tuple[Outcome, ...]
    rights: Mapping[str, tuple[str, ...]]  # of each case: what guards it
    private: tuple[str, ...] = ()  # cases that must not be shared
    inapplicable: Mapping[str, int] = field(default_factory=dict)  # why: how many cases
    date: str = ""
    options: tuple[str, ...] = ()  # that chose cases
    left_out: Mapping[str, str] = field(default_factory=dict)  # tools, and why they were not had
    shard: Shard | None = None  # None: the whole run

    @cached_property
    def _cells(self) -> dict[tuple[str, str], list[Outcome]]:
        cells: dict[tuple[str, str], list[Outcome]] = {}
        for one in self.outcomes:
            cells.setdefault((one.kernel, one.tool), []).append(one)
        return cells

    @cached_property
    def _stopped(self) -> set[tuple[str, str]]:
        """Return the cases that raw calls stop with the strictest policy, by kernel."""
        return {(one.kernel, one.case) for one in self.outcomes if one.tool == RAW
                and one.result("strictest") not in ("ok", None)}

    def of(self, kernel: str, tool: str) -> list[Outcome]:
        """Return the outcomes of a tool on a kernel."""
        return self._cells.get((kernel, tool), [])

    def deviations(self, strict: bool = False) -> Iterator[Outcome]:
        """Yield what counts against a tool."""
        wanted = (*DEVIATIONS, "open-told") if strict else DEVIATIONS
        return (one for one in self.outcomes if one.verdict in wanted)

    def left_open(self, kernel: str, tool: str) -> list[Outcome]:
        """Return what the strictest policy of the tool lets through although raw calls stop it."""
        return [one for one in self.of(kernel, tool) if one.verdict == "inexpressible"
                and one.result("strictest") == "ok" and (kernel, one.case) in self._stopped]

    def guards(self, case: str) -> tuple[str, ...]:
        """Return the rights that guard a case."""
        return self.rights.get(base(case), ())

    @property
    def troubles(self) -> list[str]:
        """Return what keeps the run from being whole."""
        found = []
        for one in self.machines:
            found += [f"{one.name}: {one.unavailable}"] if one.unavailable else []
            found += [f"{one.name}: {why}" for why in one.lost]
            found += [f"{one.name}: {tool} does not run: {why}"
                      for tool, why in one.missing.items()]
        return [*found, *(f"{tool} is left out: {why}" for tool, why in self.left_out.items())]

    @property
    def undeclared(self) -> list[str]:
        """Return what tools were seen to take away although their descriptions do not say so."""
        found = []
        for tool in self.tools:
            seen = {lost for machine in self.machines for one in self.of(machine.name, tool.name)
                    for world in one.worlds.values() for lost in world["lost"]}
            if more := sorted(seen - set(tool.loses)):
                found.append(f"{tool.name} takes away {', '.join(more)}, which its description"
                             " does not say")
        return found

    @property
    def shared(self) -> Run:
        """Return the run without the cases that must not be shared."""
        if not self.private:
            return self
        return replace(self, private=(), outcomes=tuple(
            one for one in self.outcomes if base(one.case) not in self.private))


def without(run: Run, left_out: Mapping[str, str]) -> Run:
    """Return the run with what it says of tools that could not be had."""
    return replace(run, left_out=dict(left_out)) if left_out else run


@dataclass(frozen=True, slots=True)
class Answers:
    """What a user asks of a tool on a kernel."""

    closed: str
    told: str
    leaves: str
    bad: bool


def answers(run: Run, kernel: str, tool: str) -> Answers:
    """Return the three answers: does it fail closed, does it say so, what does it leave open?"""
    found = run.of(kernel, tool)
    counts = Counter(one.verdict for one in found)
    through = sum(counts[verdict] for verdict in THROUGH)
    refused = [one for one in found if one.verdict == "refused-start"]
    asked = counts["enforced"] + counts["overblock"] + through + len(refused)
    mute = sum(1 for one in refused if one.why.endswith("it says nothing"))
    closed = (f"no: {through} of {asked} got through" if through else
              f"yes: {counts['enforced']} of {asked} enforced" if asked else
              "it could be asked for nothing" if found else "nothing was tried")
    if refused:
        closed += f", {len(refused)} refused to start"
    if counts["overblock"]:
        closed += f", {counts['overblock']} blocked although granted"
    told = "nothing to tell"
    if through:
        silent = counts["open-silent"]
        told = f"no: {silent} of {through} silent" if silent else "yes"
    elif refused:
        told = f"no: {mute} ended without a word" if mute else "yes"
    left = run.left_open(kernel, tool)
    strictest = [one.worlds["strictest"]["started"] for one in found
                 if "strictest" in one.worlds]
    leaves = _open(run, left)
    if not found:
        leaves = ""
    elif strictest and not any(strictest):
        leaves = "not known: its strictest policy does not start"
    return Answers(closed, told, leaves, bool(
        counts["open-silent"] or counts["overblock"]))


def _open(run: Run, left: Sequence[Outcome]) -> str:
    rights = Counter(right for one in left for right in run.guards(one.case))
    names = [name for name, _number in rights.most_common()]
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"{shown} ({count(len(left), 'case')})" if left else "nothing that raw calls stop"


def counted(outcomes: Iterable[Outcome]) -> Counter[str]:
    """Return how many outcomes have which verdict."""
    return Counter(one.verdict for one in outcomes)


def typed(command: str, tool: str) -> str:
    """Return a command as a user types it: no loader, PROGRAM for the attempt, paths relative.

    Empty for one that was not run, for which the tool had no words.
    """
    if " attempt " not in command:
        return ""
    command = re.sub(r"^((?:\S+=\S* )*)(?:\S+/ld-linux\S+ --library-path \S+ )?(\S+)",
                     lambda found: f"{found[1]}{Path(found[2]).name}", command)
    if found := re.search(r" (\S+) attempt [\d ]+$", command):
        command = command[:found.start()].replace(found[1], "PROGRAM") + " PROGRAM"
    return re.sub(r"/tmp/\d+(?=[/ ]|$)", ".", command) if tool != RAW else ""


def assemble(files: Sequence[Path], landproof: str, tools: Sequence[Tool],
             catalogue: Sequence[Mapping[str, Any]], options: Sequence[str] = (),
             date: str = "") -> Run:
    """Return what the records say, a file for each kernel."""
    machines, outcomes = [], []
    reasons: dict[str, str] = {}
    for file in files:
        machine, own = _read(file)
        machines.append(machine)
        for one in own:
            if one.verdict == NOT_APPLICABLE:
                reasons[one.case] = one.why
            else:
                outcomes.append(one)
    tried = {base(one.case) for one in outcomes}
    return Run(landproof, tuple(machines), tuple(tools), tuple(outcomes),
               {case["id"]: tuple(case["guard"]) for case in catalogue if case["id"] in tried},
               tuple(case["id"] for case in catalogue if UNREPORTED in case["labels"]),
               dict(Counter(reasons.values())), date, tuple(options))


def _read(file: Path) -> tuple[Machine, list[Outcome]]:
    """Return what the records of one kernel say."""
    machine, ended = Machine(file.stem), False
    outcomes: dict[tuple[str, str], Outcome] = {}  # what ran twice counts as it was last
    missing: dict[str, str] = {}
    lost: list[str] = []
    for line in file.read_text(errors="replace").splitlines():
        try:
            record = json.loads(line)
            kind = record["type"]
        except (ValueError, KeyError, TypeError):
            continue
        if kind == "kernel":
            machine = replace(machine, name=record["name"])
        elif kind == "start":
            machine = replace(machine, release=record.get("release", ""), abi=record.get("abi"))
        elif kind == "runtime":
            outcomes[record["tool"], record["id"]] = Outcome(
                machine.name, record["tool"], record["id"], record["verdict"], record["why"],
                record["coarse"], record["worlds"])
        elif kind == "tool" and record["missing"]:
            missing[record["tool"]] = record["missing"]
        elif kind == "unavailable":
            machine = replace(machine, unavailable=record["why"])
        elif kind == "lost":
            lost.append(record["why"])
        elif kind == "died":
            lost.append(f"the machine ended ({record['how']}) in {record['id']}")
        ended |= kind == "end"
    if not ended and not machine.unavailable and not lost:
        lost.append("the run did not come to its end")
    return replace(machine, missing=missing, lost=tuple(lost)), list(outcomes.values())


FORM = "landproof-runtimes-1"


def to_json(run: Run) -> str:
    """Return the whole run as JSON, whose schema is schema/runtimes.schema.json."""
    return json.dumps({
        "$schema": FORM, "landproof": run.landproof, "date": run.date, "options": run.options,
        "kernels": [asdict(one) for one in run.machines],
        "tools": [asdict(one) for one in run.tools],
        "inapplicable": run.inapplicable, "left_out": run.left_out,
        "rights": run.rights, "private": run.private,
        **({"shard": asdict(run.shard)} if run.shard else {}),
        "runtimes": [{"kernel": one.kernel, "tool": one.tool, "case": one.case,
                      "verdict": one.verdict, "why": one.why, "coarse": one.coarse,
                      "worlds": one.worlds} for one in run.outcomes],
    }, indent=1) + "\n"


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def load(path: Path) -> Run:
    """Read what to_json() wrote; raise UserError if it is something else."""
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is no result of `landproof runtimes --json`") from error
    if wrong := jsonschema.exceptions.best_match(_validator().iter_errors(data)):
        where = ".".join(map(str, wrong.absolute_path))
        said = " ".join(wrong.message.split())[:120]
        raise UserError(f"{path} is no result of `landproof runtimes --json`:"
                        f" {where + ': ' if where else ''}{said}")
    return Run(
        data["landproof"],
        tuple(replace(Machine(**one), lost=tuple(one["lost"])) for one in data["kernels"]),
        tuple(replace(Tool(**one), loses=tuple(one["loses"])) for one in data["tools"]),
        tuple(Outcome(**one) for one in data["runtimes"]),
        {name: tuple(rights) for name, rights in data["rights"].items()},
        tuple(data["private"]), data["inapplicable"], data["date"], tuple(data["options"]),
        data["left_out"], Shard(**data["shard"]) if "shard" in data else None)
