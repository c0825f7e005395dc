# SPDX-License-Identifier: GPL-2.0
"""`make autopkgtest`: debian/tests by autopkgtest, as Debian and Ubuntu gate kernels.

Its runner "null" runs them in a fresh Debian that shares this machine's kernel and has another one
installed: the test of a machine boots that.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

from tests.dist.system import Failed, System, system

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
SUITE = "bookworm"
KERNEL = "linux-image-cloud-amd64"
TESTS = ("host", "machine")
PLACE = "landproof-debs"
"""Where in a system the packages and their source lie."""


def copy_packages(made: System) -> None:
    """Give a system the packages, and the source tree with their tests."""
    place = made.root / PLACE
    shutil.copytree(BUILD / "deb/landproof/debian", place / "source/debian")
    for path in (BUILD / "deb").glob("landproof*.deb"):
        shutil.copy(path, place)


def verdicts(summary: str) -> dict[str, str]:
    """Return what autopkgtest says of each test: PASS, FAIL or SKIP."""
    return {name: said.split()[0] for name, said in
            (line.split(maxsplit=1) for line in summary.splitlines() if line.strip())}


def judge(summary: str) -> None:
    """Raise Failed unless every test has run and passed: one that was skipped shows nothing."""
    said = verdicts(summary)
    if said != dict.fromkeys(TESTS, "PASS"):
        raise Failed(f"{said or 'no test ran'}")


def null() -> None:
    """Run the tests in a chroot."""
    with system(SUITE, BUILD / "autopkgtest-null.log", ("autopkgtest", KERNEL)) as made:
        copy_packages(made)
        made.run(f"cd /{PLACE}; autopkgtest --summary-file=/summary landproof*.deb source/ --"
                 " null || test $? -le 2")
        judge((made.root / "summary").read_text())


def main() -> int:
    """Run the tests; 1 if it is not shown that all pass."""
    begun = time.monotonic()
    try:
        null()
    except Failed as error:
        print(f"autopkgtest: {error}", file=sys.stderr)
        return 1
    print(f"autopkgtest: {time.monotonic() - begun:.0f} s: {', '.join(TESTS)} passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
