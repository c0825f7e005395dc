# SPDX-License-Identifier: GPL-2.0
"""A real tool, end to end, on two kernels."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = {"fs.read_file.open", "fs.truncate.truncate"}


def test_setpriv_on_two_kernels(tmp_path: Path) -> None:
    """Linux 6.1 has ABI 2, without the right to truncate: setpriv must not start then."""
    out = tmp_path / "out.json"
    subprocess.run([str(ROOT / "landproof"), "runtimes", "--tool", "setpriv", "--json", str(out),
                    "--kernel", "debian-6.1", "--kernel", "debian-7.3",
                    *(word for case in sorted(CASES) for word in ("--case", case))],
                   check=True, timeout=300, capture_output=True)
    found = {(one["kernel"], one["case"]): one["verdict"]
             for one in json.loads(out.read_text())["runtimes"] if one["tool"] == "setpriv"}
    assert found == {
        ("debian-6.1", "fs.read_file.open"): "enforced",
        ("debian-6.1", "fs.truncate.truncate"): "refused-start",
        ("debian-7.3", "fs.read_file.open"): "enforced",
        ("debian-7.3", "fs.truncate.truncate"): "enforced",
        # Of the words: 6.1 cannot show what grants the right to truncate.
        ("debian-6.1", "word.others.fs.read_file"): "enforced",
        ("debian-7.3", "word.others.fs.read_file"): "enforced",
        ("debian-7.3", "word.others.fs.truncate"): "enforced",
    }
