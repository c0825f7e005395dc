# SPDX-License-Identifier: GPL-2.0
"""`landproof policy`: what holds of a policy, on which kernels."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from cli import commandline
from cli.guest import cases, catalogue, version
from cli.options import add_machines, boot
from cli.outputs import add_format_options, check_outputs, report
from reports.errors import UserError
from reports.model import policy as model
from reports.model.assemble import assemble
from reports.model.judgement import judge
from reports.model.resultfile import load_result
from reports.model.results import Result
from reports.views import policy as view
from vm import tools


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "policy", help="print which kernels enforce a policy, and what gets past it",
        description="Read a policy; print which of its denials each kernel enforces, and what gets"
                    " past them. Exit status: 0 if every kernel enforces all of it.")
    parser.add_argument("policy", nargs="+", metavar="FILE",
                        help="in TOML or JSON; reports/schema/policy.schema.json says how. With"
                             " --tool: `--` and the tool's own arguments")
    parser.add_argument("--tool", metavar="T", help="a tool of runtimes/, whose command line it is")
    add_machines(parser)
    parser.add_argument("--result", type=Path, metavar="FILE",
                        help="answer from this earlier result, and run nothing")
    add_format_options(parser)
    parser.set_defaults(run=run_policy)


def run_policy(args: argparse.Namespace) -> int:
    """Answer for a policy, from a run of the cases of its rights or from an earlier result."""
    check_outputs(args)
    policy = _policy(args)
    if args.result and args.kernel:
        raise UserError("--result has run already: give no --kernel")
    result = load_result(args.result) if args.result else _run(policy, args)
    found = model.answers(policy, result)
    if not found.kernels:
        raise UserError("no kernel of this result ran a case")
    lacking = {name: [right for right in policy.handled if right not in commandline.rights(tool)]
               for name, tool in tools.known().items()
               if tool.data.get("strict", {}).get("model") != "none" and commandline.rights(tool)}
    report(view.document(policy, found, lacking, result.landproof, result.date or ""), args)
    names = [kernel.name for kernel in result.kernels] if args.kernel else ()
    if judge(result, asked=names).status == 2:
        return 2
    return 0 if found.holds else 1


def _policy(args: argparse.Namespace) -> model.Policy:
    """Return the policy of the file, or of the tool's command line."""
    order = model.rights_of(cases())
    if args.tool:
        (tool,) = tools.choose([args.tool])
        return commandline.read(tool, args.policy, list(order))
    if len(args.policy) > 1:
        raise UserError("one policy at a time; a tool's command line needs --tool")
    return model.read(Path(args.policy[0]), order)


def _run(policy: model.Policy, args: argparse.Namespace) -> Result:
    """Run the cases of the policy's rights."""
    words = [word for right in policy.handled for word in ("--label", right)]
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        return assemble(boot(args, words, Path(scratch)), catalogue(), version())
