# SPDX-License-Identifier: GPL-2.0
"""A report as a plain-text mail, or as Markdown for an issue tracker."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.model.report import Report, Seen, monotonic

WIDTH = 75
NEXT = ",\n    "
"""Between addresses of a header, one a line."""

SECURITY = "security@kernel.org"
REGRESSIONS = "regressions@lists.linux.dev"
SUBSYSTEM = "the maintainers in MAINTAINERS, LANDLOCK SECURITY MODULE"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom the mail goes to; lists only if it may be public."""

    people: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, text that is wrapped, and lines that stay as they are."""

    title: str
    text: str = ""
    lines: tuple[str, ...] = ()


def sections(report: Report, program: str) -> Iterator[Section]:
    """Yield the parts of a report behind its first paragraph."""
    yield Section("What is promised", _promise(report),
                  (f"Source: {report.case.source}",))
    yield Section("What happened", _happened(report.worst), _worlds(report.worst))
    yield Section("Which kernels", _order(report), tuple(_kernels(report)))
    if history := _history(report):
        yield Section("Since when", history)
    about = report.worst.kernel.provenance
    yield Section("Configuration", f"Of {report.worst.version}"
                  f" ({report.worst.kernel.release}, from {about.source}):",
                  (*_wrapped("command line: ", about.cmdline or "unknown"), *about.config,
                   f"machine: {about.machine or 'unknown'}, QEMU {about.qemu or 'unknown'}"))
    if log := (*report.worst.case.log, *report.worst.case.console):
        yield Section("The kernel's log", "", log)
    yield Section("To see it again", "With Landproof:", (report.command,))
    if program:
        yield Section("A program that shows it",
                      "cc repro.c && ./a.out; exit status 0 as promised, 1 not:",
                      tuple(program.splitlines()))


def summary(report: Report) -> str:
    """Return the first paragraph: all that matters, in a few lines."""
    worst = report.worst
    said = (f"On Linux {worst.version} (Landlock ABI {worst.kernel.abi}), this deviates from what"
            f" is documented: {report.case.claim}. " if worst.case.deviates else
            f"On Linux {worst.version} (Landlock ABI {worst.kernel.abi}), nothing promises to stop"
            f" this, and nothing does: {report.case.claim}. ")
    known = f" It is known: {', '.join(report.known_as)}." if report.known_as else ""
    return f"{said}Observed: {worst.case.why or worst.case.verdict}.{known}"


def _promise(report: Report) -> str:
    promise = report.case.promise
    since = f", from ABI {report.case.since} on" if report.case.since else ""
    guard = f" The policy handles {', '.join(report.case.guard)}." if report.case.guard else ""
    return f"{promise[:1].upper()}{promise[1:]}{since}.{guard}"


def _happened(worst: Seen) -> str:
    return ("The same operation was tried in fresh processes, each under another policy:"
            " without Landlock (control), with rights handled that do not guard it (bystander),"
            " denied (deny), granted by a rule (grant), and so on.")


def _worlds(worst: Seen) -> tuple[str, ...]:
    return tuple(f"{one.name + ':':11}{one.result}"
                 + ("" if one.as_promised else f" (promised: {one.expected})")
                 for one in worst.case.worlds)


def _kernels(report: Report) -> Iterator[str]:
    groups = {"bad": report.bad, "good": report.good, "says nothing": report.others}
    for word, group in groups.items():
        for one in group:
            abi = "no Landlock" if not one.kernel.abi else f"ABI {one.kernel.abi}"
            verdict = str(one.case.verdict)
            yield f"{word + ':':14}{one.version:10}{abi:13}{verdict:12}{one.kernel.name}"


def _order(report: Report) -> str:
    if monotonic(report):
        return ""
    return ("Good and bad kernels do not follow each other by version: a fix went to some stable"
            " series and not to others.")


def _history(report: Report) -> str:
    said = []
    if report.introduced:
        said.append(f"It began with {report.introduced}.")
    if issue := report.issue:
        said.append(f"{issue.text} It affects {issue.kernels}.")
        if issue.fixed:
            commits = "; ".join(f'{one.hash} ("{one.subject}")' for one in issue.commits)
            said.append(f"Fixed in {', '.join(issue.fixed)}{': ' * bool(commits)}{commits}.")
        if not issue.affects(report.worst.version):
            said.append(f"{report.worst.version} should not have it: a fix is gone, or this is"
                        " something else.")
    return " ".join(said)


def _wrapped(label: str, text: str) -> list[str]:
    return textwrap.wrap(label + text, WIDTH, subsequent_indent="  ", break_long_words=False,
                         break_on_hyphens=False)


def _fill(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def warning(report: Report) -> str:
    """Return why this is not to be sent to a public list."""
    return (f"NOT IN PUBLIC: {report.private}. Send it to the maintainers, with a copy to"
            f" {SECURITY}, and to no list (SECURITY.md). Delete this paragraph first.")


def mail(report: Report, to: Recipients, program: str, public: bool) -> str:
    """Return the mail, headers first; the program stands in it as it is."""
    copies = list(to.lists) if public else [SECURITY]
    if report.introduced and public:
        copies.append(REGRESSIONS)
    head = [f"To: {NEXT.join(to.people) or SUBSYSTEM}"]
    head += [f"Cc: {NEXT.join(copies)}"] if copies else []
    head.append("Subject: " + "\n ".join(_subject(report.subject)))
    parts = ["\n".join(head), *([] if public else [_fill(warning(report))]),
             _fill(summary(report))]
    for one in sections(report, program):
        lines = [one.title, "-" * len(one.title), *([_fill(one.text)] if one.text else [])]
        if one.lines:
            lines += [""] * bool(one.text) + [line for text in one.lines
                                              for line in _kept(text, program)]
        parts.append("\n".join(lines))
    if report.introduced:
        parts.append(f"#regzbot introduced: {report.introduced}")
    return "\n\n".join(parts) + "\n"


def _subject(text: str) -> list[str]:
    """Fold the subject as RFC 5322 has it: with its name, no line is too long."""
    return textwrap.wrap(text, WIDTH - len("Subject: "), break_long_words=False)


def _kept(text: str, program: str) -> Sequence[str]:
    """Return a line that stands by itself: folded, unless it is one of the program."""
    if text in program.splitlines():
        return [text]
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False) or [""]


def markdown(report: Report, program: str) -> str:
    """Return the report for an issue tracker."""
    parts = [f"# {report.subject}", summary(report)]
    for one in sections(report, program):
        parts.append(f"## {one.title}")
        parts += [one.text] if one.text else []
        if one.lines:
            fence = "```c" if program and one.lines == tuple(program.splitlines()) else "```"
            parts.append("\n".join([fence, *one.lines, "```"]))
    return "\n\n".join(parts) + "\n"
