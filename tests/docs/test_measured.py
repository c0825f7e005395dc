# SPDX-License-Identifier: GPL-2.0
"""The README's table is what the kernels show, as far as they are still the same kernels."""

from __future__ import annotations

import json
import subprocess
import warnings
from pathlib import Path

from tests.docs.tables import SHOWN, measured
from vm import store

ROOT = Path(__file__).resolve().parents[2]


def test_the_kernels_show_what_the_table_says(tmp_path: Path) -> None:
    table = {kernel["name"]: kernel for kernel in measured("matrix")["kernels"]}
    same = [name for name, kernel in table.items()
            if (there := store.cached(name)) and there.version == kernel["release"]]
    if not same:
        warnings.warn("every kernel of the README's table has a newer version: measure again"
                      " (CONTRIBUTING.md, Documents)", stacklevel=1)
        return
    # Every second one: each costs a boot, and `make matrix` shows them all.
    words = [word for name in same[::2] for word in ("--kernel", name)]
    words += [word for case in SHOWN for word in ("--case", case)]
    result = tmp_path / "result.json"
    subprocess.run([ROOT / "landproof", "run", *words, "--json", result], timeout=600, check=False,
                   stdout=subprocess.DEVNULL)
    for kernel in json.loads(result.read_text())["kernels"]:
        shown = {case["id"]: case["verdict"] for case in kernel["cases"] if case["id"] in SHOWN}
        listed = table[kernel["name"]]["verdicts"]
        assert shown == {case: listed[case] for case in SHOWN}, kernel["name"]
        assert kernel["abi"] == table[kernel["name"]]["abi"]
