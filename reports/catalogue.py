# SPDX-License-Identifier: GPL-2.0
"""The catalogue of cases, asked of the binary that has them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from reports.errors import UserError
from reports.model import Case
from reports.resultfile import case_from_json

GUEST = Path(__file__).resolve().parent.parent / "build" / "landproof-guest"


def load_catalogue(guest: Path = GUEST) -> list[dict[str, Any]]:
    """Return every case of the binary, as `list --json` prints it; raise UserError if it can't."""
    command = [str(guest), "list", "--json", "--unreported"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
        data = json.loads(done.stdout)
    except FileNotFoundError as error:
        raise UserError(f"{guest} is not there: build it with `make`") from error
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise UserError(f"{guest} does not list its cases ({error}): build it again") from error
    return [entry for entry in data if isinstance(entry, dict)]


def cases(guest: Path = GUEST) -> tuple[Case, ...]:
    """Return the same, as the model has it."""
    return tuple(case_from_json(entry) for entry in load_catalogue(guest))
