# SPDX-License-Identifier: GPL-2.0
"""`landproof run`: the cases, in virtual machines."""

from __future__ import annotations

import argparse
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cli.guest import cases, catalogue, listed, version
from cli.options import (
    add_architectures,
    add_machines,
    add_selection,
    add_worlds,
    boot,
    of_architectures,
    selection,
    with_options,
)
from cli.outputs import add_output_options, check_outputs, finish, gate
from reports.errors import UserError
from reports.model import shards
from reports.model.assemble import assemble
from reports.model.resultfile import load_result
from reports.model.results import Result, Shard
from vm import filesystems


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    run = commands.add_parser("run", help="run the cases in virtual machines")
    add_machines(run)
    add_architectures(run)
    run.add_argument("--fs", action="append", default=[], metavar="NAME",
                     help="cases work on this file system instead of tmpfs, in a column of its"
                          f" own: {', '.join(filesystems.known())}, or all of them")
    run.add_argument("--records", type=Path, metavar="DIR", help="keep the records here")
    run.add_argument("--no-landlock", action="store_true",
                     help="boot with Landlock left out of lsm=: nothing may hold then")
    run.add_argument("--shard", type=shard_number, metavar="K/N",
                     help="only the K-th of N parts, for as many machines; `landproof merge` joins"
                          " their results")
    run.add_argument("--durations", type=Path, metavar="RESULT",
                     help="with --shard: an earlier result, by whose times the parts are cut; the"
                          " same for all of them")
    add_selection(run)
    add_worlds(run)
    add_output_options(run)
    run.set_defaults(run=run_cases)


@dataclass(frozen=True)
class Number:
    """Which of how many shards."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def shard_number(text: str) -> Number:
    """Read K/N."""
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError(f"{text} is no part of a whole, such as 1/4")
    return Number(int(found[1]), int(found[2]))


class _Share:
    """What this machine does of a run."""

    def __init__(self, args: argparse.Namespace, words: list[str]) -> None:
        """Check the options, before a long run."""
        if gate(args, None).given or args.baseline:
            raise UserError("--baseline and what else judges a run belong to the whole of it: give"
                            " them to `landproof merge`")
        self._number: Number = args.shard
        self._asked = bool(args.kernel)
        self._ids = [line for line in listed(*words).splitlines() if line]
        self._known = Result("", catalogue=cases())
        if args.durations:
            timed = load_result(args.durations)
            self._known = replace(self._known, kernels=timed.kernels)
        self.shard: Shard | None = None

    def part(self, kernels: Sequence[str]) -> Mapping[str, Sequence[str]]:
        """Return which families run here on which kernels."""
        number, of = self._number.number, self._number.of
        whole = shards.work(kernels, self._ids, self._known)
        self.shard = shards.shard(whole, number, of, self._asked)
        mine = shards.cut(whole, of)[number - 1]
        if not mine:
            raise UserError(f"nothing is left for shard {number}/{of}: cut into fewer")
        return mine


def run_cases(args: argparse.Namespace) -> int:
    """Run the cases in virtual machines and report."""
    args.kernel = of_architectures(args.kernel, args.arch)
    words = selection(args)
    share = _Share(args, words) if args.shard else None
    check_outputs(args)
    part = share.part if share else None
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        outdir = args.records or Path(scratch)
        try:
            records = boot(args, words, outdir, part)
        except KeyboardInterrupt:
            # What was won before the interruption is kept.
            if won := sorted(outdir.glob("*.jsonl")):
                finish(with_options(assemble(won, catalogue(), version()), args), args)
            raise
        result = with_options(assemble(records, catalogue(), version()), args)
        if share:
            result = replace(result, shard=share.shard)
        return finish(result, args, asked=args.kernel)
