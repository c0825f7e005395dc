# SPDX-License-Identifier: GPL-2.0
"""Proves that the census names what is new, on a kernel which has three more roads.

usage: python3 -m tests.roads.proof

Builds lab-7.3 with the patches tests/patches/census-*.patch. On that kernel the census must name
one more system call, one more io_uring opcode and one more hook, and nothing else.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from vm import lab, progress
from vm.errors import UserError

ROOT = Path(__file__).resolve().parents[2]
NAME = "one-more"
NEW = {("syscall", 473), ("uring.opcode", 65), ("hook", "security_path_teleport")}


def unclassified() -> set[tuple[str, int | str]]:
    """Return what the census names on that kernel."""
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        out = Path(scratch) / "census.json"
        done = subprocess.run([str(ROOT / "landproof"), "census", "--kernel", NAME,
                               "--json", str(out)], stdout=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 1):
            raise UserError(f"landproof census --kernel {NAME} ended with {done.returncode}")
        (kernel,) = json.loads(out.read_text())["kernels"]
    return {(one["family"], one["road"]) for one in kernel["unclassified"]}


def main() -> int:
    """Build, count, compare."""
    patches = sorted((ROOT / "tests" / "patches").glob("census-*.patch"))
    with progress.fetching() as tell:
        lab.build("lab-7.3", patches, tell, as_name=NAME)
    found = unclassified()
    for family, road in sorted(NEW | found, key=str):
        print("named" if (family, road) in NEW & found else
              "not named" if (family, road) in NEW else "named, and not new", family, road)
    return 0 if found == NEW else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        sys.exit(f"proof: {error}")
