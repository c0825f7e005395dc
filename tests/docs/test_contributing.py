# SPDX-License-Identifier: GPL-2.0
"""The report format that CONTRIBUTING.md shows works as it stands there."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from reports.document import Format
from reports.formats.registry import document_formats
from reports.model.results import Result
from reports.views import matrix

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_format_writes_the_matrix(result: Result) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(compile(code, "CONTRIBUTING.md", "exec"), names)
    one = names["FORMAT"]
    assert isinstance(one, Format) and one.name not in document_formats()
    rows = list(csv.reader(one.to_text(matrix.document(result)).splitlines()))
    kernels = {kernel.name for kernel in result.kernels}
    assert any(kernels & set(row) for row in rows)


def test_the_paths_that_it_names_are_there() -> None:
    for name in re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", PAGE):
        if not name.startswith(("build/", "cases/<")) and name != "reports/formats/csv.py":
            assert (ROOT / name).exists(), name
