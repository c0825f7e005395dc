# SPDX-License-Identifier: GPL-2.0
"""Where a result goes: the files that were asked for, and the place of the last one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from reports.document import Document
from reports.errors import UserError
from reports.formats import junit, ktap, matrixpage, terminal
from reports.formats.registry import ResultFormat, document_formats
from reports.formats.terminal import console
from reports.model.baseline import exit_status
from reports.model.files import check_writable, write_text
from reports.model.resultfile import dump_result, load_result
from reports.model.results import Result, shareable
from reports.model.roads import sections
from reports.views import hooks, matrix, reach

View = Callable[[Result], Document]

# What is made of whole results, beside or instead of the matrix as a document.
RESULT_FORMATS = {one.name: one for one in (ktap.FORMAT, junit.FORMAT, matrixpage.FORMAT)}


def add_format_options(
    parser: argparse.ArgumentParser,
    formats: Mapping[str, ResultFormat] = {},
    leave_out: Collection[str] = (),
) -> None:
    """Add an option for each format of documents, and for those of results that are given."""
    helps = {name: one.help for name, one in document_formats().items()}
    helps |= {name: one.help for name, one in formats.items()}
    for name, text in helps.items():
        if name not in leave_out:
            parser.add_argument(
                f"--{name}", metavar="FILE", type=Path, help=f"{text}; - is standard output"
            )


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a run: the formats, and the baseline."""
    add_format_options(parser, RESULT_FORMATS)
    parser.add_argument(
        "--baseline",
        metavar="FILE",
        type=Path,
        help="a result whose deviations are no news: only others make the exit status 1",
    )


def _asked(args: argparse.Namespace) -> dict[str, Path]:
    """Return the files that were asked for, by format."""
    names = dict.fromkeys((*document_formats(), *RESULT_FORMATS))
    return {name: path for name in names if (path := getattr(args, name, None))}


def check_outputs(args: argparse.Namespace) -> Result | None:
    """Check the options before a long run; return the baseline, if there is one.

    Raises UserError for a place that cannot be written and for a baseline that is not a result.
    """
    paths = list(_asked(args).values())
    if sum(str(path) == "-" for path in paths) > 1:
        raise UserError("only one format can go to standard output: give the others a file")
    for path in paths:
        check_writable(path)
    baseline: Path | None = getattr(args, "baseline", None)
    return load_result(baseline) if baseline else None


def uses_stdout(args: argparse.Namespace) -> bool:
    """Whether a format takes standard output, so that nothing else may."""
    return any(str(path) == "-" for path in _asked(args).values())


def report(document: Document, args: argparse.Namespace) -> None:
    """Print a document that hides nothing, unless a format takes standard output; write it."""
    if not uses_stdout(args):
        terminal.show(document, console())
    for name, path in _asked(args).items():
        write_text(path, document_formats()[name].to_text(document))


def write_formats(
    result: Result, args: argparse.Namespace, view: View,
    formats: Mapping[str, ResultFormat] = {},
) -> None:
    """Write each format that was asked for; raise UserError for the first that fails.

    What is made to be shared gets the result without the cases that must not be.
    """
    for name, path in _asked(args).items():
        if name in formats:
            write_text(path, formats[name].to_text(result))
        else:
            one = document_formats()[name]
            write_text(path, one.to_text(view(result if one.private else shareable(result))))


def write_outputs(result: Result, args: argparse.Namespace) -> None:
    """Keep the result of a run as the last one, then write what was asked for.

    A sabotaged run says nothing about a kernel and is not kept.
    """
    try:
        if not getattr(args, "sabotage", None):
            keep_last(result)
    except UserError as error:  # a convenience: no reason to lose the rest
        print(f"landproof: {error}", file=sys.stderr)
    write_formats(result, args, matrix.document, RESULT_FORMATS)


def finish(result: Result, args: argparse.Namespace, asked: Sequence[str] = ()) -> int:
    """End a run: keep its result, print the table, write the formats; return the exit status.

    Takes the kernels that were asked for, if any were: one of them that could not run makes
    the run a failure.
    """
    baseline = load_result(args.baseline) if args.baseline else None
    if not uses_stdout(args):
        terminal.show(matrix.document(result, baseline), console())
    write_outputs(result, args)
    names = [kernel.name for kernel in result.kernels] if asked else ()
    return exit_status(result, baseline, names)


def finish_hooks(result: Result, args: argparse.Namespace) -> int:
    """End a traced run: print operations by hook, write the formats; return the exit status.

    A kernel that booted and cannot trace makes the run a failure, asked for or not. Deviations
    do not: the worlds are too few to judge by.
    """
    if not uses_stdout(args):
        terminal.show(hooks.document(result), console())
    write_formats(result, args, hooks.document)
    names = [kernel.name for kernel in result.kernels if args.kernel or kernel.release]
    return 2 if exit_status(result, asked=names) == 2 else 0


def finish_reach(
    result: Result, args: argparse.Namespace, protocols: Sequence[str], number: int | None
) -> int:
    """End a run of the roads to a port: print the table, write the formats; return the status."""
    shown = sections(result, protocols)
    if not shown:
        raise UserError("no road to a guarded port is in this result")
    report(reach.document(result, shown, number), args)
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
