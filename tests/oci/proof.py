# SPDX-License-Identifier: GPL-2.0
"""Proves the checks of OCI runtimes with a runtime that is right, and with ones that are broken.

usage: python3 -m tests.oci.proof [--here] [PATCH...]

With the shim of this directory every check must hold, in each form of the block. Each patch breaks
the shim; the checks that it names ("Found by:") must turn red, and each check must have turned red
once. All runs in virtual machines: a patch that shows on an older kernel only names that ("On:").
With --here the patches that name none run on this machine, as root.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from oci.checks import read

ROOT = Path(__file__).parents[2]
PATCHES = ROOT / "tests" / "oci" / "patches"
KERNEL = "debian-7.3"
OLDER = "debian-6.1"
"""A kernel that lacks rights which the block has words for."""

RED = {"fails", "ignored"}


def build(patch: Path | None, scratch: Path) -> str:
    """Return the shim, as --runtime takes it, built of sources that a patch has changed."""
    tree = scratch / "tree"
    shutil.copytree(ROOT / "harness", tree / "harness")
    shutil.copytree(ROOT / "tests" / "oci", tree / "tests" / "oci")
    for name in ("Makefile", "version.sh"):
        shutil.copy(ROOT / name, tree)
    if patch:
        subprocess.run(["patch", "-s", "-p1", "-i", str(patch)], cwd=tree, check=True)
    subprocess.run(["make", "-s", "CFLAGS=-O1 -w", "build/oci-shim"], cwd=tree, check=True,
                   stdout=subprocess.DEVNULL)
    return f"shim={tree}/build/oci-shim"


def verdicts(runtime: str, *words: str) -> dict[tuple[str, str, str], str]:
    """Return the verdict of each kernel, form and check."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        done = subprocess.run([ROOT / "landproof", "oci", "--runtime", runtime, "--json", out.name,
                               *words], check=False, stdout=subprocess.DEVNULL)
        if done.returncode not in (0, 1):
            sys.exit(2)
        columns = json.loads(Path(out.name).read_text())["oci"]
    return {(column["kernel"], one["form"], one["check"]): one["verdict"]
            for column in columns for one in column["outcomes"]}


def about(patch: Path) -> str:
    """Return what a patch says before its first change."""
    return patch.read_text().split("\n\n", 1)[0]


def finders(patch: Path) -> set[str]:
    """Return the checks that must find what a patch breaks."""
    found = re.search(r"Found by:(.*?)(?:\nOn:|$)", about(patch), re.DOTALL)
    return set(found[1].split()) if found else set()


def kernel(patch: Path) -> str:
    """Return the kernel on which it shows."""
    found = re.search(r"^On: (\S+)$", about(patch), re.MULTILINE)
    return found[1] if found else KERNEL


def prove_patch(patch: Path, here: bool) -> tuple[set[str], list[str]]:
    """Run the checks that a patch names; return those that are red, and what is wrong."""
    named = finders(patch)
    where = ["--here"] if here and kernel(patch) == KERNEL else ["--kernel", kernel(patch)]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
        found = verdicts(build(patch, Path(scratch)), *where,
                         *(word for name in sorted(named) for word in ("--check", name)))
    red = {check for (_kernel, _form, check), verdict in found.items() if verdict in RED}
    print(f"{patch.stem}: {len(red)} red", flush=True)
    return red, [f"{patch.stem}: not found by {name}" for name in sorted(named - red)]


def prove_sound(here: bool) -> list[str]:
    """Run all checks in all forms with the shim as it is."""
    where = ["--here"] if here else ["--kernel", KERNEL, "--kernel", OLDER]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as scratch:
        found = verdicts(build(None, Path(scratch)), *where,
                         *(word for form in ("1241", "1241-review", "1111")
                           for word in ("--form", form)))
    print(f"the shim: {len(found)} verdicts", flush=True)
    return [f"the shim: {' '.join(key)}: {verdict}" for key, verdict in found.items()
            if verdict not in ("holds", "absent")]


def main(words: Sequence[str]) -> int:
    """Prove all, or some patches; return 0, 1 if a check is wrong, or 2."""
    here = "--here" in words
    named = {Path(word).name.removesuffix(".patch") for word in words if word != "--here"}
    patches = [patch for patch in sorted(PATCHES.glob("*.patch"))
               if not named or patch.stem in named]
    if named - {patch.stem for patch in patches}:
        print(f"no such patch: {', '.join(sorted(named))}", file=sys.stderr)
        return 2
    wrong = [] if named else prove_sound(here)
    ever: set[str] = set()
    for patch in patches:
        red, trouble = prove_patch(patch, here)
        ever |= red
        wrong += trouble
    if not named:
        wrong += [f"{check.id}: never red" for check in read() if check.id not in ever]
    print("\n".join(wrong) if wrong else "every check is proved")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
