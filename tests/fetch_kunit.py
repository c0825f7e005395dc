#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Fetch the kernel's own KTAP parser and kselftest scripts out of Debian's linux-source package.

The tests feed kunit.py what Landproof writes, and let run_kselftest.sh run what it installs. apt
finds, fetches and verifies the package (about 140 MB); only these files are kept, so a second
run does nothing. Sources that Landproof has fetched for something else will do as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "linux-source-6.1"
SCRIPTS = "tools/testing/selftests"
WANTED = ("tools/testing/kunit", f"{SCRIPTS}/run_kselftest.sh", f"{SCRIPTS}/kselftest")


def cache_directory() -> Path:
    """Return the directory that keeps what was fetched."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "landproof" / "kunit"


def kunit() -> Path:
    """Return where kunit.py is kept, fetched or not; it insists on its place in the tree."""
    return cache_directory() / "tools/testing/kunit/kunit.py"


def scripts() -> Path:
    """Return the directory that has run_kselftest.sh, fetched or not."""
    return cache_directory() / SCRIPTS


def copy_from_sources(directory: Path) -> bool:
    """Copy what is wanted from sources that `landproof` has in its cache, if there are any."""
    trees = sorted((cache_directory().parent / "sources").glob("linux-source-*"))
    for tree in reversed(trees):
        if all((tree / name).exists() for name in WANTED):
            for name in WANTED:
                (directory / name).parent.mkdir(parents=True, exist_ok=True)
                if (tree / name).is_dir():
                    shutil.copytree(tree / name, directory / name)
                else:
                    shutil.copy2(tree / name, directory / name)
            return True
    return False


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
    """Unpack what is wanted from the source archive in `deb` into `directory`."""
    archive = f"./usr/src/{PACKAGE}.tar.xz"
    wanted = [f"{PACKAGE}/{name}" for name in WANTED]
    pipeline = (
        'set -o pipefail; dpkg-deb --fsys-tarfile "$0" | tar -xO "$1" | xz -d -T0 |'
        ' tar -x -C "$2" --strip-components=1 "${@:3}"'
    )
    subprocess.run(["bash", "-c", pipeline, deb, archive, directory, *wanted], check=True)


def fetch() -> Path:
    """Return where kunit.py is, after fetching all that is wanted if it is not there yet."""
    target = cache_directory()
    if all((target / name).exists() for name in WANTED):
        return kunit()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="kunit-fetch-") as scratch:
        unpacked = Path(scratch) / "unpacked"
        unpacked.mkdir()
        if not copy_from_sources(unpacked):
            print(f"fetching {PACKAGE} (140 MB, once) for the kernel's own KTAP parser", flush=True)
            deb = download(PACKAGE, Path(scratch))
            print("unpacking a few of its files (half a minute)", flush=True)
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
