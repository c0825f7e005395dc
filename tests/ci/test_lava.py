# SPDX-License-Identifier: GPL-2.0
"""LAVA's jobs are those of the machines, and the test definition tells LAVA what KTAP says.

`make lava-check` validates them with LAVA's schemas and runs them with its dispatcher.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from ci.lava import jobs
from vm.machines import known

SAYS = '#!/bin/sh\necho "$(basename "$0") $*" >>"$LOG"\n'
KTAP = """KTAP version 1
1..4
# kernel 7.3, Landlock ABI 11
ok 1 fs.truncate.truncate
ok 2 fs.truncate.open[rdwr] # XFAIL documented
not ok 3 net.tcp.connect
# net.tcp.connect: bypass
ok 4 net.udp.send # SKIP no such right
"""


def told(place: Path, ktap: str, status: int = 0) -> list[str]:
    """Run the definition's steps as LAVA does, with a program that prints KTAP; return what LAVA
    is told."""
    for name in ("lava-test-case", "lava-test-set", "lava-test-raise"):
        (place / name).write_text(SAYS)
    (place / "ktap").write_text(ktap)
    (place / "landproof-guest").write_text(f"#!/bin/sh\ncat {place}/ktap\nexit {status}\n")
    for path in place.iterdir():
        path.chmod(0o755)
    definition = jobs.definition()
    given = "".join(f"{name}='{value}'\n" for name, value in definition["params"].items())
    (place / "run.sh").write_text(given + "\n".join(definition["run"]["steps"]) + "\n")
    subprocess.run(["sh", "-e", str(place / "run.sh")], check=False, stdout=subprocess.DEVNULL,
                   env={"PATH": f"{place}:/usr/bin:/bin", "LOG": str(place / "log")})
    return (place / "log").read_text().splitlines()


def test_a_result_for_each_case(tmp_path: Path) -> None:
    assert told(tmp_path, KTAP, status=1) == [
        "lava-test-set start fs",
        "lava-test-case fs.truncate.truncate --result pass",
        "lava-test-case fs.truncate.open(rdwr) --result pass",
        "lava-test-set stop",
        "lava-test-set start net",
        "lava-test-case net.tcp.connect --result fail",
        "lava-test-case net.udp.send --result skip",
        "lava-test-set stop",
    ]


@pytest.mark.parametrize(("ktap", "status", "why"), [
    (KTAP, 2, "status 2, 4 of 4 cases"),
    (KTAP, 139, "status 139, 4 of 4 cases"),
    (KTAP.replace("ok 4", "# 4"), 0, "status 0, 3 of 4 cases"),
    ("KTAP version 1\n1..0\n", 0, "status 0, 0 of 0 cases"),
    ("landproof-guest: no such case\n", 2, "status 2, 0 of no cases"),
])
def test_no_result_is_said(tmp_path: Path, ktap: str, status: int, why: str) -> None:
    assert told(tmp_path, ktap, status)[-1].startswith(f"lava-test-raise landproof: {why}: ")


def test_the_jobs_are_those_of_the_machines() -> None:
    """`python3 -m ci.lava.jobs` writes them."""
    files = {path.stem: path.read_text() for path in (jobs.HERE / "jobs").glob("*.yaml")}
    assert files == {one.name: jobs.text(jobs.job(one, jobs.SERVER)) for one in known().values()}
    for text in files.values():
        assert yaml.safe_load(text)["actions"][-1]["test"]["definitions"]
