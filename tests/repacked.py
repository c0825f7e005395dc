# SPDX-License-Identifier: GPL-2.0
"""`make repacked`: one kernel of Debian's in every kind of package, and what of it may differ.

Debian's package of a kernel is fetched, and packed again as distributions pack theirs. A column
says the same whichever package its kernel comes from.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from reports.model.resultfile import load_result
from reports.model.results import Kernel
from reports.model.verdicts import Verdict
from tests.vm import repack
from vm import archives, paths, sets
from vm.clients.apt import Apt
from vm.modules import BULK

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "build" / "repacked.json"
KERNEL = "debian-6.12-cloud"
CASES = ("errata.*", "fs.read_file.*", "net.tcp.connect*", "scope.signal.kill*",
         # What needs modules.
         "overlay.merged.copy_up", "net.sctp.connect*")


def fetched(directory: Path) -> Path:
    """Return Debian's package of the kernel."""
    release = sets.read(sets.known()["debian"])[KERNEL]
    client = Apt(paths.cache(), release.repository)
    with paths.lock("fetch"):
        client.update(release.suites, lambda what, part: None)
        (file,) = client.download(client.choose(release), directory, lambda what, part: None)
    return file


def packed(deb: Path, directory: Path) -> list[str]:
    """Pack a kernel again; return what --kernel takes, by the kind of package."""
    tree = directory / "tree"
    tree.mkdir()
    archives.unpack(deb, tree, [f"*/kernel/{part}/*" for part in BULK])
    files = {str(path.relative_to(tree)): path.read_bytes()
             for path in sorted(tree.rglob("*")) if path.is_file() and not path.is_symlink()}
    version = next((tree / "lib/modules").iterdir()).name
    shutil.rmtree(tree)
    image, config = (files[f"boot/{name}-{version}"] for name in ("vmlinuz", "config"))
    modules = {name: data for name, data in files.items() if name.startswith("lib/modules/")}
    inside = {name: data for name, data in modules.items() if "/kernel/" in name}
    own = f"lib/modules/{version}"

    core = repack.rpm(directory, "kernel-core", {
        f"{own}/vmlinuz": image, f"{own}/config": config,
        **{name: data for name, data in modules.items() if name not in inside}})
    rest = repack.rpm(directory, "kernel-modules", inside)
    arch = repack.arch(directory, "linux", {
        f"usr/{own}/vmlinuz": image, f"usr/{own}/config": config,
        **{f"usr/{name}": data for name, data in modules.items()}})
    alpine = repack.alpine(directory, "linux-lts", {
        "boot/vmlinuz-lts": image, "boot/config-lts": config, **modules})
    return [str(deb), f"{core}+{rest}", str(arch), str(alpine)]


def differences(first: Kernel, other: Kernel) -> list[str]:
    """Return how a column differs from that of Debian's package."""
    if other.unavailable or other.lost:
        return [f"{other.name}: {other.unavailable or other.lost[0].why}"]
    verdicts = {case.id: case.verdict for case in other.cases}
    return [f"{other.name}: {case.id}: {verdicts.get(case.id)}, and {case.verdict} with"
            " Debian's package" for case in first.cases if verdicts.get(case.id) != case.verdict]


def main() -> int:
    """Run some cases on each package, and say what is wrong with the columns."""
    with tempfile.TemporaryDirectory(prefix="landproof-") as scratch:
        words = packed(fetched(Path(scratch)), Path(scratch))
        done = subprocess.run(
            ["./landproof", "run", *(part for word in words for part in ("--kernel", word)),
             *(part for case in CASES for part in ("--case", case)), "--json", str(RESULT)],
            cwd=ROOT, check=False)
    if done.returncode not in (0, 1):
        print("repacked: the run failed", file=sys.stderr)
        return 1
    first, *others = load_result(RESULT).kernels
    wrong = [line for other in others for line in differences(first, other)]
    if len(others) != len(words) - 1:
        wrong.append(f"{len(words)} packages, {len(others) + 1} columns")
    for name in ("overlay.merged.copy_up", "net.tcp.connect", "net.sctp.connect"):
        if not any(case.id == name and case.verdict in (Verdict.HOLDS, Verdict.OPEN)
                   for case in first.cases):
            wrong.append(f"{first.name}: {name} has not run")
    print("\n".join(wrong) or f"repacked: {len(words)} columns of {len(first.cases)} cases agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
