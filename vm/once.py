# SPDX-License-Identifier: GPL-2.0
"""Boots kernels with the harness and prints the records: python3 -m vm.once KERNEL ARGUMENT..."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from vm import kernels, run
from vm.errors import UserError
from vm.paths import GUEST

USAGE = ("usage: python3 -m vm.once [--harness FILE] [--records DIR] [--no-landlock]"
         " KERNEL[,KERNEL...] [ARGUMENT...]")


def _show(name: str, record: dict[str, Any]) -> None:
    """Print a record on one line, after the kernel's name."""
    print(f"{name}: {json.dumps(record, ensure_ascii=False)}", flush=True)


def main(words: list[str]) -> int:
    """Run the guest's `run ARGUMENT...` on the kernels; return 0, or 2 if that failed."""
    harness, landlock, outdir = GUEST, True, None
    while words and words[0].startswith("--"):
        option = words.pop(0)
        if option == "--harness" and words:
            harness = Path(words.pop(0))
        elif option == "--records" and words:
            outdir = Path(words.pop(0))
        elif option == "--no-landlock":
            landlock = False
        else:
            words = []
    if not words:
        print(USAGE, file=sys.stderr)
        return 2
    try:
        chosen = kernels.choose(words[0].split(","))
        with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
            run.run(chosen, ["run", *words[1:]], outdir or Path(scratch), harness, None, _show,
                    run.Boot(landlock))
    except UserError as error:
        print(f"vm.once: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("vm.once: interrupted", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
