# SPDX-License-Identifier: GPL-2.0
"""Results as KCIDB has them, KernelCI's common database of reports: I/O schema 5.3."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from reports.errors import UserError
from reports.formats.registry import ResultFormat
from reports.model.report import Report, Seen
from reports.model.results import Case, Kernel, Result, base, shareable, variant
from reports.model.verdicts import DEVIATIONS, Verdict

ORIGIN = "landproof"
VERSION = {"major": 5, "minor": 3}
SCHEMA = Path(__file__).parents[1] / "schema" / "kcidb-5.3.schema.json"
EXCERPT = 16384
"""Characters of a log that the schema takes."""

STATUS = {Verdict.HOLDS: "PASS", Verdict.CLOSED: "PASS", Verdict.OPEN: "DONE",
          Verdict.ABSENT: "SKIP", Verdict.CANNOT_RUN: "SKIP", Verdict.BROKEN: "ERROR",
          **dict.fromkeys(DEVIATIONS, "FAIL")}


def to_text(report: Report, result: Result) -> str:
    """Return the JSON; it is checked against the schema before."""
    data = document(report, result)
    check(data)
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def document(report: Report, result: Result) -> dict[str, Any]:
    """Return a checkout, a build and a test for each kernel that ran the case."""
    return _document((*report.bad, *report.good, *report.others), result)


def run(result: Result) -> dict[str, Any]:
    """Return the same for all cases of a run; a machine that was lost is a test of its own."""
    shared = shareable(result)
    data = _document([Seen(kernel, case) for kernel in shared.kernels for case in kernel.cases],
                     shared)
    data["tests"] += [_lost(kernel, number, shared) for kernel in shared.kernels if kernel.cases
                      for number in range(len(kernel.lost))]
    return data


def run_to_text(result: Result) -> str:
    """Return the JSON of a run; it is checked against the schema before."""
    data = run(result)
    check(data)
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _document(seen: Sequence[Seen], result: Result) -> dict[str, Any]:
    """Return the tests, and each checkout and build once: columns may share a kernel's image."""
    catalogue = result.by_id()
    kernels = {_identity(one.kernel): one for one in reversed(seen)}
    return {"version": VERSION,
            "checkouts": [_checkout(one) for one in kernels.values()],
            "builds": [_build(one) for one in kernels.values()],
            "tests": [_test(one, result, catalogue) for one in seen]}


def check(data: Any) -> None:
    """Raise UserError for what the schema does not take."""
    error = jsonschema.exceptions.best_match(_schema().iter_errors(data))
    if error:
        where = ".".join(map(str, error.absolute_path))
        raise UserError(f"KCIDB would not take this: {where}: {error.message[:160]}")


@cache
def _schema() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


def _identity(kernel: Kernel) -> str:
    """Return what tells this kernel from every other one: the sum of its image."""
    return kernel.provenance.sha256.get("kernel") or f"{kernel.name}-{kernel.release or ''}"


def _checkout(one: Seen) -> dict[str, Any]:
    return {"id": f"{ORIGIN}:{_identity(one.kernel)}", "origin": ORIGIN,
            "git_commit_name": f"v{one.version}", "valid": True,
            "comment": one.kernel.provenance.source or one.kernel.name}


def _build(one: Seen) -> dict[str, Any]:
    return {"id": f"{ORIGIN}:{_identity(one.kernel)}", "origin": ORIGIN,
            "checkout_id": f"{ORIGIN}:{_identity(one.kernel)}", "status": "PASS",
            "architecture": re.sub(r"[^a-z0-9_]", "_", one.kernel.provenance.machine or "x86_64"),
            "config_name": one.kernel.name,
            "misc": {"release": one.kernel.release or "", "config": list(
                one.kernel.provenance.config)}}


def _test(one: Seen, result: Result, catalogue: Mapping[str, Case]) -> dict[str, Any]:
    about = one.kernel.provenance
    test: dict[str, Any] = {
        **_named(one.kernel, one.case.id, result), "path": _path(one.case.id),
        "status": STATUS[one.case.verdict], "comment": _comment(one, catalogue),
        "environment": {"comment": f"QEMU {about.qemu or ''} {about.accel or ''}".strip(),
                        "misc": {"cmdline": about.cmdline or ""}},
        "misc": {"verdict": str(one.case.verdict), "landproof": result.landproof,
                 "abi": one.kernel.abi or 0,
                 "worlds": {world.name: world.result for world in one.case.worlds}}}
    if one.case.ms is not None:
        test["duration"] = one.case.ms / 1000
    if log := "\n".join(_log(one)):
        test["log_excerpt"] = log[:EXCERPT]
    return test


def _named(kernel: Kernel, what: str, result: Result) -> dict[str, str]:
    """Return what tells this test from every other one, and which build it is of."""
    build = f"{ORIGIN}:{_identity(kernel)}"
    return {"id": f"{build}:{kernel.name}:{what}:{result.date or ''}", "origin": ORIGIN,
            "build_id": build}


def _lost(kernel: Kernel, number: int, result: Result) -> dict[str, Any]:
    lost = kernel.lost[number]
    return {**_named(kernel, f"machine.{number + 1}", result), "path": f"{ORIGIN}.machine",
            "status": "ERROR", "comment": lost.why,
            "log_excerpt": "\n".join((lost.why, *lost.console))[:EXCERPT]}


def _comment(one: Seen, catalogue: Mapping[str, Case]) -> str:
    entry = catalogue.get(base(one.case.id))
    return entry.claim if entry else one.case.id


def _log(one: Seen) -> Iterator[str]:
    if one.case.why:
        yield one.case.why
    yield from one.case.log
    yield from one.case.console


def _path(case_id: str) -> str:
    """Return the name of a test: its parts are letters, digits, _ and -."""
    named = ".".join(filter(None, (ORIGIN, base(case_id), variant(case_id))))
    return re.sub(r"[^\w.-]", "_", named, flags=re.ASCII)


FORMAT = ResultFormat("kcidb", "for KernelCI's database", run_to_text)
