# SPDX-License-Identifier: GPL-2.0
"""`landproof merge`: the results of a run's shards as one, with the exit status of the whole."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.outputs import add_output_options, finish
from reports.model.resultfile import load_result
from reports.model.shards import whole


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    merge = commands.add_parser("merge", help="join the results of shards: run --shard K/N",
                                description="Join the results of all shards of a run; nothing may"
                                            " be missing or there twice.")
    merge.add_argument("results", metavar="RESULT", nargs="+", type=Path,
                       help="a result of run --shard K/N --json")
    add_output_options(merge)
    merge.set_defaults(run=join)


def join(args: argparse.Namespace) -> int:
    """Join the results and report, as the run would have."""
    loaded = [(str(path), load_result(path)) for path in args.results]
    result = whole(loaded)
    shard = loaded[0][1].shard
    return finish(result, args, asked=tuple(shard.kernels) if shard and shard.asked else ())
