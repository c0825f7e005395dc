# SPDX-License-Identifier: GPL-2.0
"""The binary under test, and its runs over the whole table, each made once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

Record = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")


@dataclass(frozen=True)
class Run:
    """What one run of the binary said."""

    status: int
    ktap: str
    errors: str
    records: list[Record]

    @property
    def results(self) -> dict[str, Record]:
        return {record["id"]: record for record in self.records if record["type"] == "result"}

    @property
    def verdicts(self) -> dict[str, str]:
        return {name: record["verdict"] for name, record in self.results.items()}


class Guest:
    """landproof-guest, called on this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def call(self, *arguments: str,
             prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*prefix, str(self.path), *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def host(self, *arguments: str, prefix: tuple[str, ...] = ()) -> Run:
        """Runs cases here; records, KTAP and errors go to files of their own."""
        with TemporaryFile() as records, TemporaryFile() as ktap, TemporaryFile() as errors:
            status = subprocess.run(
                [*prefix, str(self.path), "host", "--ktap", "--records",
                 str(records.fileno()), *arguments],
                stdout=ktap,
                stderr=errors,
                pass_fds=[records.fileno()],
                timeout=120,
                check=False,
            ).returncode
            texts = []
            for file in (records, ktap, errors):
                file.seek(0)
                texts.append(file.read().decode())
        return Run(status, texts[1], texts[2], [json.loads(line) for line in texts[0].splitlines()])

    def list(self, *arguments: str) -> list[Record]:
        answer = self.call("list", "--json", *arguments)
        assert answer.returncode == 0, answer.stderr
        table: list[Record] = json.loads(answer.stdout)
        return table


def _build(target: str) -> Path:
    given = os.environ.get("LANDPROOF_GUEST")
    if given and target == "landproof-guest":
        return Path(given)
    build = Path(os.environ.get("LANDPROOF_BUILD", ROOT / "build"))
    subprocess.run(
        ["make", "-s", "-C", str(ROOT), f"BUILD={build}", str(build / target)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return build / target


@pytest.fixture(scope="session")
def guest() -> Guest:
    return Guest(_build("landproof-guest"))


@pytest.fixture(scope="session")
def sanitized() -> Guest:
    return Guest(_build("landproof-asan"))


@pytest.fixture(scope="session")
def public_guest(guest: Guest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    """A copy that every user may execute."""
    directory = tmp_path_factory.mktemp("public")
    for parent in (directory, *directory.parents[:2]):
        parent.chmod(0o755)
    yield Guest(Path(shutil.copy(guest.path, directory)))


@pytest.fixture(scope="session")
def table(guest: Guest) -> list[Record]:
    return guest.list("--unreported")


@pytest.fixture(scope="session")
def as_root() -> None:
    """Skips a test for all but root: tests/conftest.py sees that it is used."""


@pytest.fixture(scope="session")
def nobody() -> tuple[str, ...]:
    """What makes a command an ordinary user's; nothing where we are one."""
    return NOBODY if os.geteuid() == 0 else ()


@pytest.fixture(scope="session")
def landlock() -> None:
    """Skips a test where this machine's kernel has no Landlock, as as_root does for users."""


@pytest.fixture(scope="session")
def normal(guest: Guest) -> Run:
    return guest.host()


@pytest.fixture(scope="session")
def allowing(guest: Guest) -> Run:
    return guest.host("--sabotage=allow")


@pytest.fixture(scope="session")
def denying(guest: Guest) -> Run:
    return guest.host("--sabotage=deny")


@pytest.fixture(scope="session")
def as_nobody(public_guest: Guest, nobody: tuple[str, ...]) -> Run:
    return public_guest.host(prefix=nobody)
