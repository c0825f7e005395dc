# SPDX-License-Identifier: GPL-2.0
"""Fetches the kernel's own KTAP parser and kselftest scripts: python3 -m tests.fetch_kunit

The tests feed kunit.py what Landproof writes, and let run_kselftest.sh run what it installs. They
come out of the sources (about 140 MB) of one of the kernels that the suite knows, always the same
one, whatever else lies in the cache. Only these files are kept, so that a second run does nothing.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from vm import lab, paths, progress, source
from vm.errors import UserError

RECIPE = "lab-6.12"
"""Whose sources: Debian 13's own, which no later version replaces."""

SCRIPTS = "tools/testing/selftests"
WANTED = ("tools/testing/kunit", f"{SCRIPTS}/run_kselftest.sh", f"{SCRIPTS}/kselftest")


def directory() -> Path:
    """Return where the files are, below the names that they have in the sources."""
    return paths.cache() / "kunit" / lab.recipes()[RECIPE].source


def kunit() -> Path:
    """Return where kunit.py is, fetched or not; it insists on its place in the tree."""
    return directory() / "tools/testing/kunit/kunit.py"


def fetch() -> None:
    """Fetch what is wanted if it is not there yet."""
    if all((directory() / name).exists() for name in WANTED):
        return
    recipe = lab.recipes()[RECIPE]
    shutil.rmtree(directory(), ignore_errors=True)
    directory().parent.mkdir(parents=True, exist_ok=True)
    with progress.fetching() as tell:
        source.fetch_part(recipe.source, recipe.suites, WANTED, directory(),
                          lambda what, part: tell("kunit.py", what, part))


def main() -> int:
    """Fetch; say in one line if that fails."""
    try:
        fetch()
    except UserError as error:
        print(f"fetch_kunit: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
