# SPDX-License-Identifier: GPL-2.0
"""`--shard K/N`: what this machine does of a run that several share."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import vm.kernel
from cli.guest import cases, listed
from cli.options import runs_on
from reports.errors import UserError
from reports.model import shards
from reports.model.results import Kernel, Result, Shard


@dataclass(frozen=True)
class Number:
    """Which of how many shards."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def add_shard(parser: argparse.ArgumentParser, joined_by: str) -> None:
    """Add the option; `joined_by` is the subcommand that joins the results."""
    parser.add_argument("--shard", type=shard_number, metavar="K/N",
                        help="only the K-th of N parts, for as many machines; `landproof"
                             f" {joined_by}` joins their results")


def whole_only(joined_by: str) -> str:
    """Return the error of a shard that is to be judged."""
    return ("--baseline and what else judges a run belong to the whole of it: give them to"
            f" `landproof {joined_by}`")


def shard_number(text: str) -> Number:
    """Read K/N."""
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError(f"{text} is no part of a whole, such as 1/4")
    return Number(int(found[1]), int(found[2]))


class Share:
    """What this machine does of a run."""

    def __init__(self, args: argparse.Namespace, words: Sequence[str],
                 timed: Sequence[Kernel] = ()) -> None:
        """Take the options, what chooses the cases, and kernels with times."""
        self._number: Number = args.shard
        self._asked = bool(args.kernel)
        self._ids = [line for line in listed(*words).splitlines() if line]
        self._known = Result("", tuple(timed), cases())
        self.shard: Shard | None = None

    def part(self, kernels: Sequence[vm.kernel.Kernel]) -> Mapping[str, Sequence[str]]:
        """Return which families run here on which kernels."""
        number, of = self._number.number, self._number.of
        whole = shards.work({kernel.name: runs_on(kernel, self._ids) for kernel in kernels},
                            self._known)
        pieces = sum(map(len, whole.kernels.values()))
        if of > pieces:
            raise UserError(f"--shard {self._number}: there are {pieces} pieces of work, a family"
                            " on a kernel each: cut into fewer")
        self.shard = shards.shard(whole, number, of, self._asked)
        return shards.cut(whole, of)[number - 1]
