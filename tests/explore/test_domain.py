# SPDX-License-Identifier: GPL-2.0
"""The part `domain`: a wrong model of processes is noticed, and what is found is a program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.explore.programs import FLAGS
from tests.explore.test_explore import GUEST, Record, explored

pytestmark = pytest.mark.needs("scopes")

KNOWN = {"sigio.group", "sigio.process"}
"""What some kernels do otherwise: signals that F_SETOWN asks for, to a process group."""


@pytest.fixture(scope="module")
def wrong() -> Record:
    """What is found by a model in which kill(2) is free."""
    found = explored("--part", "domain", "--mutant", "signal.scope", "--decisions", "1500",
                     "--seed", "3")
    seen: list[Record] = [one for one in found["findings"] if " kill " in one["operation"]]
    assert seen
    return seen[0]


def test_a_right_model_finds_only_what_is_known() -> None:
    found = explored("--part", "domain", "--decisions", "3000", "--seed", "4")
    assert found["decisions"] >= 3000 and found["unstable"] == 0
    assert {one.get("clause") for one in found["findings"]} <= KNOWN


def test_what_is_found_is_small(wrong: Record) -> None:
    assert wrong["shrunk_from"] > 20
    # Six seconds are all that it takes, and may be too few on a busy machine.
    assert len(wrong["operations"]) <= 8 or wrong["shrink_ms"] >= 6000
    assert (wrong["wanted"], wrong["got"], wrong["control"]) == ("works", "EPERM", "works")


def test_a_program_shows_it_by_itself(wrong: Record, tmp_path: Path) -> None:
    """Its exit status is 1, because this kernel does other than the wrong model says."""
    source = tmp_path / "found.c"
    source.write_text(wrong["program"])
    lines = wrong["program"].splitlines()
    assert len(lines) <= 100 and max(map(len, lines)) <= 75
    subprocess.run(["cc", *FLAGS, "-o", tmp_path / "found", source], check=True)
    done = subprocess.run([tmp_path / "found"], capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.stdout.splitlines()[-2:] == ["without a sandbox: Success",
                                             "with it: Operation not permitted"]
    assert done.returncode == 1


@pytest.mark.parametrize("mutant", ["scope.layers", "abstract.holder", "inherit.exec"])
def test_the_corpus_notices_a_wrong_model_on_a_kernel(mutant: str) -> None:
    found = explored("--part", "domain", "--replay", "corpus", "--mutant", mutant)
    assert [one for one in found["findings"] if one.get("clause") not in KNOWN]


def test_an_old_signal_of_a_process_is_none_for_a_new_thread(tmp_path: Path) -> None:
    """Numbers of signals come again after 28 operations; the fourth one leaves one with d."""
    path = tmp_path / "list.txt"
    path.write_text("\n".join(["= domain 1", "outside fork d", "d fork b", "d fork c",
                               "b killpg b", "b enforce scoped=SIGNAL", "c exit",
                               *["d kill +zero b"] * 24,
                               "d thread c", "b kill +thread c"]) + "\n")
    assert not explored("--part", "domain", "--replay", str(path))["findings"]


# In a PID namespace: an explorer that is wrong about its tasks could end anything.
ALONE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")


def hurried(alarms: int, pause: float, *words: str) -> tuple[Record, int]:
    """Explore, and send the alarm early that ends a scenario which is not done in time."""
    with subprocess.Popen([*ALONE, GUEST, "explore", "--part", "domain", "--json", "--seed", "4",
                           *words], stdout=subprocess.PIPE) as running:
        children = Path(f"/proc/{running.pid}/task/{running.pid}/children")
        deadline = time.monotonic() + 60
        while running.poll() is None and time.monotonic() < deadline and alarms:
            with suppress(OSError, IndexError):
                pid = int(children.read_text().split()[0])
                status = Path(f"/proc/{pid}/status").read_text()
                # It listens once all is prepared.
                if int(status.split("SigCgt:")[1].split()[0], 16) >> (signal.SIGALRM - 1) & 1:
                    os.kill(pid, signal.SIGALRM)
                    alarms -= 1
            time.sleep(pause)
        said, _ = running.communicate(timeout=60)
    found: Record = json.loads(said)
    return found, running.returncode


@pytest.mark.needs("mount namespaces")
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root privileges: a PID namespace")
def test_what_is_not_done_in_time_is_undecided() -> None:
    """Four alarms are less than five in a row, whatever they hit."""
    found, status = hurried(4, 0.05, "--seconds", "1")
    assert 1 <= found["undecided"] <= 4 and "failure" not in found
    assert {one.get("clause") for one in found["findings"]} <= KNOWN
    assert status == bool(found["findings"])


@pytest.mark.needs("mount namespaces")
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root privileges: a PID namespace")
def test_five_in_a_row_that_are_not_done_end_it() -> None:
    found, status = hurried(10 ** 9, 0.0002, "--seconds", "50")
    assert status == 2 and found["undecided"] >= 5 and found["failure"] == "a task hangs"
    assert found["ms"] < 50000
