# SPDX-License-Identifier: GPL-2.0
"""What the tests of the reports share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reports.model.assemble import assemble
from reports.model.resultfile import dump_result
from reports.model.results import Result
from tests.reports import samples

ROOT = Path(__file__).resolve().parents[2]

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A whole run over nine made-up kernels."""
    records = samples.write_all(tmp_path_factory.mktemp("records"))
    return assemble(records, samples.catalogue(), "0.1.0")


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """Two kernels with every verdict, ugly text, news, a lost machine, one not to be had."""
    return samples.odd_result(tmp_path_factory.mktemp("odd"))


@pytest.fixture(scope="session")
def result_file(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole run, as a file."""
    path = tmp_path_factory.mktemp("result") / "result.json"
    dump_result(result, path)
    return path


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a subcommand, with a state directory of its own."""

    def run_command(*args: object, **options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "landproof", *map(str, args)],
            cwd=ROOT,
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "state"), **options},
            capture_output=True,
            text=True,
            check=False,
        )

    return run_command
