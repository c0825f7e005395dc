# SPDX-License-Identifier: GPL-2.0
"""`landproof report`: the mail, its recipients, what is not for the public, and KCIDB."""

from __future__ import annotations

import copy
import email
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reports.errors import UserError
from reports.formats import kcidb, mail
from reports.formats.mail import Recipients
from reports.model.report import Report, gather
from reports.model.resultfile import dump_result
from reports.model.results import (
    Case, CaseResult, Kernel, Provenance, Result, World, shareable,
)
from reports.model.verdicts import Verdict
from tests.reports.conftest import Run

KNOWN = "net.tcp.fastopen_sendto"
NEW = "fs.read_file.open"
SOURCE = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE; security/landlock/fs.c: hook()"


def kernel(release: str, case_id: str, verdict: Verdict, **about: Any) -> Kernel:
    """Return a kernel on which the case had this verdict."""
    shown = "ok" if verdict == Verdict.BYPASS else "EACCES"
    worlds = (World("control", "ok", "ok"), World("deny", shown, "EACCES"))
    case = CaseResult(case_id, verdict, "deny: ok instead of EACCES", 5.0, worlds,
                      log=("WARNING: CPU: 0 PID: 1 at security/landlock/fs.c",))
    about = {"source": f"image /boot/vmlinuz-{release}", "machine": "x86_64", "qemu": "7.2",
             "cmdline": "console=ttyS0 " + " ".join(f"word{number}" for number in range(30)),
             "config": ("CONFIG_SECURITY_LANDLOCK=y",), **about}
    return Kernel(f"k-{release}", release, 7, 0, Provenance(**about), cases=(case,))


def result(shown: Sequence[tuple[str, Verdict]], case_id: str = NEW,
           labels: tuple[str, ...] = ()) -> Result:
    """Return a result of one case on several kernels."""
    case = Case(case_id, case_id.partition(".")[0], "open(2) of a file for reading",
                "refused with EACCES", "denied", 1, None, SOURCE, guard=("fs.read_file",),
                labels=labels)
    kernels = tuple(kernel(release, case_id, verdict) for release, verdict in shown)
    return Result("0.1.0", kernels, (case,), "2026-11-27T08:00Z")


def written(report: Report, public: bool = True, to: Recipients = Recipients()) -> str:
    """Return the mail without a program."""
    return mail.mail(report, to, "", public)


BEGAN = [("6.11.5", Verdict.HOLDS), ("6.12.1", Verdict.HOLDS), ("6.13.2", Verdict.BYPASS)]


def test_no_line_is_too_long() -> None:
    text = written(gather(NEW, result(BEGAN)), False)
    assert [line for line in text.splitlines() if len(line) > 75] == []


def test_it_is_a_mail() -> None:
    to = Recipients(('"A B" <a@example.org>', "c@example.org"), ("list@example.org",))
    message = email.message_from_string(written(gather(NEW, result(BEGAN)), to=to))
    assert "a@example.org" in message["To"] and "c@example.org" in message["To"]
    assert "list@example.org" in message["Cc"] and mail.REGRESSIONS in message["Cc"]
    subject = " ".join(message["Subject"].split())
    assert subject.startswith("[REGRESSION] landlock: open(2) of a file for reading")


def test_the_body_has_what_the_documents_ask_for() -> None:
    text = " ".join(written(gather(NEW, result(BEGAN))).split())
    for part in ("6.13.2", "Refused with EACCES", "Source: userspace-api/landlock",
                 "deny: ok (promised: EACCES)", "CONFIG_SECURITY_LANDLOCK=y", "word29",
                 "WARNING: CPU: 0", "./landproof run --kernel", f"--case '{NEW}'"):
        assert part in text


def test_a_regression_has_its_line_for_regzbot() -> None:
    text = written(gather(NEW, result(BEGAN)))
    assert text.endswith("\n\n#regzbot introduced: v6.12.1..v6.13.2\n")


def test_a_commit_that_was_found_is_named() -> None:
    text = written(gather(NEW, result(BEGAN), "0123456789ab"))
    assert "#regzbot introduced: 0123456789ab\n" in text


@pytest.mark.parametrize("shown", [
    [("6.11.5", Verdict.BYPASS)],  # no kernel was ever good
    [("6.11.5", Verdict.ABSENT), ("6.12.1", Verdict.BYPASS)],
    [("6.11.5", Verdict.HOLDS), ("6.12.1", Verdict.BYPASS), ("6.13.2", Verdict.HOLDS)],
    [("6.11.5", Verdict.BYPASS), ("6.12.1", Verdict.HOLDS)],
])
def test_what_is_no_regression_claims_none(shown: list[tuple[str, Verdict]]) -> None:
    text = written(gather(NEW, result(shown)))
    assert "REGRESSION" not in text and "regzbot" not in text


def test_versions_that_do_not_follow_each_other_are_said() -> None:
    shown = [("6.11.5", Verdict.HOLDS), ("6.12.1", Verdict.BYPASS), ("6.13.2", Verdict.HOLDS)]
    assert "do not follow each other" in written(gather(NEW, result(shown)))
    assert "do not follow each other" not in written(gather(NEW, result(BEGAN)))


def test_what_is_known_says_where_and_what_fixed_it() -> None:
    report = gather(KNOWN, result([("6.12.9", Verdict.HOLDS), ("6.18.15", Verdict.BYPASS)], KNOWN))
    text = " ".join(written(report).split())
    assert "landlock-lsm/linux#41" in text and "33cb713db016" in text and "7.2" in text
    assert "regzbot" not in text and not report.private


def test_a_known_issue_on_a_kernel_that_should_be_fixed_is_news() -> None:
    report = gather(KNOWN, result([("6.18.15", Verdict.BYPASS), ("7.3.4", Verdict.BYPASS)], KNOWN))
    assert report.private and "7.3.4 should not have it" in " ".join(written(report).split())


def test_versions_are_those_of_kernel_org() -> None:
    one = kernel("6.1.0-56-amd64", NEW, Verdict.BYPASS,
                 source="Debian bookworm: linux-image-6.1.0-56-amd64 6.1.192-1")
    report = gather(NEW, Result("0.1.0", (one,), result(BEGAN).catalogue))
    assert report.worst.version == "6.1.192"


def test_an_unknown_bypass_is_not_for_a_list() -> None:
    report = gather(NEW, result(BEGAN))
    text = written(report, False, Recipients(("a@example.org",), ("list@example.org",)))
    assert report.private and "NOT IN PUBLIC" in text
    assert "list@example.org" not in text and mail.REGRESSIONS not in text
    assert mail.SECURITY in text


def test_nothing_to_report() -> None:
    with pytest.raises(UserError, match="nothing to report"):
        gather(NEW, result([("6.11.5", Verdict.HOLDS)]))
    with pytest.raises(UserError, match="not in this result"):
        gather("fs.read_file.none", result(BEGAN))


def test_markdown_holds_the_program_as_code() -> None:
    text = mail.markdown(gather(NEW, result(BEGAN)), "int main(void)\n{\n}\n")
    assert "```c\nint main(void)\n{\n}\n```" in text


@pytest.mark.parametrize("verdict", list(Verdict))
def test_kcidb_takes_every_verdict(verdict: Verdict) -> None:
    whole = result([("6.11.5", verdict), ("6.12.1", Verdict.BYPASS)])
    data = json.loads(kcidb.to_text(gather(NEW, whole), whole))
    (test,) = (one for one in data["tests"] if one["misc"]["verdict"] == verdict) \
        if verdict != Verdict.BYPASS else (data["tests"][0],)
    assert test["status"] == kcidb.STATUS[verdict]
    assert {one["build_id"] for one in data["tests"]} == {one["id"] for one in data["builds"]}
    assert {one["checkout_id"] for one in data["builds"]} == {
        one["id"] for one in data["checkouts"]}


def test_kcidb_of_a_whole_run(odd: Result) -> None:
    """Every case of every kernel and every lost machine is a test; what is secret is none."""
    data = json.loads(kcidb.run_to_text(odd))
    shown = shareable(odd)
    wanted = sorted((kernel.name, str(case.verdict)) for kernel in shown.kernels
                    for case in kernel.cases)
    names = {f"landproof:{kernel.provenance.sha256.get('kernel')}" if kernel.provenance.sha256 else
             f"landproof:{kernel.name}-{kernel.release}": kernel.name for kernel in shown.kernels}
    tests = [one for one in data["tests"] if one["path"] != "landproof.machine"]
    assert sorted((names[one["build_id"]], one["misc"]["verdict"]) for one in tests) == wanted
    lost = [one["comment"] for one in data["tests"] if one["path"] == "landproof.machine"]
    assert lost == [one.why for kernel in odd.kernels if kernel.cases for one in kernel.lost] != []
    assert len({one["id"] for one in data["tests"]}) == len(data["tests"])
    secret = {case.id for case in odd.catalogue} - {case.id for case in shown.catalogue}
    assert secret and not any(one in kcidb.run_to_text(odd) for one in secret)


def test_kcidb_tells_two_columns_of_one_image_apart() -> None:
    (kernel,) = result([("6.12.1", Verdict.BYPASS)]).kernels
    about = replace(kernel.provenance, sha256={"kernel": "5" * 64})
    both = [replace(kernel, name=name, provenance=about) for name in ("a", "a+ext4")]
    data = kcidb.run(replace(result([("6.12.1", Verdict.BYPASS)]), kernels=tuple(both)))
    assert len(data["builds"]) == len(data["checkouts"]) == 1
    assert len({one["id"] for one in data["tests"]}) == 2


def test_kcidb_names_a_variant() -> None:
    whole = result([("6.12.1", Verdict.BYPASS)], "net.tcp.bind[ipv6]")
    whole = Result(whole.landproof, whole.kernels, (Case("net.tcp.bind", "net", "claim"),))
    data = kcidb.document(gather("net.tcp.bind[ipv6]", whole), whole)
    kcidb.check(data)
    assert data["tests"][0]["path"] == "landproof.net.tcp.bind.ipv6"


@pytest.mark.parametrize(("path", "value"), [
    (("tests", 0, "status"), "GOOD"), (("tests", 0, "path"), "a b"), (("tests", 0, "id"), "none"),
    (("builds", 0, "architecture"), "X86"), (("version", "minor"), 4),
    (("checkouts", 0, "unknown"), 1),
])
def test_the_schema_is_strict(path: tuple[str | int, ...], value: Any) -> None:
    whole = result(BEGAN)
    data = copy.deepcopy(kcidb.document(gather(NEW, whole), whole))
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(UserError, match="KCIDB would not take this"):
        kcidb.check(data)


def tree(place: Path) -> Path:
    """Make a directory with a get_maintainer.pl that says how it was called."""
    (place / "scripts").mkdir(parents=True)
    (place / "security" / "landlock").mkdir(parents=True)
    (place / "security" / "landlock" / "fs.c").touch()
    (place / "scripts" / "get_maintainer.pl").write_text(
        'print "Some One <one\\@example.org> (maintainer:LANDLOCK)\\n";\n'
        'print "list\\@example.org (open list:LANDLOCK)\\n" unless grep { $_ eq "--no-l" } @ARGV;\n'
        'die "no file" unless grep { $_ eq "security/landlock/fs.c" } @ARGV;\n')
    return place


def test_the_command(run: Run, tmp_path: Path) -> None:
    """The tree's own script names the recipients; a secret is never made public."""
    path = tmp_path / "result.json"
    dump_result(result([("6.12.1", Verdict.BYPASS)]), path)
    said = run("report", NEW, path, "--tree", tree(tmp_path / "linux"))
    assert said.returncode == 0, said.stderr
    assert "one@example.org" in said.stdout and "list@example.org" not in said.stdout
    said = run("report", NEW, path, "--tree", tmp_path / "linux", "--public")
    assert "Cc: list@example.org" in said.stdout and "NOT IN PUBLIC" not in said.stdout
    refused = run("report", NEW, path, "--markdown", "-")
    assert refused.returncode == 2 and "not to be made public" in refused.stderr
    assert run("report", NEW, path, "--markdown", "-", "--public").stdout.startswith("# landlock:")
    dump_result(result([("6.12.1", Verdict.BYPASS)], labels=("unreported",)), path)
    for option in ("--markdown", "--kcidb"):
        refused = run("report", NEW, path, option, "-", "--public")
        assert refused.returncode == 2 and refused.stdout == ""
    said = run("report", NEW, path, "--public")
    assert "NOT IN PUBLIC" in said.stdout and "unreported" in said.stdout
    assert re.search(r"^Cc: security@kernel\.org$", said.stdout, re.MULTILINE)
