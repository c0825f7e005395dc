# SPDX-License-Identifier: GPL-2.0
"""Runs the cases in a machine for each kernel and keeps every record as it arrives."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vm import filesystems, image, lsm, paths, qemu
from vm.errors import UserError
from vm.kernel import Kernel
from vm.machines import NATIVE, named

Listener = Callable[[str, dict[str, Any]], None]
"""Told a kernel's name and each of its records, never by two threads at once."""

BOOT_SILENCE = 90.0
"""A boot says nothing at all before the harness starts: seconds until it counts as hung."""

FOREIGN_BOOT_SILENCE = 300.0
"""The same of an architecture that has to be emulated, and in a machine that is emulated itself."""

CPUINFO = Path("/proc/cpuinfo")

WORLDS = 10
"""The harness ends a world after its time-out; it may have to do so in each world of a case."""

MARGIN = 10.0
"""Seconds that a case may take besides."""

CONSOLE_LINES = 40
TROUBLE = re.compile(r"cut here|BUG|WARNING:|\[#\d+\]|Internal error|Insufficient stack|SError"
                     r"|general protection|Kernel panic|Unable to handle|soft lockup|hard LOCKUP")


DEVIATIONS = frozenset(("bypass", "overblock", "errno", "dishonest", "crash", "hang"))
"""Verdicts that count only if they show again in a fresh machine."""

FAILURES = 3
"""Times that a machine may fail, for no fault of the kernel, at one place."""


def boot_silence(arch: str) -> float:
    """Return the seconds until a boot counts as hung."""
    slow = arch != NATIVE or "QEMU TCG CPU" in CPUINFO.read_text(errors="replace")
    return FOREIGN_BOOT_SILENCE if slow else BOOT_SILENCE


class MachineFailed(Exception):
    """A machine ended for no fault of its kernel; the message says how."""


@dataclass
class State:
    """How far a kernel's run has come, over all the boots that it takes."""

    started: bool = False
    running: str | None = None
    done: str | None = None
    renew: bool = False
    """The last boot ended because the cases that are left need a fresh machine."""
    silence: float = BOOT_SILENCE
    console: deque[str] = field(default_factory=lambda: deque(maxlen=5 * CONSOLE_LINES))

    def last_lines(self) -> list[str]:
        """Return the console's last lines; if it tells of trouble, those that tell of it first."""
        lines = list(self.console)
        start = next((number for number, line in enumerate(lines) if TROUBLE.search(line)),
                     len(lines))
        start = max(0, min(start, len(lines) - CONSOLE_LINES))
        return lines[start:start + CONSOLE_LINES]


@dataclass(frozen=True)
class Boot:
    """How the user wants kernels to be booted."""

    landlock: bool = True
    lsm: str | None = None
    """The list of security modules; None: the kernel's own."""
    append: tuple[str, ...] = ()
    """More words for the kernel's command line."""
    processors: int = 1


class KernelRun:
    """The run of one kernel: as many boots as it takes, one file of records."""

    def __init__(self, kernel: Kernel, words: Sequence[str], path: Path, harness: Path,
                 listener: Listener, boot: Boot, group: qemu.Group,
                 extra: bytes = b"", resume: bool = False) -> None:
        """Take the kernel, the guest's arguments, where the records go, one more archive.

        `resume`: records of an interrupted run of the same things are gone on with.
        """
        self.kernel = kernel
        self.words = list(words)
        if kernel.filesystem:
            self.words += ["--filesystem", f"/{filesystems.PLACE}"]
        if kernel.filesystems:
            self.words.append("--filesystems")
        self.path = path
        self.harness = harness
        self.listener = listener
        self.boot = boot
        self.group = group
        self.extra = extra
        self.resume = resume
        self.progress = State()
        self.deviating: dict[str, str] = {}
        self.fatal: set[str] = set()
        self.refused: list[str] = []
        """Cases whose operation was refused without any sandbox."""
        self.landlock = False
        self.spoiled: tuple[str, ...] = ()
        """Modules that this QEMU cannot run."""
        self.again: dict[str, dict[str, Any]] | None = None
        """The records of cases that ran again; None as long as they run for the first time."""

    def run(self) -> None:
        """Run all the cases; what goes wrong becomes a record."""
        with self.path.open("a" if self.resume else "w", encoding="utf-8") as self.file:
            if self.kernel.unavailable:
                self._write(self._about({}))
                self._write({"type": "unavailable", "why": self.kernel.unavailable})
                return
            try:
                choice = lsm.choose(self.kernel, self.boot.landlock, self.boot.lsm)
                machine, about = self._prepare(choice)
            except UserError as error:
                self._write(self._about({}))
                self._write({"type": "unavailable", "why": str(error)})
                return
            came_to = ""
            if self.resume:
                about["arguments"] = self.words
                came_to = self._goes_on(about)
            if not came_to:
                self._write(about)
                if choice.note:
                    self._write({"type": "note", "text": choice.note})
                if self.spoiled:
                    self._write({"type": "note", "text": f"without {', '.join(self.spoiled)}: QEMU"
                                 f" {about['qemu']} emulates {self.kernel.arch} wrongly for them"})
            if came_to == "end":
                self._look_closer(machine)
            elif came_to != "complete":
                self._boots(machine)
            if self.resume and came_to != "complete":
                self._write({"type": "complete"})

    def _goes_on(self, about: dict[str, Any]) -> str:
        """Take up the records that are there, if they are of the same; return how far they go.

        That is "kernel", "end" of the cases or, if nothing is left to do, "complete"; "" if there
        are none, or none that count: what the machine's failure left out is not gone on with.
        """
        records = []
        text = self.path.read_text(errors="replace")
        if text and not text.endswith("\n"):
            self.file.write("\n")
        for line in text.splitlines():
            with suppress(ValueError):  # the last one may be cut
                records.append(json.loads(line))
        types = {record["type"] for record in records}
        if not records or records[0] != about or types & {"unavailable", "lost"}:
            self.file.truncate(0)
            return ""
        for record in records:
            self.listener(self.kernel.name, record)
            self._take_up(record)
        if self.progress.running:
            self._write({"type": "interrupted", "id": self.progress.running,
                         "why": "the run was ended"})
        return next(stage for stage in ("complete", "end", "kernel") if stage in types)

    def _take_up(self, record: dict[str, Any]) -> None:
        """Take note of a record that an interrupted run wrote."""
        kind, case = record["type"], str(record.get("id"))
        if kind == "start":
            self.landlock = self.landlock or bool(record.get("abi"))
        elif kind == "case":
            self.progress.running = case
        elif kind == "interrupted":
            self.progress.running = None
        elif kind in ("result", "tried"):
            self.progress.done, self.progress.running = case, None
            self._remember(case, record)
        elif kind == "died":
            self.progress.done, self.progress.running = case, None
            self.deviating[case] = str(record["how"])
            self.fatal.add(case)
        elif kind == "again":
            self.deviating.pop(case, None)
        elif kind == "without-landlock":
            self.refused.remove(case)

    def _about(self, more: dict[str, Any]) -> dict[str, Any]:
        """Return the `kernel` record."""
        kernel = self.kernel
        if kernel.compat:
            more = {**more, "compat": kernel.compat}
        if kernel.filesystem:
            more = {**more, "filesystem": kernel.filesystem.name}
        return {"type": "kernel", "name": kernel.name, "source": kernel.source,
                "architecture": kernel.arch, "version": kernel.version,
                "config": kernel.config_lines(),
                "modules": True if kernel.modules else kernel.no_modules or "none", **more}

    def _prepare(self, choice: lsm.Choice) -> tuple[qemu.Machine, dict[str, Any]]:
        """Return the machine, without the arguments of the run, and the `kernel` record."""
        assert self.kernel.image
        arch, programs = self.kernel.arch, self.kernel.compat or self.kernel.arch
        if arch != NATIVE:
            if self.extra:
                raise UserError(f"programs of this machine do not run on {arch}")
            qemu.program(arch)
        if programs != NATIVE:
            self.harness = paths.guest(named(programs).debian)
        version = qemu.version(arch)
        named(arch).check(version)
        self.spoiled = named(arch).spoiled(version)
        base = image.base(self.kernel, self.harness, self.spoiled) + self.extra
        bootable = image.bootable(self.kernel)
        # The sanitizers' shadow takes an eighth, and what they keep back takes more.
        memory = 4 if "CONFIG_KASAN=y" in self.kernel.config_lines() else 1
        words = (*([] if choice.lsm is None else [f"lsm={choice.lsm}"]), *self.boot.append)
        machine = qemu.Machine(bootable, base, qemu.accelerator(bootable, arch), words,
                               memory * qemu.MEMORY, arch=arch,
                               processors=self.boot.processors)
        return machine, self._about({
            "sha256": {"kernel": paths.sha256(self.kernel.image),
                       "initramfs": hashlib.sha256(base).hexdigest(),
                       "harness": paths.sha256(self.harness)},
            "accel": machine.accel, "qemu": version})

    def _write(self, record: dict[str, Any], line: str = "") -> None:
        """Keep one record, at once, and tell the listener."""
        self.file.write((line or json.dumps(record, ensure_ascii=False)) + "\n")
        self.file.flush()
        self.listener(self.kernel.name, record)

    def _boots(self, machine: qemu.Machine) -> None:
        """Boot until the cases have all run; each boot resumes after the last one's last case."""
        losses = failures = 0
        while losses < 2:
            words = list(self.words)
            before = self.progress.done
            if before:
                words += ["--resume-after", before]
            try:
                end = self._boot(machine, words)
            except MachineFailed as failed:
                failures = failures + 1 if self.progress.done == before else 1
                self._failed(str(failed), failures)
                if failures == FAILURES:
                    return
                continue
            if not end and self.progress.renew:
                continue
            if not end:
                self._look_closer(machine)
                return
            console = self.progress.last_lines()
            if self.progress.running:
                # Resuming behind this case makes an endless row of crashes impossible.
                self.progress.done = self.progress.running
                how = "hang" if end == "fell silent" else "crash"
                self.deviating[self.progress.running] = how
                self.fatal.add(self.progress.running)
                self._write({"type": "died", "id": self.progress.running, "how": how,
                             "console": console})
                continue
            losses += 1
            if not self.progress.started and (lacks := _lacking(console)):
                self._write({"type": "unavailable", "why": lacks})
                return
            if self.progress.started:
                self._write({"type": "lost", "why": f"the machine {end} outside any case",
                             "console": console})
            elif losses == 2:
                self._write({"type": "unavailable", "why": f"did not boot: the machine {end}",
                             "console": console})
                return
            else:
                other = f" with {machine.kind.plain_cpu}" if machine.kind.plain_cpu else ""
                self._write({"type": "note", "text": f"did not boot (the machine {end}) with"
                             f" the processor {qemu.processor(machine)}: tried again{other}"})
                machine = replace(machine, plain=True)

    def _failed(self, why: str, times: int) -> None:
        """Write down that a machine failed, which is for the so many-th time at this place."""
        if times < FAILURES:
            self._write({"type": "interrupted", "id": self.progress.running, "why": why})
        elif self.progress.started:
            self._write({"type": "lost", "why": f"{why}, {times} times", "console": []})
        else:
            self._write({"type": "unavailable", "why": f"did not boot: {why}", "console": []})

    def _look_closer(self, machine: qemu.Machine) -> None:
        """Run in fresh machines again what deviated, or was refused although nothing forbids it.

        A sabotaged run says nothing about the kernel.
        """
        if self.words[0] != "run" or any(word.startswith("--sabotage") for word in self.words):
            return
        first = self.deviating
        batches = [[case] for case in first if case in self.fatal]  # what ends the machine, alone
        batches.append([case for case in first if case not in self.fatal])
        found = self._repeat(machine, batches)
        for case, verdict in first.items():
            if case in found:
                self._write({"type": "again", "id": case, "first": verdict,
                             "verdict": found[case].get("verdict")})
        self._without_landlock(machine)

    def _without_landlock(self, machine: qemu.Machine) -> None:
        """Find what this kernel refuses without any sandbox, and allows when it has no Landlock.

        It counts only if it is refused once more with Landlock, in a fresh machine.
        """
        if not self.landlock or not self.refused:
            return
        names = lsm.choose(self.kernel, False, self.boot.lsm).lsm or ""
        without = replace(machine, words=(*machine.words, f"lsm={names}"))
        found = self._repeat(without, [self.refused], CONTROLS)
        works = [case for case in self.refused if _control_works(found.get(case, {}))]
        found = self._repeat(machine, [works], CONTROLS)
        for case in works:
            if found.get(case, {}).get("cause") == "control-refused":
                self._write({"type": "without-landlock", "id": case, "control": "works"})

    def _repeat(
        self, machine: qemu.Machine, batches: list[list[str]], more: Sequence[str] = ()
    ) -> dict[str, dict[str, Any]]:
        """Run batches of cases in a machine each; return what came out, where it could be run."""
        found: dict[str, dict[str, Any]] = {}
        self.again = found
        while batches:
            if not (batch := batches.pop()):
                continue
            words = [*_without_selection(self.words), "--unreported", *more,
                     *(word for case in batch for word in ("--case", case))]
            with suppress(MachineFailed):
                end = self._boot(machine, words)
                if end and self.progress.running in batch:
                    verdict = "hang" if end == "fell silent" else "crash"
                    found[self.progress.running] = {"verdict": verdict}
            left = [case for case in batch if case not in found]
            if len(left) < len(batch):  # one of them ended the machine this time
                batches.append(left)
        return found

    def _boot(self, machine: qemu.Machine, words: Sequence[str]) -> str:
        """Run one guest; return "" if it ran to the end, else what it did instead.

        Raise MachineFailed if that was no doing of the guest.
        """
        machine = replace(machine, initramfs=machine.initramfs + image.arguments(words))
        progress = self.progress
        progress.running = None
        progress.silence = boot_silence(machine.arch)
        progress.console.clear()
        with qemu.Guest(machine, self.group) as guest:
            try:
                for port, line in guest.lines(lambda: progress.silence):
                    if port == qemu.CONSOLE:
                        progress.console.append(line)
                    elif self._take(line):
                        return ""
            except TimeoutError:
                return "fell silent"
            if failure := guest.failure():
                raise MachineFailed(failure)
            return "ended"

    def _take(self, line: str) -> bool:
        """Keep a line of the records port; return True if it was the last one."""
        try:
            record = json.loads(line)
            kind = record["type"]
        except (ValueError, TypeError, KeyError):
            # Not a record: the kernel may write anything when it dies.
            self.progress.console.append(line)
            return False
        if kind == "start":
            self.progress.started = True
            self.landlock = self.landlock or bool(record.get("abi"))
            self.progress.silence = WORLDS * float(record.get("timeout_ms", 2000)) / 1000 + MARGIN
        elif kind == "case":
            self.progress.running = str(record.get("id"))
        elif kind in ("result", "tried"):
            self.progress.done, self.progress.running = str(record.get("id")), None
            self._remember(self.progress.done, record)
        if self.again is None:
            self._write(record, line)
        self.progress.renew = kind == "renew"
        return kind in ("end", "renew")

    def _remember(self, case: str, record: dict[str, Any]) -> None:
        """Take note of a result: whether it has to be looked at again, or what came out then."""
        if self.again is not None:
            self.again[case] = record
        elif record.get("verdict") in DEVIATIONS:
            self.deviating[case] = str(record["verdict"])
        elif record.get("cause") == "control-refused":
            self.refused.append(case)


def _control_works(record: dict[str, Any]) -> bool:
    """Say whether the operation did without a sandbox what it should."""
    control = record.get("worlds", {}).get("control", {})
    return bool(control) and control.get("result") == control.get("expected")


def _lacking(console: Sequence[str]) -> str:
    """Return what the harness could not start without, as it said on the console."""
    found = [re.search(r"landproof-guest: (cannot start without .*)", line) for line in console]
    return next((one[1].strip() for one in found if one), "")


def _without_selection(words: Sequence[str]) -> list[str]:
    """Return the harness's arguments without those that choose cases or their order."""
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in ("--case", "--label", "--family", "--abi", "--shuffle"):
            next(rest, None)
        elif word != "--unreported":
            kept.append(word)
    return kept


CONTROLS = ["--controls"]
"""Without Landlock, only the first variant of a case runs its control unless asked to."""

WHOLE = ["run"]
"""The arguments of a run of all cases."""


def _order(kernels: Sequence[Kernel]) -> list[Kernel]:
    """Return the kernels, those that took longest for all cases the last time first.

    Of those that are new, what lies on a server's file system takes longest.
    """
    known = _durations()
    return sorted(kernels, key=lambda kernel: (
        -known.get(kernel.name, float("inf")),
        not (kernel.filesystem and kernel.filesystem.server)))


def _durations() -> dict[str, float]:
    """Return how many seconds each kernel took the last time."""
    try:
        known: dict[str, float] = json.loads((paths.cache() / "durations.json").read_text())
    except (OSError, ValueError):
        return {}
    return known


def run(kernels: Sequence[Kernel], arguments: Sequence[str], outdir: Path, harness: Path,
        jobs: int | None, listener: Listener, boot: Boot = Boot(),
        extra: bytes = b"", resume: bool = False,
        more: Mapping[str, Sequence[str]] | None = None) -> list[Path]:
    """Run the cases on each kernel, as many machines at once as `jobs` (default: the cores).

    `arguments` are those of the harness (docs/records.md), `extra` an archive of files that the
    guests have besides, `more` arguments of single kernels. With `resume` a run that was
    interrupted goes on. Return the files of records, one a kernel, in the order of the kernels.
    On Ctrl-C every machine ends, the records so far are kept, and KeyboardInterrupt goes on to
    the caller.
    """
    qemu.program()
    outdir.mkdir(parents=True, exist_ok=True)
    guard = threading.Lock()
    group = qemu.Group()
    seconds = _durations()

    def tell(name: str, record: dict[str, Any]) -> None:
        with guard:
            listener(name, record)

    def one(kernel: Kernel) -> None:
        start = time.monotonic()
        words = [*arguments, *(more or {}).get(kernel.name, ())]
        KernelRun(kernel, words, files[kernel.name], harness, tell, boot,
                  group, extra, resume).run()
        seconds[kernel.name] = round(time.monotonic() - start, 2)

    files = {kernel.name: outdir / f"{kernel.name}.jsonl" for kernel in kernels}
    workers = jobs or len(os.sched_getaffinity(0))
    with ThreadPoolExecutor(max(1, workers)) as pool:
        futures = [pool.submit(one, kernel) for kernel in _order(kernels)]
        try:
            wait(futures)
        except KeyboardInterrupt:
            # A second Ctrl-C must not leave machines behind.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            group.stop()
            pool.shutdown(cancel_futures=True)
            raise
    for future in futures:
        future.result()
    if list(arguments) == WHOLE and not more and not resume:  # the time of a part says little
        _keep_durations(seconds)
    return list(files.values())


def _keep_durations(seconds: Mapping[str, float]) -> None:
    """Keep how long kernels took, by which the next run begins with the longest."""
    with paths.disk_errors("durations.json"), paths.atomic(
            paths.cache() / "durations.json") as new:
        new.write_text(json.dumps(seconds))
