# SPDX-License-Identifier: GPL-2.0
"""The matrix as one HTML page: no server, no network, nothing beside the file."""

from __future__ import annotations

import base64
import hashlib
import json
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape

from reports.document import linked
from reports.formats.page import TEMPLATES, render
from reports.formats.registry import ResultFormat
from reports.model.distributions import distribution, few, grouped, meanings
from reports.model.findings import closed, count, findings, gaps, headline, news, passed
from reports.model.known import explain, known_issues
from reports.model.results import (
    Case,
    CaseResult,
    Kernel,
    Result,
    base,
    case_ids,
    reproduce,
    shareable,
    variant,
)
from reports.model.rows import Row, Summary, errata_text, families, rows, short_names, summarize
from reports.model.verdicts import DEVIATIONS, LOOKS, Verdict

VARIANTS_SHOWN = 16  # letters; more variants are counted
LARGE = 30_000  # cells: a browser takes a second for so many, so that families begin folded
DENSE = 16  # columns; of more, cells have signs alone and the kernels' names stand upright
CONSOLE_LINES = 60  # of a crash; the JSON result has more


def to_text(result: Result) -> str:
    """Return the page. Cases that must not be shared are not in it."""
    shared = grouped(shareable(result))
    script = (TEMPLATES / "matrix.js").read_text(encoding="utf-8")
    # The policy lets this very script run and nothing else, whatever a result may hold.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    columns = [kernel for kernel in shared.kernels if kernel.cases]
    title, understood = headline(shared)
    parts = [(name, ids, rows(ids, columns)) for name, ids in families(shared)]
    return render(
        "matrix.html.j2",
        result=shared,
        columns=columns,
        families=parts,
        large=LARGE,
        folded=len(columns) * sum(len(those) for _name, _ids, those in parts) > LARGE,
        variants=_variants,
        catalogue=shared.by_id(),
        summaries=[summarize(kernel, shared.by_id()) for kernel in shared.kernels],
        findings=findings(shared),
        passed=passed(shared),
        title=title,
        understood=understood,
        closed=closed(shared),
        news=news(shared),
        gaps=gaps(shared),
        present=_present(shared),
        meanings=meanings(shared),
        few=few,
        owners=_owners(columns),
        dense=len(columns) > DENSE,
        looks=LOOKS,
        deviations=DEVIATIONS,
        verdicts=Verdict,
        base=base,
        split_name=_split_name,
        links=_links,
        count=count,
        reasons=lambda row: _reasons(row, columns),
        proved=any(case.verdict is Verdict.HOLDS for one in columns for case in one.cases),
        untried=_untried(columns),
        soft=_soft,
        bar=_bar,
        errata_text=errata_text,
        short_names=short_names,
        reproduce=reproduce,
        script=Markup(script),
        digest=digest,
        data=Markup(_embedded(_data(shared, columns))),
    )


def _owners(columns: list[Kernel]) -> list[tuple[str, int]]:
    """Return whose kernels stand side by side, and how many; nothing if all are of one."""
    owners = [(name, len(list(group))) for name, group in groupby(columns, key=distribution)]
    return owners if len(owners) > 1 else []


def _embedded(data: object) -> str:
    """Return JSON that cannot end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


class _Table:
    """A list in which each value stands once; others refer to it by its place."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._places: dict[str, int] = {}

    def place(self, value: object) -> int:
        """Return where the value stands."""
        key = json.dumps(value)
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


def _data(result: Result, columns: list[Kernel]) -> dict[str, Any]:
    """Return what the script shows of a cell; the table itself is in the page already.

    Thousands of cases come out in the same few ways, so texts, worlds and outcomes stand once each.
    The results of a kernel have the order of `ids`; 0 stands for a case that did not run there.
    """
    texts, worlds, outcomes = _Table(), _Table(), _Table()
    ids = case_ids(columns, result.by_id())
    results = []
    for kernel in columns:
        ran = {case.id: case for case in kernel.cases}
        results.append([_result_data(kernel, ran[one], texts, worlds, outcomes) if one in ran else 0
                        for one in ids])
    return {
        "verdicts": {
            verdict: {"sign": look.sign, "meaning": look.meaning}
            for verdict, look in LOOKS.items()
        },
        "kernels": [_kernel_data(kernel) for kernel in columns],
        "cases": {case.id: _case_data(case) for case in result.catalogue},
        "ids": ids,
        "results": results,
        "outcomes": outcomes.values,
        "texts": texts.values,
        "links": _targets(result),
        "worlds": worlds.values,
    }


def _kernel_data(kernel: Kernel) -> dict[str, Any]:
    return {
        "name": kernel.name,
        "release": kernel.release,
        "abi": kernel.abi,
        "errata": errata_text(kernel.errata),
        "command": reproduce(kernel, "CASE"),
    }


def _case_data(case: Case) -> dict[str, Any]:
    data = {
        "claim": case.claim,
        "promise": case.promise,
        "source": case.source,
        "gap": case.gap,
        "guard": ", ".join(case.guard),
        "needs": ", ".join(case.needs),
        "labels": " ".join(case.labels),
        "code": f"{case.file}:{case.line}" if case.line else case.file,
    }
    return {name: value for name, value in data.items() if value}


def _result_data(
    kernel: Kernel, case: CaseResult, texts: _Table, worlds: _Table, outcomes: _Table
) -> list[Any]:
    """Return the place of the outcome (why, known issue, worlds, whatever is rare), and times."""
    issue = explain(case, kernel)
    known = f"{issue.text} {issue.report}; {issue.extent}." if issue else ""
    rare = {
        "missing": ", ".join(case.missing),
        "news": case.news,
        "log": (*case.log, *case.console)[-CONSOLE_LINES:],
    }
    outcome = [
        texts.place("" if case.verdict is Verdict.HOLDS else case.why),
        texts.place(known),
        # Of each: its name, what it showed, what was promised, whether that is the same, a note.
        worlds.place(
            [(one.name, one.result, one.expected, one.as_promised, one.note) for one in case.worlds]
        ),
        {name: value for name, value in rare.items() if value},
    ]
    times = [_rounded(world.ms) for world in case.worlds]
    return [outcomes.place(outcome), _rounded(case.ms), times]


def _rounded(ms: float | None) -> float | None:
    return None if ms is None else round(ms, 1)


def _variants(row: Row) -> str:
    """Return what stands behind the name of a row that joins variants."""
    others = " ".join(f"+{variant(case_id)}" for case_id in row.ids[1:])
    return others if len(others) <= VARIANTS_SHOWN else f"+{len(row.ids) - 1}"


def _present(result: Result) -> list[tuple[Verdict, int]]:
    """Return the verdicts that occur, with the number of cases that show it on any kernel."""
    counts = {
        verdict: len({c.id for kernel in result.kernels for c in kernel.cases
                      if c.verdict is verdict})
        for verdict in LOOKS
    }
    order = sorted(counts, key=lambda verdict: -LOOKS[verdict].severity)
    return [(verdict, counts[verdict]) for verdict in order if counts[verdict]]


def _untried(columns: list[Kernel]) -> str:
    """Return how many cases could not run somewhere, in words."""
    ids = {case.id for one in columns for case in one.cases
           if case.verdict is Verdict.CANNOT_RUN}
    return count(len(ids), "case") if ids else ""


def _reasons(row: Row, columns: list[Kernel]) -> dict[str, list[str]]:
    """Return why the row's first case cannot run, and where."""
    found: dict[str, list[str]] = {}
    for kernel, verdict in zip(columns, row.verdicts, strict=True):
        if verdict is Verdict.CANNOT_RUN and (case := kernel.case(row.ids[0])):
            reason = ", ".join(case.missing) or case.why
            found.setdefault(reason.removeprefix("missing: "), []).append(kernel.name)
    return found


def _targets(result: Result) -> dict[str, str]:
    """Return the link of each name of an upstream issue or document that the script may show."""
    texts = [text for case in result.catalogue for text in (case.source, case.gap or "")]
    texts += [issue.report for issue in known_issues()]
    return {cell.text: cell.link for text in texts for cell in linked(text) if cell.link}


def _links(text: str) -> Markup:
    """Return a text in which what upstream has is a link."""
    return Markup("").join(
        Markup('<a href="{}" rel="noreferrer">{}</a>').format(cell.link, cell.text)
        if cell.link else escape(cell.text)
        for cell in linked(text)
    )


def _bar(summary: Summary) -> list[tuple[Verdict, int]]:
    """Return the parts of a kernel's bar, the worst first."""
    order = list(LOOKS)
    return sorted(
        summary.counts.items(), key=lambda part: (-LOOKS[part[0]].severity, order.index(part[0]))
    )


def _soft(name: str) -> Markup:
    """Return a case's name that may be broken at its dots and underscores."""
    return Markup(str(escape(name)).replace(".", ".<wbr>").replace("_", "_<wbr>"))


def _split_name(name: str) -> tuple[str, str]:
    """Return a kernel's name in two lines: where it is from, and its number."""
    place, dash, number = name.rpartition("-")
    return (place + dash, number) if number[:1].isdigit() else ("", name)


FORMAT = ResultFormat("html", "the matrix as one page that needs no server", to_text)
