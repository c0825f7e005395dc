# SPDX-License-Identifier: GPL-2.0
"""Runs one case in a machine under strace, a version that knows Landlock's calls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vm import image, run, toolfiles
from vm.errors import UserError
from vm.kernel import Kernel
from vm.paths import GUEST
from vm.tools import Tool

PLACE = "landproof/strace"
OUTPUT = "/landproof/strace.out"

# Debian 12's own (6.1) knows the calls of ABI 2.
STRACE = Tool("strace", {
    "name": "strace", "binary": "usr/bin/strace",
    "packages": ["strace", "libc6", "libunwind8", "liblzma5", "libgcc-s1"],
}, "sid")

# The harness is the argument: whatever it forks is followed. Strings are shown whole, as they name
# files; marks are long.
SCRIPT = f"""\
cd /{PLACE}
exec ./{toolfiles.LOADER} --library-path . ./strace -f -s 200 -o {OUTPUT} -p "$1"
"""


@dataclass(frozen=True)
class Traced:
    """What came of a case, and what strace wrote of all its worlds."""

    release: str
    verdict: str
    why: str
    text: str


def _archive() -> bytes:
    entries = [image.Entry(PLACE, 0o040755),
               image.Entry(f"{PLACE}/start.sh", 0o100644, SCRIPT.encode())]
    entries += [image.file(f"{PLACE}/{name}", path, 0o755)
                for name, path in toolfiles.files(STRACE).items()]
    return image.cpio(entries)


def trace(kernel: Kernel, case_id: str, worlds: Sequence[str], place: Path,
          listener: run.Listener, boot: run.Boot) -> Traced:
    """Run a case under strace; raise UserError if that cannot be done here."""
    words = ["run", "--unreported", "--case", case_id, "--strace", f"/{PLACE}/start.sh",
             *(word for world in worlds for word in ("--world", world))]
    (path,) = run.run([kernel], words, place, GUEST, 1, listener, boot, _archive())
    release = verdict = why = text = ""
    for record in map(json.loads, path.read_text().splitlines()):
        if record["type"] == "start":
            release = record["release"]
        elif record["type"] == "result" and record["id"] == case_id:
            verdict, why = record["verdict"], record.get("why") or ""
        elif record["type"] == "strace":
            text = record["said"]
        elif record["type"] in ("unavailable", "lost"):
            raise UserError(f"{kernel.name}: {record['why']}")
        elif record["type"] == "died":
            raise UserError(f"{kernel.name}: the machine ended ({record['how']}) in {case_id}, and"
                            " the trace with it")
    if not text:
        raise UserError(f"{kernel.name}: strace wrote nothing")
    return Traced(release, verdict, why, text)
