# SPDX-License-Identifier: GPL-2.0
"""What makes the environments, and what runs in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HARNESS = ROOT / "harness"
SOURCES = (Path(__file__).with_name("launch.c"), HARNESS / "machine/bpf_lsm.c")


def compiled_launcher(directory: Path) -> Path:
    """Return launch.c, compiled."""
    binary = directory / "launch"
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
                    "-D_GNU_SOURCE", f"-I{HARNESS}", "-static", "-Os", "-s", "-o", str(binary),
                    *map(str, SOURCES)], check=True)
    return binary


@contextmanager
def copied_program() -> Iterator[Path]:
    """Return a copy of landproof-guest that no mount of launch.c hides: those of /tmp and /mnt."""
    built = os.environ.get("LANDPROOF_GUEST", ROOT / "build" / "landproof-guest")
    with tempfile.TemporaryDirectory(prefix="landproof-", dir="/var/tmp") as directory:
        Path(directory).chmod(0o755)
        yield Path(shutil.copy(built, directory))


@pytest.fixture(scope="session")
def launcher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return launch.c, compiled."""
    return compiled_launcher(tmp_path_factory.mktemp("launch"))


@pytest.fixture(scope="session")
def program() -> Iterator[Path]:
    """Return a copy of landproof-guest."""
    with copied_program() as copy:
        yield copy
