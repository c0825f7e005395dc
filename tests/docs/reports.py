# SPDX-License-Identifier: GPL-2.0
"""The parts of docs/reports.md, made of reports/public-reports.toml and of what was measured.

    python3 -m tests.docs.reports keep build/matrix.json...

keeps of results what the page shows: the verdicts of the cases that the reports name. A later
result adds to an earlier one, and replaces what that says of the same case on the same kernel.
A column that is in no result stays as it was kept before.
"""

from __future__ import annotations

import json
import sys
import textwrap
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from reports.model.public import DATA, Report
from tests.docs.tables import MEASURED, measured, sentence, short, table


@cache
def data() -> dict[str, list[dict[str, Any]]]:
    """Return the reports and the explanations."""
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def reports(kind: str) -> list[dict[str, Any]]:
    """Return the reports of one kind."""
    return [report for report in data()["report"] if report["kind"] == kind]


def cases_named(filesystem: str = "") -> set[str]:
    """Return every case that a report or an explanation names, on tmpfs or on another."""
    return {case for entry in (*data()["report"], *data()["explanation"])
            if entry.get("filesystem", "") == filesystem for case in entry.get("cases", ())}


def filesystems() -> set[str]:
    """Return the other file systems that reports name."""
    return {report["filesystem"] for report in data()["report"] if "filesystem" in report}


def keep(results: Iterable[str]) -> None:
    """Keep of the results what the page shows."""
    columns: dict[str, dict[str, Any]] = {}
    dates = set()
    for path in results:
        result = json.loads(Path(path).read_text(encoding="utf-8"))
        dates.add(result["date"][:10])
        for kernel in result["kernels"]:
            name, _plus, filesystem = kernel["name"].partition("+")
            wanted = cases_named(filesystem)
            if not name.startswith("debian-") or not wanted:
                continue
            kept = columns.setdefault(kernel["name"], {
                "name": name, "filesystem": filesystem, "release": kernel["release"],
                "abi": kernel["abi"], "verdicts": {}})
            if kept["release"] != kernel["release"]:
                raise SystemExit(f"{path}: {kernel['name']} is {kernel['release']}, and was "
                                 f"{kept['release']}: measure both on one kernel")
            kept["verdicts"] |= {case["id"]: case["verdict"] for case in kernel["cases"]
                                 if case["id"] in wanted}
    before = measured("reports")
    columns = {_name(kernel): kernel for kernel in before["kernels"]} | columns
    dates |= set(before["dates"])
    for kernel in columns.values():
        wanted = cases_named(kernel["filesystem"])
        kernel["verdicts"] = {case: verdict for case, verdict
                              in sorted(kernel["verdicts"].items()) if case in wanted}
    text = json.dumps({"dates": sorted(dates), "kernels": list(columns.values())}, indent=1)
    (MEASURED / "reports.json").write_text(text + "\n", encoding="utf-8")


def _name(kept: dict[str, Any]) -> str:
    """Return the name that its column had in the result."""
    return "+".join(filter(None, (kept["name"], kept["filesystem"])))


def kernels(filesystem: str = "") -> list[dict[str, Any]]:
    """Return what was measured with the cases' directories on that file system, or on tmpfs."""
    return [kernel for kernel in measured("reports")["kernels"]
            if kernel["filesystem"] == filesystem]


def link(where: str) -> str:
    """Return where a report stands, as a link."""
    if "#" in where:
        project, number = where.split("#")
        return f"[{where}](https://github.com/{project}/issues/{number})"
    if where.startswith("CVE-"):
        return f"[{where}](https://www.cve.org/CVERecord?id={where})"
    return f"[a mail]({Report(where, ()).address})"


def cell(text: str) -> str:
    """Return text that can stand in a cell of a table."""
    return sentence(text).replace("|", "\\|").replace("<", "&lt;")


def verdicts(case: str, filesystem: str = "") -> str:
    """Return what the kernels said of a case: absent 5.10, 6.1; open 6.12 to 7.3."""
    said = [(short(kernel), str(kernel["verdicts"].get(case, "not measured")))
            for kernel in kernels(filesystem)]
    runs = [(verdict, [name for name, _ in group])
            for verdict, group in groupby(said, key=lambda one: one[1])]
    return "; ".join(
        f"{verdict} {f'{names[0]} to {names[-1]}' if len(names) > 2 else ', '.join(names)}"
        for verdict, names in runs)


def shown(entry: dict[str, Any]) -> str:
    """Return the cases of a report or an explanation, each with what kernels said of it."""
    if "untried" in entry:
        return f"no case: {cell(entry['untried'])}"
    filesystem = entry.get("filesystem", "")
    lines = [f"`{case}`{f' on {filesystem}' * bool(filesystem)}: {verdicts(case, filesystem)}"
             for case in entry["cases"]]
    lines += [f"broken on purpose: [{Path(by).stem}](../{by})" if by.endswith(".patch")
              else f"in the environment {by}" for by in entry.get("shown_by", ())]
    return "<br>".join(lines)


def rows(kind: str) -> str:
    """Return the table of the reports of one kind."""
    return table(["report", "what it says", "cases and kernels", "settled by"],
                 [[f"{link(report['where'])}<br>{cell(report['title'])}", cell(report["says"]),
                   shown(report), cell(report["settled"])] for report in reports(kind)])


def explanations() -> str:
    """Return the explanations, each with the reports that it answers."""
    parts = []
    for one in data()["explanation"]:
        answered = [report for report in reports("no-bug") if report["explained"] == one["id"]]
        parts.append("\n".join([
            f'### <a id="{one["id"]}"></a>{one["title"]}', "", one["text"].strip(), "",
            table(["case", "kernels"], [[f"`{case}`", verdicts(case)] for case in one["cases"]]),
            *(["", "Seen in the environments "
               + ", ".join(f"`{by}`" for by in one["shown_by"]) + " of `tests/environments/`."]
              if "shown_by" in one else []),
            "", table(["report", "what it says", "case"],
                      [[f"{link(report['where'])}<br>{cell(report['title'])}",
                        cell(report["says"]), ", ".join(f"`{case}`" for case in report["cases"])]
                       for report in answered])]))
    return "\n\n".join(parts)


def numbers() -> str:
    """Return how many reports there are of each kind, and when the cases ran."""
    trackers = {report["where"].split("#")[0] for report in data()["report"]
                if "#" in report["where"]}
    text = (f"{len(data()['report'])} reports from {len(trackers)} trackers of projects, from the"
            f" list of CVE numbers and from mailing lists: {len(reports('fixed'))} of bugs of"
            f" kernels that are fixed, {len(reports('open'))} of what nothing promises yet,"
            f" {len(reports('newer'))} that a later ABI version answers, and"
            f" {len(reports('no-bug'))} that are no bug of Landlock. The cases ran on"
            f" {', '.join(map(short, kernels()))} of Debian"
            f" ({' and '.join(measured('reports')['dates'])}).")
    return textwrap.fill(text, 132, break_on_hyphens=False)


PARTS: dict[str, Callable[[], str]] = {
    "numbers": numbers, "explanations": explanations,
    "fixed": lambda: rows("fixed"), "open": lambda: rows("open"), "newer": lambda: rows("newer"),
}


def main(words: list[str]) -> int:
    """Print one part, or keep results."""
    if len(words) > 1 and words[0] == "keep":
        keep(words[1:])
    elif len(words) == 1 and words[0] in PARTS:
        print(PARTS[words[0]]())
    else:
        print(f"usage: python3 -m tests.docs.reports {'|'.join(PARTS)} | keep RESULT.json...",
              file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
