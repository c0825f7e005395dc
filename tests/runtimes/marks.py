# SPDX-License-Identifier: GPL-2.0
"""What docs/runtimes.md says of tools, looked up in a result; `make runtimes` runs it.

    python3 -m tests.runtimes.marks build/runtimes.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Mark:
    """Outcomes of a tool, and the verdicts that they may have."""

    tool: str
    kernel: str
    case: str
    verdicts: tuple[str, ...]
    strictest: str | None = None
    """What the attempt comes to under the strictest policy of the tool."""


SILENT, REFUSED, NO_WORD = ("open-silent",), ("refused-start",), ("inexpressible",)
GREEN = ("enforced", "kernel", "inexpressible", "refused-start", "confounded")
WITHOUT_LANDLOCK = (*NO_WORD, "confounded", *SILENT)
"""A new namespace does nothing to a socket or a mount that was there before."""
MARKS = (
    Mark("setpriv+net", "debian-*", "net.tcp.connect", SILENT),
    Mark("setpriv+net", "debian-*", "scope.signal.kill", SILENT),
    Mark("setpriv", "debian-*", "*", GREEN),
    Mark("setpriv", "debian-6.1", "fs.truncate.*", REFUSED),
    Mark("landrun", "debian-6.1", "*", (*REFUSED, *NO_WORD)),
    Mark("landrun", "debian-7.3", "fs.*", GREEN),
    Mark("landrun", "debian-7.3", "net.udp.connect", NO_WORD, strictest="ok"),
    Mark("landrun-best-effort", "debian-6.1", "net.tcp.connect", SILENT),
    Mark("landrun-best-effort", "debian-6.1", "fs.truncate.truncate", SILENT),
    Mark("landrun-best-effort", "debian-6.12", "fs.resolve_unix.connect", SILENT),
    Mark("landrun-best-effort", "debian-7.3", "word.--unix.fs.read_file", SILENT),
    Mark("minijail*", "debian-7.3", "*", GREEN),
    Mark("minijail", "debian-7.3", "fs.truncate.truncate", NO_WORD, strictest="ok"),
    Mark("minijail-abi-5", "debian-7.3", "fs.truncate.truncate", ("enforced",)),
    Mark("firejail", "debian-7.3", "fs.truncate.truncate", NO_WORD, strictest="ok"),
    Mark("landlock-restrict", "debian-6.1", "fs.truncate.truncate", SILENT),
    Mark("landlock-restrict*", "debian-7.3", "*", GREEN),
    Mark("sandboxer", "debian-6.1", "net.tcp.connect", SILENT),
    Mark("sandboxer", "debian-7.3", "*", GREEN),
    Mark("bubblewrap", "debian-*", "*", WITHOUT_LANDLOCK),
    Mark("unshare", "debian-*", "*", WITHOUT_LANDLOCK),
)
MISSING = ("cannot-run",)


def wrong(outcomes: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is otherwise than the marks say, and marks that nothing is said about."""
    for mark in MARKS:
        found = [one for one in outcomes if one["verdict"] not in MISSING
                 and fnmatchcase(one["tool"], mark.tool)
                 and fnmatchcase(one["kernel"], mark.kernel)
                 and fnmatchcase(one["case"], mark.case)]
        if not found:
            yield f"{mark.tool}, {mark.kernel}, {mark.case}: it was not tried"
        for one in found:
            if one["verdict"] not in mark.verdicts:
                yield (f"{one['tool']}, {one['kernel']}, {one['case']}: {one['verdict']}"
                       f" ({one['why']}), and not {' or '.join(mark.verdicts)}")
            elif mark.strictest and (
                    one["worlds"].get("strictest", {}).get("result") != mark.strictest):
                yield (f"{one['tool']}, {one['kernel']}, {one['case']}:"
                       " its strictest policy stops it")


def main(words: list[str]) -> int:
    """Print what is otherwise; return 1 if anything is."""
    if len(words) != 1:
        print("usage: python3 -m tests.runtimes.marks RESULT.json", file=sys.stderr)
        return 2
    found = list(wrong(json.loads(Path(words[0]).read_text(encoding="utf-8"))["runtimes"]))
    print("\n".join(found) or "All is as docs/runtimes.md says.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
