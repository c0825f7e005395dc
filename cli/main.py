# SPDX-License-Identifier: GPL-2.0
"""The parser of the whole command line, and how a command ends."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

import reports.errors
import vm.commands
import vm.errors
from cli import (
    bisect,
    census,
    coverage,
    explore,
    firstbad,
    hooks,
    host,
    known,
    listing,
    merge,
    oci,
    policy,
    publish,
    reach,
    report,
    reproduce,
    results,
    run,
    runtimes,
    selftests,
    trace,
)
from cli.guest import version

COMMANDS = (run, merge, host, explore, hooks, selftests, runtimes, policy, oci, reach, census,
            coverage, listing, known, firstbad, bisect, results, publish, reproduce, report, trace,
            vm.commands)


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and exit with status 2, or what the command has for failures."""
        status = self.get_default("failure") or 2
        self.exit(status, f"{self.prog}: {message}; see {self.prog} --help\n")


class Version(argparse.Action):
    """Prints the version; asks for it only then, because the answer takes a process or two."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_args: object) -> None:
        """Print it and exit."""
        print(f"landproof {version()}")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = Parser(prog="landproof", description="Conformance and bypass tests for Landlock.",
                 epilog="Exit status: 0 no deviation, 1 deviations, 2 it could not run.")
    top.add_argument("--version", action=Version, help="print the version and the commit, and exit")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND",
                                  parser_class=Parser)
    for module in COMMANDS:
        module.register(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    _open_output()
    commands = parser()
    if "_ARGCOMPLETE" in os.environ:
        from cli.completion import complete

        complete(commands)
    failure: int = 2
    try:
        try:
            args, unknown = commands.parse_known_args(argv)
        finally:  # --help and --version end here
            sys.stdout.flush()
        failure = getattr(args, "failure", 2)
        if unknown:
            commands.exit(failure, f"landproof: unrecognized arguments: {' '.join(unknown)}; see"
                                   f" landproof {args.command} --help\n")
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        status: int = args.run(args)
        sys.stdout.flush()
    except (reports.errors.UserError, vm.errors.UserError) as error:
        # One line, whatever name it speaks of.
        print("landproof:", str(error).replace("\n", " "), file=sys.stderr)
        _end_output()
        return failure
    except BrokenPipeError:
        # The reader (head, less) has enough. What it did not read may have mattered.
        _drop_output()
        return failure
    except KeyboardInterrupt:
        print("landproof: interrupted", file=sys.stderr)
        return failure
    except OSError as error:
        if "LANDPROOF_TRACEBACK" in os.environ:
            raise
        _drop_output()
        # Of all that has no name, only a directory for temporary files can be missing.
        nameless = "TMPDIR" if error.errno == errno.ENOENT else "a file or standard output"
        where = error.filename or nameless
        print(f"landproof: {where}: {error.strerror or error}", file=sys.stderr)
        return failure
    except Exception as error:
        if "LANDPROOF_TRACEBACK" in os.environ:
            raise
        _drop_output()
        what = f"{type(error).__name__}: {' '.join(str(error).split())}"
        print(f"landproof: {what}: LANDPROOF_TRACEBACK=1 shows where", file=sys.stderr)
        return failure
    return status


def _stop(number: int, _frame: object) -> NoReturn:
    """End as Ctrl-C does, which keeps what was won; further signals have to wait for that."""
    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)
    raise KeyboardInterrupt(signal.Signals(number).name)


def _open_output() -> None:
    """Let writing to a standard output that was closed fail, and no file take its place."""
    for number, name, mode in ((1, "stdout", os.O_RDONLY), (2, "stderr", os.O_WRONLY)):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, mode), number)
            setattr(sys, name, os.fdopen(number, "w", closefd=False))


def _end_output() -> None:
    """Write what is left; whether that fails matters no more."""
    try:
        sys.stdout.flush()
    except OSError:
        _drop_output()


def _drop_output() -> None:
    """Python writes what is left at its end, and must not complain then."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
