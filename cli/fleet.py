# SPDX-License-Identifier: GPL-2.0
"""`landproof run --on slurm`: the shards of a run as an array job, and their results as one."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.options import given
from reports.errors import UserError
from reports.model.resultfile import load_result
from reports.model.results import Result
from reports.model.shards import whole
from vm import kernels, progress, slurm
from vm.paths import state

ENGINES = ("slurm",)


@dataclass(frozen=True)
class _Part:
    """A line of the display."""

    name: str


def add_fleet(parser: argparse.ArgumentParser) -> None:
    """Add the options that give a run to other machines."""
    parser.add_argument("--on", choices=ENGINES,
                        help="give the run to this cluster, in shards, and join what they say")
    parser.add_argument("--shards", type=int, metavar="N",
                        help="with --on: how many; default: as many as it has nodes")


def run(args: argparse.Namespace) -> Result:
    """Run all shards on the cluster; return the whole result."""
    if args.shard or args.records:
        raise UserError("--on cuts the run itself: leave --shard and --records out")
    count = args.shards or slurm.nodes()
    if count < 1:
        raise UserError("no shard is left: --shards takes a number from 1 on")
    base = state() / "slurm"
    base.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = Path(tempfile.mkdtemp(dir=base))
    parts = [_Part(f"shard {number} of {count}") for number in range(1, count + 1)]
    command = [slurm.itself(), "run", *_words(args), "--shard", f"{slurm.PART}/{count}",
               "--json", f"{place}/{slurm.PART}.json"]
    options = [f"--cpus-per-task={args.jobs}"] if args.jobs else []
    with progress.display(parts) as tell:
        def told(part: int, record: dict[str, Any]) -> None:
            tell(parts[part - 1].name, record)

        slurm.Array(command, count, place, options, told).run()
    files = [place / f"{number}.json" for number in range(1, count + 1)]
    result = whole([(str(path), load_result(path)) for path in files])
    shutil.rmtree(place, ignore_errors=True)  # not reached by what fails: its logs stay
    return result


def _words(args: argparse.Namespace) -> list[str]:
    """Return the options of a shard: those of the run that say what runs, and how."""
    words = [f"--kernel={kernels.absolute(one)}" for one in args.kernel]
    words += [word for word in given(args) if not word.startswith("--set=")]
    if args.set:
        path = Path(args.set)
        words.append(f"--set={path.absolute() if path.is_file() else args.set}")
    if args.jobs:
        words.append(f"--jobs={args.jobs}")
    if args.durations:
        words.append(f"--durations={args.durations.resolve()}")
    return words
