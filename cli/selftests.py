# SPDX-License-Identifier: GPL-2.0
"""`landproof selftests`: the kernel's own selftests, beside the cases."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from cli import outputs
from cli.guest import catalogue, version
from cli.options import SELFTESTS, add_machines, booting
from reports.model.assemble import assemble
from reports.model.resultfile import load_result
from reports.model.selftests import load as load_selftests
from reports.views import selftests as views
from vm import kernels, progress, run, selftests
from vm.paths import GUEST


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    tests = commands.add_parser("selftests", help="run the kernel's own Landlock selftests too",
                                description="Run the kernel's own Landlock selftests beside the"
                                " cases, and tell why each one fails. Exit status: 1 if a real"
                                " failure is no deviation of ours.")
    add_machines(tests)
    tests.add_argument("--from", dest="source", default=SELFTESTS, metavar="SOURCE",
                       help="linux-source-X.Y or a directory of kernel sources;"
                            " default: %(default)s")
    tests.add_argument("--case", action="append", default=[], metavar="GLOB",
                       help="only these programs, such as net_test")
    tests.add_argument("--result", type=Path, metavar="FILE",
                       help="our verdicts are in this result: do not run the cases")
    tests.add_argument("--records", type=Path, metavar="DIR", help="keep the records here")
    outputs.add_format_options(tests)
    tests.set_defaults(run=run_selftests)


def run_selftests(args: argparse.Namespace) -> int:
    """Run the kernel's own selftests beside the cases."""
    outputs.check_outputs(args)
    result = load_result(args.result) if args.result else None
    with progress.fetching() as tell:
        programs = selftests.programs(args.source, lambda what, part: tell("selftests", what, part))
        chosen = kernels.choose(args.kernel, modules=args.modules, progress=tell,
                                of_set=args.set)
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        outdir = args.records or Path(scratch)
        if not result:
            with progress.display(chosen) as listener:
                ours = run.run(chosen, ["run"], outdir / "cases", GUEST, args.jobs, listener,
                               booting(args))
            result = assemble(ours, catalogue(), version())
        with progress.display(chosen) as listener:
            records = selftests.run_all(chosen, programs, args.case, outdir / "selftests", GUEST,
                                        args.jobs, listener, boot=booting(args))
        columns = [load_selftests(path, result) for path in records]
    source = Path(args.source).name
    outputs.report(views.document(columns, source, version()), args)
    return views.exit_status(columns)
