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
def mount_namespaces() -> bool:
    """Say whether a mount namespace can be made, as root or in a user namespace."""
    ways = (("--mount",), ("--user", "--mount"))
    return any(subprocess.run(["unshare", *way, "true"], capture_output=True,
                              check=False).returncode == 0 for way in ways)


@cache
def abi() -> int:
    """Return the ABI version of Landlock in this machine's kernel; 0: none. What needs more of it
    is proved in machines too."""
    create_ruleset, version = 444, 1
    return max(0, int(ctypes.CDLL(None).syscall(create_ruleset, None, 0, version)))


NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "root": (lambda: os.geteuid() == 0, "need root"),
    "user namespaces": (user_namespaces, "need user namespaces, which cannot be made here"
                        " (in a chroot nobody can)"),
    "mount namespaces": (mount_namespaces, "need mount namespaces, which cannot be made here"),
    "qemu-user": (lambda: bool(shutil.which("qemu-x86_64-static")), "need qemu-user-static"),
    "proot": (lambda: bool(shutil.which("proot")), "need proot"),
    "Landlock": (lambda: abi() >= 1, "need Landlock in this machine's kernel"),
    "rules on ports": (lambda: abi() >= 4, "need Landlock's rules on ports in this machine's"
                       " kernel"),
    "scopes": (lambda: abi() >= 6, "need Landlock's scopes in this machine's kernel"),
}
FIXTURES = {"as_root": "root", "landlock": "Landlock"}
"""What tests need that use these fixtures."""

skips: dict[str, str | None] = {}
"""The tests that were skipped; why, if one of `NEEDS` is not met here."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", f"needs(what): skipped without {' or '.join(NEEDS)}")


SIDE_BY_SIDE = {"harness": "host", "environments": "host"}
"""What runs in one process, of the tests below a directory; elsewhere a file is the unit. The tests
of `host` share its runs, and would take each other's ports."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Say which tests share what is made once (--dist=loadgroup).

    xdist reads it in pytest_collection_modifyitems, and there it comes before this file.
    """
    item.add_marker(pytest.mark.xdist_group(
        SIDE_BY_SIDE.get(item.path.parent.name, item.path.stem)))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose needs this machine does not meet."""
    words = [word for mark in item.iter_markers("needs") for word in mark.args]
    words += [FIXTURES[name] for name in getattr(item, "fixturenames", ()) if name in FIXTURES]
    for word in words:
        met, why = NEEDS[word]
        if not met():
            pytest.skip(why)


def remember(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Remember a skip. Where tests run side by side, another process decided it: the report names
    the file that did."""
    if report.skipped:
        assert isinstance(report.longrepr, tuple)
        file, _, why = report.longrepr
        skips[report.nodeid] = why.removeprefix("Skipped: ") if file == __file__ else None


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember each skip."""
    remember(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember each file that was skipped whole."""
    remember(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if anything was skipped for another reason."""
    if None in skips.values() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say what was not tried."""
    for name in sorted(name for name, why in skips.items() if why is None):
        terminalreporter.write_line(f"{name}: skipped for no reason of tests/conftest.py")
    reasons = Counter(why for why in skips.values() if why)
    terminalreporter.write_line("not tried: " + ("; ".join(
        f"{number} {why}" for why, number in reasons.items()) or "nothing"))
