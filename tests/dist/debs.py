# SPDX-License-Identifier: GPL-2.0
"""`make deb-check`: the Debian packages and the archive, in systems that have nothing.

In a fresh Debian 12 and a fresh Debian 13 the packages of build/deb are installed, and do what a
user would: landproof host as an ordinary user, and a machine with a kernel from the archive. In
the first one the archive of `make dist` is built without git.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.dist.system import Failed, System, system

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
SUITES = ("bookworm", "trixie")
KERNEL = "debian-7.3"
TOOLS = ("gcc", "libc6-dev", "linux-libc-dev", "make", "python3", "python3-argcomplete")
"""What the archive needs to be built and installed: no git."""

INSTALL = "apt-get -q -y install --no-install-recommends /packages/*.deb qemu-system-x86"
RUN = f"landproof run --kernel {KERNEL} --case 'fs.read_file.*' --case net.tcp.connect"
STEPS = (
    ("install", INSTALL),
    ("host as a user", "useradd -m somebody; su somebody -c 'landproof host --case \"fs.*\"'"),
    ("a machine", f"{RUN} --json /result.json"),
    # A verdict for each of the cases: a run that tried nothing has nothing to say either.
    ("what it showed", """python3 -c '
import json
cases = json.load(open("/result.json"))["kernels"][0]["cases"]
verdicts = {case["id"]: case["verdict"] for case in cases}
assert len(verdicts) > 10 and set(verdicts.values()) == {"holds"}, verdicts
print(len(verdicts), "cases hold")'"""),
    ("guests of other architectures", "ls /usr/lib/landproof/build/*/landproof-guest | wc -l"),
    ("removal", "apt-get -q -y purge 'landproof*'; test ! -e /usr/lib/landproof"),
)
ARCHIVE = (
    ("the archive builds", "cd /archive/landproof-*; ! command -v git; make"),
    ("the archive installs", "cd /archive/landproof-*; make install; landproof --version"),
)


def steps(made: System, suite: str, todo: Sequence[tuple[str, str]]) -> None:
    """Take steps in a system, a line about each; raise Failed at the first that fails."""
    for what, command in todo:
        begun = time.monotonic()
        try:
            said = made.run(command).strip().splitlines() or [""]
        except Failed as error:
            raise Failed(f"{suite}: {what}: {error}") from None
        print(f"{suite}: {what}: {time.monotonic() - begun:.0f} s: {said[-1]}", flush=True)


def main(suites: Sequence[str]) -> int:
    """Try the packages in each suite; 1 if something does not work."""
    packages = [path for path in (BUILD / "deb").glob("*.deb") if "dbgsym" not in path.name]
    (archive,) = (BUILD / "dist").glob("landproof-*.tar.gz")
    try:
        for suite in suites:
            first = suite == suites[0]
            log = BUILD / f"deb-check-{suite}.log"
            with system(suite, log, TOOLS if first else ()) as made:
                (made.root / "packages").mkdir()
                for path in packages:
                    shutil.copy(path, made.root / "packages")
                if first:
                    shutil.unpack_archive(archive, made.root / "archive")
                    steps(made, suite, ARCHIVE)
                    made.run("cd /archive/landproof-*; make uninstall")
                steps(made, suite, STEPS)
    except Failed as error:
        print(f"deb-check: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or SUITES))
