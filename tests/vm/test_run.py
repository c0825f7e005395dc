# SPDX-License-Identifier: GPL-2.0
"""Real machines with a guest that behaves, panics, hangs or disappears on purpose."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.model.assemble import assemble
from reports.model.verdicts import Verdict
from tests.vm.conftest import KERNEL, bzimage
from vm import machines, paths, qemu, run
from vm.errors import UserError
from vm.kernel import Kernel

ROOT = Path(__file__).parents[2]
Records = list[dict[str, Any]]
Run = Callable[..., Records]


@pytest.fixture
def machine(tmp_path: Path, debian_kernel: Kernel, fake_guest: Path) -> Run:
    """Return a function that runs the stand-in with some arguments and returns its records."""
    def machine_run(*words: str, kernel: Kernel = debian_kernel,
                    boot: run.Boot = run.Boot()) -> Records:
        told: Records = []
        (path,) = run.run([kernel], ["run", *words], tmp_path / "records", fake_guest, None,
                          lambda name, record: told.append(record), boot)
        records = [json.loads(line) for line in path.read_text().splitlines()]
        assert records == told
        return records
    return machine_run


def finished(records: Records) -> list[str]:
    """Return the names of the cases with a result."""
    return [record["id"] for record in records if record["type"] == "result"]


def types(records: Records) -> list[str]:
    """Return the records' types without those of the cases."""
    return [record["type"] for record in records if record["type"] not in ("case", "result")]


def test_a_guest_that_behaves(machine: Run, debian_kernel: Kernel) -> None:
    records = machine("log", "noise=c2", "show=/proc/cmdline")
    assert types(records) == ["kernel", "start", "end"]
    assert finished(records) == ["c1", "c2", "c3", "c4", "c5"]
    about = records[0]
    assert about["name"] == KERNEL and about["version"] == debian_kernel.version
    assert about["modules"] is True and about["accel"] in ("tcg", "kvm")
    assert all(len(sum_) == 64 for sum_ in about["sha256"].values())
    assert set(about["sha256"]) == {"kernel", "initramfs", "harness"}
    assert any(line.startswith("CONFIG_LSM=") for line in about["config"])
    words = next(record for record in records if record["type"] == "result")["why"].split()
    assert "audit=1" in words and "oops=panic" in words
    # Its own list stands: this one has no Landlock, which cannot be added.
    assert not any(word.startswith("lsm=") for word in words)


def test_only_a_run_of_all_cases_says_how_long_a_kernel_takes(
        machine: Run, debian_kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[dict[str, float]] = []
    monkeypatch.setattr(run, "_keep_durations", kept.append)
    machine("log")
    assert not kept
    machine()
    assert [KERNEL in seconds for seconds in kept] == [True]
    monkeypatch.setattr(run, "_durations", lambda: {KERNEL: 70.0, "debian-9.9": 60.0})
    other, unknown = (replace(debian_kernel, name=name) for name in ("debian-9.9", "lab-9.9"))
    order = run._order([other, debian_kernel, unknown])
    assert [kernel.name for kernel in order] == ["lab-9.9", KERNEL, "debian-9.9"]


def test_a_machine_without_landlock(machine: Run) -> None:
    records = machine("show=/proc/cmdline", boot=run.Boot(landlock=False))
    why = next(record for record in records if record["type"] == "result")["why"]
    assert "lsm=lockdown,yama,loadpin,safesetid,integrity,apparmor,selinux,smack,tomoyo" in \
        why.split()


def test_the_users_own_words(machine: Run) -> None:
    records = machine("show=/proc/cmdline", boot=run.Boot(lsm="yama,bpf", append=("a=b c", "d")))
    why = next(record for record in records if record["type"] == "result")["why"]
    assert why.split()[-4:] == ["lsm=yama,bpf", "a=b", "c", "d"]


def test_a_kernel_that_panics_twice(machine: Run) -> None:
    records = machine("log", "panic=c2", "panic=c4")
    assert types(records) == ["kernel", "start", "died", "start", "end", "again"]
    died = next(record for record in records if record["type"] == "died")
    assert died["id"] == "c2" and died["how"] == "crash"
    assert records[-1] == {"type": "again", "id": "c2", "first": "crash", "verdict": "crash"}
    assert any("sysrq triggered crash" in line for line in died["console"])
    assert len(died["console"]) <= run.CONSOLE_LINES
    assert finished(records) == ["c1", "c3", "c4", "c5"]


def test_the_first_trouble_is_what_counts() -> None:
    progress = run.State()
    progress.console.extend(f"line {number}" for number in range(60))
    assert progress.last_lines() == [f"line {number}" for number in range(20, 60)]
    progress.console.append("BUG: unable to handle page fault")
    progress.console.extend(f"trace {number}" for number in range(60))
    assert progress.last_lines()[0] == "BUG: unable to handle page fault"
    assert len(progress.last_lines()) == run.CONSOLE_LINES
    assert len(progress.console) < 200


def test_a_guest_that_hangs(machine: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MARGIN", 1.0)
    records = machine("hang=c5")
    assert types(records) == ["kernel", "start", "died", "start", "end", "again"]
    died = next(record for record in records if record["type"] == "died")
    assert died["id"] == "c5" and died["how"] == "hang"
    assert records[-1] == {"type": "again", "id": "c5", "first": "hang", "verdict": "hang"}
    assert finished(records) == ["c1", "c2", "c3", "c4"]


def test_a_machine_that_ends_in_every_boot(machine: Run) -> None:
    # Between cases: one more boot, and what was won is kept.
    records = machine("log", "panic-between=c2")
    assert types(records) == ["kernel", "start", "lost", "start", "end"]
    assert finished(records) == ["c1", "c2", "c3", "c4", "c5"]
    lost = next(record for record in records if record["type"] == "lost")
    assert lost["why"] == "the machine ended outside any case"
    assert any("Kernel panic" in line for line in lost["console"])


def test_what_a_kernel_says_once_asks_for_a_fresh_machine(machine: Run) -> None:
    records = machine("log", "renew=c3", "deviates=c2")
    assert types(records) == ["kernel", "start", "renew", "start", "end", "again"]
    assert finished(records) == ["c1", "c2", "c3", "c4", "c5"]


def test_what_deviates_runs_again(machine: Run) -> None:
    records = machine("log", "deviates=c2", "flaky=c4")
    assert types(records) == ["kernel", "start", "end", "again", "again"]
    assert records[-2:] == [
        {"type": "again", "id": "c2", "first": "bypass", "verdict": "bypass"},
        {"type": "again", "id": "c4", "first": "bypass", "verdict": "holds"}]


def test_what_is_refused_without_a_sandbox_is_tried_without_landlock(machine: Run) -> None:
    records = machine("log", "refused=c2", "missing=c3", "once=c4")
    assert types(records) == ["kernel", "start", "end", "without-landlock"]
    assert records[-1] == {"type": "without-landlock", "id": "c2", "control": "works"}
    assert "without-landlock" not in types(machine("log", "refused=c2", "--sabotage=allow"))


def test_a_sabotaged_run_proves_nothing_of_a_kernel(machine: Run) -> None:
    assert "again" not in types(machine("log", "deviates=c2", "--sabotage=allow"))


def killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kernel: Kernel, guest: Path,
           times: int) -> Records:
    """Return the records of a run whose QEMU is killed inside c3, as the OOM killer does."""
    machines: list[subprocess.Popen[bytes]] = []
    told: Records = []
    start = qemu.Group.start

    def starting(*words: Any) -> subprocess.Popen[bytes]:
        machines.append(start(*words))
        return machines[-1]

    def listen(name: str, record: dict[str, Any]) -> None:
        told.append(record)
        if record.get("id") == "c3" and record["type"] == "case" and len(machines) <= times:
            machines[-1].kill()

    monkeypatch.setattr(qemu.Group, "start", starting)
    run.run([kernel], ["run", "slow"], tmp_path, guest, None, listen)
    return told


def test_a_machine_that_was_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                   debian_kernel: Kernel, fake_guest: Path) -> None:
    records = killed(monkeypatch, tmp_path, debian_kernel, fake_guest, 1)
    assert types(records) == ["kernel", "start", "interrupted", "start", "end"]
    assert finished(records) == ["c1", "c2", "c3", "c4", "c5"]
    (said,) = (record for record in records if record["type"] == "interrupted")
    assert said["id"] == "c3" and said["why"] == "QEMU was ended by SIGKILL"


def test_a_machine_that_is_always_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                         debian_kernel: Kernel, fake_guest: Path) -> None:
    records = killed(monkeypatch, tmp_path, debian_kernel, fake_guest, 9)
    assert types(records) == ["kernel", "start", "interrupted", "start", "interrupted", "start",
                              "lost"]
    assert finished(records) == ["c1", "c2"]
    assert records[-1]["why"] == "QEMU was ended by SIGKILL, 3 times"


def test_a_boot_in_a_machine_that_is_emulated_may_take_longer(
        monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    info = tmp_path / "cpuinfo"
    monkeypatch.setattr(run, "CPUINFO", info)
    info.write_text("model name\t: Some CPU @ 2 GHz\n")
    assert run.boot_silence(machines.NATIVE) == run.BOOT_SILENCE < run.boot_silence("arm64")
    info.write_text("model name\t: QEMU TCG CPU version 2.5+\n")
    assert run.boot_silence(machines.NATIVE) == run.FOREIGN_BOOT_SILENCE


def test_a_guest_that_never_starts(machine: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BOOT_SILENCE", 5.0)
    records = machine("silent")
    assert types(records) == ["kernel", "note", "unavailable"]
    assert records[-1]["why"] == "did not boot: the machine fell silent"
    # The second boot says on its console how far it came.
    assert any("Run /init as init process" in line for line in records[-1]["console"])


def test_a_processor_that_a_kernel_does_not_boot_with(
        machine: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "BOOT_SILENCE", 20.0)
    first = qemu.processor

    def processor(machine: qemu.Machine) -> str:
        return first(machine) if machine.plain else "qemu64,-lm"

    monkeypatch.setattr(qemu, "processor", processor)
    records = machine("log", "show=/proc/cmdline")
    assert types(records) == ["kernel", "note", "start", "end"]
    assert finished(records) == ["c1", "c2", "c3", "c4", "c5"]
    assert "with the processor qemu64,-lm: tried again with qemu64" in records[1]["text"]


def test_an_image_that_is_no_kernel_inside(machine: Run, tmp_path: Path,
                                           debian_kernel: Kernel) -> None:
    path = tmp_path / "bzImage"
    path.write_bytes(bzimage(b"\xff" * 4096))
    bad = replace(debian_kernel, name="bad", image=path)
    assert types(machine(kernel=bad))[-1] == "unavailable"


def test_a_kernel_that_cannot_be_had(machine: Run) -> None:
    records = machine(kernel=Kernel("debian-9.9", "nowhere", unavailable="no network"))
    assert types(records) == ["kernel", "unavailable"]
    assert records[1]["why"] == "no network"


def test_without_qemu(machine: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    qemu.program.cache_clear()
    without = replace(machines.named(machines.NATIVE), qemu="qemu-system-x86_65")
    monkeypatch.setattr(machines, "named", lambda arch: without)
    with pytest.raises(UserError, match="x86_65 is not installed: run vm/setup.sh"):
        machine()
    qemu.program.cache_clear()


def machines_of(session: int) -> list[str]:
    """Return the command lines of the machines that descend from a process."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            environment = (directory / "environ").read_bytes()
            command = (directory / "cmdline").read_bytes()
        except OSError:
            continue
        if f"LANDPROOF_TEST={session}".encode() in environment and b"qemu-system" in command:
            found.append(directory.name)
    return found


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_machine_outlives_its_driver(how: signal.Signals, tmp_path: Path,
                                        fake_guest: Path) -> None:
    session = os.getpid()
    with subprocess.Popen(  # what a shell starts in the background ignores SIGINT
            ["env", "--default-signal=INT", sys.executable, "-m", "vm.once", "--records",
             str(tmp_path), "--harness", str(fake_guest), KERNEL, "log", "slow", "hang=c3"],
            cwd=ROOT, text=True,
            env={**os.environ, "LANDPROOF_TEST": str(session)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as driver:
        assert driver.stdout and driver.stderr
        for line in driver.stdout:
            if '"id": "c2"' in line and '"result"' in line:
                break
        assert machines_of(session)
        driver.send_signal(how)
        said = driver.stderr.read()
        driver.wait(10)
    if how == signal.SIGINT:
        assert driver.returncode == 2 and said == "vm.once: interrupted\n"
    deadline = time.monotonic() + 5
    while machines_of(session) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not machines_of(session)
    # What was won is on the disk; nothing is said of the case that did not come to its end.
    records = [json.loads(line) for line in (tmp_path / f"{KERNEL}.jsonl").read_text().split("\n")
               if line]
    assert finished(records) == ["c1", "c2"]
    assert "died" not in types(records)


def test_an_interrupted_run_goes_on(tmp_path: Path, debian_kernel: Kernel,
                                    fake_guest: Path) -> None:
    """Records of the same kernel, guest and words are taken up; others are thrown away."""
    def go(*words: str) -> tuple[list[str], int]:
        told: Records = []
        (path,) = run.run([debian_kernel], ["run", *words], tmp_path, fake_guest, None,
                          lambda name, record: told.append(record), resume=True)
        records = [json.loads(line) for line in path.read_text().splitlines()]
        assert told == records
        return finished(records), types(records).count("start")

    path = tmp_path / f"{KERNEL}.jsonl"
    assert go() == (["c1", "c2", "c3", "c4", "c5"], 1)
    assert go() == (["c1", "c2", "c3", "c4", "c5"], 1)  # whole: nothing is booted
    lines = path.read_text().splitlines(keepends=True)
    cut = next(number for number, line in enumerate(lines) if '"c4"' in line)
    path.write_text("".join(lines[:cut]) + lines[cut][:10])
    before = path.read_text().splitlines()[:-1]
    (path_again,) = run.run([debian_kernel], ["run"], tmp_path, fake_guest, None,
                            lambda name, record: None, resume=True)
    after = [line for line in path_again.read_text().splitlines() if line.endswith("}")]
    assert after[:len(before)] == before
    records = [json.loads(line) for line in after]
    assert finished(records) == ["c1", "c2", "c3", "c4", "c5"]
    assert types(records).count("start") == 2
    # Ended inside a case: that has no result yet, which is no fault of anybody's.
    assert "interrupted" not in types(records)
    cut = next(number for number, line in enumerate(lines) if '"c4"' in line) + 1
    path.write_text("".join(lines[:cut]))
    assert go() == (["c1", "c2", "c3", "c4", "c5"], 2)
    (column,) = assemble([path], [], "").kernels
    assert {case.verdict for case in column.cases} == {Verdict.HOLDS}
    assert column.notes[0] == "the run was ended in c4: ran again in a fresh machine"
    assert go("log") == (["c1", "c2", "c3", "c4", "c5"], 1)  # of other words


def test_what_deviated_before_the_interruption_is_looked_at_again(
        tmp_path: Path, debian_kernel: Kernel, fake_guest: Path) -> None:
    def go() -> list[str]:
        (path,) = run.run([debian_kernel], ["run", "log", "deviates=c2"], tmp_path, fake_guest,
                          None, lambda name, record: None, resume=True)
        return types([json.loads(line) for line in path.read_text().splitlines()])

    assert go() == ["kernel", "start", "end", "again", "complete"]
    path = tmp_path / f"{KERNEL}.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-2]))
    assert go() == ["kernel", "start", "end", "again", "complete"]


def test_a_full_log_costs_a_machine_and_no_case(tmp_path: Path, debian_kernel: Kernel,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    # About half a KiB a case, 2 KiB for the start
    monkeypatch.setattr(qemu, "LOG_SIZE", 16 << 10)
    (path,) = run.run([debian_kernel], ["run", "--case", "api.create_ruleset.*"],
                      tmp_path / "records", paths.GUEST, None, lambda name, record: None,
                      run.Boot())
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert set(types(records)) == {"kernel", "start", "renew", "end"}
    assert len(finished(records)) == len(set(finished(records))) == records[1]["selected"] > 30
