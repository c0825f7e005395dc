# SPDX-License-Identifier: GPL-2.0
"""Where a result goes: the files that were asked for, and the place of the last one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from reports.errors import UserError
from reports.formats import html, junit, ktap, markdown
from reports.formats.terminal import console
from reports.model import resultfile
from reports.model.baseline import exit_status
from reports.model.files import check_writable, write_text
from reports.model.resultfile import dump_result, load_result
from reports.model.results import Result
from reports.views import hookformats, hookpage, reach, reachformats
from reports.views.table import print_result

Formats = Mapping[str, tuple[Callable[[Result], str], str]]


def reach_formats(shown: Sequence[reach.Section], number: int | None) -> Formats:
    """Return the formats of the roads to a guarded port, for these sections of the table."""
    return {
        "json": (partial(reachformats.to_json, shown=shown, number=number), "for programs"),
        "html": (
            partial(reachformats.to_html, shown=shown, number=number),
            "the table as one page that needs no server",
        ),
        "markdown": (
            partial(reachformats.to_markdown, shown=shown, number=number),
            "for a mail or a pull request",
        ),
    }


FORMATS: Formats = {
    "json": (resultfile.to_text, "the whole result; every other format can be made from it"),
    "ktap": (ktap.to_text, "KTAP version 1"),
    "junit": (junit.to_text, "JUnit XML"),
    "html": (html.to_text, "the matrix as one page that needs no server"),
    "markdown": (markdown.to_text, "for a mail or a pull request"),
}
HOOK_FORMATS: Formats = {
    "json": (resultfile.to_text, "the whole result, with the calls of each attempt"),
    "html": (hookpage.to_text, "operations by hook as one page that needs no server"),
    "markdown": (hookformats.to_markdown, "for a mail or a pull request"),
}
REACH_FORMATS: Formats = reach_formats((), None)


def add_format_options(parser: argparse.ArgumentParser, formats: Formats = FORMATS) -> None:
    """Add an option for each format."""
    for name, (_writer, text) in formats.items():
        parser.add_argument(
            f"--{name}", metavar="FILE", type=Path, help=f"{text}; - is standard output"
        )


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a run: the formats, and the baseline."""
    add_format_options(parser)
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        type=Path,
        help="a result whose deviations are no news: only others make the exit status 1",
    )


def check_outputs(args: argparse.Namespace) -> Result | None:
    """Check the options before a long run; return the baseline, if there is one.

    Raises UserError for a place that cannot be written and for a baseline that is not a result.
    """
    paths = [path for name in FORMATS if (path := getattr(args, name, None))]
    if sum(str(path) == "-" for path in paths) > 1:
        raise UserError("only one format can go to standard output: give the others a file")
    for path in paths:
        check_writable(path)
    baseline: Path | None = getattr(args, "baseline", None)
    return load_result(baseline) if baseline else None


def uses_stdout(args: argparse.Namespace) -> bool:
    """Whether a format takes standard output, so that nothing else may."""
    return any(str(getattr(args, name, None)) == "-" for name in FORMATS)


def write_formats(result: Result, args: argparse.Namespace, formats: Formats = FORMATS) -> None:
    """Write each format that was asked for; raise UserError for the first that fails."""
    for name, (writer, _text) in formats.items():
        path = getattr(args, name)
        if path:
            write_text(path, writer(result))


def write_outputs(result: Result, args: argparse.Namespace) -> None:
    """Keep the result of a run as the last one, then write what was asked for.

    A sabotaged run says nothing about a kernel and is not kept.
    """
    try:
        if not getattr(args, "sabotage", None):
            keep_last(result)
    except UserError as error:  # a convenience: no reason to lose the rest
        print(f"landproof: {error}", file=sys.stderr)
    write_formats(result, args)


def finish(result: Result, args: argparse.Namespace, asked: Sequence[str] = ()) -> int:
    """End a run: keep its result, print the table, write the formats; return the exit status.

    Takes the kernels that were asked for, if any were: one of them that could not run makes
    the run a failure.
    """
    baseline = load_result(args.baseline) if args.baseline else None
    if not uses_stdout(args):
        print_result(result, console(), baseline)
    write_outputs(result, args)
    names = [kernel.name for kernel in result.kernels] if asked else ()
    return exit_status(result, baseline, names)


def finish_hooks(result: Result, args: argparse.Namespace) -> int:
    """End a traced run: print operations by hook, write the formats; return the exit status.

    A kernel that booted and cannot trace makes the run a failure, asked for or not. Deviations
    do not: the worlds are too few to judge by.
    """
    if not uses_stdout(args):
        hookformats.print_hooks(result, console())
    write_formats(result, args, HOOK_FORMATS)
    names = [kernel.name for kernel in result.kernels if args.kernel or kernel.release]
    return 2 if exit_status(result, asked=names) == 2 else 0


def finish_reach(
    result: Result, args: argparse.Namespace, protocols: Sequence[str], number: int | None
) -> int:
    """End a run of the roads to a port: print the table, write the formats; return the status."""
    shown = reach.sections(result, protocols)
    if not shown:
        raise UserError("no road to a guarded port is in this result")
    if not uses_stdout(args):
        reachformats.print_reach(result, console(), shown, number)
    write_formats(result, args, reach_formats(shown, number))
    return exit_status(result, asked=args.kernel and [kernel.name for kernel in result.kernels])


def last_path() -> Path:
    """Return where the last result is kept."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "landproof" / "last.json"


def keep_last(result: Result) -> None:
    """Keep the result for `show` without arguments; raise UserError if that fails."""
    path = last_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UserError(f"{path.parent}: cannot keep the last result: {error.strerror}") from error
    dump_result(result, path)


def load_last() -> Result | None:
    """Return the last result, or None if there is none."""
    return load_result(last_path()) if last_path().exists() else None
