# SPDX-License-Identifier: GPL-2.0
"""Skips are counted: a test runs unless this machine lacks one of the things named here.

`@pytest.mark.needs("root")` says what a test needs, and so does a fixture called `as_root`. The
last line of a run says what was not tried, and why. Any other skip fails the run.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from functools import cache

import pytest
from _pytest.terminal import TerminalReporter

pytest_plugins = ["pytester"]


@cache
def user_namespaces() -> bool:
    """Say whether a user namespace can be made; nobody can in a chroot."""
    return subprocess.run(["unshare", "--user", "true"], capture_output=True,
                          check=False).returncode == 0


@cache
def landlock() -> bool:
    """Say whether this machine's kernel has Landlock: what needs it is proved in machines too."""
    create_ruleset, version = 444, 1
    return bool(ctypes.CDLL(None).syscall(create_ruleset, None, 0, version) > 0)


NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "root": (lambda: os.geteuid() == 0, "need root"),
    "user namespaces": (user_namespaces, "need user namespaces, which cannot be made here"
                        " (in a chroot nobody can)"),
    "qemu-user": (lambda: bool(shutil.which("qemu-x86_64-static")), "need qemu-user-static"),
    "proot": (lambda: bool(shutil.which("proot")), "need proot"),
    "Landlock": (landlock, "need Landlock in this machine's kernel"),
}
FIXTURES = {"as_root": "root", "landlock": "Landlock"}
"""What tests need that use these fixtures."""

expected: dict[str, str] = {}
"""The tests that are skipped, and why."""
skipped: set[str] = set()


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"needs(what): skipped without {' or '.join(NEEDS)}")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose needs this machine does not meet."""
    words = [word for mark in item.iter_markers("needs") for word in mark.args]
    words += [FIXTURES[name] for name in getattr(item, "fixturenames", ()) if name in FIXTURES]
    for word in words:
        met, why = NEEDS[word]
        if not met():
            expected[item.nodeid] = why
            pytest.skip(why)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember each skip."""
    if report.skipped:
        skipped.add(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember each file that was skipped whole."""
    if report.skipped:
        skipped.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if anything was skipped for another reason."""
    if skipped != set(expected) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say what was not tried."""
    for name in sorted(skipped - set(expected)):
        terminalreporter.write_line(f"{name}: skipped for no reason of tests/conftest.py")
    reasons = Counter(expected.values())
    terminalreporter.write_line("not tried: " + ("; ".join(
        f"{number} {why}" for why, number in reasons.items()) or "nothing"))
