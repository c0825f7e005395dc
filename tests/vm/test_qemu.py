# SPDX-License-Identifier: GPL-2.0
"""QEMU's side: the log in memory, KVM's trial, what QEMU itself complains about."""

from __future__ import annotations

import json
import mmap
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from vm import image, qemu
from vm.errors import UserError
from vm.kernel import Kernel


def test_the_log_gives_whole_lines() -> None:
    log = qemu.Log()
    with mmap.mmap(log.descriptor, qemu.LOG_SIZE) as memory:
        assert memory[8:16] == b"LANDLOG1"

        def write(text: bytes) -> None:
            (count,) = struct.unpack_from("=Q", memory)
            memory[64 + count:64 + count + len(text)] = text
            struct.pack_into("=Q", memory, 0, count + len(text))

        assert log.lines() == []
        write(b"one\ntw")
        assert log.lines() == ["one"]
        assert log.lines() == []
        write(b"o \xff\nthree\nfo")
        assert log.lines() == ["two \ufffd", "three"]
        # A guest gone wild says that it wrote more than there is.
        struct.pack_into("=Q", memory, 0, 1 << 60)
        log.lines()
    log.close()


def test_a_bare_boot(debian_kernel: Kernel) -> None:
    bootable = image.bootable(debian_kernel)
    assert 0.1 < qemu.boot(qemu.Machine(bootable, qemu.poweroff()), 60)


def test_what_qemu_complains_about(debian_kernel: Kernel, tmp_path: Path) -> None:
    machine = qemu.Machine(image.bootable(debian_kernel), b"", accel="abacus")
    with pytest.raises(ChildProcessError, match="abacus"):
        qemu.boot(machine, 60)


def flags_taken(monkeypatch: pytest.MonkeyPatch, *known: str) -> list[str]:
    """Return what is taken from the processor in a QEMU that knows some flags."""
    monkeypatch.setattr(qemu, "known_flags", lambda: frozenset(known))
    return qemu.processor(qemu.Machine(Path("/kernel"), b"")).split(",")


def test_only_flags_that_qemu_knows_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    # A kernel before 6.2 hangs in memmove() with fsrm and without erms: they go together.
    assert flags_taken(monkeypatch, "erms", "fsrm", "la57", "avx") == \
        ["max", "-la57", "-erms", "-fsrm"]
    assert flags_taken(monkeypatch, "erms") == ["max", "-erms"]


def test_emulated_processors_do_without_what_qemu_emulates_wrongly() -> None:
    machine = qemu.Machine(Path("/kernel"), b"")
    for one in (machine, replace(machine, plain=True)):
        assert "-cx16" in qemu.processor(one).split(",")


def test_qemu_lists_its_flags() -> None:
    qemu.known_flags.cache_clear()
    assert {"erms", "fsrm", "la57", "smap", "avx2", "xsave", "cx16"} <= qemu.known_flags()


def test_qemu_without_a_list_of_flags(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    qemu.known_flags.cache_clear()
    other = tmp_path / "qemu"
    other.write_text("#!/bin/sh\necho Available CPUs:\n")
    other.chmod(0o755)
    monkeypatch.setattr(qemu, "program", lambda: str(other))
    with pytest.raises(UserError, match="names no processor flags: is it QEMU for x86"):
        qemu.known_flags()


def test_the_processors() -> None:
    machine = qemu.Machine(Path("/kernel"), b"")
    assert qemu.processor(replace(machine, accel="kvm")) == "host"
    assert qemu.processor(replace(machine, accel="kvm", plain=True)) == machine.kind.plain_cpu
    assert "ignore_loglevel" in qemu.command_line(replace(machine, plain=True)).split()
    assert "ignore_loglevel" not in qemu.command_line(machine).split()


def test_kvm_is_tried_once_and_by_booting(private_cache: Path, debian_kernel: Kernel,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def boot(machine: qemu.Machine, limit: float) -> float:
        tried.append(machine.accel)
        if works:
            return 1.0
        raise ChildProcessError("failed to set MSR")

    monkeypatch.setattr(os, "access", lambda path, mode: True)
    monkeypatch.setattr(qemu, "boot", boot)
    kernel = Path("/one")
    works = False
    assert qemu.accelerator(kernel) == "tcg" and qemu.accelerator(Path("/two")) == "tcg"
    assert tried == ["kvm"]
    # Another boot of the machine, and it works: tried for each kernel.
    memory = private_cache / "kvm.json"
    memory.write_text(json.dumps({"boot": "earlier", "works": False, "kernels": []}))
    works = True
    assert [qemu.accelerator(kernel), qemu.accelerator(kernel)] == ["kvm", "kvm"]
    assert qemu.accelerator(Path("/two")) == "kvm"
    assert tried == ["kvm"] * 3


def test_no_kvm_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert qemu.accelerator(Path("/one")) == "tcg"


@pytest.mark.parametrize("policy", [os.SCHED_OTHER, os.SCHED_BATCH, os.SCHED_IDLE])
def test_machines_compute_in_batches_unless_the_user_has_chosen(policy: int) -> None:
    def start() -> int:
        """Return the policy of what a group starts, whose own is the one that is tried."""
        os.sched_setscheduler(0, policy, os.sched_param(0))
        group = qemu.Group()
        with open(os.devnull, "wb") as output:
            process = group.start(["sleep", "60"], (), output)
        found = os.sched_getscheduler(process.pid)
        group.end(process)
        assert os.sched_getscheduler(0) == policy
        return found

    with ThreadPoolExecutor(1) as one:  # a policy is a thread's, and this one ends with it
        assert one.submit(start).result() == (policy or os.SCHED_BATCH)
