# SPDX-License-Identifier: GPL-2.0
"""Where a result goes: the files that were asked for, and the place of the last one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from cli.options import given, natural
from reports.document import Document
from reports.errors import UserError
from reports.formats import github, junit, kcidb, ktap, matrixpage, terminal
from reports.formats.registry import ResultFormat, document_formats
from reports.formats.terminal import console
from reports.model.accepted import load as load_accepted
from reports.model.comparison import Rules, renamed
from reports.model.files import check_writable, write_text
from reports.model.judgement import Gate, Judgement, judge, usual
from reports.model.resultfile import dump_result, load_result
from reports.model.results import Result, shareable
from reports.model.roads import sections
from reports.views import hooks, matrix, reach
from vm.paths import state

View = Callable[[Result], Document]

# What is made of whole results, beside or instead of the matrix as a document.
RESULT_FORMATS = {one.name: one for one in (ktap.FORMAT, junit.FORMAT, matrixpage.FORMAT,
                                            kcidb.FORMAT, github.FORMAT)}


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
        help="a result whose deviations are no news: what is worse makes the exit status 1",
    )
    add_rule_options(parser)
    parser.add_argument("--accepted", type=Path, metavar="FILE",
                        help="deviations that pass, each with a reason, an owner and a date")
    parser.add_argument("--require", action="append", default=[], metavar="GLOB",
                        help="cases that have to hold, else the exit status is 1")
    parser.add_argument("--max-cannot-run", type=natural, metavar="N",
                        help="more cases that cannot run make the exit status 1")


def add_rule_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a comparison, which `diff` and `--baseline` share."""
    parser.add_argument("--as", dest="as_name", action="append", default=[], metavar="NAME",
                        help="the new kernel is compared with NAME of the old result; for several"
                             " kernels by position")
    parser.add_argument("--strict", action="store_true",
                        help="cases that the old result did not have count, too")
    parser.add_argument("--allow-missing", action="store_true",
                        help="cases that held and can no longer be tried are no regression")
    parser.add_argument("--allow-special", action="store_true",
                        help="take results of special runs: sabotaged, shuffled, of some cases")


def requested(args: argparse.Namespace) -> dict[str, Path]:
    """Return the files that were asked for, by format."""
    names = dict.fromkeys((*document_formats(), *RESULT_FORMATS))
    return {name: path for name in names if (path := getattr(args, name, None))}


def check_outputs(args: argparse.Namespace, like: Collection[str] = ()) -> Result | None:
    """Check the options before a long run; return the baseline, if there is one.

    The baseline is special in no other way than the run: as these options say, or those `like`
    which an earlier run had.

    Raises UserError for a place that cannot be written and for a baseline that is not a result.
    """
    paths = list(requested(args).values())
    if sum(str(path) == "-" for path in paths) > 1:
        raise UserError("only one format can go to standard output: give the others a file")
    files = [os.path.realpath(path) for path in paths if str(path) != "-"]
    for path in paths:
        check_writable(path)
        target = os.path.realpath(path)
        if files.count(target) > 1 and not Path(target).is_char_device():
            raise UserError(f"{path}: two formats cannot go to one file: give each its own")
    if getattr(args, "accepted", None):
        load_accepted(args.accepted)
    baseline: Path | None = getattr(args, "baseline", None)
    names: Sequence[str] = getattr(args, "as_name", [])
    if not baseline:
        if names and "baseline" in args:
            raise UserError(f"--as {names[0]}: that is a kernel of the --baseline: give it, too")
        return None
    allowed = getattr(args, "allow_special", False)
    old = usual(load_result(baseline), str(baseline), allowed, like or given(args))
    known = [kernel.name for kernel in old.kernels]
    for name in names:
        if name not in known:
            raise UserError(f"--as {name}: {baseline} has {', '.join(known) or 'no kernel'}")
    return old


def uses_stdout(args: argparse.Namespace) -> bool:
    """Whether a format takes standard output, so that nothing else may."""
    return any(str(path) == "-" for path in requested(args).values())


def report(document: Document, args: argparse.Namespace) -> None:
    """Write a document to the files that were asked for; print it, unless one is the output."""
    for name, path in requested(args).items():
        write_text(path, document_formats()[name].to_text(document))
    if not uses_stdout(args):
        terminal.show(document, console())


def write_formats(result: Result, args: argparse.Namespace, view: View) -> None:
    """Write each format that was asked for; raise UserError for the first that fails.

    What is made to be shared gets the result without the cases that must not be.
    """
    for name, path in requested(args).items():
        one = document_formats()[name]
        write_text(path, one.to_text(view(result if one.private else shareable(result))))


def write_judged(judgement: Judgement, args: argparse.Namespace) -> None:
    """Write each format that was asked for, all of them by the same judgement."""
    for name, path in requested(args).items():
        if name in RESULT_FORMATS:
            text = RESULT_FORMATS[name].to_text(judgement.judged)
        else:
            one = document_formats()[name]
            text = one.to_text(matrix.judged(judgement if one.private else judgement.shared))
        write_text(path, text)


def keep(result: Result, args: argparse.Namespace) -> None:
    """Keep the result of a run as the last one; a sabotaged run says nothing about a kernel."""
    try:
        if not getattr(args, "sabotage", None):
            keep_last(result)
    except UserError as error:  # a convenience: no reason to lose the rest
        print(f"landproof: {error}", file=sys.stderr)


def rules(args: argparse.Namespace) -> Rules:
    """Return what the user says of what is a regression."""
    return Rules(getattr(args, "strict", False), getattr(args, "allow_missing", False))


def gate(args: argparse.Namespace, baseline: Result | None) -> Gate:
    """Return what the user demands of a run."""
    accepted = getattr(args, "accepted", None)
    return Gate(baseline, rules(args), load_accepted(accepted) if accepted else (),
                tuple(getattr(args, "require", ())), getattr(args, "max_cannot_run", None))


def finish(result: Result, args: argparse.Namespace, asked: Sequence[str] = ()) -> int:
    """End a run: keep its result, write the formats, print the table; return the exit status.

    The files come first: standard output may be a pipe that nobody reads to its end. Takes the
    kernels that were asked for, if any were: one of them that could not run makes the run a
    failure.
    """
    options = {word for kernel in result.kernels for word in kernel.provenance.options}
    demands = gate(args, check_outputs(args, options))
    names = [kernel.name for kernel in result.kernels] if asked else ()
    keep(result, args)
    try:
        judgement = judge(renamed(result, getattr(args, "as_name", [])), demands, names)
    except UserError:
        # What was won is written, whatever is wrong with the comparison.
        write_judged(judge(result), args)
        raise
    write_judged(judgement, args)
    if not uses_stdout(args):
        terminal.show(matrix.judged(judgement), console())
    ending = [*judgement.remarks, judgement.conclusion]
    if demands.given:
        print("\n".join(ending), file=sys.stderr if uses_stdout(args) else sys.stdout)
    return judgement.status


def finish_hooks(result: Result, args: argparse.Namespace) -> int:
    """End a traced run: print operations by hook, write the formats; return the exit status.

    A kernel that booted and cannot trace makes the run a failure, asked for or not. Deviations
    do not: the worlds are too few to judge by.
    """
    write_formats(result, args, hooks.document)
    if not uses_stdout(args):
        terminal.show(hooks.document(result), console())
    names = [kernel.name for kernel in result.kernels if args.kernel or kernel.release]
    return 2 if judge(result, asked=names).status == 2 else 0


def finish_reach(
    result: Result, args: argparse.Namespace, protocols: Sequence[str], number: int | None
) -> int:
    """End a run of the roads to a port: print the table, write the formats; return the status."""
    shown = sections(result, protocols)
    if not shown:
        raise UserError("no road to a guarded port is in this result")
    report(reach.document(result, shown, number), args)
    names = [kernel.name for kernel in result.kernels] if args.kernel else ()
    return judge(result, asked=names).status


def last_path() -> Path:
    """Return where the last result is kept."""
    return state() / "last.json"


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
