# SPDX-License-Identifier: GPL-2.0
"""JUnit XML, as the CI services read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree as ET

from reports.formats.registry import ResultFormat
from reports.model.findings import describe
from reports.model.known import explain
from reports.model.results import (
    Case, CaseResult, Kernel, Result, base, family, reproduce, shareable,
)
from reports.model.rows import errata_text
from reports.model.verdicts import LOOKS, Verdict


def to_text(result: Result) -> str:
    """Return the result as XML: a suite for each kernel, a test case for each case.

    What a failure is about stands in its body, since some readers drop the message.
    """
    shared = shareable(result)
    catalogue = shared.by_id()
    root = ET.Element("testsuites", name="landproof")
    for kernel in shared.kernels:
        root.append(_suite(kernel, catalogue, shared))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(kernel: Kernel, catalogue: Mapping[str, Case], result: Result) -> ET.Element:
    suite = ET.Element("testsuite", name=kernel.name)
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(kernel, result):
        ET.SubElement(properties, "property", name=name, value=value)
    for case in kernel.cases:
        suite.append(_testcase(kernel, case, catalogue))
    if kernel.unavailable:
        suite.append(_column(kernel, "skipped", kernel.unavailable))
    for number, lost in enumerate(kernel.lost, 1):
        text = "\n".join((lost.why, *lost.console))
        suite.append(_column(kernel, "error", text, f"machine.{number}"))
    for count, tag in {"failures": "failure", "errors": "error", "skipped": "skipped"}.items():
        suite.set(count, str(len(suite.findall(f"testcase/{tag}"))))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("time", f"{sum(case.ms or 0 for case in kernel.cases) / 1000:.3f}")
    if result.date:
        suite.set("timestamp", result.date.removesuffix("Z") + ":00")
    return suite


def _properties(kernel: Kernel, result: Result) -> Iterable[tuple[str, str]]:
    about = kernel.provenance
    known = {
        "landproof": result.landproof,
        "release": kernel.release,
        "abi": kernel.abi,
        "errata": errata_text(kernel.errata),
        "version": about.version,
        "source": about.source,
        "machine": about.machine,
        "cmdline": about.cmdline,
        "lsm": about.lsm,
        "accel": about.accel,
        "qemu": about.qemu,
        "modules": about.modules,
        "options": " ".join(about.options) or None,
        **{f"sha256.{name}": value for name, value in about.sha256.items()},
    }
    return ((name, str(value)) for name, value in known.items() if value is not None)


def _testcase(kernel: Kernel, case: CaseResult, catalogue: Mapping[str, Case]) -> ET.Element:
    element = ET.Element(
        "testcase",
        classname=f"{kernel.name}.{family(case.id, catalogue)}",
        name=case.id,
        time=f"{(case.ms or 0) / 1000:.3f}",
    )
    if case.fails or case.verdict is Verdict.BROKEN:
        tag = "failure" if case.fails else "error"
        verdict = ET.SubElement(
            element, tag, type=case.verdict, message=f"{case.verdict}: {case.why}"
        )
        verdict.text = _story(kernel, case, catalogue)
    elif case.verdict in (Verdict.ABSENT, Verdict.CANNOT_RUN):
        ET.SubElement(element, "skipped", message=f"{case.verdict}: {case.why}")
    elif case.verdict is not Verdict.HOLDS:
        ET.SubElement(element, "system-out").text = _story(kernel, case, catalogue)
    return element


def _column(kernel: Kernel, tag: str, text: str, name: str = "machine") -> ET.Element:
    """Return a test case that stands for the machine itself."""
    element = ET.Element("testcase", classname=kernel.name, name=name, time="0")
    ET.SubElement(element, tag, message=text.partition("\n")[0]).text = text
    return element


def _story(kernel: Kernel, case: CaseResult, catalogue: Mapping[str, Case]) -> str:
    entry = catalogue.get(base(case.id))
    issue = explain(case, kernel)
    lines = [f"{case.verdict}: {LOOKS[case.verdict].meaning}", case.why]
    if entry:
        lines += [f"claim: {entry.claim}", f"promise: {entry.promise}", f"source: {entry.source}"]
        lines += [f"gap: {entry.gap}"] if entry.gap else []
    lines.append(describe(case.worlds))
    lines += [f"known: {issue.report}: {issue.text}"] if issue else []
    lines += [case.gate] if case.gate else []
    lines += [*case.news, f"again: {reproduce(kernel, case.id)}", *case.log, *case.console]
    return "\n".join(line for line in lines if line)


FORMAT = ResultFormat("junit", "JUnit XML", to_text)
