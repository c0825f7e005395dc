# SPDX-License-Identifier: GPL-2.0
"""`landproof oci`: what container runtimes make of process.landlock."""

from __future__ import annotations

import argparse
import fnmatch
import json
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cli.guest import version
from cli.options import add_machines, booting
from cli.outputs import add_format_options, check_outputs, report
from oci import checks, judge, page, plan, tree
from oci.forms import FORMS
from reports.errors import UserError
from vm import kernels, progress, run
from vm.image import Entry
from vm.paths import GUEST

SCRIPTS = ("scripts", "--scripts", f"/{tree.PLACE}/scripts")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "oci", help="check what OCI runtimes make of process.landlock",
        description="Check what OCI runtimes such as crun make of the block process.landlock,"
                    " which is proposed for config.json.")
    add_machines(parser)
    parser.add_argument("--runtime", action="append", default=[], metavar="R",
                        help="crun, runc, or NAME=PROGRAM; default: crun")
    parser.add_argument("--form", action="append", default=[], choices=[*FORMS],
                        help="the form of the block; default: 1241")
    parser.add_argument("--check", action="append", default=[], metavar="GLOB",
                        help="only these checks")
    parser.add_argument("--here", action="store_true", help="as root of this machine, without a VM")
    add_format_options(parser)
    parser.set_defaults(run=run_oci)


def run_oci(args: argparse.Namespace) -> int:
    """Run the checks and report: 1 if a runtime does not as it should, 2 if one could not run."""
    check_outputs(args)
    chosen = [one for one in checks.read()
              if not args.check or any(fnmatch.fnmatch(one.id, glob) for glob in args.check)]
    if not chosen:
        raise UserError(f"no check is called {' or '.join(args.check)}: docs/oci.md has them all")
    forms = [FORMS[name] for name in args.form or ["1241"]]
    asked = [one for form in forms for one in plan.plan(chosen, form)]
    columns = []
    for word in args.runtime or ["crun"]:
        runtime = tree.choose(word)
        made = tree.entries(runtime, plan.runs(asked))
        with tempfile.TemporaryDirectory(prefix="landproof-", dir="/var/tmp") as scratch:
            place = Path(scratch)
            records = [_here(made, place)] if args.here else _boot(args, made, place)
            columns += [_column(runtime, asked, path) for path in records]
    report(page.document(columns, version()), args)
    return page.status(columns)


def _boot(args: argparse.Namespace, made: Sequence[Entry], outdir: Path) -> list[Path]:
    """Run in virtual machines; return the records, a file for each kernel."""
    with progress.fetching() as tell:
        machines = kernels.choose(args.kernel, modules=args.modules, progress=tell,
                                  of_set=args.set)
    with progress.display(machines) as listener:
        return run.run(machines, SCRIPTS, outdir, GUEST, args.jobs, listener, booting(args),
                       tree.archive(made))


def _here(made: Sequence[Entry], place: Path) -> Path:
    """Run on this machine, in mount and PID namespaces; return the records."""
    place.chmod(0o755)
    (place / "tree").mkdir()
    tree.write(made, place / "tree")
    records = place / "host.jsonl"
    with records.open("wb") as file:
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
             "--mount-proc", str(GUEST), "scripts", "--scripts", str(place / "tree/scripts"),
             "--records", str(file.fileno())], pass_fds=[file.fileno()], check=False)
    if done.returncode:
        raise UserError(f"the harness ended with status {done.returncode}: --here needs root")
    return records


def _column(runtime: tree.Runtime, asked: Sequence[plan.Asked], path: Path) -> page.Column:
    """Return what a runtime made of the checks on one kernel."""
    kernel, trouble = "here", ""
    rights: dict[str, bool] = {}
    said: dict[str, str] = {}
    for line in path.read_text().splitlines():
        record = json.loads(line)
        if record["type"] == "kernel":
            kernel = record["name"]
        elif record["type"] == "start":
            rights = record["rights"]
        elif record["type"] == "script":
            said[record["id"]] = f"{record['said']}\n@@ ended {record['status']}\n"
        elif record["type"] in ("unavailable", "lost"):
            trouble = record["why"]
        elif record["type"] == "died":
            trouble = f"the machine: {record['how']} in {record['id']}"
    if "@@ trouble" in (prepared := said.get("000-prepare", "")):
        trouble = trouble or prepared.strip().replace("\n", "; ")
    outcomes = () if trouble and not said else tuple(judge.judge(one, rights, said)
                                                     for one in asked)
    return page.Column(runtime.name, runtime.version, kernel, outcomes, trouble)
