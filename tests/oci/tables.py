# SPDX-License-Identifier: GPL-2.0
"""Tables of docs/oci.md.

    python3 -m tests.oci.tables checks|left-out|measured
    python3 -m tests.oci.tables keep RESULT.json...

`keep` keeps of results of `landproof oci --json` what the page shows.
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
    rows = json.loads(MEASURED.read_text(encoding="utf-8"))
    seen = [verdict for verdict in MEANINGS if any(verdict in row["verdicts"] for row in rows)]
    return table(("runtime", "kernel", "form", *seen),
                 [(row["runtime"], row["kernel"], row["form"],
                   *(str(row["verdicts"].get(verdict, "")) for verdict in seen)) for row in rows])


def keep(results: Sequence[str]) -> None:
    """Keep the numbers of some results."""
    rows: list[dict[str, Any]] = []
    for result in results:
        for column in json.loads(Path(result).read_text(encoding="utf-8"))["oci"]:
            for form in dict.fromkeys(one["form"] for one in column["outcomes"]):
                counts = Counter(one["verdict"] for one in column["outcomes"]
                                 if one["form"] == form)
                rows.append({"runtime": f"{column['runtime']} {column['version']}".strip(),
                             "kernel": column["kernel"], "form": form, "verdicts": dict(counts)})
    MEASURED.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


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
    else:
        print(__doc__, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
