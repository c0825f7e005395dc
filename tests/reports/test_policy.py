# SPDX-License-Identifier: GPL-2.0
"""`landproof policy`: reading a policy, and what a result says of it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from cli import commandline
from cli.guest import cases
from reports.errors import UserError
from reports.model import policy as model
from reports.model.results import Case, CaseResult, Kernel, Result
from reports.model.verdicts import Verdict
from reports.views import policy as view
from vm import tools

ROOT = Path(__file__).resolve().parents[2]

CATALOGUE = (
    Case("fs.write.plain", "fs", "write(2)", kind="denied", since=1, guard=("fs.write_file",)),
    Case("fs.read.plain", "fs", "read(2)", kind="denied", since=1, guard=("fs.read_file",)),
    Case("fs.exec.plain", "fs", "execve(2)", kind="denied", since=1, guard=("fs.execute",)),
    Case("fs.dir.plain", "fs", "rename(2)", kind="denied", since=1,
         guard=("fs.write_file", "fs.read_file")),
    Case("fs.read.hole", "fs", "stat(2)", kind="open", since=1, guard=("fs.read_file",),
         gap="a/b#1"),
    Case("fs.truncate.plain", "fs", "truncate(2)", kind="denied", since=3, guard=("fs.truncate",)),
    Case("net.tcp.connect", "net", "connect(2)", kind="denied", since=4,
         guard=("net.connect_tcp",)),
    Case("fs.read.secret", "fs", "whisper", kind="open", since=1, guard=("fs.read_file",),
         labels=("private",)),
)
RIGHTS = model.rights_of(CATALOGUE)
ALL = dict.fromkeys(RIGHTS, True)


def kernel(name: str, rights: dict[str, bool] | None = None, **verdicts: str) -> Kernel:
    """Return a kernel on which all hold but for some."""
    shown = {case.id: "open" if case.kind == "open" else "holds" for case in CATALOGUE}
    shown |= {name.replace("_", "."): word for name, word in verdicts.items()}
    return Kernel(name, abi=9, rights={**ALL, **(rights or {})},
                  cases=tuple(CaseResult(case, Verdict(word)) for case, word in shown.items()))


def answered(policy: model.Policy, *kernels: Kernel) -> model.Answers:
    """Return what a run on these kernels says."""
    return model.answers(policy, Result("1", kernels, CATALOGUE))


def read(place: Path, text: str) -> model.Policy:
    """Read a policy from a file with this text."""
    (place / "policy").write_text(text)
    return model.read(place / "policy", RIGHTS)


def test_rights_are_in_the_order_of_their_kind_and_age() -> None:
    assert list(RIGHTS.items()) == [
        ("fs.execute", 1), ("fs.read_file", 1), ("fs.write_file", 1), ("fs.truncate", 3),
        ("net.connect_tcp", 4)]


@pytest.mark.parametrize("text", [
    '{"ruleset": [{"handledAccessFs": ["write_file"]}],'
    ' "netPort": [{"allowedAccess": ["connect_tcp"], "port": [443, 80]}]}',
    '[[ruleset]]\nhandled_access_fs = ["write_file"]\n'
    '[[net_port]]\nallowed_access = ["connect_tcp"]\nport = [443, 80]\n',
])
def test_json_and_toml_say_the_same(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == model.Policy(
        ("fs.write_file", "net.connect_tcp"), (model.Rule(("net.connect_tcp",), ("443", "80")),))


@pytest.mark.parametrize(("words", "abi", "expected"), [
    ("abi.all", 1, ("fs.execute", "fs.read_file", "fs.write_file")),
    ("abi.all", 3, ("fs.execute", "fs.read_file", "fs.write_file", "fs.truncate")),
    ("abi.read_execute", 3, ("fs.execute", "fs.read_file")),
    ("abi.read_write", 3, ("fs.read_file", "fs.write_file", "fs.truncate")),
])
def test_groups_of_rights(tmp_path: Path, words: str, abi: int, expected: tuple[str, ...]) -> None:
    found = read(tmp_path, f'abi = {abi}\n[[ruleset]]\nhandled_access_fs = ["{words}"]\n')
    assert found.handled == expected


@pytest.mark.parametrize(("text", "said"), [
    ('{"ruleset": [{"handledAccessFs": ["reed"]}]}', "reed is no right of fs: there are execute"),
    ('{"ruleset": [{"handledAccessNet": ["abi.read_write"]}]}',
     "abi.read_write is no right of net"),
    ('{"netPort": [{"allowedAccess": ["connect_tcp"], "port": ["80"]}]}',
     "netPort[0].port[0]: '80' is not of type 'integer'"),
    ('{"netPort": [{"allowedAccess": ["connect_tcp"], "port": [65536]}]}', "65536 is greater"),
    ('{"rules": []}', "'rules' was unexpected"),
    ('{"abi": 3}', "denies nothing"),
    ("{", "is neither TOML nor JSON"),
    ("= 3", "is neither TOML nor JSON"),
])
def test_a_wrong_policy_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError) as error:
        read(tmp_path, text)
    assert said in str(error.value) and "\n" not in str(error.value)


def test_a_right_that_a_kernel_lacks_is_absent_and_nothing_gets_past_it() -> None:
    policy = model.Policy(("fs.truncate",))
    found = answered(policy, kernel("new"), kernel("old", {"fs.truncate": False},
                                                   fs_truncate_plain="absent"))
    assert [one.word for one in found.rights["fs.truncate"]] == ["enforced", "absent"]
    assert not found.past and not found.holds


def test_a_broken_promise_is_told_with_what_breaks_it() -> None:
    found = answered(model.Policy(("net.connect_tcp",)), kernel("new", net_tcp_connect="bypass"))
    (answer,) = found.rights["net.connect_tcp"]
    assert answer == model.Answer("broken", "net.tcp.connect: bypass")
    assert [row.ids for row in found.past["net.connect_tcp"]] == [("net.tcp.connect",)]
    assert not found.holds


def test_what_could_not_be_tried_is_not_enforced() -> None:
    found = answered(model.Policy(("net.connect_tcp",)),
                     kernel("new", net_tcp_connect="cannot-run"))
    assert found.rights["net.connect_tcp"][0].word == "untried"
    assert not found.holds


def test_an_open_gap_is_shown_and_breaks_no_promise() -> None:
    found = answered(model.Policy(("fs.read_file",)), kernel("new"))
    assert found.holds
    assert [row.ids for row in found.past["fs.read_file"]] == [("fs.read.hole",)]


def test_a_gap_of_a_right_that_is_not_denied_does_not_concern_the_policy() -> None:
    found = answered(model.Policy(("fs.write_file",)), kernel("new", net_tcp_connect="bypass"))
    assert found.holds and not found.past
    assert list(found.free) == ["fs.execute", "fs.read_file", "fs.truncate", "net.connect_tcp"]


def test_a_case_of_two_rights_stands_once() -> None:
    found = answered(model.Policy(("fs.read_file", "fs.write_file")),
                     kernel("new", fs_dir_plain="bypass"))
    ids = [one for rows in found.past.values() for row in rows for one in row.ids]
    assert sorted(ids) == ["fs.dir.plain", "fs.read.hole"]


def test_too_much_refused_does_not_get_past() -> None:
    found = answered(model.Policy(("fs.write_file",)), kernel("new", fs_write_plain="overblock"))
    assert not found.past


def test_the_json_has_it_all() -> None:
    policy = model.Policy(("fs.read_file",), (model.Rule(("fs.read_file",), ("/usr",)),))
    data = json.loads(view.to_json(policy, answered(policy, kernel("new")), "1"))
    assert data["rights"] == {"fs.read_file": {"new": {"answer": "enforced", "why": ""}}}
    assert data["past"] == [{"right": "fs.read_file", "cases": ["fs.read.hole"], "claim": "stat(2)",
                             "upstream": "a/b#1", "kernels": {"new": "open"}}]
    assert data["rules"] == [{"rights": ["fs.read_file"], "on": ["/usr"]}]


def test_the_command_on_two_kernels(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text('[[ruleset]]\nhandled_access_fs = ["truncate"]\n')
    done = subprocess.run(
        [ROOT / "landproof", "policy", tmp_path / "p.toml", "--kernel", "debian-6.1",
         "--kernel", "debian-7.3", "--json", tmp_path / "p.json"],
        capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    answers = json.loads((tmp_path / "p.json").read_text())["rights"]["fs.truncate"]
    assert [answers[name]["answer"] for name in ("debian-6.1", "debian-7.3")] == [
        "absent", "enforced"]


def test_the_example_of_the_page(tmp_path: Path) -> None:
    (text,) = re.findall(r"^```toml\n(.*?)^```$", (ROOT / "docs" / "policy.md").read_text(),
                         re.DOTALL | re.MULTILINE)
    (tmp_path / "policy").write_text(text)
    found = model.read(tmp_path / "policy", model.rights_of(cases()))
    assert {"fs.truncate", "net.connect_tcp", "scope.signal"} < set(found.handled)
    assert "net.bind_udp" not in found.handled and len(found.rules) == 2


# A tool's own command line

ORDER = ("fs.execute", "fs.read_file", "fs.read_dir", "fs.write_file", "fs.truncate",
         "net.bind_tcp", "net.connect_tcp", "scope.signal")


@pytest.mark.parametrize(("name", "line", "handled", "rules"), [
    ("setpriv", "--no-new-privs --landlock-access fs:write-file,truncate"
     " --landlock-rule path-beneath:write-file:/tmp sh -c x", ("fs.write_file", "fs.truncate"),
     (model.Rule(("fs.write_file",), ("/tmp",)),)),
    ("landrun", "--rox /usr --connect-tcp=443 sh", ORDER,
     (model.Rule(("fs.read_file", "fs.read_dir", "fs.execute"), ("/usr",)),
      model.Rule(("net.connect_tcp",), ("443",)))),
    ("landrun", "--best-effort --unrestricted-filesystem --unrestricted-scoped -- sh",
     ("net.bind_tcp", "net.connect_tcp"), ()),
    ("sandboxer", "LL_FS_RO=/usr:/lib LL_FS_RW= LL_TCP_BIND= LL_SCOPED=a:s sh",
     ("fs.execute", "fs.read_file", "fs.read_dir", "fs.write_file", "fs.truncate", "net.bind_tcp",
      "scope.signal"),
     (model.Rule(("fs.execute", "fs.read_file", "fs.read_dir"), ("/usr", "/lib")),)),
    ("minijail", "--fs-path-ro /usr -- sh",
     ("fs.execute", "fs.read_file", "fs.read_dir", "fs.write_file"),
     (model.Rule(("fs.read_file", "fs.read_dir"), ("/usr",)),)),
])
def test_a_command_line_is_read_back(name: str, line: str, handled: tuple[str, ...],
                                     rules: tuple[model.Rule, ...]) -> None:
    assert commandline.read(tools.known()[name], line.split(), ORDER) == model.Policy(
        handled, rules)


@pytest.mark.parametrize(("name", "line", "said"), [
    ("setpriv", "--landlock-access net:connect-tcp sh",
     "--landlock-access net:connect-tcp is not among the words of setpriv"),
    ("setpriv", "--landlock-access fs:reed sh", "setpriv has no reed of fs: it has execute"),
    ("sandboxer", "LL_FS_R0=/usr sh", "LL_FS_R0 is no variable of sandboxer"),
    ("minijail", "-- sh", "denies nothing"),
])
def test_what_is_not_understood_is_not_taken_for_nothing(name: str, line: str, said: str) -> None:
    with pytest.raises(UserError, match=re.escape(said)):
        commandline.read(tools.known()[name], line.split(), ORDER)


def test_tools_lack_words() -> None:
    lack = {name: set(ORDER) - commandline.rights(tools.known()[name])
            for name in ("setpriv", "landrun", "minijail", "minijail-abi-5")}
    assert lack["setpriv"] == {"net.bind_tcp", "net.connect_tcp", "scope.signal"}
    assert lack["landrun"] == set()
    assert "fs.truncate" in lack["minijail"] and "fs.truncate" not in lack["minijail-abi-5"]
