# SPDX-License-Identifier: GPL-2.0
"""In no environment is something taken for the kernel that is not, here and in machines."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.environments.seen import Seen, check, in_machine, launched, lines
from tests.environments.table import ENVIRONMENTS, WITNESSES, Environment

# Of each kind of world, scene and policy, what takes little time.
CASES = (
    "api.create_ruleset.*", "api.restrict_self.*", "api.ruleset_fd.*", "domain.inherit.*",
    "domain.ipc.keys",
    "domain.layers.*", "domain.process.proc_*", "errata.*", "fs.execute.memfd",
    "fs.read_file.*", "fs.refer.all_but_refer", "fs.refer.ex*", "fs.refer.gain*",
    "fs.refer.link*", "fs.refer.rename*", "ioctl.device.other_node", "net.tcp.connect",
    "net.tcp.without_inet", "scope.abstract_unix.connect", "scope.signal.kill",
    "scope.signal.mq_notify",
)
CASES_IN_MACHINES = (
    "api.restrict_self.twice", "api.ruleset_fd.reopen", "domain.layers.last_denies",
    "fs.read_file.open", "fs.refer.all_but_refer", "scope.signal.kill",
)
HERE = tuple(environment for environment in ENVIRONMENTS if environment.here)
KERNELS = ("debian-7.3",)
# What shows that a policy is enforced is bind(2), or kill(2).
WITNESSED = ("fs.refer.net_only_domain", "fs.topology.net_only", "scope.signal.thread",
             "scope.signal.sigio_thread")


def name_of(environment: object) -> str:
    """Return the name of a test's environment."""
    assert isinstance(environment, Environment)
    return environment.name


@pytest.fixture(scope="session")
def here(launcher: Path, program: Path, tmp_path_factory: pytest.TempPathFactory,
         ) -> dict[str, Seen]:
    """Return what each environment showed on this machine."""
    directory = tmp_path_factory.mktemp("here")
    return launched(launcher, program, lines(HERE, CASES), directory)


@pytest.fixture(scope="session", params=KERNELS)
def machine(request: pytest.FixtureRequest, launcher: Path, program: Path) -> dict[str, Seen]:
    """Return what the environments showed in a machine, whose init is launch.c."""
    return in_machine(request.param, launcher, program,
                      lines((e for e in ENVIRONMENTS if e.machine), CASES_IN_MACHINES),
                      "lsm=landlock,yama")


def test_there_are_many() -> None:
    """The claim of the project is about at least 25 environments, in machines too."""
    assert len({environment.name for environment in ENVIRONMENTS}) == len(ENVIRONMENTS)
    assert sum(environment.machine for environment in ENVIRONMENTS) > 25


def _marked(environment: Environment) -> ParameterSet:
    """Return a parameter that says what its test needs."""
    # In a chroot the harness has no namespaces, whatever the environment: all look alike.
    marks = [pytest.mark.needs(what) for what in ("root", "Landlock", "user namespaces")]
    if environment.steps.startswith("through="):
        marks.append(pytest.mark.needs(environment.name))
    return pytest.param(environment, marks=marks, id=environment.name)


@pytest.mark.parametrize("environment", map(_marked, HERE))
def test_here(environment: Environment, here: dict[str, Seen]) -> None:
    """On this machine."""
    check(environment, here)


@pytest.mark.needs("root")
@pytest.mark.needs("user namespaces")
@pytest.mark.needs("scopes")
def test_a_refusal_by_others_proves_nothing(launcher: Path, program: Path, tmp_path: Path) -> None:
    """Where nothing is enforced, nothing holds because a filter refuses what a domain should."""
    seen = launched(launcher, program, lines(WITNESSES, WITNESSED, "--sabotage=allow"), tmp_path)
    assert "bypass" in seen["normal"].verdicts().values()
    for environment in WITNESSES:
        verdicts = seen[environment.name].verdicts()
        assert verdicts.keys() == seen["normal"].verdicts().keys()
        assert set(verdicts.values()) <= {"bypass", "absent", "cannot-run"}, environment.name


@pytest.mark.parametrize("environment", [e for e in ENVIRONMENTS if e.machine],
                         ids=name_of)
def test_in_a_machine(environment: Environment, machine: dict[str, Seen]) -> None:
    """In a machine, whose kernel is given more security modules than Landlock."""
    check(environment, machine)
