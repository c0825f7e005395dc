# SPDX-License-Identifier: GPL-2.0
"""`landproof runtimes`: the cases, with their policies enforced by tools."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cli.guest import listed, version
from cli.options import add_machines, add_selection, booting, selection
from cli.outputs import add_format_options, check_outputs, last_path, report
from reports.errors import UserError
from reports.model import runtimes as model
from reports.model.files import write_text
from reports.views import runtimes as views
from vm import kernels, progress, run, toolfiles, tools
from vm.paths import GUEST


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "runtimes", help="run the cases with their policies enforced by tools",
        description="Let tools such as setpriv enforce the policies of the cases.")
    parser.add_argument("show", nargs="*", metavar="show TOOL CASE [KERNEL]",
                        help="print one outcome of the last run in full, and run nothing")
    add_machines(parser)
    parser.add_argument("--tool", action="append", default=[], metavar="T",
                        help="a tool of runtimes/, or NAME=BINARY; default: all")
    parser.add_argument("--root", type=Path, metavar="DIR",
                        help="the tree that has the libraries of NAME=BINARY")
    parser.add_argument("--adapter", action="append", default=[], type=Path, metavar="FILE.toml",
                        help="a description of one more tool")
    parser.add_argument("--here", action="store_true", help="on this machine, without a VM")
    parser.add_argument("--quick", action="store_true", help="one case for each right")
    add_selection(parser)
    parser.add_argument("--baseline", dest="tool_baseline", type=Path, metavar="FILE",
                        help="an earlier --json: its deviations are no news")
    parser.add_argument("--strict", action="store_true",
                        help="what is open counts, although the tool says so")
    add_format_options(parser)
    parser.set_defaults(run=run_runtimes)


def run_runtimes(args: argparse.Namespace) -> int:
    """Run the cases with tools and report, or show an outcome of the last run."""
    check_outputs(args)
    if args.show:
        return _show(args)
    baseline = model.load(args.tool_baseline) if args.tool_baseline else None
    chosen = tools.choose(args.tool, args.adapter, args.root)
    args.case += _quick() if args.quick else []
    words = ["runtimes", *selection(args), *([] if args.quick else ["--words"])]
    with tempfile.TemporaryDirectory(prefix="landproof-", dir="/var/tmp") as scratch:
        place = Path(scratch)
        if args.here and not args.tool:
            chosen = _that_run_here(chosen)
        files = [_here(chosen, words, place)] if args.here else _boot(args, chosen, words, place)
        found = model.assemble(files, version())
    _last().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_text(_last(), model.to_json(found))
    report(views.document(found, args.strict), args)
    return _status(found, baseline, args.strict)


def _status(found: model.Run, baseline: model.Run | None, strict: bool) -> int:
    """Return 2 if something could not run, 1 for deviations that the baseline did not have."""
    if found.troubles or any(one.verdict == "broken" for one in found.outcomes):
        return 2
    before = {one.key: one.verdict for one in baseline.outcomes} if baseline else {}
    worse = [one for one in found.deviations(strict) if before.get(one.key) != one.verdict]
    if baseline:
        worse += [one for one in found.outcomes
                  if one.verdict == "refused-start" and before.get(one.key) == "enforced"]
    return 1 if worse else 0


def _quick() -> list[str]:
    """Return the first plain case of each right."""
    first: dict[str, str] = {}
    for case in json.loads(listed("--json")):
        if case["kind"] == "denied" and len(case["guard"]) == 1 and "grant" in case["worlds"] \
                and not case["needs"]:
            first.setdefault(case["guard"][0], case["id"])
    for case in json.loads(listed("--json")):
        if case["kind"] == "denied" and case["guard"] \
                and {"control", "deny"} <= set(case["worlds"]):
            first.setdefault(case["guard"][0], case["id"])
    return sorted(set(first.values()))


def _that_run_here(chosen: list[tools.Tool]) -> list[tools.Tool]:
    """Leave out the tools that have to be at their own place in a machine, and say so."""
    for tool in chosen:
        if tool.data.get("installed"):
            print(f"landproof: {tool.name} runs in a virtual machine only: it is left out",
                  file=sys.stderr)
    return [tool for tool in chosen if not tool.data.get("installed")]


def _here(chosen: list[tools.Tool], words: list[str], place: Path) -> Path:
    """Run on this machine; return the records."""
    toolfiles.lay_out(chosen, GUEST, place)
    records = place / "host.jsonl"
    with records.open("wb") as file:
        done = subprocess.run(
            [str(place / toolfiles.PROBE), *words, "--tools", str(place / "list"), "--probe",
             str(place / toolfiles.PROBE), "--records", str(file.fileno())],
            pass_fds=[file.fileno()], check=False, env={**os.environ, "LC_ALL": "C"})
    if done.returncode not in (0, 1, 2):
        raise UserError(f"the harness died with status {done.returncode}")
    return records


def _boot(args: argparse.Namespace, chosen: list[tools.Tool], words: list[str],
          outdir: Path) -> list[Path]:
    """Run in virtual machines; return the records, a file for each kernel."""
    words += ["--tools", f"{toolfiles.PLACE}/list", "--probe",
              f"{toolfiles.PLACE}/{toolfiles.PROBE}"]
    archive = toolfiles.archive(chosen, GUEST)
    with progress.fetching() as tell:
        machines = kernels.choose(args.kernel, modules=args.modules, progress=tell)
    with progress.display(machines) as listener:
        return run.run(machines, words, outdir, GUEST, args.jobs, listener, booting(args), archive)


def _last() -> Path:
    return last_path().with_name("last-runtimes.json")


def _show(args: argparse.Namespace) -> int:
    """Print an outcome of the last run."""
    word, *what = args.show
    if word != "show" or not 2 <= len(what) <= 3:
        raise UserError("landproof runtimes show TOOL CASE [KERNEL]")
    found = [one for one in model.load(_last()).outcomes
             if [one.tool, one.case, one.kernel][:len(what)] == what]
    if not found:
        raise UserError(f"the last run has no {' '.join(what)}")
    report(views.one(found[-1], version()), args)
    return 0
