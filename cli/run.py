# SPDX-License-Identifier: GPL-2.0
"""`landproof run`: the cases, in virtual machines."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from cli import fleet
from cli.guest import catalogue, version
from cli.options import (
    add_machines,
    add_selection,
    add_worlds,
    boot,
    selection,
    with_options,
)
from cli.outputs import add_output_options, check_outputs, finish, gate
from cli.shares import Share, add_shard, whole_only
from reports.errors import UserError
from reports.model.assemble import assemble
from reports.model.resultfile import load_result
from vm import filesystems, kernels, sets
from vm.commands import add_architectures


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    run = commands.add_parser("run", help="run the cases in virtual machines")
    add_machines(run)
    add_architectures(run)
    run.add_argument("--compat", action="store_true",
                     help="with the harness built for the other ABI that the kernel has (i386 on"
                          " amd64, armhf on arm64), in a column of its own")
    run.add_argument("--fs", action="append", default=[], metavar="NAME",
                     help="cases work on this file system instead of tmpfs, in a column of its"
                          f" own: {', '.join(filesystems.known())}, or all of them")
    run.add_argument("--filesystems", action="store_true",
                     help="also one case for each right on each type of file system (the cases"
                          " fs.filesystems.*), with the newest of the kernels")
    run.add_argument("--records", type=Path, metavar="DIR", help="keep the records here")
    run.add_argument("--resume", action="store_true",
                     help="with --records: go on with what an interrupted run left there")
    run.add_argument("--no-landlock", action="store_true",
                     help="boot with Landlock left out of lsm=: nothing may hold then")
    add_shard(run, "merge")
    run.add_argument("--durations", type=Path, metavar="RESULT",
                     help="with --shard: an earlier result, by whose times the parts are cut; the"
                          " same for all of them")
    fleet.add_fleet(run)
    add_selection(run)
    add_worlds(run)
    add_output_options(run)
    run.set_defaults(run=run_cases)


def run_cases(args: argparse.Namespace) -> int:
    """Run the cases in virtual machines and report."""
    args.kernel = kernels.of_architectures(args.kernel, args.arch, list(sets.default()))
    words = selection(args)
    if args.resume and not args.records:
        raise UserError("--resume goes on with records: say where they are with --records DIR")
    if args.shard and (gate(args, None).given or args.baseline):
        raise UserError(whole_only("merge"))
    if args.durations and not (args.shard or args.on):
        raise UserError("--durations says how a run is cut: with --shard K/N, or --on")
    timed = load_result(args.durations).kernels if args.shard and args.durations else ()
    share = Share(args, words, timed) if args.shard else None
    check_outputs(args)
    if args.on:
        return finish(fleet.run(args), args, asked=args.kernel)
    if args.shards:
        raise UserError("--shards goes with --on: a single machine takes --shard K/N")
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
