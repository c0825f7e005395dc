# SPDX-License-Identifier: GPL-2.0
"""`make filesystems`: the cases of files on every file system, and what of it may deviate.

Where the kernel finds the inode of a name again, nothing may deviate that does not on tmpfs. Where
it does not, rules are lost: then every deviation must be a refusal, and a known issue.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from reports.model.known import explain
from reports.model.resultfile import load_result
from reports.model.results import CaseResult, Kernel
from reports.model.verdicts import Verdict
from vm import filesystems

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "build" / "filesystems.json"
KERNEL = "debian-7.3"
WORDS = ("run", "--kernel", KERNEL, "--fs", "all", "--case", "fs.*", "--case", "overlay.*",
         "--json", str(RESULT), "--html", str(RESULT.with_suffix(".html")))

REFUSED = {"EACCES", "EXDEV"}
MARK = 600
"""Seconds that it may take, on two processors that have nothing else to do."""


def got_through(case: CaseResult) -> bool:
    """Say whether any world shows something else than was promised and than a refusal."""
    return any(world.result != world.expected and world.expected is not None
               and world.result not in REFUSED and "EACCES" not in (world.note or "")
               for world in case.worlds)


def wrong(kernel: Kernel) -> Iterator[str]:
    """Yield what must not be in a column."""
    if kernel.unavailable:
        yield f"{kernel.name}: {kernel.unavailable}"
    for lost in kernel.lost:
        yield f"{kernel.name}: {lost.why}"
    for case in kernel.cases:
        if case.verdict is Verdict.BROKEN:
            yield f"{kernel.name}: {case.id}: broken: {case.why}"
        elif case.deviates and not explain(case, kernel):
            yield f"{kernel.name}: {case.id}: {case.verdict}, which no known issue explains:" \
                  f" {case.why}"
        elif case.deviates and got_through(case):
            yield f"{kernel.name}: {case.id}: no mere refusal: {case.why}"


def main() -> int:
    """Run the cases, and say what came of each file system."""
    start = time.monotonic()
    status = subprocess.run([ROOT / "landproof", *WORDS], check=False).returncode
    seconds = time.monotonic() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status not in (0, 1):
        return status
    kernels = load_result(RESULT).kernels
    for kernel in kernels:
        counts = Counter(case.verdict for case in kernel.cases)
        print(f"{kernel.provenance.filesystem}: "
              + ", ".join(f"{number} {verdict}" for verdict, number in counts.most_common()))
    print(f"{seconds:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of the processors"
          f" (the mark: {MARK} s on two idle ones)")
    found = [text for kernel in kernels for text in wrong(kernel)]
    ran = {kernel.provenance.filesystem for kernel in kernels}
    found += [f"{name}: no column" for name in filesystems.known() if name not in ran]
    print("\n".join(found) or "every deviation is a refusal that a known issue explains")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
