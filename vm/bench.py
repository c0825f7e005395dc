# SPDX-License-Identifier: GPL-2.0
"""Measures, in one run, what the machines cost beside the cases: `make bench`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vm import image, kernels, progress, qemu, run
from vm.errors import UserError
from vm.kernel import Kernel
from vm.paths import GUEST

BOOT_LIMIT = 120.0


def bare_boot(kernel: Kernel) -> float:
    """Return the seconds from QEMU's start to its exit with an init that powers off at once."""
    bootable = image.bootable(kernel)
    return qemu.boot(qemu.Machine(bootable, qemu.poweroff(), qemu.accelerator(bootable)),
                     BOOT_LIMIT)


def measure(chosen: Sequence[Kernel], words: Sequence[str]) -> dict[str, Any]:
    """Return the bare boots, the time inside the cases, and the wall time of the matrix."""
    usable = [kernel for kernel in chosen if not kernel.unavailable]
    bare = {kernel.name: bare_boot(kernel) for kernel in usable}
    inside = dict.fromkeys(bare, 0.0)
    worlds: list[float] = []
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch, \
            progress.display(usable) as listener:
        start = time.monotonic()
        files = run.run(usable, ["run", *words], Path(scratch), GUEST, None, listener)
        wall = time.monotonic() - start
        for kernel, file in zip(usable, files):
            for record in map(json.loads, file.read_text().splitlines()):
                if record["type"] == "result":
                    inside[kernel.name] += float(record.get("ms", 0)) / 1000
                    worlds += [world["ms"] for world in record.get("worlds", {}).values()
                               if "ms" in world]
    cores = len(os.sched_getaffinity(0))
    ideal = (sum(bare.values()) + sum(inside.values())) / cores
    worlds.sort()
    return {"bare_boot": bare, "inside_cases": inside, "wall": wall, "cores": cores,
            "ideal": ideal, "ratio": wall / ideal if ideal else None,
            "worlds": len(worlds), "world_ms_median": worlds[len(worlds) // 2] if worlds else None}


def show(found: dict[str, Any]) -> None:
    """Print the measurement as a table."""
    print(f"{'kernel':<16}{'bare boot':>12}{'in cases':>12}")
    for name, seconds in found["bare_boot"].items():
        print(f"{name:<16}{seconds:>10.2f} s{found['inside_cases'][name]:>10.2f} s")
    print(f"{'sum':<16}{sum(found['bare_boot'].values()):>10.2f} s"
          f"{sum(found['inside_cases'].values()):>10.2f} s")
    if found["ratio"]:
        print(f"whole matrix {found['wall']:.1f} s; sums / {found['cores']} cores"
              f" {found['ideal']:.1f} s; ratio {found['ratio']:.2f}")
    if found["worlds"]:
        print(f"median of {found['worlds']} worlds: {found['world_ms_median']:.1f} ms")


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; asserts nothing."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.add_argument("--kernel", action="append", default=[], metavar="K")
    parser.add_argument("guest", nargs="*", metavar="ARGUMENT",
                        help="of the harness; default: all cases")
    args = parser.parse_args(words)
    try:
        with progress.fetching() as tell:
            chosen = kernels.choose(args.kernel, progress=tell)
        found = measure(chosen, args.guest)
    except UserError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
