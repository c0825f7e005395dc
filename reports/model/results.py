# SPDX-License-Identifier: GPL-2.0
"""A run's result: kernels, their cases, the worlds of each, and the catalogue of all cases.

Everything here is frozen. Text from a guest passes through `clean` on its way in, so that no
report can be broken by what a console printed: no control characters, one line each.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reports.model.hooks import HookCall
from reports.model.verdicts import DEVIATIONS, Verdict

FAMILIES = (
    "api", "fs", "overlay", "ioctl", "net", "socket", "scope", "stack", "domain", "log", "errata",
)
HOST = "host"  # the column of a run without a virtual machine
UNREPORTED = "unreported"
PRIVATE = "private"
ANY_ERRNO = "any errno"  # expectation: refused, whatever the error
NO_EFFECT = "no-effect"  # result: reported success, and nothing happened

# Control characters, lone surrogates, what XML forbids, and what turns the direction of text.
_UNSHOWABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


@dataclass(frozen=True, slots=True)
class World:
    """What the attempt did under one policy; `expected` is None where nothing is promised."""

    name: str
    result: str
    expected: str | None = None
    ms: float | None = None
    note: str | None = None
    hooks: tuple[HookCall, ...] | None = None  # None: not traced

    @property
    def as_promised(self) -> bool:
        """Whether the result is the promised one, or nothing is promised."""
        if self.expected == ANY_ERRNO:
            return self.result == NO_EFFECT or re.match(r"E[A-Z0-9]+$", self.result) is not None
        return self.expected in (None, self.result)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case (with its variant) on one kernel."""

    id: str
    verdict: Verdict
    why: str = ""
    ms: float | None = None
    worlds: tuple[World, ...] = ()
    missing: tuple[str, ...] = ()  # what a cannot-run lacks
    news: tuple[str, ...] = ()  # for instance a backported right
    log: tuple[str, ...] = ()  # kernel log lines that the case caused
    console: tuple[str, ...] = ()  # the last lines of a machine that died in it
    flaky: str = ""  # of a broken one: what it showed at first, and what in a fresh machine
    gate: str = ""  # what it makes of this: "regression: ...", "required: ...", "accepted: ..."

    @property
    def fails(self) -> bool:
        """Whether a gate counts it as a failure; without one, whether it deviates."""
        return not self.gate.startswith("accepted") if self.gate else self.deviates

    @property
    def deviates(self) -> bool:
        """Whether the kernel breaks its promise here."""
        return self.verdict in DEVIATIONS


@dataclass(frozen=True, slots=True)
class Provenance:
    """What ran, exactly."""

    version: str | None = None
    source: str | None = None
    machine: str | None = None
    architecture: str | None = None  # of the kernel, as vm/machines.toml names it
    compat: str | None = None  # that of the harness, if it is another (`--compat`)
    cmdline: str | None = None
    lsm: str | None = None
    landlock: str | None = None
    sha256: Mapping[str, str] = field(default_factory=dict)
    config: tuple[str, ...] = ()
    modules: str | None = None  # None: all there; else why there are none
    accel: str | None = None
    filesystem: str | None = None  # what the cases worked on; None: tmpfs
    qemu: str | None = None
    asked: str | None = None  # the kernel as --kernel named it; a path is absolute
    options: tuple[str, ...] = ()  # of the run, as they were given
    command: str | None = None  # that runs a case of it, where that is not `run` or `host`


@dataclass(frozen=True, slots=True)
class Lost:
    """A machine that ended or fell silent outside any case."""

    why: str
    console: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kernel:
    """One column of the matrix."""

    name: str
    release: str | None = None
    abi: int | None = None  # 0: no Landlock
    errata: int | None = None  # None: no errata interface
    provenance: Provenance = Provenance()
    rights: Mapping[str, bool] = field(default_factory=dict)  # what the kernel takes
    traced: tuple[str, ...] = ()  # hooks that were looked at
    untraced: Mapping[str, str] = field(default_factory=dict)  # those that could not be, and why
    cases: tuple[CaseResult, ...] = ()
    unavailable: str | None = None  # why the column could not run at all
    lost: tuple[Lost, ...] = ()
    notes: tuple[str, ...] = ()  # for instance unreadable lines

    def case(self, case_id: str) -> CaseResult | None:
        """Return what the case showed here, if it ran."""
        return next((case for case in self.cases if case.id == case_id), None)


@dataclass(frozen=True, slots=True)
class Case:
    """What the catalogue says of a case, from `list --json`."""

    id: str
    family: str
    claim: str = ""
    promise: str = ""
    kind: str = ""  # denied, allowed or open
    since: int | None = None
    gap: str | None = None
    source: str = ""
    file: str = ""
    line: int | None = None
    guard: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
    worlds: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shard:
    """Which part of a run a result is; all but the number is the same for all its shards."""

    number: int
    of: int
    kernels: Mapping[str, int] = field(default_factory=dict)  # of the whole run: their cases
    cut: str = ""  # a sum of who does what
    asked: bool = False  # whether the kernels were asked for, so that each has to run


@dataclass(frozen=True, slots=True)
class Result:
    """A whole run: enough to render every report, years later, from itself alone."""

    landproof: str
    kernels: tuple[Kernel, ...] = ()
    catalogue: tuple[Case, ...] = ()
    date: str | None = None  # when the run ended, ISO 8601
    shard: Shard | None = None  # None: the whole run

    def kernel(self, name: str) -> Kernel | None:
        """Return the column of that name."""
        return next((kernel for kernel in self.kernels if kernel.name == name), None)

    def by_id(self) -> dict[str, Case]:
        """Return the catalogue by case name, without variants."""
        return {case.id: case for case in self.catalogue}


def clean(text: str) -> str:
    """Return `text` on one line, with every character that cannot be shown spelled out."""
    return _UNSHOWABLE.sub(_spell, text)


def _spell(match: re.Match[str]) -> str:
    code = ord(match.group())
    if match.group() in "\t\n\r":
        return " "
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def base(case_id: str) -> str:
    """Return the name of a case without its variant: `net.tcp.bind` of `net.tcp.bind[ipv6]`."""
    return case_id.partition("[")[0]


def variant(case_id: str) -> str:
    """Return the variant in the brackets, or an empty text."""
    return case_id.partition("[")[2].removesuffix("]")


def family(case_id: str, catalogue: Mapping[str, Case]) -> str:
    """Return the family of a case: the catalogue knows, else the name tells."""
    entry = catalogue.get(base(case_id))
    return entry.family if entry else case_id.partition(".")[0]


def family_order(name: str) -> tuple[int, str]:
    """Sort key: the families in their usual order, then any other by name."""
    return (FAMILIES.index(name) if name in FAMILIES else len(FAMILIES), name)


def case_ids(kernels: Iterable[Kernel], catalogue: Mapping[str, Case]) -> list[str]:
    """Return every case that ran somewhere: by family, then name, the plain variant first."""
    ids = {case.id for kernel in kernels for case in kernel.cases}
    return sorted(
        ids, key=lambda name: (family_order(family(name, catalogue)), base(name), variant(name))
    )


def shareable(result: Result) -> Result:
    """Return the result without the cases that must not be made public.

    Those are the ones labelled `unreported`, and `private` ones, which were built from outside
    the tree, with their catalogue entries. A case that a catalogue does not list is left out as
    well: nothing says that it may be shown.
    """
    secret = {UNREPORTED, PRIVATE}
    catalogue = tuple(case for case in result.catalogue if not secret & set(case.labels))
    shown = {case.id for case in catalogue}
    if not result.catalogue:
        return result
    kernels = tuple(
        replace(kernel, cases=tuple(case for case in kernel.cases if base(case.id) in shown))
        for kernel in result.kernels
    )
    return replace(result, kernels=kernels, catalogue=catalogue)


# Options that choose cases, and those that change what a run says of a kernel.
SELECTING = ("--case", "--label", "--family", "--abi", "--shard")
CHANGING = (
    "--world", "--compat", "--fs", "--shuffle", "--sabotage", "--no-landlock",
    "--lsm", "--append",
)


OFF_BY_DEFAULT = "Landlock is off by default"
"""What `landlock` begins with if the kernel's own list of security modules lacks it."""

FILES = ("image", "package", "build tree", "system", "Buildroot output", "Yocto output")
"""What `source` begins with if a kernel came from files, whose path follows."""


def special(options: Iterable[str]) -> tuple[str, ...]:
    """Return the options that make a run another one than the usual run of all cases."""
    return tuple(
        word for word in options
        if word.partition("=")[0] in (*SELECTING, *CHANGING)
    )


def reproduce(kernel: Kernel, case_id: str, *, unreported: bool = False) -> str:
    """Return the command that runs this case again on this kernel."""
    about = kernel.provenance
    kind, _, path = (about.source or "").partition(" /")
    name = kernel.name.removesuffix(f"+{about.filesystem}").removesuffix(f"+{about.compat}")
    if about.command:
        where = about.command
    elif kernel.name == HOST:
        where = "host"
    elif about.asked:
        where = f"run --kernel {shlex.quote(about.asked)}"
    elif name == about.version and kind in FILES:
        where = f"run --kernel {shlex.quote(f'/{path}')}"  # it has no name of its own
    else:
        where = f"run --kernel {shlex.quote(name)}"
    how = "".join(
        f" {shlex.quote(word)}" for word in about.options
        if word.partition("=")[0] not in (*SELECTING, "--unreported", "--fs", "--durations")
    )
    if about.filesystem:
        where += f" --fs {about.filesystem}"
    secret = " --unreported" if unreported else ""
    return f"./landproof {where}{how} --case '{case_id}'{secret}"
