# SPDX-License-Identifier: GPL-2.0
"""Boots one guest in QEMU and tells, line by line, what it says on its two serial ports."""

from __future__ import annotations

import json
import mmap
import os
import selectors
import signal
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO

from vm import image, machines, paths
from vm.errors import UserError

MEMORY = 512

# landproof.guest makes the harness a guest's PID 1 (harness/machine/guest.c); of the others only
# audit= concerns Landlock (vm/lsm.py has lsm=). An oops ends the machine: panic=-1 reboots and
# -no-reboot makes that QEMU's exit.
COMMAND_LINE = " ".join((
    "landproof.guest loglevel=4 panic=-1 oops=panic audit=1",
    # Spares the boot a third: the kernel's tests of its own ciphers; patching; clearing memory;
    # a look at every page of its own, for one that is writable and executable.
    "cryptomgr.notests nokaslr mitigations=off init_on_alloc=0"
    " rodata=off",
    # Spares the cases a quarter: to program an emulated timer is dear, and so is bookkeeping.
    "highres=off nohz=off cgroup_disable=memory psi=0 rcupdate.rcu_expedited=1",
))

# What costs an emulated processor most: page tables of five levels, guards switched at every
# access to user memory, string instructions that a kernel believes to be fast. These go all
# together: before 6.2 a kernel with FSRM and without ERMS hangs in its first memmove(). (XSAVE
# stays: there are kernels that use AVX all the same, and oops.)
SLOW_FLAGS = ("la57", "smap", "smep", "umip", "pku", "erms", "fsrm", "fzrm", "fsrs", "fsrc")

# QEMU before 8.0 leaves rubbish in RFLAGS after cmpxchg16b, which the kernel's allocator uses: an
# interrupt between it and the next instruction that sets flags ends in a double fault.
FAULTY_FLAGS = ("cx16",)

POWEROFF = paths.GUEST.with_name("poweroff")
TRIAL_SECONDS = 6.0

CONSOLE = "console"
RECORD = "record"

LOG_SIZE = 8 << 20
LOG_DEVICE = "0x10"
"""PCI slot of the log: /sys/bus/pci/devices/0000:00:10.0/resource2 in the guest."""

ENDING_SECONDS = 5.0
"""For QEMU to exit after it has closed its ports."""

POLL = 0.02
"""Seconds between two looks at the log."""


@dataclass(frozen=True)
class Machine:
    """What a guest boots with."""

    kernel: Path
    initramfs: bytes
    accel: str = "tcg"
    words: tuple[str, ...] = ()
    """More of the kernel's command line."""
    memory: int = MEMORY
    plain: bool = False
    """With a processor that has little, and a console that tells everything."""
    arch: str = machines.NATIVE
    processors: int = 1

    @property
    def kind(self) -> machines.Architecture:
        """Return what the machines of its architecture are."""
        return machines.named(self.arch)


def command_line(machine: Machine) -> str:
    """Return the kernel's command line."""
    kind = machine.kind
    terminals = [way for way in kind.records.split() if way != "pci"]
    return " ".join([f"console={kind.console}", *(f"landproof.records={one}" for one in terminals),
                     COMMAND_LINE, *([kind.words] if kind.words else []), *machine.words,
                     *([kind.plain_words] if machine.plain else [])])


def processor(machine: Machine) -> str:
    """Return the processor as -cpu names it."""
    if machine.plain and machine.kind.plain_cpu:
        return machine.kind.plain_cpu
    if machine.accel == "kvm":
        return "host"
    if machine.kind.cpu:
        return machine.kind.processor(version(machine.arch))
    without = [flag for flag in (*SLOW_FLAGS, *FAULTY_FLAGS) if flag in known_flags()]
    return ",".join(["max", *(f"-{flag}" for flag in without)])


@cache
def known_flags() -> frozenset[str]:
    """Return the processor flags that this QEMU knows; it refuses all others."""
    said = subprocess.run([program(), "-cpu", "help"], capture_output=True, text=True, check=False)
    _, _, flags = said.stdout.partition("Recognized CPUID flags:")
    if not flags:
        raise UserError(f"{program()} -cpu help names no processor flags:"
                        f" {said.stderr.strip() or 'is it QEMU for x86?'}")
    return frozenset(flags.split())


@cache
def program(arch: str = machines.NATIVE) -> str:
    """Return the path of QEMU; raise UserError if it is not installed."""
    kind = machines.named(arch)
    return paths.program(kind.qemu, kind.package)


@cache
def version(arch: str = machines.NATIVE) -> str:
    """Return QEMU's version, such as "7.2.22"."""
    said = subprocess.run([program(arch), "--version"], capture_output=True, text=True, check=False)
    words = said.stdout.split()
    return words[3] if len(words) > 3 else "unknown"


@contextmanager
def _in_batches() -> Iterator[None]:
    """Let what is started here compute for longer before another gets the processor.

    Four emulated machines on two processors lose a fifth of their time to each other's caches,
    and a twentieth so. A policy that the user has chosen stays, and one that may not be set, too.
    """
    mine = None
    with suppress(OSError):
        if os.sched_getscheduler(0) == os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
            mine = os.SCHED_OTHER
    try:
        yield
    finally:
        if mine is not None:
            os.sched_setscheduler(0, mine, os.sched_param(0))


class Group:
    """Machines that can be ended all at once, from another thread."""

    def __init__(self) -> None:
        """Begin without any machine."""
        self._guard = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self.stopped = False

    def start(self, command: Sequence[str], descriptors: Sequence[int],
              output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start a process; raise InterruptedError once the group has been stopped."""
        with self._guard:
            if self.stopped:
                raise InterruptedError
            with _in_batches():
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                    start_new_session=True, pass_fds=descriptors)
            self._processes.add(process)
            return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End one process."""
        with self._guard:
            self._processes.discard(process)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """End every process, and let no other start."""
        with self._guard:
            self.stopped = True
            for process in self._processes:
                process.kill()


class Log:
    """Memory that the guest writes records to; a serial port takes 5 us for each byte.

    The first 8 bytes count, in the machine's order, those that have been written from byte
    64 on; the next 8 tell the guest that this is the log. It survives the guest.
    """

    MAGIC = b"LANDLOG1"
    DATA = 64

    def __init__(self) -> None:
        """Make an empty log."""
        self.descriptor = os.memfd_create("records")
        os.ftruncate(self.descriptor, LOG_SIZE)
        self._memory = mmap.mmap(self.descriptor, LOG_SIZE)
        self._memory[8:16] = self.MAGIC
        self._read = self.DATA

    def lines(self) -> list[str]:
        """Return the whole lines that are new."""
        (count,) = struct.unpack_from("=Q", self._memory)
        end = self._memory.rfind(b"\n", self._read, min(self.DATA + count, LOG_SIZE))
        if end < 0:
            return []
        text = self._memory[self._read:end]
        self._read = end + 1
        return text.decode("utf-8", "replace").split("\n")

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
        os.close(self.descriptor)


class Guest:
    """A running machine; leaving the `with` block ends it.

    Both serial ports are pipes that QEMU writes, and the log is memory that only this process
    shares: nothing goes from the host to the guest, and the initramfs lives in memory only.
    """

    def __init__(self, machine: Machine, group: Group | None = None) -> None:
        """Start the machine, as one of a group that may be stopped."""
        self._start = time.monotonic()
        self._group = group or Group()
        kind = machine.kind
        ports = {name: os.pipe() for name in ((RECORD, CONSOLE) if kind.records_first else
                                              (CONSOLE, RECORD))}
        writing = [port for _, port in ports.values()]
        initramfs = os.memfd_create("initramfs")
        self._log = Log()
        # setpriv, not a preexec_fn: no Python code runs between fork and exec in a thread.
        command = [
            "setpriv", "--pdeathsig", "KILL", program(machine.arch),
            *kind.machine, "-accel", machine.accel,
            "-cpu", processor(machine), "-m", f"{machine.memory}M",
            "-smp", str(machine.processors),
            "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-kernel", str(machine.kernel), "-initrd", f"/proc/self/fd/{initramfs}",
            "-append", command_line(machine),
            *(word for port in writing for word in ("-serial", f"file:/proc/self/fd/{port}")),
        ]
        if "pci" in kind.records.split():
            command += [
                "-object", "memory-backend-file,id=log,share=on"
                f",mem-path=/proc/self/fd/{self._log.descriptor},size={LOG_SIZE}",
                "-device", f"ivshmem-plain,memdev=log,addr={LOG_DEVICE}"]
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed by kill())
        self._ports = {name: port for name, (port, _) in ports.items()}
        try:
            with os.fdopen(initramfs, "wb", closefd=False) as file:
                file.write(machine.initramfs)
            self._process = self._group.start(
                command, [initramfs, self._log.descriptor, *writing], self._errors)
        except BaseException:
            self._close()
            raise
        finally:
            for descriptor in (initramfs, *writing):
                os.close(descriptor)

    def __enter__(self) -> Guest:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.kill()

    def lines(self, silence: Callable[[], float]) -> Iterator[tuple[str, str]]:
        """Yield (CONSOLE or RECORD, line) until the machine ends.

        Raise TimeoutError when it says nothing for more seconds than `silence` returns, and
        InterruptedError when the group was stopped.
        """
        heard = time.monotonic()
        with selectors.DefaultSelector() as selector:
            rest = dict.fromkeys(self._ports, b"")
            for name, port in self._ports.items():
                selector.register(port, selectors.EVENT_READ, name)
            while selector.get_map():
                lines = []
                for key, _ in selector.select(POLL):
                    data = os.read(key.fd, 1 << 16)
                    if not data:
                        selector.unregister(key.fd)
                    *whole, rest[key.data] = (rest[key.data] + data).split(b"\n")
                    if not data and rest[key.data]:
                        whole.append(rest[key.data])
                    lines += [(key.data, line.decode("utf-8", "replace").rstrip("\r"))
                              for line in whole]
                # After the ports: when they are closed the log is complete.
                lines += [(RECORD, line) for line in self._log.lines()]
                yield from lines
                if lines:
                    heard = time.monotonic()
                elif time.monotonic() - heard > silence():
                    raise TimeoutError
        if self._group.stopped:
            raise InterruptedError

    def failure(self) -> str:
        """Return why the machine ended if its own end was not the guest's doing; "" if it was.

        A guest that powers off, resets or dies makes QEMU exit with status 0.
        """
        try:
            status = self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            return ""
        if status < 0:
            return f"QEMU was ended by {signal.Signals(-status).name}"
        return f"QEMU failed ({self.complaint() or f'exit status {status}'})" if status else ""

    def complaint(self) -> str:
        """Return what QEMU itself had to say, in one line; "" if nothing."""
        self._errors.seek(0)
        text = self._errors.read().decode(errors="replace").strip()
        return text.splitlines()[-1] if text else ""

    def seconds(self) -> float:
        """Return for how long the machine has been running."""
        return time.monotonic() - self._start

    def kill(self) -> None:
        """End the machine, if it has not ended itself."""
        self._group.end(self._process)
        self._close()

    def _close(self) -> None:
        """Close what the machine wrote to."""
        for port in self._ports.values():
            os.close(port)
        self._ports = {}
        self._log.close()
        self._errors.close()


def poweroff() -> bytes:
    """Return the initramfs of a bare boot, which has vm/poweroff.c only."""
    return image.cpio([image.Entry("dev", 0o040755),
                       image.Entry("init", 0o100755, POWEROFF.read_bytes())])


def boot(machine: Machine, limit: float) -> float:
    """Boot a machine that ends by itself; return its seconds. Raise TimeoutError after `limit`."""
    with Guest(machine) as guest:
        for _ in guest.lines(lambda: limit):
            pass
        if complaint := guest.complaint():
            raise ChildProcessError(complaint)
        return guest.seconds()


def accelerator(kernel: Path, arch: str = machines.NATIVE) -> str:
    """Return "kvm" if this kernel has booted with it on this machine, else "tcg".

    /dev/kvm may be there and its use still fail, even only after a while, so that a boot is
    the test. It is tried once per kernel and boot of the machine; where one kernel fails the
    others are not tried.
    """
    if os.uname().machine not in machines.named(arch).hosts or arch != machines.NATIVE:
        return "tcg"
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    memory = paths.cache() / "kvm.json"
    with paths.lock("kvm"):
        try:
            known = json.loads(memory.read_text())
        except (OSError, ValueError):
            known = {}
        if known.get("boot") != boot_id:
            known = {"boot": boot_id, "works": True, "kernels": []}
        if known["works"] and str(kernel) not in known["kernels"]:
            try:
                boot(Machine(kernel, poweroff(), "kvm"), TRIAL_SECONDS)
                known["kernels"].append(str(kernel))
            except (TimeoutError, ChildProcessError):
                known["works"] = False
            with paths.disk_errors("kvm.json"), paths.atomic(memory) as new:
                new.write_text(json.dumps(known))
        return "kvm" if known["works"] else "tcg"
