# SPDX-License-Identifier: GPL-2.0
"""make kselftest-install: the kernel's own scripts run what it installs, and read what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fetch_kunit import SCRIPTS, WANTED, directory, kunit

ROOT = Path(__file__).parents[1]
WITH_LANDLOCK = pytest.mark.needs("Landlock")
FAMILIES = {"api", "fs", "overlay", "ioctl", "net", "socket", "scope", "stack", "domain", "errata",
            "explore", "log"}
# Needs that no option of a kernel brings
NOT_OPTIONS = re.compile(r"root|guest|filesystems|peer-.*|udplite|no-inet")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a collection beside another one, with the kernel's scripts."""
    assert kunit().exists(), "the kernel's scripts are missing: python3 -m tests.fetch_kunit"
    collection = tmp_path_factory.mktemp("kselftest")
    (collection / "kselftest-list.txt").write_text("landproof:gone\nother:true\n")
    done = subprocess.run(["make", "-s", "-C", str(ROOT), "kselftest-install",
                           f"INSTALL_PATH={collection}"], capture_output=True, text=True,
                          check=True)
    assert "run_kselftest.sh" in done.stdout
    for name in WANTED[1:]:
        source = directory() / name
        target = collection / name.removeprefix(f"{SCRIPTS}/")
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy2(source, target)
    return collection


def run(installed: Path, *families: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run entries as the kernel's script does; a pipe takes the output, as it expects."""
    words = [word for family in families for word in ("-t", f"landproof:{family}")]
    return subprocess.run([str(installed / "run_kselftest.sh"), *words], capture_output=True,
                          text=True, check=False, env={**os.environ, **environment})


def parse(text: str) -> str:
    """Return what kunit.py makes of KTAP; it must be able to read all of it."""
    done = subprocess.run([sys.executable, str(kunit()), "parse"], input=text, capture_output=True,
                          text=True, check=False)
    assert "ERROR" not in done.stdout and "Traceback" not in done.stderr, done.stdout
    return done.stdout


def test_layout(installed: Path) -> None:
    entries = (installed / "kselftest-list.txt").read_text().splitlines()
    assert entries[0] == "other:true"
    assert {entry.removeprefix("landproof:") for entry in entries[1:]} == FAMILIES
    for family in FAMILIES:
        assert os.access(installed / "landproof" / family, os.X_OK)
    assert re.fullmatch(r"timeout=\d+\n", (installed / "landproof" / "settings").read_text())


@WITH_LANDLOCK
def test_the_kernels_script_runs_it(installed: Path) -> None:
    done = run(installed, "api", "socket", KSELFTEST_API_ARGS="--case=api.ruleset_fd.*",
               KSELFTEST_SOCKET_ARGS="--case=socket.create.tcp*")
    assert done.returncode == 0, done.stdout
    assert "ok 1 selftests: landproof: api\n" in done.stdout
    assert "ok 2 selftests: landproof: socket\n" in done.stdout
    assert "# ok 1 socket.create.tcp" in done.stdout
    assert re.search(r"Ran 2 tests: passed: 2$", parse(done.stdout), re.MULTILINE)


def test_skips_and_failures(installed: Path) -> None:
    # The first needs a machine of its own, which this is not; the second is no case.
    done = run(installed, "log", "fs", KSELFTEST_LOG_ARGS="--case=log.trace.denied",
               KSELFTEST_FS_ARGS="--case=fs.no_such_case")
    # Its exit status tells nothing yet in the sources that fetch_kunit.py takes: its lines do.
    assert "ok 1 selftests: landproof: log # SKIP" in done.stdout
    assert "not ok 2 selftests: landproof: fs # exit=1" in done.stdout
    assert re.search(r"Ran 2 tests: failed: 1, skipped: 1$", parse(done.stdout), re.MULTILINE)


@pytest.mark.parametrize(("arguments", "status"), [
    pytest.param(("--case", "fs.read_file.open"), 0, marks=WITH_LANDLOCK),
    pytest.param(("--case", "fs.read_file.open", "--sabotage=allow"), 1, marks=WITH_LANDLOCK),
    (("--case", "fs.resolve_unix.coredump"), 4),
    (("--case", "fs.read_file.no_such_case"), 1),
    (("--no-such-option",), 1),
])
def test_exit_codes(installed: Path, arguments: tuple[str, ...], status: int) -> None:
    done = subprocess.run([str(installed / "landproof" / "fs"), *arguments], capture_output=True,
                          text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr


def test_an_entrys_own_ktap(installed: Path) -> None:
    done = subprocess.run([str(installed / "landproof" / "errata")], capture_output=True, text=True,
                          check=False)
    results = re.findall(r"^(?:not )?ok (\d+) ", done.stdout, re.MULTILINE)
    assert done.stdout.startswith("KTAP version 1\n1..")
    counted = re.search(r"Ran (\d+) tests", parse(done.stdout))
    assert counted and int(counted[1]) == len(results)


def test_the_config_names_what_the_cases_need(installed: Path) -> None:
    done = subprocess.run([str(ROOT / "landproof"), "list", "--json"], capture_output=True,
                          text=True, check=True)
    words = set(re.findall(r'"needs": \[(.*?)\]', done.stdout, re.DOTALL))
    needs = {need for word in words for need in re.findall(r'"([^"]+)"', word)}
    config = (installed / "landproof" / "config").read_text()
    told = set(re.findall(r"[a-z0-9_-]+", " ".join(
        line for line in config.splitlines() if line.startswith("#"))))
    assert {need for need in needs if not NOT_OPTIONS.fullmatch(need)} <= told
    options = [line for line in config.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"CONFIG_[A-Z0-9_]+=[ym]", line) for line in options)
    assert len(options) == len(set(options))
