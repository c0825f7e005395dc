# SPDX-License-Identifier: GPL-2.0
"""`landproof runtimes`: the cases, with their policies enforced by tools."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import vm.errors
from cli.guest import catalogue, listed, version
from cli.options import (
    add_machines, add_selection, booting, divided, given, natural, selection,
)
from cli.outputs import (
    RESULT_FORMATS, add_format_options, check_outputs, last_path, report, requested, uses_stdout,
)
from cli.shares import Share, add_shard, whole_only
from reports.errors import UserError
from reports.formats import runtimespage, terminal
from reports.formats.registry import document_formats
from reports.formats.terminal import console
from reports.model import runtimes as model
from reports.model.accepted import load as load_accepted
from reports.model.comparison import Rules
from reports.model.files import write_text
from reports.model.judgement import Gate, Judgement, judge
from reports.model.runtimegate import as_result, columns
from reports.model.toolshards import whole
from reports.views import runtimes as views
from vm import kernels, progress, run, toolfiles, tools
from vm.paths import GUEST

FORMATS = {name: RESULT_FORMATS[name] for name in ("ktap", "junit")}


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "runtimes", help="run the cases with their policies enforced by tools",
        description="Let tools such as setpriv enforce the policies of the cases.")
    parser.add_argument("what", nargs="*", metavar="show TOOL CASE [KERNEL] | merge RESULT...",
                        help="run nothing: print one outcome of the last run in full, or join the"
                             " results of all shards of a run")
    add_machines(parser)
    parser.add_argument("--tool", action="append", default=[], metavar="T",
                        help="a tool of runtimes/, a glob of names, or NAME=BINARY; default: the"
                             " default set")
    parser.add_argument("--root", type=Path, metavar="DIR",
                        help="the tree that has the libraries of NAME=BINARY")
    parser.add_argument("--adapter", action="append", default=[], type=Path, metavar="FILE.toml",
                        help="a description of one more tool")
    parser.add_argument("--here", action="store_true", help="on this machine, without a VM")
    parser.add_argument("--quick", action="store_true", help="one case for each right")
    add_selection(parser)
    add_shard(parser, "runtimes merge")
    parser.add_argument("--records", type=Path, metavar="DIR", help="keep the records here")
    parser.add_argument("--baseline", dest="tool_baseline", type=Path, metavar="FILE",
                        help="an earlier --json: its deviations are no news; what is worse makes"
                             " the exit status 1")
    parser.add_argument("--strict", action="store_true",
                        help="what is open counts, although the tool says so")
    parser.add_argument("--allow-missing", action="store_true",
                        help="what was enforced and can no longer be tried is no regression")
    parser.add_argument("--accepted", type=Path, metavar="FILE",
                        help="deviations that pass, each with a reason, an owner and a date")
    parser.add_argument("--require", action="append", default=[], metavar="GLOB",
                        help="cases that have to be enforced, else the exit status is 1")
    parser.add_argument("--max-cannot-run", type=natural, metavar="N",
                        help="more cases that cannot run make the exit status 1")
    add_format_options(parser, FORMATS)
    parser.set_defaults(run=run_runtimes)


def run_runtimes(args: argparse.Namespace) -> int:
    """Run the cases with tools and report, or do what needs no run."""
    check_outputs(args)
    if args.what:
        return _without_a_run(args)
    gate = _gate(args)
    if args.shard and gate.given:
        raise UserError(whole_only("runtimes merge"))
    if args.shard and args.here:
        raise UserError("--here is one machine, which --shard would not share with others")
    chosen = tools.choose(args.tool, args.adapter, args.root)
    if args.here and not args.tool:
        chosen = _that_run_here(chosen)
    chosen, left_out = _to_be_had(chosen, bool(args.tool))
    options = given(args)
    if args.quick:
        args.case += _quick()
        options = (*options, "--quick")
    words = ["runtimes", *selection(args, families=not args.shard),
             *([] if args.quick else ["--words"])]
    share = Share(args, selection(args)) if args.shard else None
    with tempfile.TemporaryDirectory(prefix="landproof-", dir="/var/tmp") as scratch:
        place = Path(scratch)
        with _records(args, chosen, words) as outdir:
            try:
                if args.here:
                    _here(chosen, words, place, outdir)
                else:
                    _boot(args, chosen, words, outdir, share)
            except KeyboardInterrupt:
                # What was won before the interruption is kept, and the next run goes on there.
                if _files(args, outdir):
                    _finish(args, _assembled(args, chosen, outdir, options), gate)
                raise
            found = _assembled(args, chosen, outdir, options)
    if share:
        found = replace(found, shard=share.shard)
    return _finish(args, model.without(found, left_out), gate)


def _to_be_had(chosen: list[tools.Tool],
               asked: bool) -> tuple[list[tools.Tool], dict[str, str]]:
    """Return the tools that can be had, and why not the others; an error if they were asked for."""
    found, left_out = [], {}
    for tool in chosen:
        try:
            (toolfiles.installed if tool.data.get("installed") else toolfiles.files)(tool)
            found.append(tool)
        except vm.errors.UserError as error:
            if asked:
                raise
            left_out[tool.name] = str(error)
            print(f"landproof: {tool.name} is left out: {error}", file=sys.stderr)
    if not found:
        raise UserError("no tool can be had")
    return found, left_out


def _gate(args: argparse.Namespace) -> Gate:
    """Return what the user demands."""
    baseline = None
    if args.tool_baseline:
        baseline = as_result(model.load(args.tool_baseline), args.strict)
    return Gate(baseline, Rules(False, args.allow_missing),
                load_accepted(args.accepted) if args.accepted else (), tuple(args.require),
                args.max_cannot_run)


def _finish(args: argparse.Namespace, found: model.Run, gate: Gate,
            asked_for: bool | None = None) -> int:
    """Keep the result, write the formats, print the table; return the exit status."""
    _last().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_text(_last(), model.to_json(found))
    if asked_for is None:
        asked_for = bool(args.tool or args.kernel or args.here)
    asked = columns(found) if asked_for else ()
    try:
        judgement = judge(as_result(found, args.strict), gate, asked)
    except UserError:
        # What was won is written, whatever is wrong with the comparison.
        _write(args, found, judge(as_result(found, args.strict)))
        raise
    _write(args, found, judgement)
    if not uses_stdout(args):
        terminal.show(views.document(found, judgement, args.strict), console())
    if gate.given:
        print("\n".join([*judgement.remarks, judgement.conclusion]),
              file=sys.stderr if uses_stdout(args) else sys.stdout)
    return judgement.status


def _write(args: argparse.Namespace, found: model.Run, judgement: Judgement) -> None:
    """Write each format that was asked for, all of them by the same judgement."""
    shared = found.shared
    for name, path in requested(args).items():
        if name == "html":
            text = runtimespage.to_text(shared, judgement)
        elif name in FORMATS:
            text = FORMATS[name].to_text(judgement.judged)
        else:
            one = document_formats()[name]
            view = views.document(found if one.private else shared, judgement, args.strict)
            text = one.to_text(view)
        write_text(path, text)


def _assembled(args: argparse.Namespace, chosen: Sequence[tools.Tool], outdir: Path,
               options: Sequence[str]) -> model.Run:
    about = [model.Tool(one.name, toolfiles.version(one), one.data.get("strict", {})
                        .get("model", ""), one.data.get("source", ""),
                        tuple(name for name, kept in one.data.get("keeps", {}).items()
                              if not kept)) for one in chosen]
    return model.assemble(_files(args, outdir), version(), about, catalogue(), options,
                          f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}")


def _files(args: argparse.Namespace, outdir: Path) -> list[Path]:
    """Return the records that there are, in the order of the kernels that were asked for."""
    found = {path.stem: path for path in sorted(outdir.glob("*.jsonl"))}
    first = [found.pop(name) for name in args.kernel if name in found]
    return [*first, *found.values()]


@contextmanager
def _records(args: argparse.Namespace, chosen: Sequence[tools.Tool],
             words: Sequence[str]) -> Iterator[Path]:
    """Give the directory of the records: that of an interrupted run of the same things, if any."""
    if args.records:
        args.records.mkdir(parents=True, exist_ok=True)
        yield args.records
        return
    total = hashlib.sha256("\0".join((*words, *(one.name for one in chosen), *args.kernel,
                                      str(args.here), str(args.shard), str(args.lsm),
                                      *args.append)).encode())
    place = _last().parent / "runtimes" / total.hexdigest()[:16]
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    yield place
    shutil.rmtree(place, ignore_errors=True)  # not reached by what is interrupted


def _quick() -> list[str]:
    """Return one case for each right: the plainest, best one that is named after it."""
    found: dict[str, list[tuple[int, bool, int, int, int, str]]] = {}
    for case in json.loads(listed("--json")):
        if case["kind"] == "denied" and case["guard"] \
                and {"control", "deny"} <= set(case["worlds"]):
            right = case["guard"][0]
            named = case["id"].startswith(f"{right}.")
            found.setdefault(right, []).append(
                (len(case["guard"]), not named, len(case["needs"]), len(case["variants"]) // 3,
                 len(case["id"]), case["id"]))
    return sorted({min(cases)[-1] for cases in found.values()})


def _that_run_here(chosen: list[tools.Tool]) -> list[tools.Tool]:
    """Leave out the tools that have to be at their own place in a machine, and say so."""
    for tool in chosen:
        if tool.data.get("installed"):
            print(f"landproof: {tool.name} runs in a virtual machine only: it is left out",
                  file=sys.stderr)
    return [tool for tool in chosen if not tool.data.get("installed")]


def _here(chosen: list[tools.Tool], words: list[str], place: Path, outdir: Path) -> None:
    """Run on this machine."""
    toolfiles.lay_out(chosen, GUEST, place)
    with (outdir / "host.jsonl").open("wb") as file:
        file.write(json.dumps({"type": "kernel", "name": "host"}).encode() + b"\n")
        file.flush()
        done = subprocess.run(
            [str(place / toolfiles.PROBE), *words, "--tools", str(place / "list"), "--probe",
             str(place / toolfiles.PROBE), "--records", str(file.fileno())],
            pass_fds=[file.fileno()], check=False, env={**os.environ, "LC_ALL": "C"})
    if done.returncode not in (0, 1, 2):
        raise UserError(f"the harness died with status {done.returncode}")


def _boot(args: argparse.Namespace, chosen: list[tools.Tool], words: list[str], outdir: Path,
          share: Share | None) -> None:
    """Run in virtual machines."""
    words = [*words, "--tools", f"{toolfiles.PLACE}/list", "--probe",
             f"{toolfiles.PLACE}/{toolfiles.PROBE}"]
    archive = toolfiles.archive(chosen, GUEST)
    with progress.fetching() as tell:
        machines = kernels.choose(args.kernel, modules=args.modules, progress=tell,
                                  of_set=args.set)
    more: dict[str, list[str]] = {}
    if share:
        machines, more = divided(machines, share.part)
    # Starting a program under emulation is a third quicker where it always lies at one address.
    boot = replace(booting(args), append=(*args.append, "norandmaps"))
    with progress.display(machines) as listener:
        run.run(machines, words, outdir, GUEST, args.jobs, listener, boot, archive, resume=True,
                more=more)


def _last() -> Path:
    return last_path().with_name("last-runtimes.json")


def _without_a_run(args: argparse.Namespace) -> int:
    """Show an outcome of the last run, or join the results of shards."""
    word, *what = args.what
    if word == "show" and 2 <= len(what) <= 3:
        return _show(args, what)
    if word == "merge" and what:
        runs = [(name, model.load(Path(name))) for name in what]
        joined = whole(runs)
        asked = runs[0][1].shard
        return _finish(args, joined, _gate(args), bool(asked and asked.asked))
    raise UserError("either `landproof runtimes show TOOL CASE [KERNEL]`, or `landproof runtimes"
                    " merge RESULT...`")


def _show(args: argparse.Namespace, what: Sequence[str]) -> int:
    """Print an outcome of the last run."""
    if not _last().exists():
        raise UserError("no run of tools is kept: `landproof runtimes` makes one")
    last = model.load(_last())
    found = [one for one in last.outcomes
             if [one.tool, one.case, one.kernel][:len(what)] == what]
    if not found:
        raise UserError(f"the last run has no {' '.join(what)}")
    report(views.one(last, found[-1]), args)
    return 0
