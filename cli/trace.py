# SPDX-License-Identifier: GPL-2.0
"""`landproof trace`: what an attempt called, without a sandbox and in it."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from cli.guest import cases
from cli.options import add_boot, booting
from reports.errors import UserError
from reports.model import strace as model
from reports.model.known import current_name
from reports.model.results import base, clean, variant
from reports.views.show import unknown
from vm import kernels, progress, strace

CONTROL = "control"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "trace", help="print what an attempt called, without a sandbox and in it",
        description="Run one case under strace; print the calls that enter the policy, and those of"
                    " the attempt in two worlds, with the first difference marked.")
    parser.add_argument("case", metavar="CASE", help="its name, with a variant or without")
    parser.add_argument("--kernel", required=True, metavar="K",
                        help="one kernel, as `landproof run` takes it")
    parser.add_argument("--world", metavar="WORLD",
                        help="the world beside control; default: deny, or call")
    add_boot(parser)
    parser.set_defaults(run=run_trace)


def run_trace(args: argparse.Namespace) -> int:
    """Trace a case on a kernel; print both worlds."""
    name = current_name(args.case)
    known = {one.id: one for one in cases()}
    case = known.get(base(name))
    if case is None or variant(name) not in (*case.variants, ""):
        raise UserError(unknown(name, set(known)))
    world = args.world or ("deny" if "deny" in case.worlds else "call")
    if world not in case.worlds:
        raise UserError(f"{case.id} has no world {world}: it has {', '.join(case.worlds)}")
    with progress.fetching() as tell:
        chosen = kernels.choose([args.kernel], modules=args.modules, progress=tell)
    if len(chosen) != 1:
        raise UserError(f"{args.kernel} is not one kernel")
    if chosen[0].unavailable:
        raise UserError(f"{chosen[0].name}: {chosen[0].unavailable}")
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        traced = strace.trace(chosen[0], name, [world], Path(scratch), lambda _name, _record: None,
                              booting(args))
    worlds = model.read(traced.text, name)
    why = f": {traced.why}" if traced.why else ""
    print(f"{name} on {chosen[0].name} ({traced.release}): {traced.verdict}{why}")
    missing = [one for one in (CONTROL, world) if one not in worlds]
    if missing:
        print(f"\nNothing was called in {' and '.join(missing)}: the attempt did not begin there.")
        return 2
    _print(worlds[CONTROL], worlds[world], world)
    return 0


def _print(control: model.Traced, other: model.Traced, world: str) -> None:
    """Print the policy's calls and the attempt's; control characters in them are spelled out."""
    if other.policy:
        print(f"\nTo enter the policy of {world}, and to see that it is in force:")
        for call in other.policy:
            print(f"  {clean(call)}")
    steps = model.compare(control.attempt, other.attempt, (CONTROL, world))
    print(f"\nThe attempt in control and in {world}:")
    width = max(map(len, (CONTROL, world)))
    for step in steps:
        print(f"{'>' if step.first else ' '} {step.world or 'both':{width}}  {clean(step.call)}")
    if not any(step.world for step in steps):
        print("\nBoth worlds called the same, and got the same answers.")
