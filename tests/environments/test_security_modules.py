# SPDX-License-Identifier: GPL-2.0
"""What other security modules of a kernel refuse is not taken for Landlock's doing."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from reports.model.verdicts import Verdict
from tests.environments.seen import Seen, check, in_machine, lines
from tests.environments.table import NEIGHBOURS, Environment, Neighbours
from tests.test_proof import NEWEST, OLDER, column

KERNELS = (NEWEST, OLDER)
PROFILES = Path(__file__).with_name("apparmor.profiles")
POLICY = Path(__file__).with_name("selinux.cil")
POLICY_VERSION = "30"  # of SELinux's binary form: Linux 4.13

# Of each kind of thing that a module refuses: files, mounts, processes, ports, programs.
CASES = (
    "api.restrict_self.capability", "api.restrict_self.no_privilege", "domain.layers.last_denies",
    "domain.ptrace.attach", "domain.ptrace.seize", "fs.execute.execve", "fs.make_reg.creat",
    "fs.make_reg.link", "fs.read_file.open", "fs.refer.all_but_refer", "log.audit.denying_layer",
    "net.tcp.bind", "net.tcp.bind_invalid", "net.tcp.connect", "overlay.merged.create",
    "scope.abstract_unix.connect", "scope.signal.kill",
)


def test_the_last_scope_of_yama_leaves_landlock_as_it_is(tmp_path: Path) -> None:
    """It cannot be taken back, so the cases of the others say what they would need."""
    cases = column(tmp_path, NEWEST, "--case=stack.yama.attach_inside",
                   "--append=sysctl.kernel.yama.ptrace_scope=3").cases
    found = {case.id.removeprefix("stack.yama.attach_inside"): case for case in cases}
    assert found.pop("[no_attach]").verdict is Verdict.HOLDS
    assert set(found) == {"", "[restricted]", "[admin_only]"}
    for case in found.values():
        assert case.verdict is Verdict.CANNOT_RUN
        assert "another kernel.yama.ptrace_scope than 3" in case.why


@pytest.mark.parametrize("order", ["landlock,apparmor,bpf", "apparmor,bpf,landlock"])
def test_whoever_is_first_in_the_list_decides(tmp_path: Path, order: str) -> None:
    """The errors and the records are theirs, and the cases know it."""
    names = ("stack.fs.make_dir", "stack.net.connect_tcp", "stack.log.both", "stack.scope.signal")
    cases = column(tmp_path, NEWEST, f"--lsm=lockdown,yama,{order}",
                   *(f"--case={name}" for name in names)).cases
    assert {case.id: case.verdict.value for case in cases} == dict.fromkeys(
        (case.id for case in cases), "holds")
    assert {case.id.partition("[")[0] for case in cases} == set(names)


def test_yama_is_named(tmp_path: Path) -> None:
    """It lets nobody trace, and the cases about ptrace(2) say so."""
    cases = column(tmp_path, NEWEST, "--case=domain.ptrace.attach", "--case=fs.read_file.open",
                   "--append=sysctl.kernel.yama.ptrace_scope=3").cases
    found = {case.id: case for case in cases}
    assert found["fs.read_file.open"].verdict is Verdict.HOLDS
    refused = found["domain.ptrace.attach"]
    assert refused.verdict is Verdict.CANNOT_RUN
    assert "kernel.yama.ptrace_scope 3" in refused.why


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Path]]:
    """Return what a machine's archive holds for launch.c to load, by the name of the machine."""
    compiled = tmp_path_factory.mktemp("policy") / "selinux"
    subprocess.run(["secilc", "-c", POLICY_VERSION, "-o", str(compiled), "-f", "/dev/null",
                    str(POLICY)], check=True)
    return {"apparmor": {"apparmor": PROFILES}, "selinux": {"selinux": compiled}}


@pytest.fixture(scope="module")
def seen(launcher: Path, program: Path, policies: dict[str, dict[str, Path]],
         ) -> Callable[[str, Neighbours], dict[str, Seen]]:
    """Return a function that tells what environments showed on a kernel; it boots once."""
    @cache
    def boot(kernel: str, beside: Neighbours) -> dict[str, Seen]:
        word = f"lsm={beside.lsm}" if beside.lsm else ""
        return in_machine(kernel, launcher, program, lines(beside.environments, CASES), word,
                          policies.get(beside.name))
    return boot


@pytest.mark.parametrize(("kernel", "beside", "environment"), [
    pytest.param(kernel, beside, environment, id=f"{kernel}-{beside.name}-{environment.name}")
    for kernel in KERNELS for beside in NEIGHBOURS for environment in beside.environments])
def test_beside(seen: Callable[[str, Neighbours], dict[str, Seen]], kernel: str,
                beside: Neighbours, environment: Environment) -> None:
    """What one of them refuses is its own doing: the cause is named, and it did refuse."""
    all_seen = seen(kernel, beside)
    check(environment, all_seen)
    usual = all_seen["normal"].verdicts()
    refused = [name for name, verdict in all_seen[environment.name].verdicts().items()
               if verdict == "cannot-run" != usual[name]]
    # What a profile that allows all refuses depends on the kernel.
    assert refused or not environment.missing or environment.name.startswith("allow")
