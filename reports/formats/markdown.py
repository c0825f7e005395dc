# SPDX-License-Identifier: GPL-2.0
"""Markdown, for a mail or a pull request: the sums and the findings first, the rest folded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reports.model.findings import Finding, closed, count, findings, gaps, headline, news
from reports.model.results import Kernel, Result, base, reproduce, shareable
from reports.model.rows import errata_text, families, short_names, short_rows, summarize
from reports.model.verdicts import DEVIATIONS, LOOKS, Verdict


def to_text(result: Result) -> str:
    """Return the result as Markdown that can be read without being rendered, too."""
    shared = shareable(result)
    parts = [
        _headline(shared),
        _summary(shared),
        _section("Deviations", map(_finding, findings(shared))),
        _section("News", _news(shared)),
        folded("Open gaps: what nothing promises to stop", _gaps(shared)),
        _matrix(shared),
        folded("What ran", _provenance(shared)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _headline(result: Result) -> str:
    title, understood = headline(result)
    date = f", {result.date}" if result.date else ""
    told = f"{title}. {understood}".strip()
    return f"## Landlock, kernel by kernel\n\n{told} (landproof {escape(result.landproof)}{date})"


def _summary(result: Result) -> str:
    catalogue = result.by_id()
    lines = []
    for kernel in result.kernels:
        if kernel.unavailable:
            lines.append([escape(kernel.name), f"not run: {escape(kernel.unavailable)}", *[""] * 6])
            continue
        sums = summarize(kernel, catalogue)
        deviations = f"**{sums.deviations}**" if sums.deviations else "0"
        lines.append(
            [
                escape(kernel.name),
                escape(kernel.release or "?"),
                str(kernel.abi) if kernel.abi else "none",
                errata_text(kernel.errata) if kernel.abi else "",
                f"{len(sums.enforced)} of {sums.promised}" if sums.promised else "–",
                str(sums.counts.get(Verdict.OPEN, 0)),
                deviations,
                str(sums.counts.get(Verdict.CANNOT_RUN, 0)),
            ]
        )
    head = ["kernel", "release", "ABI", "errata fixed", "rights enforced", "open gaps",
            "deviations", "cannot run"]
    notes = [
        f"- {escape(kernel.name)}: {escape(text)}"
        for kernel in result.kernels
        for text in (*(lost.why for lost in kernel.lost), *kernel.notes)
    ]
    overview = table(head, lines)
    return overview + "\n\n" + "\n".join(notes) if notes else overview


def _finding(finding: Finding) -> str:
    names = short_names([kernel.name for kernel in finding.kernels])
    sign = LOOKS[finding.verdict].sign
    labels = ", ".join(map(code, finding.labels))
    lines = [
        f"- **{sign} {finding.verdict}** {labels} on {escape(names)}: {escape(finding.claim)}.",
        f"{escape(finding.evidence)}.",
    ]
    issue = finding.issue
    if issue:
        # As code: a bare name#number would leave a mark in the upstream project's thread.
        lines.append(f"Known: {code(issue.report)} ({escape(issue.extent)}). {escape(issue.text)}")
    if finding.said_fixed:
        lines.append(f"Said to be fixed in {escape(short_names(finding.said_fixed))}: look closer.")
    lines.append(f"Again: {code(reproduce(finding.kernels[0], finding.cases[0]))}")
    return "\n  ".join(lines)


def _news(result: Result) -> list[str]:
    remarks = [
        f"- {escape(short_names(one.kernels))}: {escape(one.text)}"
        f" ({', '.join(map(code, one.cases))})"
        for one in news(result)
    ]
    return [*map(_finding, closed(result)), *remarks]


def _gaps(result: Result) -> str:
    catalogue = result.by_id()
    lines = []
    for gap in gaps(result):
        entry = catalogue.get(base(gap.cases[0]))
        report = (entry and entry.gap) or (gap.issue.report if gap.issue else "")
        names = [kernel.name for kernel in gap.kernels]
        where = "all" if len(names) == len(result.kernels) else short_names(names)
        label = code(gap.labels[0])
        lines.append([label, escape(gap.claim), code(report) if report else "", escape(where)])
    return table(["case", "what gets through", "upstream", "kernels"], lines) if lines else ""


def _matrix(result: Result) -> str:
    kernels = [kernel for kernel in result.kernels if kernel.cases]
    if not kernels:
        return ""
    parts = ["### The matrix", _legend(kernels)]
    for name, ids in families(result):
        lines = [
            [code(row.label), *(_cell(verdict) for verdict in row.verdicts)]
            for row in short_rows(ids, kernels)
        ]
        head = ["case", *(escape(kernel.name) for kernel in kernels)]
        title = f"{escape(name)}: {count(len(ids), 'case')}{_tally(ids, kernels)}"
        parts.append(folded(title, table(head, lines)))
    return "\n\n".join(parts)


def _tally(ids: Sequence[str], kernels: Sequence[Kernel]) -> str:
    wanted = set(ids)
    bad = sum(case.deviates for kernel in kernels for case in kernel.cases if case.id in wanted)
    return f", {count(bad, 'deviating cell')}" if bad else ""


def _cell(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    sign = LOOKS[verdict].sign
    return f"**{sign} {verdict}**" if verdict in DEVIATIONS else sign


def _legend(kernels: Iterable[Kernel]) -> str:
    present = {case.verdict for kernel in kernels for case in kernel.cases}
    return ", ".join(f"{LOOKS[one].sign} {one}" for one in LOOKS if one in present)


def _provenance(result: Result) -> str:
    lines = []
    for kernel in result.kernels:
        about = kernel.provenance
        facts = {
            "source": about.source,
            "version": about.version,
            "machine": about.machine,
            "accelerator": about.accel,
            "qemu": about.qemu,
            "lsm": about.lsm,
            "command line": about.cmdline,
            "modules": about.modules,
            **{f"sha256 of the {name}": value for name, value in about.sha256.items()},
        }
        shown = "; ".join(f"{name} {code(value)}" for name, value in facts.items() if value)
        lines.append(f"- {escape(kernel.name)}: {shown or 'nothing is known'}")
    return "\n".join(lines)


def _section(title: str, items: Iterable[str]) -> str:
    text = "\n".join(items)
    return f"### {title}\n\n{text}" if text else ""


def folded(title: str, body: str) -> str:
    """Return a part that a reader opens, if there is anything in it."""
    if not body:
        return ""
    return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    lined = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in lined)


def escape(text: str) -> str:
    """Return text in which nothing is markup, and no person and no issue is mentioned."""
    escaped = re.sub(r"([\\`*\[\]<>|~]|(?<!\w)_|_(?!\w))", r"\\\1", text)
    return re.sub(r"([@#])(?=\w)", "\\1\u200b", escaped)


def code(text: str) -> str:
    """Return text as code. A bar would end the cell of a table, even there."""
    return f"`{text.replace('`', chr(39)).replace('|', '¦')}`"
