# SPDX-License-Identifier: GPL-2.0
"""`landproof explore`: random policies and operations, held against the model of Landlock."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from cli.options import add_machines, booting, positive
from reports.errors import UserError
from vm import image, kernels, progress, run
from vm.paths import GUEST

PARTS = ("calls", "fs", "overlay", "net", "domain", "log")
PROCESSORS = 2
"""Of a machine in which there are races."""

LISTS = "explore.txt"
"""Where a guest finds the scenarios that it is to try again."""

Record = dict[str, Any]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "explore", help="try random policies and operations against the model of Landlock",
        description="Make up policies and operations, run them, and hold every answer against the"
                    " executable model of Landlock's documentation (docs/model.md).",
        epilog="Exit status: 0 the kernels do what the model says, 1 one does not, 2 it could not"
               " be tried, or the model is wrong about the rest of the kernel.")
    add_machines(parser)
    parser.add_argument("--here", action="store_true", help="this machine's kernel, without a VM")
    parser.add_argument("--part", choices=PARTS, help="only this part; default: all")
    parser.add_argument("--seconds", type=positive, metavar="N", help="each part for so long (10)")
    parser.add_argument("--decisions", type=positive, metavar="N",
                        help="each part until so many operations were judged")
    parser.add_argument("--seed", type=int, metavar="S", help="the same scenarios for the same S")
    parser.add_argument("--json", action="store_true", help="for programs, on standard output")
    parser.add_argument("--programs", type=Path, metavar="DIR",
                        help="write a C program for each difference there")
    parser.add_argument("--races", action="store_true",
                        help="instead: what may never come of races between processes in a sandbox"
                             " and others outside, on several processors")
    parser.add_argument("--sabotage", choices=["allow", "grant"],
                        help="of --races, prove them: enforce nothing, or add a rule too many")
    parser.set_defaults(run=run_explore)


def run_explore(args: argparse.Namespace) -> int:
    """Explore, and report; return the exit status."""
    if args.here and args.kernel:
        raise UserError("--here is this machine's kernel: leave --kernel out")
    if args.races and (args.part or args.decisions or args.programs):
        raise UserError("--races knows no --part, --decisions or --programs")
    if args.sabotage and not args.races:
        raise UserError("--sabotage is for --races: a wrong model shows what the rest can notice")
    seed = int(time.time()) if args.seed is None else args.seed
    words = ["explore", "--seed", str(seed)]
    for name in ("part", "seconds", "decisions"):
        if getattr(args, name) is not None:
            words += [f"--{name}", str(getattr(args, name))]
    words += ["--races"] * args.races
    words += [f"--sabotage={args.sabotage}"] * bool(args.sabotage)
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        place = Path(scratch)
        files = [_here(place, words)] if args.here else _boot(args, place, words)
        found = [_column(path) for path in files]
    if args.programs:
        _write_programs(found, args.programs)
    if args.json:
        print(json.dumps({"seed": str(seed), "kernels": found}, indent=1))
    else:
        for column in found:
            _print(column)
    return max((_status(column) for column in found), default=0)


def _here(place: Path, words: list[str]) -> Path:
    path = place / "here.jsonl"
    with path.open("wb") as records:
        records.write(b'{"type": "kernel", "name": "here"}\n')
        records.flush()
        done = subprocess.run([str(GUEST), *words, "--records", str(records.fileno())],
                              pass_fds=[records.fileno()], stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in (0, 1, 2):
        raise UserError(f"the harness died with status {done.returncode}")
    return path


def _boot(args: argparse.Namespace, place: Path, words: list[str]) -> list[Path]:
    """Explore in virtual machines; what differs has to differ in a fresh one, too."""
    with progress.fetching() as tell:
        chosen = kernels.choose(args.kernel, modules=args.modules, progress=tell)
    boot = replace(booting(args), processors=PROCESSORS if args.races else 1)
    with progress.display(chosen) as listener:
        files = run.run(chosen, words, place, GUEST, args.jobs, listener, boot)
    for kernel, path in zip(chosen, files, strict=True):
        column = _column(path)
        lists = [finding for part in column["parts"] for finding in part["findings"]]
        if not lists:
            continue
        with progress.display([kernel]) as listener:
            again = run.run([kernel], ["explore", "--replay", f"/{LISTS}"], place / "again", GUEST,
                            args.jobs, listener, boot, extra=_archive(lists))
        _confirm(path, column, _column(again[0]))
    return files


def _archive(findings: list[Record]) -> bytes:
    """Return an archive with the lists of operations, as the harness reads them."""
    text = "".join(f"= {one['part']} {one['seed']}\n" + "\n".join(one["operations"]) + "\n"
                   for one in findings)
    return image.cpio([image.Entry(LISTS, 0o100644, text.encode())])


def _confirm(path: Path, column: Record, again: Record) -> None:
    """Keep what showed in a fresh machine, too; say of the rest that it did not."""
    seen = {(one["part"], one["seed"]) for part in again["parts"] for one in part["findings"]}
    with path.open("a") as records:
        for part in column["parts"]:
            for one in part["findings"]:
                if (one["part"], one["seed"]) not in seen:
                    records.write(json.dumps({"type": "unstable", "part": one["part"],
                                              "seed": one["seed"]}) + "\n")


def _column(path: Path) -> Record:
    """Return what the records of one kernel say."""
    column: Record = {"name": "", "parts": [], "races": []}
    for line in path.read_text(errors="replace").splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        kind = record.pop("type", "")
        if kind == "kernel":
            column["name"] = record["name"]
        elif kind == "start":
            column |= {key: record[key] for key in ("release", "abi", "errata") if key in record}
        elif kind == "explored":
            column["parts"].append(record)
        elif kind == "raced":
            column["races"].append(record)
        elif kind in ("unavailable", "lost"):
            column["trouble"] = record["why"]
        elif kind == "unstable":
            for part in column["parts"]:
                kept = [one for one in part["findings"]
                        if (one["part"], one["seed"]) != (record["part"], record["seed"])]
                part["unstable"] += len(part["findings"]) - len(kept)
                part["findings"] = kept
    if not column["parts"] and not column["races"] and "trouble" not in column:
        column["trouble"] = "nothing was explored: see what the harness said"
    return column


def _status(column: Record) -> int:
    status = 2 if column.get("trouble") else 0
    for race in column["races"]:
        if race.get("failure"):
            return 2
        status = status or int(race["violations"] > 0)
    for part in column["parts"]:
        if part.get("failure"):
            return 2
        for one in part["findings"]:
            if one["verdict"] == "broken":
                return 2
            if one.get("documented", True):
                status = status or 1
    return status


def _print(column: Record) -> None:
    print(f"{column['name']}: {column.get('release', '')}")
    if column.get("trouble"):
        print(f"  {column['trouble']}")
    for race in column["races"]:
        _print_race(race)
    for part in column["parts"]:
        rate = part["decisions"] * 1000 / part["ms"] if part["ms"] else 0
        print(f"  {part['part']}: {part['decisions']} decisions, {rate:.0f} a second,"
              f" {len(part['findings'])} differences; seed {part['seed']}")
        if part.get("failure"):
            print(f"    stopped: {part['failure']}")
            _print_operations(part["operations"])
        for one in part["findings"]:
            _print_finding(one)
    sys.stdout.flush()


def _print_race(race: Record) -> None:
    print(f"  {race['race']}: {race['invariant']}: {race['attempts']} attempts"
          f" ({race['succeeded']} succeeded, {race['refused']} refused) against {race['acts']}"
          f" acts, {race['processors']} processors: {race['violations']} violations")
    if race.get("example"):
        print(f"    violated: {race['example']}")
    if race.get("failure"):
        print(f"    shows nothing: {race['failure']}")


def _print_finding(one: Record) -> None:
    print(f"    {one['verdict']}: {one.get('operation', 'what is left of the tree')}"
          f" ({one['times']} times, seed {one['seed']})")
    _print_operations(one["operations"])
    if "wanted" in one:
        print(f"      wanted {one['wanted']}, got {one['got']}; without a sandbox"
              f" {one['control']}")
    if "sentence" in one:
        print(f"      {one['clause']}: \"{one['sentence']}\"")


def _print_operations(operations: list[str]) -> None:
    for line in operations:
        print(f"      {line}")


def _write_programs(found: list[Record], place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for column in found:
        for part in column["parts"]:
            for one in part["findings"]:
                (place / f"{column['name']}-{one['part']}-{one['seed']}.c").write_text(
                    one["program"])
