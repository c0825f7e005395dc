# SPDX-License-Identifier: GPL-2.0
"""What tools made of the policies of cases, from the records of a run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.errors import UserError
from reports.model.files import read_text

DEVIATIONS = ("open-silent", "overblock")
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
    "not-applicable": "the case is about the calls themselves, or its policy is C code",
}


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

    @property
    def key(self) -> str:
        """What a baseline knows it by."""
        return f"{self.kernel} {self.tool} {self.case}"


@dataclass(frozen=True, slots=True)
class Run:
    """All that a run showed."""

    kernels: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    troubles: tuple[str, ...]
    landproof: str

    def of(self, kernel: str, tool: str) -> list[Outcome]:
        """Return the outcomes of a tool on a kernel that a policy was asked for."""
        return [one for one in self.outcomes if (one.kernel, one.tool) == (kernel, tool)
                and one.verdict != "not-applicable"]

    def tools(self) -> list[str]:
        """Return the tools that ran, in their order."""
        return list(dict.fromkeys(one.tool for one in self.outcomes))

    def deviations(self, strict: bool = False) -> Iterator[Outcome]:
        """Yield what counts against a tool."""
        wanted = (*DEVIATIONS, "open-told") if strict else DEVIATIONS
        return (one for one in self.outcomes if one.verdict in wanted)

    def left_open(self, kernel: str, tool: str) -> int:
        """Count what the strictest policy of the tool lets through although raw calls stop it."""
        raw = {one.case: one for one in self.of(kernel, "raw")}
        return sum(1 for one in self.of(kernel, tool)
                   if one.worlds.get("strictest", {}).get("result") == "ok" and one.case in raw
                   and raw[one.case].worlds.get("strictest", {}).get("result") not in ("ok", None))


def counted(outcomes: Sequence[Outcome]) -> Counter[str]:
    """Return how many outcomes have which verdict."""
    return Counter(one.verdict for one in outcomes)


def assemble(files: Sequence[Path], landproof: str) -> Run:
    """Return what the records say, a file for each kernel."""
    kernels, outcomes, troubles = [], [], []
    for file in files:
        kernel, ended = file.stem, False
        for line in file.read_text(errors="replace").splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue
            kind = record["type"]
            if kind == "kernel":
                kernel = record["name"]
            elif kind == "runtime":
                outcomes.append(Outcome(kernel, record["tool"], record["id"], record["verdict"],
                                        record["why"], record["coarse"], record["worlds"]))
            elif kind == "tool" and record["missing"]:
                troubles.append(f"{kernel}: {record['tool']} does not run: {record['missing']}")
            elif kind in ("unavailable", "lost"):
                troubles.append(f"{kernel}: {record['why']}")
            elif kind in ("died", "interrupted"):
                troubles.append(f"{kernel}: the machine ended during {record['id']}")
            ended |= kind == "end"
        kernels.append(kernel)
        if not ended and not any(one.startswith(f"{kernel}:") for one in troubles):
            troubles.append(f"{kernel}: the run did not come to its end")
    return Run(tuple(kernels), tuple(outcomes), tuple(troubles), landproof)


def to_json(run: Run) -> str:
    """Return the whole run as JSON."""
    return json.dumps({
        "landproof": run.landproof, "kernels": run.kernels, "troubles": run.troubles,
        "runtimes": [{"kernel": one.kernel, "tool": one.tool, "case": one.case,
                      "verdict": one.verdict, "why": one.why, "coarse": one.coarse,
                      "worlds": one.worlds} for one in run.outcomes],
    }, indent=1) + "\n"


def load(path: Path) -> Run:
    """Read what to_json() wrote; raise UserError if it is something else."""
    try:
        data = json.loads(read_text(path))
        outcomes = tuple(Outcome(**one) for one in data["runtimes"])
        return Run(tuple(data["kernels"]), outcomes, tuple(data["troubles"]), data["landproof"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is no result of landproof runtimes") from error
