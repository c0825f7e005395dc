# SPDX-License-Identifier: GPL-2.0
"""The explorer agrees with good kernels, notices a wrong model, and what it tells can be used."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.explore.programs import FLAGS

ROOT = Path(__file__).resolve().parents[2]
GUEST = ROOT / "build" / "landproof-guest"
NOBODY = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
PARTS = ("calls", "fs", pytest.param("net", marks=pytest.mark.needs("rules on ports")),
         pytest.param("domain", marks=pytest.mark.needs("scopes")))

pytestmark = pytest.mark.needs("Landlock")

Record = dict[str, Any]


def explorer(*words: str, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*prefix, str(GUEST), "explore", *words], capture_output=True, text=True,
                          timeout=60, check=False)


def explored(*words: str) -> Record:
    """Return what one part found on this machine's kernel."""
    done = explorer("--json", *words)
    if "left out" in done.stderr and not done.stdout:
        pytest.skip(f"this machine: {done.stderr.strip()}")
    assert done.returncode in (0, 1, 2) and done.stdout, done.stderr
    found: Record = json.loads(done.stdout)
    # A model that is wrong may call the rest of the kernel wrong, too.
    assert bool(done.returncode) == bool(found["findings"])
    return found


@pytest.fixture(scope="module")
def wrong() -> Record:
    """What is found by a model that lets files gain rights."""
    found = explored("--part", "fs", "--mutant", "refer.gain", "--decisions", "3000", "--seed", "3")
    seen: list[Record] = [one for one in found["findings"] if one["verdict"] == "overblock"]
    assert seen
    return seen[0]


@pytest.mark.parametrize("part", PARTS)
def test_the_same_seed_finds_the_same(part: str) -> None:
    words = ("--part", part, "--decisions", "2000", "--seed", "7")
    one, two = explored(*words), explored(*words)
    for found in (one, two):
        del found["ms"]
        for one_of_them in found["findings"]:
            del one_of_them["shrink_ms"]
    assert one == two and one["decisions"] >= 2000


def test_an_ordinary_user_can_explore() -> None:
    prefix = NOBODY if os.geteuid() == 0 else ()
    done = explorer("--part", "fs", "--decisions", "500", "--seed", "7", prefix=prefix)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_model_is_noticed(wrong: Record) -> None:
    assert (wrong["wanted"], wrong["got"], wrong["control"]) == ("works", "EXDEV", "works")


def test_what_is_found_is_small(wrong: Record) -> None:
    assert wrong["shrunk_from"] > 20
    assert len(wrong["operations"]) <= 8 and wrong["operations"][-1] == wrong["operation"]


def test_a_list_can_be_run_again(wrong: Record, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("# what was found\n= fs 3\n" + "\n".join(wrong["operations"]) + "\n")
    assert explorer("--part", "fs", "--replay", str(path)).returncode == 0
    again = explorer("--part", "fs", "--replay", str(path), "--mutant", "refer.gain")
    assert again.returncode == 1 and wrong["operations"][-1] in again.stdout


def test_nobody_waits_for_what_a_fifo_lacks(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("= fs 3\noutside fifo a\ninside enforce fs=READ_DIR\n"
                    "inside open #0 +both a\ninside ioctl #0 +common\n"
                    "inside read #0\n")
    done = explorer("--part", "fs", "--replay", str(path))
    assert done.returncode == 0 and "2 decisions" in done.stdout, done.stdout + done.stderr


def test_where_to_mount_is_looked_up_before_what(tmp_path: Path) -> None:
    """A source below a regular file is ENOTDIR, but for a target that is not there."""
    path = tmp_path / "list.txt"
    path.write_text("= fs 3\noutside file n0\ninside enforce fs=READ_FILE\n"
                    "inside bind n0/n1 n2/n3\n")
    done = explorer("--part", "fs", "--replay", str(path))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("line", ["inside fly a", "somebody mkdir a", "inside mkdir",
                                  "inside open #9 a", "inside enforce fs=FLY"])
def test_a_list_that_is_wrong_is_refused(line: str, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"= fs 3\n{line}\n")
    done = explorer("--replay", str(path))
    assert done.returncode == 2 and "line 2" in done.stderr


def test_a_program_shows_it_by_itself(wrong: Record, tmp_path: Path) -> None:
    """Its exit status is 1, because this kernel does other than the wrong model says."""
    source = tmp_path / "found.c"
    source.write_text(wrong["program"])
    lines = wrong["program"].splitlines()
    assert len(lines) <= 100 and max(map(len, lines)) <= 75
    subprocess.run(["cc", *FLAGS, "-o", tmp_path / "found", source], check=True)
    done = subprocess.run([tmp_path / "found"], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-2:] == ["without a sandbox: Success",
                                             "with it: Invalid cross-device link"]
    assert done.returncode == 1


@pytest.mark.parametrize("part", PARTS)
def test_each_clause_is_missed_by_twenty_scenarios(part: str) -> None:
    lines = explorer("--part", part, "--about", "corpus").stdout.splitlines()
    counts = {line.split()[0]: int(line.split()[1]) for line in lines}
    assert len(counts) > 5 and min(counts.values()) >= 20, counts


def test_a_way_around_is_found_where_there_is_one() -> None:
    """TCP Fast Open, which the model guards and some kernels do not (landlock-lsm/linux#41)."""
    found = explored("--part", "net", "--decisions", "20000", "--seed", "1")["findings"]
    hole = subprocess.run([GUEST, "run", "-c", "net.tcp.fastopen_other_port", "--ktap"],
                          capture_output=True, text=True, check=False).stdout
    assert any("fastopen" in one["operation"] for one in found) == ("not ok" in hole), hole
    for one in found:
        assert one["operations"][-1] == one["operation"] and len(one["operations"]) <= 8


def test_the_corpus_notices_a_wrong_model_on_a_kernel() -> None:
    """What is predicted to be noticed is: one clause of each kind, on this machine's kernel."""
    for mutant in ("layers.all", "refer.eacces", "truncate.opened", "disconnected.tree",
                   "chroot.above"):
        found = explored("--part", "fs", "--replay", "corpus", "--mutant", mutant)
        assert found["findings"], mutant


def test_there_is_no_such_part() -> None:
    done = explorer("--part", "sea")
    assert done.returncode == 2 and "sea: there is no such part" in done.stderr
