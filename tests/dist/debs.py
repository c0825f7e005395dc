# SPDX-License-Identifier: GPL-2.0
"""`make deb-check`: the Debian packages and the archive, in systems that have nothing.

In a fresh Debian 12 and a fresh Debian 13 the packages of build/deb are installed, and do what a
user would: landproof host as an ordinary user, and a machine with a kernel from the archive. The
archive of `make dist` is built, installed and used where git is not.
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
# A verdict for each of the cases: a run that tried nothing has nothing to say either.
SHOWED = ("what it showed", """python3 -c '
import json
cases = json.load(open("/result.json"))["kernels"][0]["cases"]
verdicts = {case["id"]: case["verdict"] for case in cases}
assert len(verdicts) > 10 and set(verdicts.values()) == {"holds"}, verdicts
print(len(verdicts), "cases hold")'""")
STEPS = (
    ("install", INSTALL),
    ("host as a user", "useradd -m somebody; su somebody -c 'landproof host --case \"fs.*\"'"),
    ("a machine", f"{RUN} --json /result.json"),
    SHOWED,
    ("removal", "apt-get -q -y purge 'landproof*'"),
    # Commands have run as root: what they, too, may have written beside the modules is gone.
    ("what is left", "left=$(find /etc /usr /var -path '*landproof*' -print -quit);"
                     " echo \"${left:-nothing}\"; [ ! \"$left\" ]"),
)
ARCHIVE = (
    ("no git", "if command -v git; then exit 1; fi"),
    ("build", "cd /archive/landproof-*; make"),
    ("install", "cd /archive/landproof-*; make install; landproof-guest --version"),
    ("use", "landproof-guest host --case 'fs.truncate.*'"),
    ("a machine", f"cd /archive/landproof-*; make setup; ./{RUN} --json /result.json"),
    SHOWED,
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


def archive(log: Path) -> None:
    """Build and install the archive of `make dist`."""
    (found,) = (BUILD / "dist").glob("landproof-*.tar.gz")
    with system(SUITES[0], log, TOOLS) as made:
        shutil.unpack_archive(found, made.root / "archive")
        steps(made, "archive", ARCHIVE)


def packages(suite: str, log: Path) -> None:
    """Install and use the packages of `make deb`."""
    with system(suite, log) as made:
        (made.root / "packages").mkdir()
        for path in (BUILD / "deb").glob("landproof*.deb"):
            if "dbgsym" not in path.name:
                shutil.copy(path, made.root / "packages")
        steps(made, suite, STEPS)


def main(names: Sequence[str]) -> int:
    """Try the packages in each suite and the archive; 1 if something does not work."""
    try:
        for name in names or ("archive", *SUITES):
            log = BUILD / f"deb-check-{name}.log"
            if name == "archive":
                archive(log)
            else:
                packages(name, log)
    except Failed as error:
        print(f"deb-check: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
