# SPDX-License-Identifier: GPL-2.0
"""Measures, in one run, what the machines cost beside the cases: `make bench`."""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vm import image, kernels, paths, progress, qemu, run
from vm.errors import UserError
from vm.kernel import Kernel
from vm.paths import GUEST

BOOT_LIMIT = 120.0

MARK = 1.2
"""The matrix may take so many times what bare boots and the cases take, divided by the cores."""


def machine_seconds() -> float:
    """Return the processor time of all machines that have ended, which others disturb less."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


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
        start, used = time.monotonic(), machine_seconds()
        files = run.run(usable, ["run", *words], Path(scratch), GUEST, None, listener)
        wall, used = time.monotonic() - start, machine_seconds() - used
        for kernel, file in zip(usable, files):
            for record in map(json.loads, file.read_text().splitlines()):
                if record["type"] == "result":
                    inside[kernel.name] += float(record.get("ms", 0)) / 1000
                    worlds += [world["ms"] for world in record.get("worlds", {}).values()
                               if "ms" in world]
    cores = len(os.sched_getaffinity(0))
    ideal = (sum(bare.values()) + sum(inside.values())) / cores
    worlds.sort()
    return {"bare_boot": bare, "inside_cases": inside, "wall": wall, "processor": used,
            "cores": cores,
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
        print(f"whole matrix {found['wall']:.1f} s, {found['processor']:.1f} s of processor time\n"
              f"(bare boots + time inside cases) / {found['cores']} cores: {found['ideal']:.1f} s;"
              f" the matrix took {found['ratio']:.2f} times this"
              f" (mark: at most {MARK}, {'met' if found['ratio'] <= MARK else 'missed'})")
    if found["worlds"]:
        print(f"median of {found['worlds']} worlds: {found['world_ms_median']:.1f} ms")


RUNTIME_KERNELS = ("debian-6.1", "debian-6.12", "debian-7.3")


def runtimes(quick: bool) -> dict[str, Any]:
    """Return how long the tools of the default set take on three kernels, beside raw calls."""
    command = [str(Path(__file__).resolve().parents[1] / "landproof"), "runtimes",
               *(["--quick"] if quick else []),
               *(word for kernel in RUNTIME_KERNELS for word in ("--kernel", kernel))]
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        out = Path(scratch) / "out.json"
        start = time.monotonic()
        subprocess.run([*command, "--json", str(out)], stdout=subprocess.DEVNULL, check=False)
        wall = time.monotonic() - start
        found = json.loads(out.read_text())["runtimes"]
    worlds: dict[str, list[float]] = {}
    for one in found:
        worlds.setdefault(one["tool"], []).extend(world["ms"] for world in one["worlds"].values())
    return {"wall": wall, "tools": {tool: {"worlds": len(ms), "ms_median": sorted(ms)[len(ms) // 2],
                                           "seconds": sum(ms) / 1000}
                                    for tool, ms in worlds.items() if ms}}


def show_runtimes(found: dict[str, Any], quick: bool) -> None:
    """Print it as a table."""
    print(f"\n{'tool':<28}{'worlds':>8}{'median':>12}{'in worlds':>12}")
    for tool, one in found["tools"].items():
        print(f"{tool:<28}{one['worlds']:>8}{one['ms_median']:>9.1f} ms{one['seconds']:>10.1f} s")
    print(f"{'--quick, ' if quick else ''}{len(found['tools']) - 1} tools,"
          f" {len(RUNTIME_KERNELS)} kernels: {found['wall']:.1f} s")


LAB_KERNELS = ("lab-7.3-minimal", "lab-7.3")


def lab() -> dict[str, float]:
    """Return how long lab kernels take one after the other, in a cache that has sources only."""
    command = str(Path(__file__).resolve().parents[1] / "landproof")
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        cache = Path(scratch) / "landproof"
        cache.mkdir()
        for name in ("apt", "sources"):
            (cache / name).symlink_to(paths.cache() / name)
        found = {}
        for name in (*LAB_KERNELS, LAB_KERNELS[-1]):
            start = time.monotonic()
            subprocess.run([command, "kernels", "build", name], stderr=subprocess.DEVNULL,
                           env={**os.environ, "XDG_CACHE_HOME": scratch}, check=True)
            again = " in another directory" if name in found else ""
            found[name + again] = time.monotonic() - start
            shutil.rmtree(cache / "lab")
            shutil.rmtree(cache / "kernels")
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; asserts nothing."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.add_argument("--runtimes", choices=["quick", "whole"],
                        help="the tools of runtimes/ instead of the cases")
    parser.add_argument("--lab", action="store_true",
                        help="builds of lab kernels, each beside those before it, instead")
    parser.add_argument("--kernel", action="append", default=[], metavar="K")
    parser.add_argument("guest", nargs="*", metavar="ARGUMENT",
                        help="of the harness; default: all cases")
    args = parser.parse_args(words)
    if args.runtimes:
        quick = args.runtimes == "quick"
        found = runtimes(quick)
        if args.json:
            print(json.dumps(found, indent=1))
        else:
            show_runtimes(found, quick)
        return 0
    if args.lab:
        for name, seconds in lab().items():
            print(f"{name:<36}{seconds:>8.0f} s", flush=True)
        return 0
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
