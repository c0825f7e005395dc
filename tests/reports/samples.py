# SPDX-License-Identifier: GPL-2.0
"""Makes up records and a catalogue, as the harness and the driver would write them.

Synthetic, and for tests of the reports only: nothing in here was measured. The kernels, ABIs
and verdicts follow the tables of the documentation closely enough to look like a real run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.model.assemble import assemble
from reports.model.results import Result
from reports.model.verdicts import Verdict

Json = dict[str, Any]
VERDICTS = tuple(Verdict)


@dataclass(frozen=True)
class SampleKernel:
    """A kernel to pretend; errata None: no errata interface."""

    name: str
    release: str
    abi: int
    errata: int | None
    modules: bool = True


KERNELS = (
    SampleKernel("debian-5.10", "5.10.0-41-amd64", 0, None),
    SampleKernel("debian-6.1", "6.1.0-56-amd64", 2, 0xC),
    SampleKernel("debian-6.12", "6.12.117+deb13-amd64", 6, 0xF),
    SampleKernel("debian-6.18", "6.18.15+deb14-amd64", 7, 0x7),
    SampleKernel("debian-6.19", "6.19.14+deb14-amd64", 7, 0x7, modules=False),
    SampleKernel("debian-7.0", "7.0.13+deb14-amd64", 8, 0x7, modules=False),
    SampleKernel("debian-7.1", "7.1.13+deb14-amd64", 9, 0x7, modules=False),
    SampleKernel("debian-7.2", "7.2.12+deb14-amd64", 10, 0xF),
    SampleKernel("debian-7.3", "7.3.4+deb14-amd64", 11, 0xF),
)


@dataclass(frozen=True)
class SampleCase:
    """A case to pretend, with the verdicts that do not follow from its promise."""

    id: str
    claim: str
    since: int = 1
    error: str = "EACCES"
    guard: str = ""
    gap: str | None = None
    variants: tuple[str, ...] = ("",)
    needs: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    kind: str = "denied"
    special: tuple[tuple[str, str], ...] = ()  # kernel, verdict

    @property
    def family(self) -> str:
        """The part before the first dot."""
        return self.id.partition(".")[0]


V6 = ("", "ipv6")
TFO = tuple((f"debian-{v}", "bypass") for v in ("6.18", "6.19", "7.0", "7.1"))
SIGIO = tuple((f"debian-{v}", "bypass") for v in ("6.18", "6.19", "7.0"))


def cases() -> list[SampleCase]:
    """Return about two hundred cases over all the families."""
    return [
        *_api(), *_fs(), *_overlay(), *_ioctl(), *_net(), *_socket(), *_scope(), *_domain(),
        *_log(), *_errata(),
    ]


def _api() -> Iterator[SampleCase]:
    for call, errors in {
        "create_ruleset": ("unknown_flag EINVAL", "null_attr EFAULT", "size_0 EINVAL",
                           "size_huge E2BIG", "unknown_fs_bit EINVAL", "empty ENOMSG",
                           "unmapped_attr EFAULT", "trailing_byte E2BIG", "version_attr EINVAL"),
        "add_rule": ("unknown_flag EINVAL", "bad_fd EBADF", "other_fd EBADFD", "type_0 EINVAL",
                     "null_attr EFAULT", "no_access ENOMSG", "not_handled EINVAL",
                     "pipe_fd EBADFD", "dir_right_on_file EINVAL"),
        "restrict_self": ("unknown_flag EINVAL", "no_privs EPERM", "bad_fd EBADF",
                          "other_fd EBADFD"),
    }.items():
        for text in errors:
            name, error = text.split()
            yield SampleCase(
                f"api.{call}.{name}", f"landlock_{call}(2): {name.replace('_', ' ')}", error=error
            )
    yield SampleCase("api.add_rule.port_overflow", "a port above 65535", 4, "EINVAL")
    yield SampleCase("api.restrict_self.log_flags", "log flags are taken", 7, "EINVAL")


def _fs() -> Iterator[SampleCase]:
    rights = {
        "execute": (1, "execve execveat script interpreter"),
        "write_file": (1, "open openat2 creat fifo"),
        "read_file": (1, "open rdwr io_uring proc_self_fd"),
        "read_dir": (1, "open nested"),
        "remove_dir": (1, "rmdir unlinkat rename_over"),
        "remove_file": (1, "unlink rename_source rename_over"),
        "make_char": (1, "mknod rename"),
        "make_dir": (1, "mkdir rename"),
        "make_reg": (1, "creat mknod link tmpfile_link"),
        "make_sock": (1, "bind mknod"),
        "make_fifo": (1, "mkfifo rename"),
        "make_block": (1, "mknod"),
        "make_sym": (1, "symlink rename"),
        "refer": (2, "rename link exchange no_gain exdev_before_eacces"),
        "truncate": (3, "truncate ftruncate open_trunc creat"),
    }
    for right, (since, operations) in rights.items():
        for operation in operations.split():
            yield SampleCase(
                f"fs.{right}.{operation}",
                f"{operation.replace('_', ' ')} needs {right.upper()}",
                since,
                "EXDEV" if right == "refer" else "EACCES",
                guard=f"fs.{right}",
                needs=("io_uring",) if operation == "io_uring" else (),
            )
    for name in ("mount", "umount", "pivot_root", "move_mount", "remount"):
        yield SampleCase(
            f"fs.topology.{name}", f"{name}(2) in a domain", error="EPERM", labels=("needs-root",)
        )
    for name in ("chmod", "chown", "utimensat", "setxattr", "stat", "access", "readlink"):
        yield SampleCase(
            f"fs.metadata.{name}", f"{name}(2) on a denied file", kind="open",
            gap="landlock-lsm/linux#11",
        )
    yield SampleCase(
        "fs.open.o_path", "open(2) with O_PATH", kind="open", gap="landlock-lsm/linux#9"
    )
    for name in ("memfd", "mmap"):
        yield SampleCase(
            f"fs.execute.{name}", f"execution by {name}", kind="open", gap="landlock-lsm/linux#37"
        )
    for operation in ("connect", "sendto"):
        yield SampleCase(
            f"fs.resolve_unix.{operation}", f"{operation}(2) to a pathname socket outside", 9,
            guard="fs.resolve_unix", variants=("", "dgram") if operation == "connect" else ("",),
        )


def _overlay() -> Iterator[SampleCase]:
    for name in (
        "merged.rule_on_layers", "layers.rule_on_merged", "merged.rule_on_merged",
        "merged.copy_up", "merged.unlink_whiteout", "merged.rename", "layers.write_upper",
    ):
        yield SampleCase(
            f"overlay.{name}", "policy on merged directory and layers: independent",
            guard="fs.read_file", needs=("overlay",),
        )


def _ioctl() -> Iterator[SampleCase]:
    for name in ("tcgets", "fionread", "blksszget", "unknown_command", "tiocgptpeer"):
        yield SampleCase(
            f"ioctl.device.{name}", f"ioctl(2) {name} on a device", 5, guard="fs.ioctl_dev"
        )
    yield SampleCase(
        "ioctl.device.always_allowed", "FIOCLEX and its like on a device", 5, kind="allowed"
    )
    yield SampleCase(
        "ioctl.device.preopened", "ioctl(2) on a device opened before", 5, kind="allowed"
    )
    yield SampleCase("ioctl.regular.any", "ioctl(2) on a regular file", 5, kind="allowed")
    yield SampleCase(
        "ioctl.uring_cmd.discard", "discard by IORING_OP_URING_CMD", kind="open",
        gap="landlock-lsm/linux#65",
    )


def _net() -> Iterator[SampleCase]:
    for name in ("bind", "connect"):
        guard = f"net.{name}_tcp"
        yield SampleCase(
            f"net.tcp.{name}", f"{name}(2) of a TCP socket", 4, guard=guard, variants=V6
        )
        yield SampleCase(f"net.io_uring.{name}", f"IORING_OP_{name.upper()}", 4, guard=guard)
        for other in ("two_layers", "preopened", "port_zero", "unspec"):
            yield SampleCase(
                f"net.tcp.{name}_{other}", f"{name}(2), {other}", 4, guard=guard, variants=V6
            )
    yield SampleCase(
        "net.tcp.fastopen_sendto", "sendto(2) with MSG_FASTOPEN connects", 4,
        guard="net.connect_tcp", variants=V6, labels=("bypass",), special=TFO,
    )
    yield SampleCase(
        "net.tcp.listen_autobind", "listen(2) without bind(2)", kind="open",
        gap="landlock-lsm/linux#15",
    )
    for protocol, gap, names in (
        ("mptcp", "landlock-lsm/linux#54", "bind connect_native connect_plain_peer"
                                           " connect_stripped"),
        ("sctp", "landlock-lsm/linux#40", "bind connect bindx connectx one_to_many"),
        ("smc", "landlock-lsm/linux#6", "connect_plain_peer inet_connect_plain_peer"),
        ("rds", "landlock-lsm/linux#6", "sendmsg_tcp"),
    ):
        for name in names.split():
            yield SampleCase(
                f"net.{protocol}.{name}", f"{protocol.upper()}: {name.replace('_', ' ')}",
                kind="open", gap=gap, needs=(protocol,), labels=("bypass",),
                variants=V6 if protocol == "mptcp" else ("",),
            )
    for name in ("bind", "connect", "sendto", "autobind", "sendmsg", "sendmmsg"):
        guard = "net.bind_udp" if "bind" in name else "net.connect_send_udp"
        yield SampleCase(
            f"net.udp.{name}", f"{name} of a UDP socket", 10, guard=guard, variants=V6
        )
    yield SampleCase("net.passing.scm_rights", "a socket received from outside", kind="open")


def _socket() -> Iterator[SampleCase]:
    yield SampleCase("socket.socketpair.unix", "socketpair(2) of UNIX sockets", kind="open")
    yield SampleCase("socket.accept.tcp", "accept(2) makes a socket", kind="open")
    yield SampleCase("socket.peeloff.sctp", "SCTP peeloff", kind="open", needs=("sctp",))
    yield SampleCase("socket.create.rule_type", "an unknown rule type", error="EINVAL")
    yield SampleCase("socket.create.attr", "an unknown field", error="E2BIG")


def _scope() -> Iterator[SampleCase]:
    for name in ("connect", "sendto", "seqpacket", "own_before", "nested"):
        yield SampleCase(
            f"scope.abstract_unix.{name}", f"abstract UNIX socket: {name}", 6, "EPERM",
            guard="scope.abstract_unix_socket",
        )
    for name in ("kill", "pidfd", "sigqueue", "tgkill", "sigio_pid"):
        yield SampleCase(
            f"scope.signal.{name}", f"a signal by {name}", 6, "EPERM", guard="scope.signal"
        )
    yield SampleCase(
        "scope.signal.sigio_pgrp", "SIGIO to a process group", 6, "effect",
        guard="scope.signal", labels=("bypass",), special=SIGIO,
    )
    yield SampleCase(
        "scope.pidfd.open", "pidfd_open(2) of an outside process", kind="open",
        gap="landlock-lsm/linux#58",
    )


def _domain() -> Iterator[SampleCase]:
    yield SampleCase("domain.layers.limit", "the 17th layer", error="E2BIG")
    yield SampleCase("domain.inherit.exec", "a domain outlives execve(2)")
    yield SampleCase("domain.ptrace.attach", "ptrace(2) of an outside process", error="EPERM")
    yield SampleCase("domain.ptrace.mem", "/proc/PID/mem of an outside process")
    yield SampleCase("domain.tsync.siblings", "TSYNC restricts sibling threads", 8)
    yield SampleCase("domain.no_new_privs.flag", "the NO_NEW_PRIVS flag", 11, "EPERM")
    yield SampleCase("domain.cred.session_to_parent", "KEYCTL_SESSION_TO_PARENT")
    yield SampleCase("domain.threads.siblings", "sibling threads without TSYNC", kind="open")
    # Stands for the cases that must not be shown around. It exists in these tests only.
    yield SampleCase(
        "domain.sample.whispered", "made up: a case that nobody has reported", kind="open",
        labels=("unreported",),
    )


def _log() -> Iterator[SampleCase]:
    yield SampleCase("log.audit.denied_open", "a denial is logged", 7, needs=("audit",))
    yield SampleCase("log.audit.quiet_rule", "a quiet denial is not logged", 10, needs=("audit",))
    yield SampleCase("log.audit.new_exec", "logged after execve(2)", 7, needs=("audit",))


def _errata() -> Iterator[SampleCase]:
    for number in range(1, 5):
        yield SampleCase(f"errata.{number}", f"erratum {number}: the bit tells the truth")


def ids(case: SampleCase) -> list[str]:
    """Return the names of the case's variants."""
    return [f"{case.id}[{variant}]" if variant else case.id for variant in case.variants]


def catalogue() -> list[Json]:
    """Return what `landproof-guest list --json` would print."""
    return [
        {
            "id": case.id,
            "family": case.family,
            "claim": case.claim,
            "guard": [case.guard] if case.guard else [],
            "promise": (
                "nothing promised"
                if case.kind == "open"
                else f"refused with {case.error} since ABI {case.since}"
            ),
            "kind": case.kind,
            "since": None if case.kind == "open" else case.since,
            "gap": case.gap,
            "needs": list(case.needs),
            "labels": [case.family, *case.labels],
            "source": f"userspace-api/landlock: ABI {case.since}",
            "file": f"cases/{case.family}/{case.id.split('.')[1]}.c",
            "line": 40 + 3 * len(case.id),
            "variants": list(case.variants),
            "worlds": ["control", "bystander", "deny", "grant", "stacked", "inherited"],
            "covers": [],
        }
        for case in cases()
    ]


def verdict(case: SampleCase, kernel: SampleKernel) -> str:
    """Return what a case shows on a kernel."""
    if "audit" in case.needs and kernel.abi and kernel.abi < 7:
        return "absent"
    if set(case.needs) & {"sctp", "smc", "rds", "overlay"} and not kernel.modules:
        return "cannot-run"
    if "smc" in case.needs and kernel.name not in ("debian-6.12", "debian-6.1"):
        return "cannot-run"
    if "mptcp" in case.needs and kernel.abi == 0:
        return "cannot-run"
    if kernel.abi == 0:
        return "open" if case.kind == "open" else "absent"
    special = dict(case.special).get(kernel.name)
    if special:
        return special
    if case.kind == "open":
        return "open"
    return "holds" if kernel.abi >= case.since else "absent"


def worlds(case: SampleCase, word: str) -> Json:
    """Return worlds that fit a verdict."""
    if word == "cannot-run":
        return {"control": {"result": "cannot-run", "expected": "ok", "ms": 0.4}}
    refused = case.error if case.kind == "denied" else "ok"
    promised: str | None = None if word in ("open", "closed", "absent") else refused
    got = {"bypass": "ok", "open": "ok", "absent": "ok", "errno": "EPERM", "closed": "EACCES",
           "overblock": refused, "dishonest": "ok", "hang": "hang"}.get(word, refused)
    result: Json = {
        name: {"result": "ok", "expected": "ok", "ms": 1.9} for name in ("control", "bystander")
    }
    if word == "absent":
        return {"control": result["control"]}
    result["deny"] = {"result": got, "expected": promised, "ms": 1.4}
    granted = "EACCES" if word == "overblock" else "ok"
    result["grant"] = {"result": granted, "expected": "ok", "ms": 1.6}
    result["stacked"] = {"result": got, "expected": promised, "ms": 1.7}
    result["inherited"] = {"result": got, "expected": promised, "ms": 3.2}
    return result


def why(case: SampleCase, kernel: SampleKernel, word: str) -> str:
    """Return the line that explains a verdict."""
    return {
        "holds": "every world as promised",
        "absent": f"needs ABI {case.since}, the kernel has {kernel.abi}",
        "open": "deny: ok",
        "bypass": f"deny: ok instead of {case.error}",
        "cannot-run": f"{', '.join(case.needs)}: not in this kernel",
    }.get(word, word)


def result_line(case_id: str, word: str, **more: object) -> Json:
    """Return a `result` record that says so little that it always fits."""
    return {"type": "result", "id": case_id, "verdict": word, "why": word, "ms": 2.0} | more


def records(kernel: SampleKernel, selected: Sequence[SampleCase] | None = None) -> list[Json]:
    """Return the lines of one kernel's records."""
    chosen = [case for case in cases() if "unreported" not in case.labels]
    chosen = list(selected) if selected is not None else chosen
    rights = {case.guard: kernel.abi >= case.since for case in cases() if case.guard}
    lines: list[Json] = [
        {
            "type": "kernel", "name": kernel.name, "source": "debian", "version": kernel.release,
            "sha256": {name: f"{len(name):x}" * 64 for name in ("kernel", "initramfs", "harness")},
            "config": ["CONFIG_SECURITY_LANDLOCK=y", "CONFIG_MPTCP=y", "# CONFIG_SMC is not set"],
            "modules": True if kernel.modules else "the archive no longer has them",
            "accel": "tcg", "qemu": "7.2.22",
        },
        {
            "type": "start", "landproof": "0.1.0", "release": kernel.release, "machine": "x86_64",
            "abi": kernel.abi, "errata": kernel.errata, "lsm": "lockdown,capability,landlock,yama",
            "cmdline": "console=ttyS0 lsm=landlock audit=1", "rights": rights,
            "landlock": "ok" if kernel.abi else "ENOSYS",
            "selected": sum(len(case.variants) for case in chosen), "timeout_ms": 10000,
        },
    ]
    for case in chosen:
        word = verdict(case, kernel)
        for case_id in ids(case):
            lines.append({"type": "case", "id": case_id})
            line: Json = {
                "type": "result", "id": case_id, "verdict": word, "ms": 9.3,
                "why": why(case, kernel, word), "worlds": worlds(case, word),
            }
            if word == "cannot-run":
                line["missing"] = line["why"]
            lines.append(line)
    lines.append({"type": "end", "ms": 1900.0, "total_ms": 2100.0})
    return lines


def write_lines(path: Path, lines: Sequence[Json]) -> Path:
    """Write records, one a line."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def write_all(directory: Path) -> list[Path]:
    """Write the records of every sample kernel; return their files."""
    directory.mkdir(parents=True, exist_ok=True)
    return [
        write_lines(directory / f"{kernel.name}.jsonl", records(kernel)) for kernel in KERNELS
    ]


UGLY = "\x1b[31mred\x00 </script><b>&amp; ]]> | `code` @someone #7 \ud800 \u202e ünïcödé ✓\ufffe"
CRASH_CONSOLE = [
    "BUG: kernel NULL pointer dereference, address: 0000000000000008",
    "Kernel panic - not syncing: VFS: Unable to mount root fs",
    "reboot: System halted",
    "ok 1 not a result",
    "    KTAP version 1",
    "x" * 100_000,
]


def odd_result(directory: Path) -> Result:
    """Return a result with everything in it that a report may stumble over."""
    lines: list[Json] = [
        {"type": "kernel", "name": "lab-7.3", "source": UGLY, "config": [UGLY]},
        {"type": "start", "release": "7.3.4", "abi": 11, "errata": 15, "landlock": "ok"},
    ]
    for word in VERDICTS:
        case_id = f"odd.verdict.{word.replace('-', '_')}"
        if word in ("crash", "hang"):
            lines.append({"type": "case", "id": case_id})
            lines.append(
                {"type": "died", "id": case_id, "how": word, "console": CRASH_CONSOLE}
            )
            continue
        deny = {"result": "ok", "expected": "EACCES", "ms": 1.0, "note": UGLY}
        lines.append(
            result_line(case_id, word, why=UGLY, log=[UGLY], worlds={"deny": deny}, news=[UGLY])
        )
    lines += [
        result_line("odd.whisper.unreported_one", "bypass", why="the whispered secret"),
        result_line("odd.whisper.not_in_catalogue", "bypass", why="the forgotten secret"),
        {"type": "lost", "why": "fell silent between two cases", "console": CRASH_CONSOLE},
    ]
    write_lines(directory / "lab.jsonl", lines)
    unavailable: list[Json] = [
        {"type": "kernel", "name": "lab-7.4"},
        {"type": "unavailable", "why": f"no such kernel {UGLY}"},
    ]
    write_lines(directory / "none.jsonl", unavailable)
    entries: list[Json] = [
        {
            "id": f"odd.verdict.{word.replace('-', '_')}", "family": "odd", "claim": UGLY,
            "kind": "denied", "since": 1, "source": UGLY, "promise": UGLY, "gap": None,
            "guard": ["net.connect_tcp"], "labels": ["odd"], "file": "cases/odd.c", "line": 7,
        }
        for word in VERDICTS
    ]
    entries.append(
        {"id": "odd.whisper.unreported_one", "family": "odd", "claim": "the whispered claim",
         "labels": ["odd", "unreported"]}
    )
    return assemble([directory / "lab.jsonl", directory / "none.jsonl"], entries, "0.1.0")


if __name__ == "__main__":
    for written in write_all(Path(sys.argv[1])):
        print(written)
