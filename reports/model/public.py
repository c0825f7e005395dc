# SPDX-License-Identifier: GPL-2.0
"""What others reported about Landlock, and the cases that show or settle it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reports.model.results import base

DATA = Path(__file__).parents[1] / "public-reports.toml"


@dataclass(frozen=True, slots=True)
class Report:
    """An issue, a CVE or a mail."""

    where: str
    cases: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where it stands: what is no issue and no CVE is the Message-ID of a mail."""
        if "#" in self.where or self.where.startswith("CVE-"):
            return self.where
        return f"https://lore.kernel.org/all/{self.where}/"


@cache
def public_reports() -> tuple[Report, ...]:
    """Return the reports that Landproof ships."""
    entries = tomllib.loads(DATA.read_text(encoding="utf-8"))["report"]
    return tuple(Report(entry["where"], tuple(entry.get("cases", ()))) for entry in entries)


def reports_about(case_id: str) -> tuple[Report, ...]:
    """Return those that name the case, or a variant of it."""
    return tuple(report for report in public_reports()
                 if base(case_id) in map(base, report.cases))
