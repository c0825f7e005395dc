#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Fetch the kernel's own KTAP parser, kunit.py, out of Debian's linux-source package.

The tests feed it what Landproof writes. apt finds, fetches and verifies the package (about
140 MB); only tools/testing/kunit is kept, so a second run does nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "linux-source-6.1"


def cache_directory() -> Path:
    """Return the directory that keeps what was fetched."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "landproof" / "kunit"


def kunit() -> Path:
    """Return where kunit.py is kept, fetched or not; it insists on its place in the tree."""
    return cache_directory() / "tools/testing/kunit/kunit.py"


def download(package: str, directory: Path) -> Path:
    """Let apt fetch and verify `package` into `directory`; return the .deb file."""
    # As root, apt would fetch as a user that cannot write into our directory, and complain.
    subprocess.run(
        ["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", package],
        cwd=directory,
        check=True,
    )
    return next(directory.glob("*.deb"))


def unpack(deb: Path, directory: Path) -> None:
    """Unpack tools/testing/kunit from the source archive in `deb` into `directory`."""
    archive = f"./usr/src/{PACKAGE}.tar.xz"
    wanted = f"{PACKAGE}/tools/testing/kunit"
    pipeline = (
        'set -o pipefail; dpkg-deb --fsys-tarfile "$0" | tar -xO "$1" | xz -d -T0 |'
        ' tar -x -C "$2" --strip-components=1 "$3"'
    )
    subprocess.run(["bash", "-c", pipeline, deb, archive, directory, wanted], check=True)


def fetch() -> Path:
    """Return where kunit.py is, after fetching it if it is not there yet."""
    if kunit().exists():
        return kunit()
    target = cache_directory()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="kunit-fetch-") as scratch:
        print(f"fetching {PACKAGE} (140 MB, once) for the kernel's own KTAP parser", flush=True)
        deb = download(PACKAGE, Path(scratch))
        print("unpacking tools/testing/kunit (half a minute)", flush=True)
        unpacked = Path(scratch) / "unpacked"
        unpacked.mkdir()
        unpack(deb, unpacked)
        shutil.rmtree(target, ignore_errors=True)
        unpacked.rename(target)
    return kunit()


def main() -> int:
    """Fetch; say where it is, or in one line why not."""
    try:
        print(f"the parser is {fetch()}")
    except subprocess.CalledProcessError as error:
        tool = error.cmd[0]
        print(f"fetch_kunit: {tool} failed: try `apt-get update`, then again", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"fetch_kunit: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
