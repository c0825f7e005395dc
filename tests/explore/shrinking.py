# SPDX-License-Identifier: GPL-2.0
"""python3 -m tests.explore.shrinking [PART...] SEED...: how small this kernel's differences become.

Of each clause of the model that is switched off, the first difference from this machine's kernel:
a line with its part, the clause, how many operations there were and are, and the milliseconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GUEST = ROOT / "build" / "landproof-guest"
PARTS = ("calls", "fs", "overlay", "net", "domain")
"""Those that this machine may have; the log is heard in a guest."""
DECISIONS = 20000

Record = dict[str, Any]


def explored(*words: str) -> list[Record]:
    """Return what is found; nothing that a wrong model says of the rest of the kernel."""
    said = subprocess.run([GUEST, "explore", "--json", *words], capture_output=True, text=True,
                          check=False).stdout
    found: list[Record] = json.loads(said)["findings"] if said else []
    return [one for one in found if one["verdict"] != "broken"]


def clauses(part: str) -> list[str]:
    """Return the clauses of a part."""
    said = subprocess.run([GUEST, "explore", "--part", part, "--about", "corpus"],
                          capture_output=True, text=True, check=True).stdout
    return [line.split()[0] for line in said.splitlines()]


def shrunk(part: str, clause: str, seed: str) -> Iterator[Record]:
    """Yield what is left of the first scenario that notices it."""
    wrong = ("--part", part, "--mutant", clause)
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as scenario:
        for one in explored(*wrong, "--first", "--seed", seed, "--decisions", str(DECISIONS)):
            lines = [f"= {part} {one['seed']}", *one["operations"]]
            scenario.write("\n".join(lines) + "\n")
            scenario.flush()
            yield from explored(*wrong, "--replay", scenario.name)


def main(words: list[str]) -> int:
    """Print a line for each."""
    seeds = [word for word in words if word.isdigit()]
    for part in [word for word in words if not word.isdigit()] or PARTS:
        for clause in clauses(part):
            for seed in seeds:
                for one in shrunk(part, clause, seed):
                    print(part, clause, one["shrunk_from"], len(one["operations"]),
                          f"{one['shrink_ms']:.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
