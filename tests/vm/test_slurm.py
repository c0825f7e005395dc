# SPDX-License-Identifier: GPL-2.0
"""An array job, with a Slurm of shell scripts: what is lost is done again, what fails is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from vm import slurm
from vm.errors import UserError

# Part 2 is lost once: nothing of it runs, and it leaves the queue.
SBATCH = """#!/bin/sh
cat >"$PLACE/script"
for word; do case $word in --array=*) parts=${word#*=} ;; esac; done
echo "$parts" >>"$PLACE/submitted"
for part in $(echo "$parts" | tr , ' '); do
    if [ "$part" = 2 ] && [ ! -e "$PLACE/lost" ]; then touch "$PLACE/lost"; continue; fi
    SLURM_ARRAY_TASK_ID=$part SLURM_JOB_ID=7$part sh "$PLACE/script" >"$PLACE/$part.7.log" 2>&1
done
echo 7
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory for the parts, with such a Slurm in the path."""
    for name, text in (("sbatch", SBATCH), ("squeue", "#!/bin/sh\n"),
                       ("scancel", "#!/bin/sh\necho $1 >$PLACE/cancelled\n")):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("PLACE", str(tmp_path))
    monkeypatch.setattr(slurm, "POLL", 0.01)
    return tmp_path


def command(place: Path, text: str) -> list[str]:
    """Return a command that writes a result of its part, and one record of a case."""
    (place / "work").write_text(f"#!/bin/sh\n{text}\n")
    return ["sh", str(place / "work"), slurm.PART]


def test_a_lost_part_is_done_again(place: Path) -> None:
    told: list[tuple[int, dict[str, Any]]] = []
    work = command(place, '''echo "of $1" >$PLACE/$1.json
        echo '{"type": "start", "selected": 3}' >"$3/k.jsonl"''')
    slurm.Array(work, 3, place, [], lambda part, record: told.append((part, record))).run()
    assert (place / "submitted").read_text().split() == ["1,2,3", "2"]
    assert [(place / f"{part}.json").read_text() for part in (1, 2, 3)] \
        == ["of 1\n", "of 2\n", "of 3\n"]
    assert [one["type"] for part, one in told if part == 2] == ["lost", "start", "end"]


def test_a_part_that_fails_ends_the_run(place: Path) -> None:
    work = command(place, 'echo "no such kernel" >&2; exit 2')
    with pytest.raises(UserError, match="part 1 failed with status 2: no such kernel"):
        slurm.Array(work, 1, place, [], lambda _part, _record: None).run()
    assert (place / "cancelled").read_text() == "7\n"
