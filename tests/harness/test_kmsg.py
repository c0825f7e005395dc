# SPDX-License-Identifier: GPL-2.0
"""What kernels print when they warn or die: it is seen, and put down to the case that ran."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness.conftest import ROOT
from vm.run import CONSOLE_LINES, State

HERE = Path(__file__).parent
QUIET, NO_MEMORY, TROUBLE = "quiet", "no memory", "trouble"
FATAL = ("BUG: kernel NULL", "Internal error", "Kernel panic", "Oops", "Kernel BUG",
         "monitor event",
         "SError", "Insufficient")
"""What only kernels say that stop: the driver has to find it on the console."""


@dataclass(frozen=True)
class Log:
    """An entry of kernel-logs.toml."""

    name: str
    what: str
    before: list[str]
    lines: list[str]
    records: list[str]
    """The texts of the records that carry it, where they are not one a line."""

    def __str__(self) -> str:
        return self.name


def _logs() -> list[Log]:
    data = tomllib.loads((HERE / "kernel-logs.toml").read_text(encoding="utf-8"))
    found = []
    for entry in data["log"]:
        assert entry["source"], entry["name"]
        before = entry.get("before", "").splitlines()
        lines = entry["lines"].splitlines()
        found.append(Log(entry["name"], entry["what"], before, lines,
                         entry.get("records", before + lines)))
    return found


LOGS = _logs()
Said = tuple[str, list[str]]
Read = Callable[..., dict[str, Said]]


def record(text: str, number: int = 1) -> str:
    """Return a record as /dev/kmsg gives it, with the caller of CONFIG_PRINTK_CALLER."""
    return f"4,{number},5140900,-,caller=T81;{text}"


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Return the function that gives records, and the ends of cases, to the harness's reader."""
    program = tmp_path_factory.mktemp("kmsg") / "kmsg_lines"
    wrap = ",".join(f"--wrap={name}" for name in ("open", "read", "lseek", "poll"))
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all", f"-I{ROOT}/harness",
         f"-Wl,{wrap}", "-o", str(program), str(HERE / "kmsg_lines.c"),
         str(ROOT / "harness/machine/kmsg.c"), str(ROOT / "harness/base/files.c")],
        check=True,
    )

    def read_lines(*lines: str) -> dict[str, Said]:
        done = subprocess.run([str(program)], input="\n".join(lines) + "\n", text=True,
                              capture_output=True, check=True)
        said = (line.split("\t") for line in done.stdout.splitlines())
        return {name: (what, [line for line in log if line]) for name, what, *log in said}

    return read_lines


def test_the_corpus_is_wide() -> None:
    assert len({log.name for log in LOGS}) == len(LOGS)
    for what, least in ((TROUBLE, 60), (NO_MEMORY, 3), (QUIET, 10)):
        assert sum(log.what == what for log in LOGS) >= least
    text = (HERE / "kernel-logs.toml").read_text(encoding="utf-8")
    for word in ("x86", "arm64", "riscv", "s390", "powerpc", "KASAN", "KCSAN", "KFENCE", "UBSAN",
                 "lockdep", "refcount_t", "list_del", "scheduling while atomic", "panic"):
        assert word in text


@pytest.mark.parametrize("log", LOGS, ids=str)
def test_a_report_belongs_to_the_case_that_ran(read: Read, log: Log) -> None:
    innocent = record("loop0: detected capacity change from 0 to 262144")
    said = read(innocent, "case before", innocent, *map(record, log.records), "case this",
                innocent, "case after")
    assert said["before"] == (QUIET, [])
    assert said["after"] == (QUIET, [])
    assert said["this"] == (log.what, [] if log.what == QUIET else log.lines)


@pytest.mark.parametrize("log", [log for log in LOGS if log.what != QUIET], ids=str)
def test_levels_times_and_callers_hide_nothing(read: Read, log: Log) -> None:
    for before in ("<4>", "[   12.345678] ", "[   12.345678][  T123] ", "[    C0] ",
                   "<0>[1.0][T1] "):
        what, lines = read(*(record(before + text) for text in log.records), "case this")["this"]
        assert (what, lines[0]) == (log.what, before + log.lines[0])


@pytest.mark.parametrize("log", [log for log in LOGS if log.what == QUIET], ids=str)
def test_each_innocent_line_is_innocent_alone(read: Read, log: Log) -> None:
    said = read(*(text for number, one in enumerate(log.records)
                  for text in (record(one), f"case {number}")))
    assert [name for name, (what, _) in said.items() if what != QUIET] == []
    assert len(said) == len(log.records)


def test_a_report_is_waited_for(read: Read) -> None:
    # The rest comes while the reader looks at what there is: it is not the next case's.
    said = read(record("------------[ cut here ]------------"), "later",
                record("WARNING: CPU: 0 PID: 1 at fs/namei.c:1 x+0x1/0x2"), "case this",
                record("innocent"), "case next")
    assert said["this"] == (TROUBLE, ["------------[ cut here ]------------",
                                      "WARNING: CPU: 0 PID: 1 at fs/namei.c:1 x+0x1/0x2"])
    assert said["next"] == (QUIET, [])


def test_a_quiet_kernel_is_not_waited_for(read: Read) -> None:
    late = record("BUG: late")
    assert read(record("innocent"), "later", late, "case this")["this"] == (QUIET, [])


@pytest.mark.parametrize("gap", ["overwritten", record("x" * 9000)])
def test_what_was_overwritten_or_is_too_long_ends_nothing(read: Read, gap: str) -> None:
    said = read(gap, record("BUG: KASAN: x"), gap, record("more"), "case this", "case next")
    assert said == {"this": (TROUBLE, ["BUG: KASAN: x", "more"]), "next": (QUIET, [])}


def test_what_is_no_record_does_no_harm(read: Read) -> None:
    assert read("", "BUG: no record", "4,1,2,-", "case this")["this"] == (QUIET, [])


def test_a_bug_outweighs_too_little_memory(read: Read) -> None:
    killed = record("app invoked oom-killer: gfp_mask=0x0, order=0, oom_score_adj=0")
    warned = record("WARNING: CPU: 0 PID: 1 at x")
    for lines in ((killed, warned), (warned, killed)):
        assert read(*lines, "case this")["this"][0] == TROUBLE


def test_a_long_report_is_cut(read: Read) -> None:
    many = [record(f"BUG: {number:0100}") for number in range(100)]
    what, lines = read(*many, "case this")["this"]
    assert what == TROUBLE and lines[0] == f"BUG: {0:0100}" and 10 < len(lines) < 30


@pytest.mark.parametrize("log", [log for log in LOGS
                                 if log.lines and log.lines[0].startswith(FATAL)],
                         ids=str)
def test_the_driver_finds_it_on_the_console(log: Log) -> None:
    progress = State()
    progress.console.extend(f"before {number}" for number in range(60))
    progress.console.extend(f"[   12.345678] {line}" for line in log.lines)
    progress.console.extend(f"after {number}" for number in range(60))
    assert progress.last_lines()[0] == f"[   12.345678] {log.lines[0]}"
    assert len(progress.last_lines()) == CONSOLE_LINES
