# SPDX-License-Identifier: GPL-2.0
"""The model, the sums, the known issues and the exit status."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from reports.errors import UserError
from reports.model import findings, known, rows as matrix, versions
from reports.model.judgement import Gate, judge
from reports.model.results import (
    Case,
    CaseResult,
    Kernel,
    Lost,
    Provenance,
    Result,
    World,
    case_ids,
    clean,
    reproduce,
    shareable,
)
from reports.model.verdicts import DEVIATIONS, LOOKS, Verdict
from tests.reports import samples


def case(case_id: str, verdict: str, **more: object) -> CaseResult:
    """Return a case's result in short."""
    return CaseResult(case_id, Verdict(verdict), **more)  # type: ignore[arg-type]


def result_of(*cases: CaseResult, name: str = "lab", **more: object) -> Result:
    """Return a result of one kernel."""
    return Result("1", kernels=(Kernel(name, cases=cases, **more),))  # type: ignore[arg-type]


def test_every_verdict_looks_different() -> None:
    assert set(LOOKS) == set(Verdict)
    for sign in ("sign", "ascii", "short"):
        assert len({getattr(look, sign) for look in LOOKS.values()}) == len(LOOKS)
    assert all(look.ascii.isascii() and len(look.short) <= 8 for look in LOOKS.values())
    assert min(LOOKS[v].severity for v in DEVIATIONS) > max(
        LOOKS[v].severity for v in Verdict if v not in DEVIATIONS
    )


def test_clean_keeps_what_can_be_shown() -> None:
    assert clean("ünïcödé ✓ 😀") == "ünïcödé ✓ 😀"
    assert clean("a\tb\nc") == "a b c"
    assert clean("\x1b[0m\x7f\x85\ud800\ufffe\u202e") == r"\x1b[0m\x7f\x85\ud800\ufffe\u202e"


@pytest.mark.parametrize(
    "result, expected, promised",
    [("ok", "ok", True), ("ok", None, True), ("ok", "EACCES", False), ("EPERM", "EACCES", False),
     ("EPERM", "any errno", True), ("no-effect", "any errno", True), ("ok", "any errno", False),
     ("hang", "any errno", False)],
)
def test_as_promised(result: str, expected: str | None, promised: bool) -> None:
    assert World("deny", result, expected).as_promised is promised


def test_order_of_cases() -> None:
    ids = ("zoo.a", "net.b", "net.a[ipv6]", "net.a", "fs.z", "api.q")
    kernels = result_of(*(case(one, "holds") for one in ids)).kernels
    assert case_ids(kernels, {}) == ["api.q", "fs.z", "net.a", "net.a[ipv6]", "net.b", "zoo.a"]


@pytest.mark.parametrize(
    "kernel, where",
    [
        (Kernel("debian-6.12"), "run --kernel debian-6.12"),
        (Kernel("host"), "host"),
        (Kernel("6.12.1", provenance=Provenance("6.12.1", "image /a b/bzImage")),
         "run --kernel '/a b/bzImage'"),
        (Kernel("mine", provenance=Provenance("6.12.1", "image /x")), "run --kernel mine"),
        (Kernel("debian-7.3+i386", provenance=Provenance(compat="i386", options=("--compat",))),
         "run --kernel debian-7.3 --compat"),
    ],
)
def test_how_to_do_it_again(kernel: Kernel, where: str) -> None:
    assert reproduce(kernel, "net.a[ipv6]") == f"./landproof {where} --case 'net.a[ipv6]'"


# What may be shared


def test_unreported_cases_and_unlisted_ones_stay_private(odd: Result) -> None:
    shared = shareable(odd)
    ids = {one.id for kernel in shared.kernels for one in kernel.cases}
    assert ids == {f"odd.verdict.{word.replace('-', '_')}" for word in Verdict}
    assert "odd.whisper.unreported_one" not in shared.by_id()
    assert odd.kernels[0].case("odd.whisper.unreported_one")


def test_a_result_without_catalogue_is_shown() -> None:
    result = result_of(case("a", "holds"))
    assert shareable(result) == result


# Sums


def test_rights_enforced_out_of_promised(result: Result) -> None:
    sums = {
        kernel.name: matrix.summarize(kernel, result.by_id()) for kernel in result.kernels
    }
    told = {name: (len(one.enforced), one.promised) for name, one in sums.items()}
    assert told["debian-5.10"] == (0, 0)
    assert told["debian-6.1"] == (14, 14)
    assert told["debian-6.18"] == (18, 20)
    assert told["debian-7.3"] == (23, 23)
    unproven = sums["debian-6.18"].unproven
    assert set(unproven) == {"net.connect_tcp", "scope.signal"}
    assert "net.tcp.fastopen_sendto: bypass" in unproven["net.connect_tcp"]
    assert sums["debian-6.18"].deviations == 3


def test_a_right_that_no_case_could_try_is_unproven() -> None:
    entry = Case("a", "net", kind="denied", since=4, guard=("net.bind_tcp", "restrict.tsync"))
    for verdict, abi, told in (
        ("cannot-run", 6, (0, 1)), ("cannot-run", 3, (0, 0)), ("broken", 6, (0, 1)),
        ("holds", 6, (1, 1)), ("holds", 3, (1, 1)), ("open", 6, (0, 0)), ("absent", 3, (0, 0)),
        ("errno", 6, (0, 1)), ("overblock", 6, (0, 1)),
    ):
        kernel = Kernel("lab", abi=abi, cases=(case("a", verdict),))
        sums = matrix.summarize(kernel, {"a": entry})
        assert (len(sums.enforced), sums.promised) == told, verdict


def test_a_lost_domain_is_not_blamed_on_the_right_that_shows_it() -> None:
    entries = {name: Case(name, name.partition(".")[0], kind="denied", since=1,
                          guard=("fs.read_file",)) for name in ("fs.a", "domain.a")}
    kernel = Kernel("lab", abi=1, cases=(case("fs.a", "holds"), case("domain.a", "bypass")))
    sums = matrix.summarize(kernel, entries)
    assert sums.enforced == ("fs.read_file",) and not sums.unproven and sums.deviations == 1


def test_rows_join_variants_that_agree(result: Result) -> None:
    ids = [one for name, group in matrix.families(result) if name == "net" for one in group]
    labels = [row.label for row in matrix.rows(ids, result.kernels)]
    assert "net.tcp.connect (+ipv6)" in labels
    kernels = result_of(case("a", "holds"), case("a[x]", "errno"), case("a[y]", "holds")).kernels
    rows = matrix.rows(["a", "a[x]", "a[y]"], kernels)
    assert [row.label for row in rows] == ["a (+y)", "a[x]"]


def test_findings_are_joined_and_explained(result: Result) -> None:
    found = {one.cases: one for one in findings.findings(result)}
    assert set(found) == {
        ("net.tcp.fastopen_sendto", "net.tcp.fastopen_sendto[ipv6]"),
        ("scope.signal.sigio_pgrp",),
    }
    tfo = found["net.tcp.fastopen_sendto", "net.tcp.fastopen_sendto[ipv6]"]
    assert tfo.issue and tfo.issue.report == "landlock-lsm/linux#41"
    assert [kernel.name for kernel in tfo.kernels][0] == "debian-6.18" and len(tfo.kernels) == 4
    assert tfo.labels == ["net.tcp.fastopen_sendto (+ipv6)"]
    assert tfo.evidence == "deny, stacked, inherited: got through, promised EACCES"
    assert tfo.said_fixed == []


def test_cases_of_one_known_issue_are_one_finding() -> None:
    names = ("net.tcp.fastopen_sendto", "net.tcp.fastopen_sendmsg", "net.tcp.fastopen_sendmsg[x]")
    cases = [case(name, "bypass") for name in names]
    result = result_of(*cases, case("net.a", "bypass"), case("net.b", "bypass"), release="7.2")
    found = findings.findings(result)
    assert [one.labels for one in found] == [
        ["net.a"], ["net.b"], ["net.tcp.fastopen_sendmsg (+x)", "net.tcp.fastopen_sendto"]
    ]
    assert found[2].said_fixed == ["lab"]
    assert [one.labels for one in findings.gaps(result_of(
        case("net.mptcp.a", "open"), case("net.mptcp.b", "open")))] == [
        ["net.mptcp.a"], ["net.mptcp.b"]
    ]


@pytest.mark.parametrize(
    "cases, title, understood",
    [
        ((), "Nothing ran", ""),
        ((case("a", "holds"),), "No deviation on 1 kernel", ""),
        ((case("a", "bypass"),), "1 case deviates on this kernel", "1 of them without"),
        ((case("net.tcp.fastopen_sendto", "bypass"), case("b", "broken")),
         "1 case deviates on this kernel", "Known issues explain all of it."),
    ],
)
def test_the_headline(cases: tuple[CaseResult, ...], title: str, understood: str) -> None:
    told = findings.headline(result_of(*cases))
    assert told[0] == title and told[1].startswith(understood)


def test_short_rows_join_what_is_alike_in_a_subject() -> None:
    verdicts = {"net.a.1": "holds", "net.a.2": "holds", "net.a.3": "holds", "net.a.4": "open",
                "net.a.5": "bypass", "net.a.6": "bypass", "net.a.7": "bypass",
                "net.b.1": "holds", "net.b.2": "holds"}
    kernels = result_of(*(case(name, word) for name, word in verdicts.items())).kernels
    labels = [row.label for row in matrix.short_rows(sorted(verdicts), kernels)]
    assert labels == [
        "net.a.* (3 of 7)", "net.a.4", "net.a.5", "net.a.6", "net.a.7", "net.b.1", "net.b.2"
    ]
    kernels = result_of(*(case(f"net.a.{n}", "holds") for n in range(3))).kernels
    rows = matrix.short_rows([f"net.a.{n}" for n in range(3)], kernels)
    assert [row.label for row in rows] == ["net.a.* (3)"]


def test_news_and_closed_and_broken(odd: Result) -> None:
    assert [one.verdict for one in findings.closed(odd)] == [Verdict.CLOSED]
    (one,) = findings.news(odd)
    assert one.kernels == ("lab-7.3",)
    assert len(one.cases) == len(Verdict) - 2  # crash and hang say nothing new
    assert findings.findings(odd)[-1].verdict is Verdict.BROKEN
    assert findings.findings(odd)[0].verdict in (Verdict.CRASH, Verdict.HANG)


def test_short_names() -> None:
    assert matrix.short_names(["debian-6.1", "debian-7.3", "lab-7.3", "host", "debian-5.10"]) == (
        "debian-6.1, 7.3, lab-7.3, host, debian-5.10"
    )


@pytest.mark.parametrize(
    "errata, text", [(None, "no interface"), (0, "none"), (0xF, "1, 2, 3, 4"), (0xC, "3, 4")]
)
def test_errata_text(errata: int | None, text: str) -> None:
    assert matrix.errata_text(errata) == text


# Known issues and former names


def test_the_known_issues_are_complete_and_used() -> None:
    issues = known.known_issues()
    assert len({issue.id for issue in issues}) == len(issues)
    for issue in issues:
        assert issue.text.endswith(".") and issue.ranges
    tfo = known.explain(case("net.tcp.fastopen_sendto[ipv6]", "bypass"))
    assert tfo and tfo.id == "tcp-fast-open"
    assert known.explain(case("net.tcp.fastopen_sendto", "errno")) is None
    assert known.explain(case("net.tcp.connect", "bypass")) is None


@pytest.mark.parametrize(
    "release, fixed",
    [("6.12.111-x", False), ("6.12.112", True), ("6.12.117+deb13-amd64", True), ("7.1.13", False),
     ("7.2.0-rc1", True), ("7.3.4", True), ("6.18.15", False), ("custom", False), (None, False)],
)
def test_where_a_fix_should_be(release: str | None, fixed: bool) -> None:
    issue = next(one for one in known.known_issues() if one.id == "tcp-fast-open")
    assert issue.said_fixed_in(release) is fixed


@pytest.mark.parametrize(
    "introduced, fixed, said, affected, free",
    [
        (["6.7"], [], "6.7 and later", ["6.7", "7.3.4-x"], ["6.6.1", "custom"]),
        (["6.7"], ["6.12.112", "7.2"], "6.7 to 6.12.111, 6.13 to 7.1",
         ["6.7.1", "6.12.111", "6.18.15", "7.1.13"], ["6.1.9", "6.12.112", "7.2.0", "8.0"]),
        (["6.12.24", "6.15"], ["6.12.101", "7.0.4", "7.1"],
         "6.12.24 to 6.12.100, 6.15 to 7.0.3",
         ["6.12.24", "6.12.100", "6.19.14", "7.0.3"], ["6.12.23", "6.14.9", "6.12.101", "7.0.4"]),
        (["5.19"], ["5.19.8", "6.0"], "5.19 to 5.19.7", ["5.19.7"], ["5.18", "5.19.8", "6.0"]),
        (["6.18"], ["6.19"], "6.18", ["6.18.40"], ["6.17", "6.19"]),
        (["6.1"], ["6.18.1", "6.19"], "6.1 to 6.18", ["6.18"], ["6.18.1"]),
        (["6.12.18", "6.14"], [], "6.12 from 6.12.18 on, 6.14 and later",
         ["6.12.18", "6.14"], ["6.13"]),
        (["<=6.18"], [], "6.18, where it was seen first, and later", ["6.18"], ["6.12.118"]),
    ],
)
def test_ranges_of_versions(introduced: list[str], fixed: list[str], said: str,
                            affected: list[str], free: list[str]) -> None:
    found = ", ".join(map(str, versions.ranges(introduced, fixed)))
    assert found == said
    issue = replace(known.known_issues()[0], introduced=tuple(introduced), fixed=tuple(fixed))
    assert [issue.affects(release) for release in affected] == [True] * len(affected)
    assert [issue.affects(release) for release in free] == [False] * len(free)


def test_an_issue_of_a_file_system_is_known_there_only() -> None:
    case = CaseResult("fs.read_file.open", Verdict.OVERBLOCK)
    fuse = Kernel("k", provenance=Provenance(filesystem="fuse-changing"))
    issue = known.explain(case, fuse)
    assert issue and issue.id == "lost-inodes"
    assert known.explain(case, Kernel("k")) is None and known.explain(case) is None


def test_one_variant_that_deviates_excuses_no_other() -> None:
    """A gap is the case's: whatever variant shows it, it is the same."""
    acct = known.explain(case("fs.write_file.acct_rule_above", "overblock"))
    assert acct and acct.id == "acct"
    assert known.explain(case("fs.write_file.acct_rule_above[other]", "overblock")) is None
    assert known.explain(case("scope.signal.sigio_thread[other]", "bypass")) is None
    assert known.explain(case("net.tcp.fastopen_other_port[ipv6]", "bypass"))
    assert known.explain(case("scope.signal.tiocsig[winch]", "open"))


def test_a_file_system_explains_nothing_of_another_one() -> None:
    strange = CaseResult("fs.read_file.open", Verdict.OVERBLOCK)
    for order in (("9p", None), (None, "9p")):
        kernels = [Kernel(f"on-{one}", cases=(strange,), provenance=Provenance(filesystem=one))
                   for one in order]
        result = replace(result_of(), kernels=tuple(kernels))
        found = {one.kernels[0].name: one.issue for one in findings.findings(result)}
        assert found["on-9p"] and found["on-9p"].id == "lost-inodes"
        assert found["on-None"] is None
        assert findings.headline(result)[1].startswith("1 of them without a known issue")


def test_globs_take_brackets_as_they_are() -> None:
    assert known.matches("net.*", "net.tcp.connect[ipv6]")
    assert known.matches("net.tcp.connect[ipv6]", "net.tcp.connect[ipv6]")
    assert not known.matches("net.tcp.connect[ipv6]", "net.tcp.connecti")
    assert known.matches("a.?", "a.b") and not known.matches("a.b", "a_b")
    assert known.matches("*b*b", "abab") and known.matches("a*.b*?", "a.x.b.bb")
    assert not known.matches("a*bb", "abab") and not known.matches("*c*b", "abab")


def test_no_glob_takes_long() -> None:
    stars = "*a" * 65
    began = time.monotonic()
    assert not known.matches(f"{stars}b", "a" * 200)
    assert time.monotonic() - began < 1


ENTRY = """
[[issue]]
id = 'some'
cases = ['net.*']
verdicts = ['bypass']
report = 'landlock-lsm/linux#41'
introduced = ['6.7']
fixed = ['7.2']
commits = [{hash = '33cb713db016', subject = 'landlock: Fix it'}]
text = 'It gets through.'
"""


def test_a_list_of_issues_is_read(tmp_path: Path) -> None:
    (tmp_path / "known.toml").write_text(ENTRY)
    (issue,) = known.load_issues(tmp_path / "known.toml")
    assert issue.commits == (known.Commit("33cb713db016", "landlock: Fix it"),)


@pytest.mark.parametrize("text", [
    "[[issue]]\nid = 'x'", "[[issue", "[[issue]]\nverdicts = ['x']",
    *(ENTRY.replace(*change) for change in (
        ("'6.7'", "'6.7.0'"), ("'bypass'", "'holds'"), ("text = 'It", "txt = 'It"),
        ("['7.2']", "[]"), ("33cb713db016", "33cb713"), ("fixed = ['7.2']\n", ""))),
])
def test_a_bad_list_of_issues_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "known.toml").write_text(text)
    with pytest.raises(UserError):
        known.load_issues(tmp_path / "known.toml")


def test_renames_are_followed() -> None:
    table = {"a.old": "a.newer", "a.newer": "a.new", "x": "y", "y": "x"}
    assert known.current_name("a.old[ipv6]", table) == "a.new[ipv6]"
    assert known.current_name("b", table) == "b"
    assert known.current_name("x", table) in ("x", "y")  # a circle ends
    table |= {"a.new[ipv6]": "c[v6]", "c": "d"}
    assert known.current_name("a.old[ipv6]", table) == "d[v6]"
    assert known.current_name("a.old", table) == "a.new"
    result = replace(result_of(case("a.old", "holds")), catalogue=(Case("a.old", "a"),))
    renamed = known.with_current_names(result, table)
    assert renamed.kernels[0].cases[0].id == "a.new" and "a.new" in renamed.by_id()
    assert all(isinstance(name, str) for name in known.renames())


# The exit status


@pytest.mark.parametrize(
    "verdicts, status",
    [
        (["holds", "open", "absent", "closed", "cannot-run"], 0),
        *(([word, "holds"], 1) for word in DEVIATIONS),
        (["broken", "holds"], 2),
        (["broken", "bypass"], 2),
        ([], 2),
    ],
)
def test_exit_status(verdicts: list[str], status: int) -> None:
    result = result_of(*(case(f"case.{n}", word) for n, word in enumerate(verdicts)))
    assert judge(result).status == status


def test_a_lost_machine_fails_the_run() -> None:
    assert judge(result_of(case("a", "holds"), lost=(Lost("silent"),))).status == 2


def test_a_missing_kernel_fails_the_run_only_if_asked_for() -> None:
    ran = Kernel("lab", cases=(case("a", "holds"),))
    result = Result("1", kernels=(ran, Kernel("gone", unavailable="dropped")))
    assert judge(result).status == 0
    assert judge(result, asked=["lab"]).status == 0
    assert judge(result, asked=["gone"]).status == 2
    assert judge(Result("1", kernels=result.kernels[1:])).status == 2
    assert judge(Result("1")).status == 2


def test_a_baseline_excuses_the_same_deviation_only() -> None:
    old = result_of(case("a", "bypass"), case("b", "holds"))
    assert judge(old, Gate(old)).status == 0
    # Both are there each time: that one is gone would be a regression by itself.
    excused, held = case("a", "bypass"), case("b", "holds")
    assert judge(result_of(case("a", "errno"), held), Gate(old)).status == 1
    assert judge(result_of(excused, case("b", "bypass")), Gate(old)).status == 1
    assert judge(result_of(excused, held), Gate(old)).status == 0
    assert judge(result_of(case("a", "broken")), Gate(old)).status == 2


def test_a_baseline_is_by_kernel() -> None:
    one, other = result_of(case("a", "bypass")), result_of(case("a", "bypass"), name="new")
    with pytest.raises(UserError, match="nothing to compare"):
        judge(other, Gate(one))
    both = Result("1", kernels=(*one.kernels, *other.kernels))
    found = judge(both, Gate(one)).judged.kernels
    assert [kernel.name for kernel in found if kernel.cases[0].fails] == ["new"]


def test_the_samples_have_every_family_and_enough_cases() -> None:
    assert len(samples.cases()) > 160
    assert {one.family for one in samples.cases()} >= {"api", "fs", "overlay", "ioctl", "net",
                                                       "socket", "scope", "domain", "log",
                                                       "errata"}
