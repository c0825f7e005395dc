# SPDX-License-Identifier: GPL-2.0
"""Plans of described kernels, held against the kernel's documentation.

The table of ABI versions below is that of userspace-api/landlock.rst ("Previous limitations") and
of the comments in include/uapi/linux/landlock.h; nothing in it comes from the harness.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Guest

Plan = dict[str, Any]

FIRST = (
    "execute write_file read_file read_dir remove_dir remove_file make_char make_dir make_reg"
    " make_sock make_fifo make_block make_sym"
)
RIGHTS = [
    *(("fs", f"fs.{name}", 1) for name in FIRST.split()),
    ("fs", "fs.refer", 2),
    ("fs", "fs.truncate", 3),
    ("net", "net.bind_tcp", 4),
    ("net", "net.connect_tcp", 4),
    ("fs", "fs.ioctl_dev", 5),
    ("scoped", "scope.abstract_unix_socket", 6),
    ("scoped", "scope.signal", 6),
    ("fs", "fs.resolve_unix", 9),
    ("net", "net.bind_udp", 10),
    ("net", "net.connect_send_udp", 10),
]
ABIS = range(12)
ERRATA_SINCE = 7  # LANDLOCK_CREATE_RULESET_ERRATA

# One case of each right or flag: what it promises, and since when.
PROMISED = [
    ("fs.read_file.open", "EACCES", 1),
    ("fs.refer.exchange", "EXDEV", 2),
    ("fs.truncate.truncate", "EACCES", 3),
    ("net.tcp.connect", "EACCES", 4),
    ("ioctl.device.tcgets", "EACCES", 5),
    ("scope.signal.kill", "EPERM", 6),
    ("scope.abstract_unix.connect", "EPERM", 6),
    ("domain.tsync.siblings", "EACCES", 8),
    ("fs.resolve_unix.connect", "EACCES", 9),
    ("net.udp.connect", "EACCES", 10),
]


def described(abi: int, errata: str = "0") -> str:
    """Return the words of a kernel that takes what its ABI version promises, and no more."""
    return f"abi={abi},errata={errata if abi >= ERRATA_SINCE else 'none'}"


def plans(guest: Guest, kernel: str | None, *cases: str) -> dict[str, Plan]:
    words = ["--plan-for", kernel] if kernel else []
    answer = guest.call("plan", "--json", *words, *cases)
    assert answer.returncode == 0, answer.stderr
    return {plan["id"]: plan for plan in json.loads(answer.stdout)}


def plan(guest: Guest, kernel: str, case: str) -> Plan:
    return plans(guest, kernel, case)[case]


def taken(kind: str, abi: int, *without: str) -> list[str]:
    return [name for what, name, since in RIGHTS
            if what == kind and since <= abi and name not in without]


@pytest.mark.parametrize("abi", ABIS)
@pytest.mark.parametrize(("case", "error", "since"), PROMISED)
def test_a_promise_begins_with_its_abi(
    guest: Guest, case: str, error: str, since: int, abi: int
) -> None:
    found = plan(guest, described(abi), case)
    if abi >= since:
        assert (found["verdict"], found["settled"]) == ("holds", False)
        assert found["worlds"]["deny"]["expected"] == error
        assert found["worlds"]["control"] == {
            "expected": "ok", "witness": False, "policy": "none", "layers": [],
        }
    else:
        assert (found["verdict"], found["settled"]) == ("absent", True)
        assert list(found["worlds"]) == ["control"]
        assert found["why"] == (
            f"needs ABI {since}, the kernel has {abi}" if abi
            else "no Landlock in this kernel: ENOSYS"
        )


@pytest.mark.parametrize("abi", ABIS[1:])
def test_the_bystander_handles_all_that_the_case_is_not_about(guest: Guest, abi: int) -> None:
    (layer,) = plan(guest, described(abi), "fs.read_dir.open")["worlds"]["bystander"]["layers"]
    assert layer["handled_access_fs"] == taken("fs", abi, "fs.read_dir", "fs.refer")
    assert layer["handled_access_net"] == taken("net", abi)
    assert layer["scoped"] == taken("scoped", abi)
    assert layer["rules"] == []


def test_no_bystander_where_there_is_nothing_else_to_handle(guest: Guest) -> None:
    everything = ",".join(f"-fs.{name}" for name in FIRST.split() if name != "read_dir")
    worlds = plan(guest, f"abi=1,{everything}", "fs.read_dir.open")["worlds"]
    assert "bystander" not in worlds and "deny" in worlds


def handled(world: Plan) -> list[list[str]]:
    return [layer["handled_access_net"] for layer in world["layers"]]


def test_worlds_are_the_policies_of_the_guard(guest: Guest) -> None:
    worlds = plan(guest, described(4), "net.tcp.bind")["worlds"]
    assert list(worlds) == ["control", "bystander", "deny", "grant", "stacked", "inherited"]
    guard = ["net.bind_tcp"]
    rules = {name: [layer["rules"] for layer in world["layers"]] for name, world in worlds.items()}
    assert {name: handled(world) for name, world in worlds.items() if name != "bystander"} == {
        "control": [], "deny": [guard], "grant": [guard], "stacked": [guard, guard],
        "inherited": [guard],
    }
    assert rules["deny"] == rules["inherited"] == [[]]
    ((granted,),) = rules["grant"]
    assert granted["allowed_access"] == guard
    (_, (decoy,)) = rules["stacked"]
    assert decoy["allowed_access"] == guard and decoy["port"] != granted["port"]
    assert [world["expected"] for world in worlds.values()] == [
        "ok", "ok", "EACCES", "ok", "EACCES", "EACCES",
    ]


def test_a_variant_runs_what_can_differ_from_the_first(guest: Guest) -> None:
    found = plans(guest, described(4), "net.tcp.bind")["net.tcp.bind[ipv6]"]
    assert list(found["worlds"]) == ["control", "deny", "grant"]
    found = plans(guest, described(3), "net.tcp.bind")["net.tcp.bind[ipv6]"]
    assert (found["verdict"], found["worlds"]) == ("absent", {})


# errata/abi-4.h: before its fix, TCP rights bound protocols that are not TCP.
@pytest.mark.parametrize(("errata", "expected", "verdict"), [
    ("none", None, "open"), ("0", "EACCES", "holds"), ("1", None, "open"),
    ("2", "EACCES", "holds"), ("15", None, "open"),
])
def test_an_erratum_decides_which_promise_counts(
    guest: Guest, errata: str, expected: str | None, verdict: str
) -> None:
    found = plan(guest, f"abi=6,errata={errata}", "net.mptcp.connect_plain_peer")
    assert found["worlds"]["deny"]["expected"] == expected
    assert found["verdict"] == verdict


# Erratum 4 refuses renames in any domain: before its fix, a bystander shows nothing.
@pytest.mark.parametrize("errata", [0, 7, 8, 15])
def test_a_bystander_waits_for_the_fix_of_what_refuses_too_much(guest: Guest, errata: int) -> None:
    worlds = plan(guest, f"abi=7,errata={errata}", "errata.4")["worlds"]
    assert ("bystander" in worlds) == (errata in (8, 15))


# LANDLOCK_MAX_NUM_LAYERS became 16 with ABI 2 (Linux 5.19); the call answers E2BIG then.
@pytest.mark.parametrize(("abi", "expected"), [(1, None), (2, "E2BIG"), (11, "E2BIG")])
def test_an_abi_decides_which_promise_counts(guest: Guest, abi: int, expected: str | None) -> None:
    world = plan(guest, described(abi), "domain.layers.limit")["worlds"]["call"]
    assert (world["expected"], world["policy"], world["layers"]) == (expected, "attempt", [])


def test_a_kernel_that_lacks_what_its_abi_promises_is_dishonest(guest: Guest) -> None:
    found = plan(guest, "abi=6,-net.bind_tcp", "net.tcp.bind")
    assert (found["verdict"], found["settled"]) == ("dishonest", True)
    assert list(found["worlds"]) == ["control"]
    assert plan(guest, "abi=6,-net.bind_tcp", "net.tcp.connect")["verdict"] == "holds"


def test_a_backport_is_told(guest: Guest) -> None:
    found = plan(guest, "abi=3,+net.bind_tcp", "net.tcp.bind")
    assert (found["verdict"], found["settled"]) == ("holds", False)
    assert found["news"] == "backport: taken at ABI 3, promised since 4"


def test_what_is_proposed_is_not_tried(guest: Guest) -> None:
    found = plan(guest, described(11), "socket.rule.only")
    assert (found["verdict"], found["settled"], found["worlds"]) == ("absent", True, {})


def test_errors_of_others_are_those_without_a_sandbox(guest: Guest) -> None:
    worlds = plan(guest, described(6), "selftest.attempt.unchanged")["worlds"]
    assert {world["expected"] for world in worlds.values()} == {"as control"}


def test_what_must_be_refused_is_tried_in_the_deny_world(guest: Guest) -> None:
    worlds = plan(guest, described(4), "fs.open.o_path")["worlds"]
    assert [name for name, world in worlds.items() if world["witness"]] == ["deny"]


def test_a_described_kernel_is_planned_for_like_the_running_one(
    landlock: None, guest: Guest
) -> None:
    """Nothing is read from the running kernel on the way."""
    start = guest.host("-c", "api.ruleset_fd.cloexec").records[0]
    derived = ("create.", "rule.", "field.handled", "field.scoped")  # follow from the others
    words = [f"{'+' if here else '-'}{name}" for name, here in start["rights"].items()
             if here != taken_since(guest, name, start["abi"]) and not name.startswith(derived)]
    errata = "none" if start["errata"] is None else start["errata"]
    kernel = ",".join([f"abi={start['abi']}", f"errata={errata}", *words])
    assert plans(guest, kernel, "*") == plans(guest, None, "*")


def taken_since(guest: Guest, feature: str, abi: int) -> bool:
    since = json.loads(guest.call("list", "--coverage", "--json").stdout)[feature]["abi"]
    return since is not None and since <= abi


@pytest.mark.parametrize("kernel", [
    "", "6", "errata=1", "abi=", "abi=-1", "abi=x", "abi=6,fs.refer", "abi=6,-fs.nothing",
    "abi=6,-create.errata", "abi=6,errata=", "abi=6,errata=-1", "abi=7",
])
def test_a_bad_description_is_one_line_and_exit_2(guest: Guest, kernel: str) -> None:
    answer = guest.call("plan", "--plan-for", kernel, "fs.read_file.open")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert len(answer.stderr.splitlines()) == 1


def test_the_text_says_the_same(guest: Guest) -> None:
    answer = guest.call("plan", "--plan-for", described(4), "net.tcp.bind")
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("net.tcp.bind: ")
    assert "  deny       EACCES       layer net.bind_tcp" in lines
    assert "  control    ok           no policy" in lines
