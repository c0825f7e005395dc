# SPDX-License-Identifier: GPL-2.0
"""Tables of docs/oci.md.

    python3 -m tests.oci.tables checks|left-out|measured|cases
    python3 -m tests.oci.tables keep RESULT.json...

`keep` keeps what the page shows of results of `landproof oci --json` and
`landproof runtimes --json`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from oci.checks import left_out, read
from oci.judge import MEANINGS

MEASURED = Path(__file__).parents[2] / "docs" / "measured" / "oci.json"
TOLD = ("enforced", "open-silent", "overblock", "refused-start", "confounded", "inexpressible",
        "kernel")
"""Verdicts of cases that are shown: what cannot run, or is not applicable, says nothing here."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def checks() -> str:
    """Return every check: what it asks, who promises it, and which reading is taken."""
    return table(("check", "claim", "source", "reading"),
                 [(f"`{check.id}`", check.claim, check.source, check.reading) for check in read()])


def measured() -> str:
    """Return how many checks came out how, for each runtime, kernel and form."""
    rows = json.loads(MEASURED.read_text(encoding="utf-8"))["checks"]
    seen = [verdict for verdict in MEANINGS if any(verdict in row["verdicts"] for row in rows)]
    return table(("runtime", "kernel", "form", *seen),
                 [(row["runtime"], row["kernel"], row["form"],
                   *(str(row["verdicts"].get(verdict, "")) for verdict in seen)) for row in rows])


def cases() -> str:
    """Return how many cases came out how with a runtime as the tool."""
    rows = json.loads(MEASURED.read_text(encoding="utf-8"))["cases"]
    return table(("runtime", "kernel", *TOLD, "grants that work"),
                 [(row["runtime"], row["kernel"],
                   *(str(row["verdicts"].get(verdict, 0)) for verdict in TOLD), str(row["grants"]))
                  for row in rows])


def keep_checks(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the numbers of a result of the checks."""
    rows = []
    for column in data["oci"]:
        for form in dict.fromkeys(one["form"] for one in column["outcomes"]):
            counts = Counter(one["verdict"] for one in column["outcomes"] if one["form"] == form)
            rows.append({"runtime": f"{column['runtime']} {column['version']}".strip(),
                         "kernel": column["kernel"], "form": form, "verdicts": dict(counts)})
    return rows


def keep_cases(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the numbers of a result of the cases."""
    rows = []
    found = [one for one in data["runtimes"] if one["tool"] != "raw"]
    for kernel, tool in dict.fromkeys((one["kernel"], one["tool"]) for one in found):
        own = [one for one in found if (one["kernel"], one["tool"]) == (kernel, tool)]
        rows.append({"runtime": tool, "kernel": "here" if kernel == "host" else kernel,
                     "verdicts": dict(Counter(one["verdict"] for one in own)),
                     "grants": sum(one["worlds"].get("grant", {}).get("result") == "ok"
                                   for one in own)})
    return rows


def keep(results: Sequence[str]) -> None:
    """Keep the numbers of some results."""
    kept: dict[str, list[dict[str, Any]]] = {"checks": [], "cases": []}
    for result in results:
        data = json.loads(Path(result).read_text(encoding="utf-8"))
        if "oci" in data:
            kept["checks"] += keep_checks(data)
        else:
            kept["cases"] += keep_cases(data)
    MEASURED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def main(words: Sequence[str]) -> int:
    """Print one table, or keep results."""
    if words[:1] == ["keep"] and len(words) > 1:
        keep(words[1:])
    elif list(words) == ["checks"]:
        print(checks())
    elif list(words) == ["left-out"]:
        print("\n".join(f"* {one['what']}. {one['why']}" for one in left_out()))
    elif list(words) == ["measured"]:
        print(measured())
    elif list(words) == ["cases"]:
        print(cases())
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
