# SPDX-License-Identifier: GPL-2.0
"""The compatibility matrix: operations down, kernels across, and what stands out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Item,
    Items,
    Note,
    Part,
    Room,
    Section,
    Table,
    Words,
    linked,
    words,
)
from reports.model.distributions import MEANINGS, few, grouped, meanings
from reports.model.findings import (
    Finding, closed, count, findings, gaps, headline, news, passed,
)
from reports.model.judgement import Judgement, judge, untried
from reports.model.resultfile import to_text
from reports.model.results import Kernel, Result, base, reproduce
from reports.model.rows import errata_text, families, rows, short_names, short_rows, summarize
from reports.model.verdicts import LOOKS, Verdict

FINDINGS = 40  # more are not read


def document(result: Result, *, full: bool = False) -> Document:
    """Return the sums, what stands out, and the matrix; nothing is demanded of the result."""
    return judged(judge(result), full=full)


def judged(judgement: Judgement, *, full: bool = False) -> Document:
    """Return the sums, what stands out as a gate judged it, and the matrix.

    Cases of one subject that show the same share a row, and only the worst findings are listed,
    unless it is to be `full`.
    """
    result = grouped(judgement.judged)
    title, understood = headline(result)
    told = judgement.conclusion or f"{title}. {understood}".strip()
    return Document(
        title="Landlock, kernel by kernel",
        intro=words(told),
        blocks=(
            Block((_sums(result), *_notes(result))),
            Block(_items(_findings(result, None if full else FINDINGS)),
                  "What fails" if judgement.gate.given else "Deviations"),
            Block(_items(_news(result)), "News"),
            Block(_items(_untried(result)), "Could not be tried"),
            Block(_meanings(result), "One version, several distributions"),
            Block(_gaps(result), "Open gaps: what nothing promises to stop", folded=True,
                  room=Room.MAIL),
            Block(_matrix(result, full=full), "The matrix"),
            Block(_provenance(result), "What ran", folded=True, room=Room.MAIL),
        ),
        landproof=result.landproof,
        date=result.date or "",
        json=partial(to_text, judgement.result),
    )


def _items(items: Iterable[Item]) -> tuple[Part, ...]:
    found = tuple(items)
    return (Items(found),) if found else ()


def _sums(result: Result) -> Table:
    catalogue = result.by_id()
    lines: list[tuple[Cell, ...]] = []
    for kernel in result.kernels:
        if kernel.unavailable:
            lines.append((Cell(kernel.name), Cell(f"not run: {kernel.unavailable}")))
            continue
        sums = summarize(kernel, catalogue)
        lines.append((
            Cell(kernel.name),
            Cell(kernel.release or "?"),
            Cell(str(kernel.abi) if kernel.abi else "none"),
            Cell(errata_text(kernel.errata) if kernel.abi else ""),
            Cell(f"{len(sums.enforced)} of {sums.promised}" if sums.promised else "none"),
            _deviations(kernel, sums.deviations),
            Cell(str(sums.counts.get(Verdict.OPEN, 0))),
            Cell(str(sums.counts.get(Verdict.CANNOT_RUN, 0))),
        ))
    columns = (
        Column("kernel"), Column("release"), Column("ABI"), Column("errata"),
        *(Column(one, number=True) for one in ("rights", "deviate", "open", "no run")),
    )
    return Table(columns, (Section(tuple(lines)),))


def _deviations(kernel: Kernel, number: int) -> Cell:
    """Nothing can deviate where nothing is promised: that is no success."""
    return Cell(str(number) if number or kernel.abi else "n/a", strong=bool(number))


def _notes(result: Result) -> tuple[Note, ...]:
    return tuple(
        Note(words(f"{kernel.name}: {text}"))
        for kernel in result.kernels
        for text in (*(lost.why for lost in kernel.lost), *kernel.notes)
    )


def _findings(result: Result, limit: int | None) -> Iterable[Item]:
    found = findings(result)
    yield from map(_finding, found[:limit])
    if more := found[limit:] if limit else ():
        yield Item(words(f"... and {len(more)} more: --json has them all"))
    if known := passed(result):
        yield Item(words(known))


def _finding(finding: Finding) -> Item:
    names = short_names([kernel.name for kernel in finding.kernels])
    labels: list[str | Cell] = []
    for label in finding.labels:
        labels += [", " if labels else "  ", Cell(label, code=True)]
    head = words(
        Cell(str(finding.verdict), verdict=finding.verdict), *labels, f"  on {names}"
    )
    lines: list[Words] = [words(finding.first.gate), words(finding.claim),
                          words(finding.evidence)]
    issue = finding.issue
    if issue:
        report = linked(issue.report)
        lines.append((*words("known: "), *report, *words(f" ({issue.extent}). {issue.text}")))
    if finding.said_fixed:
        fixed = short_names(finding.said_fixed)
        lines.append(words(f"but said to be fixed in {fixed}: look closer"))
    again = reproduce(finding.kernels[0], finding.cases[0])
    lines.append(words("again: ", Cell(again, code=True)))
    return Item(head, tuple(line for line in lines if line))


def _news(result: Result) -> Iterable[Item]:
    yield from (_finding(one) for one in closed(result))
    for one in news(result):
        yield Item(words(f"{short_names(one.kernels)}: {one.text} ({', '.join(one.cases)})"))


def _untried(result: Result) -> Iterable[Item]:
    """Return what keeps how many cases from running, and where."""
    causes: dict[tuple[str, int], list[str]] = {}
    for kernel in result.kernels:
        for cause, number in untried(kernel).most_common():
            causes.setdefault((cause, number), []).append(kernel.name)
    for (cause, number), names in sorted(causes.items(), key=lambda one: -one[0][1]):
        yield Item(words(f"{short_names(names)}: {count(number, 'case')}: {cause}"))


def _gaps(result: Result) -> tuple[Part, ...]:
    catalogue = result.by_id()
    lines = []
    for gap in gaps(result):
        entry = catalogue.get(base(gap.cases[0]))
        report = (entry and entry.gap) or (gap.issue.report if gap.issue else "")
        names = [kernel.name for kernel in gap.kernels]
        where = "all" if len(names) == len(result.kernels) else short_names(names)
        row = (Cell(gap.labels[0], code=True), Cell(gap.claim), linked(report), Cell(where))
        lines.append(row)
    columns = tuple(map(Column, ("case", "what gets through", "upstream", "kernels")))
    return (Table(columns, (Section(tuple(lines)),)),) if lines else ()


def _meanings(result: Result) -> tuple[Part, ...]:
    """Return what one version number means with each distribution that has it."""
    rows = [(Cell(one.series), Cell(one.distribution), Cell(one.kernel.name),
             Cell(str(one.kernel.abi) if one.kernel.abi else "none"),
             Cell(few(one.backports)), Cell(few(one.dishonest), strong=bool(one.dishonest)),
             Cell(one.missing)) for one in meanings(result)]
    columns = tuple(map(Column, MEANINGS))
    return (Table(columns, (Section(tuple(rows)),)),) if rows else ()


def _matrix(result: Result, *, full: bool) -> tuple[Part, ...]:
    kernels = [kernel for kernel in result.kernels if kernel.cases]
    if not kernels:
        return ()
    prefix = _shared_prefix(kernels)
    columns = (
        Column(f"kernel {prefix}" if prefix else "case"),
        *(Column(kernel.name.removeprefix(prefix), narrow=True) for kernel in kernels),
    )
    sections = tuple(
        Section(
            title=f"{name}: {count(len(ids), 'case')}{_tally(ids, kernels)}",
            rows=tuple(
                (Cell(row.label, code=True), *map(_cell, row.verdicts))
                for row in (rows if full else short_rows)(ids, kernels)
            ),
            folded=True,
        )
        for name, ids in families(result)
    )
    return (Table(columns, sections),)


def _tally(ids: Sequence[str], kernels: Sequence[Kernel]) -> str:
    wanted = set(ids)
    bad = sum(case.deviates for kernel in kernels for case in kernel.cases if case.id in wanted)
    return f", {count(bad, 'deviating cell')}" if bad else ""


def _cell(verdict: Verdict | None) -> Cell:
    return Cell(LOOKS[verdict].short, verdict=verdict) if verdict else Cell()


def _shared_prefix(kernels: Iterable[Kernel]) -> str:
    """Return `debian-` if every name begins so and says more."""
    prefixes = {kernel.name[: kernel.name.rfind("-") + 1] for kernel in kernels}
    return prefixes.pop() if len(prefixes) == 1 else ""


def _provenance(result: Result) -> tuple[Part, ...]:
    items = []
    for kernel in result.kernels:
        about = kernel.provenance
        facts = {
            "source": about.source,
            "version": about.version,
            "machine": about.machine,
            "architecture": about.architecture,
            "programs": about.compat and f"built for {about.compat}",
            "accelerator": about.accel,
            "qemu": about.qemu,
            "lsm": about.lsm,
            "command line": about.cmdline,
            "modules": about.modules,
            **{f"sha256 of the {name}": value for name, value in about.sha256.items()},
        }
        shown: list[str | Cell] = []
        for name, value in facts.items():
            if value:
                shown += [f"{'; ' if shown else ''}{name} ", Cell(value, code=True)]
        items.append(Item(words(f"{kernel.name}: ", *(shown or ["nothing is known"]))))
    return _items(items)
