# SPDX-License-Identifier: GPL-2.0
"""Completion in the shell: python3-argcomplete knows the commands and options, this the names."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import argcomplete

from cli.guest import listed
from reports.errors import UserError
from vm import commands as kernels

Completer = Callable[..., list[str]]


def _cases(**_arguments: object) -> list[str]:
    """Return the names of all cases, or none where the harness is not built."""
    try:
        return listed().split()
    except UserError:
        return []


def _kernels(**_arguments: object) -> list[str]:
    """Return what `landproof kernels list` names."""
    return kernels.names()


NAMES: dict[str, Completer] = {"case": _cases, "kernel": _kernels, "names": _kernels}


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Yield the arguments of a parser and of the commands below it."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from _actions(below)


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer the shell and exit, if it is the shell that asks."""
    for action in _actions(parser):
        if action.dest in NAMES:
            action.completer = NAMES[action.dest]  # type: ignore[attr-defined]
    argcomplete.autocomplete(parser)
