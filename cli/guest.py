# SPDX-License-Identifier: GPL-2.0
"""The harness's own binary, called on this machine."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from reports.errors import UserError
from reports.model.resultfile import case_from_json
from reports.model.results import Case
from vm.paths import GUEST

ROOT = Path(__file__).resolve().parents[1]


def listed(*words: str, binary: Path = GUEST) -> str:
    """Return what the binary's `list` prints; raise UserError if it has nothing to list."""
    return called("list", *words, binary=binary)


def called(*words: str, binary: Path = GUEST) -> str:
    """Return what a command of the binary prints; raise UserError if it fails."""
    try:
        done = subprocess.run(
            [str(binary), *words], capture_output=True, text=True, check=False, timeout=60
        )
    except FileNotFoundError:
        raise UserError(f"{binary} is missing: build it with `make`") from None
    except (OSError, subprocess.SubprocessError) as error:
        raise UserError(f"{binary} cannot run ({error}): build it again") from None
    if done.returncode:
        said = done.stderr.strip().removeprefix("landproof-guest: ")
        none = said.startswith("no case matches")
        raise UserError(f"{said}; `landproof list` shows what there is" if none else said)
    return done.stdout


def catalogue(binary: Path = GUEST) -> list[dict[str, Any]]:
    """Return the table of all cases, as `landproof-guest list --json` prints it."""
    try:
        found: list[dict[str, Any]] = json.loads(listed("--json", "--unreported", binary=binary))
    except ValueError:
        raise UserError(f"{binary} does not list its cases: build it again") from None
    return found


def cases(binary: Path = GUEST) -> tuple[Case, ...]:
    """Return the same, as the model has it."""
    return tuple(map(case_from_json, catalogue(binary)))


def version() -> str:
    """Return the version and the commit, as version.sh at the top of the tree prints them."""
    done = subprocess.run([str(ROOT / "version.sh")], capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"{ROOT / 'version.sh'} failed: {done.stderr.strip()}")
    return done.stdout.strip()
