# SPDX-License-Identifier: GPL-2.0
"""Tables of the documents, made of what was measured (docs/measured/).

    python3 -m tests.docs.tables keep build/matrix.json

keeps what the documents show of a result of `make matrix`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from reports.model.known import Issue, known_issues, matches
from reports.model.results import CaseResult
from reports.model.verdicts import Verdict

ROOT = Path(__file__).resolve().parents[2]
MEASURED = ROOT / "docs" / "measured"
DEVIATIONS = ("bypass", "overblock", "errno", "dishonest", "crash", "hang")
SHOWN = (
    "net.tcp.connect", "net.tcp.fastopen_sendto", "net.mptcp.connect_plain_peer",
    "net.tcp.listen_autobind", "net.udp.connect", "fs.read_file.open", "fs.truncate.truncate",
    "fs.execute.memfd", "fs.resolve_unix.connect", "overlay.merged.copy_up",
    "ioctl.uring_cmd.discard", "scope.signal.kill", "scope.signal.sigio_pgrp",
    "domain.tsync.siblings", "errata.4",
)
"""The cases of the README's table."""


FAILURES = ("needs ABI", "cannot run", "passes alone", "log wording", "not promised",
            "unexplained", "real")


def keep(result: str) -> None:
    """Keep of a result of `landproof run` or `landproof selftests` what the documents show."""
    data = json.loads(Path(result).read_text(encoding="utf-8"))
    name, kept = ("selftests", keep_selftests(data)) if "selftests" in data else (
        ("runtimes", keep_runtimes(data)) if "runtimes" in data else
        ("matrix", keep_matrix(data)))
    path = MEASURED / f"{name}.json"
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def keep_matrix(data: dict[str, Any]) -> dict[str, Any]:
    """Of the cases: those of the README's table, and all that deviate."""
    kernels = [
        {"name": kernel["name"], "release": kernel["release"], "abi": kernel["abi"],
         "verdicts": {case["id"]: case["verdict"] for case in kernel["cases"]
                      if case["id"] in SHOWN or case["verdict"] in DEVIATIONS}}
        for kernel in data["kernels"] if kernel["name"].startswith("debian-")
    ]
    return {"date": data["date"][:10], "kernels": kernels}


def keep_runtimes(data: dict[str, Any]) -> dict[str, Any]:
    """Of the tools: how many cases got which verdict. What single words grant is not counted."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    for one in data["runtimes"]:
        if one["tool"] != "raw" and not one["case"].startswith("word."):
            seen = counts.setdefault(one["tool"], {}).setdefault(one["kernel"], {})
            seen[one["verdict"]] = seen.get(one["verdict"], 0) + 1
    return {"date": data["date"][:10],
            "kernels": [{key: kernel[key] for key in ("name", "release", "abi")}
                        for kernel in data["kernels"]],
            "attempts": len({one["case"] for one in data["runtimes"] if one["tool"] == "raw"}),
            "versions": {tool["name"]: tool["version"] for tool in data["tools"]},
            "counts": counts}


def keep_selftests(data: dict[str, Any]) -> dict[str, Any]:
    """Of the selftests: how many there are of each sort."""
    kernels = [
        {"name": kernel["name"], "release": kernel["release"], "abi": kernel["abi"],
         "counts": {**kernel["counts"], "fail": sum(kernel["counts"][why] for why in FAILURES)}}
        for kernel in data["kernels"]
    ]
    return {"from": data["selftests"], "kernels": kernels}


def measured(name: str) -> dict[str, Any]:
    """Return what was kept under that name."""
    data: dict[str, Any] = json.loads((MEASURED / f"{name}.json").read_text(encoding="utf-8"))
    return data


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def short(kernel: dict[str, Any]) -> str:
    """Return a kernel's version as people say it: 6.18."""
    return str(kernel["name"]).removeprefix("debian-")


def release(kernel: dict[str, Any]) -> str:
    """Return its release without what Debian adds."""
    return str(kernel["release"]).split("-")[0].split("+")[0]


def matrix() -> str:
    """The README's table."""
    kernels = measured("matrix")["kernels"]

    def cell(verdict: str | None) -> str:
        if verdict in DEVIATIONS:
            return f"**{verdict.upper()}**" if verdict else ""
        return {"absent": "–", "cannot-run": "?", None: ""}.get(verdict, verdict or "")

    return table(
        ["Debian kernel", *map(short, kernels)],
        [["release", *map(release, kernels)],
         ["Landlock ABI", *(str(kernel["abi"] or "none") for kernel in kernels)],
         *([f"`{case}`", *(cell(kernel["verdicts"].get(case)) for kernel in kernels)]
           for case in SHOWN)],
    )


def known() -> list[tuple[Issue, list[str], list[dict[str, Any]]]]:
    """Return the known issues that deviations showed, each with its globs and kernels."""
    found = []
    explained: set[tuple[str, str]] = set()
    for issue in known_issues():
        kernels, globs = [], set()
        for kernel in measured("matrix")["kernels"]:
            hit = {(kernel["name"], case, glob) for case, verdict in kernel["verdicts"].items()
                   for glob in issue.cases if verdict in DEVIATIONS and matches(glob, case)
                   and issue.affects(kernel["release"])
                   and issue.explains(CaseResult(case, Verdict(verdict)))}
            if hit:
                kernels.append(kernel)
                globs |= {glob for *_, glob in hit}
                explained |= {(name, case) for name, case, _ in hit}
        if kernels:
            found.append((issue, sorted(globs), kernels))
    rest = {(kernel["name"], case) for kernel in measured("matrix")["kernels"]
            for case, verdict in kernel["verdicts"].items() if verdict in DEVIATIONS} - explained
    if rest:
        raise SystemExit(f"no entry of reports/known-issues.toml explains {sorted(rest)}")
    return found


def sentence(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def recorded(report: str) -> str:
    """Return where an issue is recorded, with links to issues of projects on GitHub and to CVEs."""
    text = re.sub(r"([\w.-]+/[\w.-]+)#(\d+)", r"[\g<0>](https://github.com/\1/issues/\2)", report)
    return re.sub(r"CVE-\d+-\d+", r"[\g<0>](https://www.cve.org/CVERecord?id=\g<0>)", text)


def deviations() -> str:
    """The README's list of what was found."""
    lines = []
    for issue, globs, kernels in known():
        line = (f"* **{issue.verdicts[0]}** on {', '.join(map(short, kernels))}: {issue.text}"
                f" Cases {', '.join(f'`{glob}`' for glob in globs)}; {recorded(issue.report)}.")
        lines.append(textwrap.fill(line, 130, subsequent_indent="  ", break_long_words=False,
                                   break_on_hyphens=False))
    return "\n".join(lines)


def findings() -> str:
    """The table of docs/findings.md."""
    return table(
        ["cases", "seen on", "what", "kernels", "recorded in"],
        [[", ".join(f"`{glob}`" for glob in globs), ", ".join(map(release, kernels)), issue.text,
          f"[{issue.kernels}](known-issues.md#{issue.id})", recorded(issue.report)]
         for issue, globs, kernels in known()])


def cases() -> str:
    """How many cases there are, rounded down so that a new one does not make every page stale."""
    listed = json.loads(subprocess.run([ROOT / "build" / "landproof-guest", "list", "--json"],
                                       check=True, capture_output=True, text=True).stdout)
    variants = sum(len(case["variants"]) for case in listed)
    kernels = measured("matrix")
    return (f"More than {len(listed) // 50 * 50} cases, {variants // 100 * 100} with their"
            f" variants, ran on each of {len(kernels['kernels'])} kernels"
            f" (measured {kernels['date']}).")


def selftests() -> str:
    """The table of docs/selftests.md: the kernel's own selftests on several kernels."""
    kernels = measured("selftests")["kernels"]

    def row(why: str) -> list[str]:
        strong = "**" if why in ("fail", "real") else ""
        numbers = [kernel["counts"][why] for kernel in kernels]
        return [f"{strong}{number}{strong}" if number or strong else ""
                for number in ([why] + numbers)]

    words = ("passes", "skipped", "fail", *FAILURES)
    return table(["", *map(release, kernels)],
                 [["Landlock ABI", *(str(kernel["abi"]) for kernel in kernels)], *map(row, words)])


def runtimes() -> str:
    """The table of docs/runtimes.md: of the policies that a tool has words for, what came."""
    data = measured("runtimes")

    def cell(counts: dict[str, int]) -> str:
        through = counts.get("open-silent", 0) + counts.get("open-told", 0)
        refused = counts.get("refused-start", 0)
        asked = through + refused + counts.get("enforced", 0) + counts.get("overblock", 0)
        if not asked:
            return "–"
        text = f"{through} / {asked}"
        return (f"**{text}**" if counts.get("open-silent") else text) + (
            f", {refused} not started" if refused else "")

    caption = (f"Got through / asked, of {data['attempts']} attempts, measured {data['date']}."
               " **Bold**: without a word. \"Not started\": the tool fails closed. –: it has no"
               " words for any of them, or makes no domain.")
    return textwrap.fill(caption, 130) + "\n\n" + table(
        ["tool", "version", *map(release, data["kernels"])],
        [["Landlock ABI", "", *(str(kernel["abi"]) for kernel in data["kernels"])],
         *([f"`{tool}`", data["versions"].get(tool, ""),
            *(cell(counts.get(kernel["name"], {})) for kernel in data["kernels"])]
           for tool, counts in data["counts"].items())])


TABLES: dict[str, Callable[[], str]] = {
    "matrix": matrix, "deviations": deviations, "findings": findings, "cases": cases,
    "selftests": selftests, "runtimes": runtimes,
}


def main(words: list[str]) -> int:
    """Print one table, or keep a result."""
    if len(words) == 2 and words[0] == "keep":
        keep(words[1])
    elif len(words) == 1 and words[0] in TABLES:
        print(TABLES[words[0]]())
    else:
        print(f"usage: python3 -m tests.docs.tables {'|'.join(TABLES)} | keep RESULT.json",
              file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
