# SPDX-License-Identifier: GPL-2.0
"""Shows how far things are: bars on a terminal, plain lines elsewhere; all on standard error."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from vm.kernel import Progress as Told
from vm.run import Listener


class Named(Protocol):
    """What a line of the display is about: a kernel, or a part of a run."""

    @property
    def name(self) -> str:
        """Its name."""


ENDS = ("done", "failed", "up to date")


def _bars(console: Console) -> Progress:
    """Return bars with a name, what is going on, and how much of it is done."""
    return Progress(TextColumn("{task.description}"), BarColumn(24),
                    TextColumn("{task.fields[what]}"), TimeElapsedColumn(), console=console)


class _Machine:
    """What the display knows of one machine."""

    def __init__(self) -> None:
        """Begin before the first record."""
        self.selected = 0
        self.done = 0
        self.state = "waiting"

    def take(self, record: dict[str, Any]) -> bool:
        """Follow one record; return True if the state changed, not just the count."""
        kind, before = record["type"], self.state
        if kind == "kernel":
            self.state = "boots"
        elif kind == "start":
            self.selected = int(record.get("selected", 0))
            self.state = "runs"
        elif kind in ("result", "tried", "died"):
            self.done += 1
            if kind == "died":
                self.state = f"boots again after {record['how']} in {record['id']}"
        elif kind == "lost":
            self.state = f"lost: {record['why']}"
        elif kind == "unavailable":
            self.state = f"unavailable: {record['why']}"
        elif kind == "end":
            self.state = "done"
        return self.state != before

    def text(self) -> str:
        """Return the state with the number of cases."""
        of = f"/{self.selected}" if self.selected else ""
        count = f"{self.done}{of} cases" if self.selected or self.done else ""
        if self.state == "runs":
            return count or self.state
        return f"{self.state}, {count}" if count else self.state


@contextmanager
def display(chosen: Sequence[Named]) -> Iterator[Listener]:
    """Give a listener for run.run() that shows how far each machine is."""
    machines = {kernel.name: _Machine() for kernel in chosen}
    console = Console(stderr=True)
    if not console.is_terminal:
        def say(name: str, record: dict[str, Any]) -> None:
            if machines[name].take(record):
                print(f"{name}: {machines[name].text()}", file=sys.stderr, flush=True)
        yield say
        return
    with _bars(console) as bars:
        tasks = {name: bars.add_task(name, total=None, start=False, what="waiting")
                 for name in machines}

        def show(name: str, record: dict[str, Any]) -> None:
            machine = machines[name]
            machine.take(record)
            task = tasks[name]
            if record["type"] == "kernel":
                bars.start_task(task)
            done = machine.state == "done"
            bars.update(task, what=machine.text(), completed=machine.selected if done
                        else machine.done, total=max(machine.selected, done) or None)
            if record["type"] in ("end", "unavailable"):
                bars.stop_task(task)
        yield show


@contextmanager
def fetching() -> Iterator[Told]:
    """Give a progress function for suites.fetch() that shows downloads, if there are any."""
    console = Console(stderr=True)
    guard = threading.Lock()
    shown: dict[str, tuple[str, int]] = {}

    def say(name: str, what: str, part: float) -> None:
        # A line for the beginning, one for every quarter and one for the end is enough for a log,
        # where a build names each of thousands of files.
        now = ("" if 0 < part < 1 else what, int(part * 4))
        with guard:
            if shown.get(name) != now:
                shown[name] = now
                print(f"{name}: {what}" + f" {int(part * 100)}%" * (part < 1), file=sys.stderr,
                      flush=True)

    if not console.is_terminal:
        yield say
        return
    bars = _bars(console)
    tasks: dict[str, TaskID] = {}

    def show(name: str, what: str, part: float) -> None:
        with guard:
            bars.start()
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=1.0, what=what)
            bars.update(tasks[name], what=what, completed=part)
            if what in ENDS:
                bars.stop_task(tasks[name])

    try:
        yield show
    finally:
        if tasks:
            bars.stop()
