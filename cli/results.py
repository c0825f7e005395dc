# SPDX-License-Identifier: GPL-2.0
"""The subcommands that work on results: matrix, show and diff."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cli import outputs
from cli.guest import cases, catalogue, version
from cli.plan import show_plan
from reports.errors import UserError
from reports.formats import terminal
from reports.formats.terminal import console
from reports.model.assemble import assemble, merge
from reports.model.comparison import compare, renamed
from reports.model.judgement import judge, usual
from reports.model.resultfile import load_result
from reports.model.results import Result
from reports.views import diff, matrix, show


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommands; each sets `run`, a function of the arguments to an exit status."""
    one = subparsers.add_parser(
        "matrix",
        help="render results again",
        description="Render a result again. Several are put side by side, kernel by kernel.",
    )
    one.add_argument("results", metavar="RESULT", nargs="+", type=Path,
                     help="a result (.json), or what landproof-guest recorded (.jsonl)")
    one.add_argument("--full", action="store_true", help="a row for every case in the table")
    outputs.add_format_options(one, outputs.RESULT_FORMATS)
    one.add_argument("--allow-special", action="store_true",
                     help="put special runs (sabotaged, shuffled, of some cases) beside others")
    one.set_defaults(run=run_matrix)

    one = subparsers.add_parser(
        "show",
        help="explain one case and what each kernel did",
        description="Explain one case, and what each kernel of the last run did with it.",
    )
    one.add_argument("case", metavar="CASE",
                     help="its name, with a variant or without; * and ? are any characters")
    one.add_argument(
        "--result", metavar="FILE", type=Path, help="this result, not the one of the last run"
    )
    one.add_argument("--plan", action="store_true",
                     help="what it promises on a kernel, and the worlds that would show it;"
                          " nothing runs")
    one.add_argument("--kernel", metavar="K",
                     help="with --plan: a kernel that has run, or one described as"
                          " abi=6,errata=3; default: this machine's")
    outputs.add_format_options(one)
    one.set_defaults(run=run_show)

    two = subparsers.add_parser(
        "diff",
        help="compare two results case by case",
        description="Compare two results case by case. Exit status: 1 if anything got worse.",
    )
    two.add_argument("old", metavar="OLD", type=Path)
    two.add_argument("new", metavar="NEW", type=Path)
    outputs.add_format_options(two)
    outputs.add_rule_options(two)
    two.set_defaults(run=run_diff)


def _loaded(path: Path) -> Result:
    """Return a result, or the one that records make."""
    if path.suffix != ".jsonl":
        return load_result(path)
    result = assemble([path], catalogue(), version())
    if not any(one.cases or one.unavailable for one in result.kernels):
        why = "; ".join(lost.why for one in result.kernels for lost in one.lost)
        raise UserError(f"{path}: no case in these records{f' ({why})' * bool(why)}:"
                        " run the kernel again")
    return result


def run_matrix(args: argparse.Namespace) -> int:
    """Render the results; print the table unless a format takes standard output."""
    outputs.check_outputs(args)
    loaded = [(str(path), _loaded(path)) for path in args.results]
    if len(loaded) > 1:
        like = _options(loaded[0][1])
        loaded = [(name, usual(result, name, args.allow_special, like)) for name, result in loaded]
        usual(loaded[0][1], loaded[0][0], args.allow_special, _options(loaded[1][1]))
    result = merge(loaded)
    outputs.write_judged(judge(result), args)
    if not outputs.uses_stdout(args):
        terminal.show(matrix.document(result, full=args.full), console())
    return 0


def run_show(args: argparse.Namespace) -> int:
    """Explain a case: from the given result, else the last one, else the catalogue alone."""
    outputs.check_outputs(args)
    result = load_result(args.result) if args.result else outputs.load_last()
    if args.plan:
        return show_plan(args.case, args.kernel, result)
    if args.kernel:
        raise UserError("--kernel goes with --plan: a result shows all its kernels")
    if result is None or (not args.result and not show.knows(result, args.case)):
        # Nothing has run, or the case is newer than the last run.
        result = Result("", catalogue=cases())
    outputs.report(show.document(args.case, result), args)
    return 0


def _options(result: Result) -> tuple[str, ...]:
    """Return the options that the result's first kernel was run with."""
    return result.kernels[0].provenance.options if result.kernels else ()


def run_diff(args: argparse.Namespace) -> int:
    """Compare; 1 if anything got worse."""
    outputs.check_outputs(args)
    old, new = load_result(args.old), load_result(args.new)
    for path, one, other in ((args.old, old, new), (args.new, new, old)):
        usual(one, str(path), args.allow_special, _options(other))
    new = renamed(new, args.as_name)
    difference = compare(old, new, outputs.rules(args))
    outputs.report(diff.document(difference, new), args)
    if difference.worse:
        return 1
    # As --baseline judges; what must not be shared around is not named.
    hidden = compare(old, new, outputs.rules(args), private=True).worse
    if hidden:
        print("landproof: worse: cases that must not be made public (SECURITY.md)",
              file=sys.stderr)
    return int(hidden)
