# SPDX-License-Identifier: GPL-2.0
"""What other security modules of a kernel refuse is not taken for Landlock's doing."""

from __future__ import annotations

from pathlib import Path

from reports.model.verdicts import Verdict
from tests.test_proof import NEWEST, column


def test_yama_is_named(tmp_path: Path) -> None:
    """It lets nobody trace, and the cases about ptrace(2) say so."""
    cases = column(tmp_path, NEWEST, "--case=domain.ptrace.attach", "--case=fs.read_file.open",
                   "--append=sysctl.kernel.yama.ptrace_scope=3").cases
    found = {case.id: case for case in cases}
    assert found["fs.read_file.open"].verdict is Verdict.HOLDS
    refused = found["domain.ptrace.attach"]
    assert refused.verdict is Verdict.CANNOT_RUN
    assert "kernel.yama.ptrace_scope 3" in refused.why
