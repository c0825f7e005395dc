# SPDX-License-Identifier: GPL-2.0
"""`landproof host`: the cases, on this machine."""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

from cli.guest import catalogue, version
from cli.options import add_selection, add_worlds, selection, with_options
from cli.outputs import add_output_options, check_outputs, finish
from reports.errors import UserError
from reports.model.assemble import assemble
from vm.paths import GUEST


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    host = commands.add_parser("host", help="run the cases on this machine, without a VM")
    add_selection(host)
    add_worlds(host)
    add_output_options(host)
    host.set_defaults(run=run_host)


def run_host(args: argparse.Namespace) -> int:
    """Run the cases on this machine, without a virtual one."""
    check_outputs(args)
    words = selection(args)
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        path = Path(scratch) / "host.jsonl"
        with path.open("wb") as records:
            records.write(json.dumps({"type": "kernel", "name": "host"}).encode() + b"\n")
            records.flush()
            done = subprocess.run(
                [str(GUEST), "run", *words, "--records", str(records.fileno())],
                pass_fds=[records.fileno()], check=False,
            )
        if done.returncode not in (0, 1, 2):
            raise UserError(f"the harness died with status {done.returncode}")
        return finish(with_options(assemble([path], catalogue(), version()), args), args)
