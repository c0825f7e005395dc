# SPDX-License-Identifier: GPL-2.0
"""Fabricated regressions: no gate passes when a proof is gone, by `diff` or by `--baseline`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import vm.errors
import vm.kernel
from cli import outputs
from cli.main import parser
from reports.errors import UserError
from reports.formats import junit, ktap, markdown, matrixpage
from reports.model import comparison
from reports.model.assemble import merge
from reports.model.comparison import Rules
from reports.model.judgement import Gate, Judgement, judge
from reports.model.resultfile import dump_result, load_result
from reports.model.results import (
    Case,
    CaseResult,
    Kernel,
    Lost,
    Provenance,
    Result,
    World,
    reproduce,
)
from reports.model.verdicts import Verdict
from reports.views import diff, matrix
from tests.reports.conftest import ROOT
from tests.vm.conftest import KERNEL
from vm.places import labs

NAMES = ("a.holds", "a.open", "a.absent", "a.closed", "a.bypass", "a.errno", "a.cannot")
VERDICTS = ("holds", "open", "absent", "closed", "bypass", "errno", "cannot-run")


def kernel(name: str = "lab", /, **verdicts: str | None) -> Kernel:
    """Return a kernel with a case of each kind; `holds="bypass"` changes one, None drops it."""
    cases = []
    for case_id, usual in zip(NAMES, VERDICTS, strict=True):
        word = verdicts.pop(case_id.partition(".")[2], usual)
        if word:
            cases.append(CaseResult(case_id, Verdict(word), f"why {word}"))
    cases += [CaseResult(f"new.{name}", Verdict(word or "holds"))
              for name, word in verdicts.items()]
    return Kernel(name, "7.3", 11, cases=tuple(cases))


def result(*kernels: Kernel) -> Result:
    """Return a result whose catalogue has all of the cases."""
    ids = dict.fromkeys(case.id for one in kernels for case in one.cases)
    return Result("1", kernels, tuple(Case(one, one.partition(".")[0]) for one in (*ids, *NAMES)))


OLD = result(kernel(), kernel("other"))


def lab(**verdicts: str | None) -> Result:
    """Return a new result in which one kernel is different."""
    return result(kernel(**verdicts), kernel("other"))


def without_landlock() -> Result:
    """Return the new result of kernels that were booted without Landlock."""
    gone: dict[str, str | None] = dict.fromkeys(
        ("holds", "open", "closed", "bypass", "errno"), "absent")
    kernels = (kernel(**gone), kernel("other", **gone))
    return result(*(replace(one, abi=0) for one in kernels))


REGRESSIONS: dict[str, Result] = {
    "holds, then bypass": lab(holds="bypass"),
    "holds, then overblock": lab(holds="overblock"),
    "holds, then errno": lab(holds="errno"),
    "holds, then dishonest": lab(holds="dishonest"),
    "holds, then crash": lab(holds="crash"),
    "holds, then hang": lab(holds="hang"),
    "holds, then cannot run": lab(holds="cannot-run"),
    "holds, then absent": lab(holds="absent"),
    "holds, then open": lab(holds="open"),
    "holds, then not there": lab(holds=None),
    "closed, then open": lab(closed="open"),
    "closed, then cannot run": lab(closed="cannot-run"),
    "closed, then not there": lab(closed=None),
    "open, then overblock": lab(open="overblock"),
    "absent, then dishonest": lab(absent="dishonest"),
    "cannot run, then bypass": lab(cannot="bypass"),
    "bypass, then overblock": lab(bypass="overblock"),
    "errno, then bypass": lab(errno="bypass"),
    "errno, then crash": lab(errno="crash"),
    "a column that is gone": result(kernel()),
    "Landlock is gone": without_landlock(),
    "a new kernel that deviates": result(kernel(), kernel("other"), kernel("third")),
    "all but one case is gone": result(
        replace(kernel(), cases=kernel().cases[1:2]), kernel("other")),
    "one is fixed, another breaks": lab(bypass="holds", holds="bypass"),
}
HARMLESS: dict[str, Result] = {
    "the same": OLD,
    "bypass, then holds": lab(bypass="holds"),
    "bypass, then cannot run": lab(bypass="cannot-run"),
    "open, then closed": lab(open="closed"),
    "absent, then holds": lab(absent="holds"),
    "a case that is new here and deviates": lab(fresh="bypass"),
    "a deviation that is not there": lab(bypass=None),
}


def by_baseline(new: Result, tmp_path: Path, *words: str, old: Result = OLD) -> int:
    """Return the exit status of a run with a baseline."""
    dump_result(old, tmp_path / "old.json")
    args = parser().parse_args(["run", "--baseline", str(tmp_path / "old.json"), *words])
    return outputs.finish(new, args)


def by_diff(new: Result, tmp_path: Path, *words: str, old: Result = OLD) -> int:
    """Return the exit status of `diff`."""
    dump_result(old, tmp_path / "old.json")
    dump_result(new, tmp_path / "new.json")
    paths = [str(tmp_path / "old.json"), str(tmp_path / "new.json")]
    args = parser().parse_args(["diff", *paths, *words])
    status: int = args.run(args)
    return status


Way = Callable[..., int]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the last result out of the home directory."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.parametrize("gate", [by_baseline, by_diff])
@pytest.mark.parametrize("what", REGRESSIONS)
def test_a_regression_is_one(what: str, gate: Way, tmp_path: Path) -> None:
    assert gate(REGRESSIONS[what], tmp_path) == 1


def both(one: Kernel) -> Result:
    """Return a result of a kernel and another one, as in the old result."""
    return result(one, kernel("other"))


def in_worlds(*names: str) -> Kernel:
    """Return a kernel of which one case held in these worlds."""
    showed = {"control": "ok", "grant": "ok"}
    worlds = tuple(World(name, word := showed.get(name, "EACCES"), word) for name in names)
    first, *rest = kernel().cases
    return replace(kernel(), cases=(replace(first, worlds=worlds), *rest))


def off_by_default() -> Kernel:
    """Return a kernel whose own list of security modules lacks Landlock, as vm/lsm.py says it."""
    return replace(kernel(), provenance=Provenance(
        landlock='Landlock is off by default (CONFIG_LSM="yama"): booted with lsm=landlock,yama'))


def secret(verdict: str) -> Result:
    """Return a result with a case that must not be made public."""
    new = both(kernel(secret=verdict))
    return replace(new, catalogue=(
        *(case for case in new.catalogue if case.id != "new.secret"),
        Case("new.secret", "new", labels=("private",))))


TOLD = both(replace(kernel(), errata=15, rights={"fs.truncate": True}))
WORSE_THAN: dict[str, tuple[Result, Result]] = {
    "a denying world is gone": (
        both(in_worlds("control", "deny", "grant")), both(in_worlds("control", "grant"))),
    "a second layer is gone": (
        both(in_worlds("control", "deny", "stacked")), both(in_worlds("control", "deny"))),
    "all worlds are gone": (both(in_worlds("control", "deny")), both(in_worlds())),
    "a machine died, then no boot": (
        result(kernel(), replace(kernel("other"), lost=(Lost("it died"),))),
        result(kernel(), Kernel("other", unavailable="no boot"))),
    "no boot, then a deviation": (
        result(kernel(), Kernel("other", unavailable="no boot")),
        result(kernel(), kernel("other"))),
    "errno, then open": (OLD, lab(errno="open")),
    "errno, then absent": (OLD, lab(errno="absent")),
    "a lower ABI version": (OLD, both(replace(kernel(), abi=9))),
    "an erratum is no longer told": (TOLD, replace(TOLD, kernels=(
        replace(TOLD.kernels[0], errata=7), TOLD.kernels[1]))),
    "a right is no longer taken": (TOLD, replace(TOLD, kernels=(
        replace(TOLD.kernels[0], rights={"fs.truncate": False}), TOLD.kernels[1]))),
    "Landlock is off by default": (OLD, both(off_by_default())),
    "a private case breaks": (secret("holds"), secret("bypass")),
    "two kernels change places": (OLD, result(kernel("other"), kernel("lab", holds="bypass"))),
    "no case of a kernel ran": (OLD, both(replace(kernel(), cases=()))),
}
"""An old result, and a new one that is worse."""


@pytest.mark.parametrize("gate", [by_baseline, by_diff])
@pytest.mark.parametrize("what", WORSE_THAN)
def test_worse_than_another_result(what: str, gate: Way, tmp_path: Path) -> None:
    old, new = WORSE_THAN[what]
    assert gate(new, tmp_path, old=old) == 1
    assert gate(old, tmp_path, old=old) != 1


def test_a_part_of_the_worlds_is_no_loss_if_no_more_was_asked_for(tmp_path: Path) -> None:
    old, less = both(in_worlds("control", "deny", "stacked")), in_worlds("control", "deny")
    assert by_baseline(both(less), tmp_path, "--allow-missing", old=old) == 0
    asked = replace(less, provenance=Provenance(options=("--world=deny",)))
    assert by_baseline(both(asked), tmp_path, old=old) == 0


@pytest.mark.parametrize("gate", [by_baseline, by_diff])
@pytest.mark.parametrize("what", HARMLESS)
def test_what_is_not_worse_passes(what: str, gate: Way, tmp_path: Path) -> None:
    assert gate(HARMLESS[what], tmp_path) == 0


@pytest.mark.parametrize("gate", [by_baseline, by_diff])
def test_new_here_counts_if_asked_for(gate: Way, tmp_path: Path) -> None:
    assert gate(lab(fresh="bypass"), tmp_path, "--strict") == 1
    assert gate(lab(fresh="holds"), tmp_path, "--strict") == 0


@pytest.mark.parametrize("gate", [by_baseline, by_diff])
def test_what_is_gone_may_be_allowed(gate: Way, tmp_path: Path) -> None:
    for what in ("holds, then cannot run", "holds, then not there", "a column that is gone"):
        assert gate(REGRESSIONS[what], tmp_path, "--allow-missing") == 0
    assert gate(REGRESSIONS["holds, then bypass"], tmp_path, "--allow-missing") == 1


@pytest.mark.parametrize("gate", [by_baseline, by_diff])
def test_comparing_nothing_is_an_error(gate: Way, tmp_path: Path) -> None:
    new = result(kernel("renamed"))
    with pytest.raises(UserError, match="--as NAME"):
        gate(new, tmp_path)
    with pytest.raises(UserError, match="nothing to compare"):
        gate(new, tmp_path, old=Result("1"))
    # The other column is gone, unless that is allowed.
    assert gate(new, tmp_path, "--as", "lab") == 1
    assert gate(new, tmp_path, "--as", "lab", "--allow-missing") == 0
    assert gate(result(kernel("renamed", holds="bypass")), tmp_path, "--as", "lab") == 1
    with pytest.raises(UserError, match="kernels only"):
        gate(new, tmp_path, "--as", "lab", "--as", "other")


def test_a_name_that_the_baseline_has_not_is_an_error_before_the_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--as nosuch: .* has lab, other$"):
        by_baseline(lab(), tmp_path, "--as", "nosuch")


def special_of(*words: str) -> Result:
    """Return the old result as a run with these options would have made it."""
    about = Provenance(options=words)
    return replace(OLD, kernels=tuple(replace(one, provenance=about) for one in OLD.kernels))


@pytest.mark.parametrize("gate", [by_baseline, by_diff])
@pytest.mark.parametrize("word", ["--sabotage=allow", "--case=a.*", "--world=deny",
                                  "--shuffle=1", "--no-landlock"])
def test_a_special_run_is_no_baseline(gate: Way, word: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="special run"):
        gate(OLD, tmp_path, old=special_of(word))
    assert gate(OLD, tmp_path, "--allow-special", old=special_of(word)) == 0
    if gate is by_diff:  # what is special in the same way can be compared
        assert gate(special_of(word), tmp_path, old=special_of(word)) == 0


def test_a_partial_baseline_is_one_for_the_same_part(tmp_path: Path) -> None:
    word = "--case=net.tcp.bind"
    assert by_baseline(special_of(word), tmp_path, word, old=special_of(word)) == 0
    with pytest.raises(UserError, match="special run"):
        by_baseline(special_of("--case=net.udp.bind"), tmp_path, old=special_of(word))
    with pytest.raises(UserError, match="special run"):
        by_baseline(OLD, tmp_path, old=special_of(word))


def test_a_special_run_is_not_put_beside_others(tmp_path: Path) -> None:
    dump_result(OLD, tmp_path / "a.json")
    dump_result(special_of("--sabotage=deny"), tmp_path / "b.json")
    done = subprocess.run(
        [ROOT / "landproof", "matrix", tmp_path / "a.json", tmp_path / "b.json"],
        capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "special run (--sabotage=deny)" in done.stderr


def test_two_results_of_one_case_have_to_agree() -> None:
    with pytest.raises(UserError, match="a.holds on lab is bypass, and holds"):
        merge([("old", OLD), ("new", lab(holds="bypass"))])
    assert merge([("old", OLD), ("new", OLD)]).kernels == OLD.kernels


def demanded(*globs: str, most: int | None = None) -> Judgement:
    """Return the judgement of the old result, whose deviations are known, by these demands."""
    return judge(OLD, Gate(OLD, required=globs, most=most))


def test_demands() -> None:
    assert demanded("a.holds").status == demanded(most=1).status == 0
    for judgement, told in (
        (demanded("a.b*"), "2 required cases not holding (a.bypass on lab: bypass; "),
        (demanded("z.*"), "lab: no case of --require z.* ran"),
        (demanded(most=0), "lab: 1 case cannot run, more than 0"),
    ):
        assert judgement.status == 1 and told in judgement.conclusion


def test_unmet_demands_fail_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert by_baseline(OLD, tmp_path) == 0
    assert by_baseline(OLD, tmp_path, "--require", "a.open") == 1
    assert by_baseline(OLD, tmp_path, "--max-cannot-run", "0") == 1
    assert "more than 0" in capsys.readouterr().out


DEMANDS = {
    "a case has to hold": Gate(OLD, required=("a.open",)),
    "a case has to be there": Gate(OLD, required=("z.*",)),
    "nothing may be untried": Gate(OLD, most=0),
    "a baseline of less": Gate(result(kernel(bypass="open"), kernel("other"))),
}
JUDGEMENTS = {what: judge(new, Gate(OLD)) for what, new in {**REGRESSIONS, **HARMLESS}.items()}
JUDGEMENTS |= {what: judge(OLD, gate) for what, gate in DEMANDS.items()}
JUDGEMENTS |= {what: judge(new, Gate(old)) for what, (old, new) in WORSE_THAN.items()
               if what != "a private case breaks"}  # only the exit status tells
JUDGEMENTS["new cases count"] = judge(lab(fresh="bypass"), Gate(OLD, Rules(strict=True)))
JUDGEMENTS["what is gone is allowed"] = judge(
    REGRESSIONS["a column that is gone"], Gate(OLD, Rules(allow_missing=True)))
JUDGEMENTS["a column that no longer runs"] = judge(
    result(kernel(), Kernel("other", unavailable="dropped")), Gate(OLD))


@pytest.mark.parametrize("what", JUDGEMENTS)
def test_every_format_obeys_the_judgement(what: str) -> None:
    judgement = JUDGEMENTS[what]
    root = ET.fromstring(junit.to_text(judgement.judged))
    failed = int(root.get("failures", "")) + int(root.get("errors", "")) > 0
    assert failed == (judgement.status != 0)
    bad = any(line.lstrip().startswith(("not ok", "Bail out"))
              for line in ktap.to_text(judgement.judged).splitlines())
    assert bad == (judgement.status != 0)
    word = "FAILED: " if judgement.status else "passed: "
    mail = markdown.to_text(matrix.judged(judgement.shared))
    assert judgement.conclusion.startswith(word) and word in mail
    page = matrixpage.to_text(judgement.judged)
    new = [case for one in judgement.judged.kernels for case in one.cases if case.fails]
    assert ("### What fails" in mail) or not new
    for case in new:
        assert f"`{case.id}`" in mail and case.gate.partition(": ")[2] in page
    if not new:  # what the baseline has is counted, and not listed
        assert "**✗ bypass**  `a.bypass`" not in mail and 'class="card edge-bypass"' not in page
        assert "more: no regression, or accepted" in mail


def test_a_gate_ends_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def last() -> str:
        return capsys.readouterr().out.splitlines()[-1]

    by_baseline(lab(holds="bypass", bypass="holds", fresh="errno"), tmp_path)
    assert last() == (
        "FAILED: 1 regression (a.holds on lab: holds → bypass), 1 deviation of cases new here,"
        " 1 fixed, 3 deviations as in the baseline, 2 cases could not be tried, 14 results"
        " compared with the baseline")
    by_baseline(OLD, tmp_path)
    assert last() == ("passed: 4 deviations as in the baseline, 2 cases could not be tried,"
                      " 14 results compared with the baseline")
    healthy = result(kernel(bypass=None, errno=None))
    for words, line in {
        ("--require", "a.h*"): "passed: 1 case could not be tried, 5 results",
        ("--require", "a.o*"): "FAILED: 1 required case not holding (a.open on lab: open),"
                               " 1 case could not be tried, 5 results",
        ("--max-cannot-run", "0"): "FAILED: lab: 1 case cannot run, more than 0, 1 case could not"
                                   " be tried, 5 results",
    }.items():
        status = outputs.finish(healthy, parser().parse_args(["run", *words]))
        text = last()
        assert text == line and text.startswith("FAILED") == bool(status)


def test_a_run_that_failed_says_so_in_the_last_line() -> None:
    broken = lab(holds="broken")
    judgement = judge(broken, Gate(OLD))
    assert judgement.status == 2 and judgement.conclusion.startswith("FAILED: lab: 1 broken case")
    flaky = replace(broken.kernels[0].cases[0], flaky="bypass at first, holds in a fresh machine")
    one = replace(broken.kernels[0], cases=(flaky, *broken.kernels[0].cases[1:]))
    text = judge(replace(broken, kernels=(one, broken.kernels[1])), Gate(OLD)).conclusion
    assert text.startswith("FAILED: lab: a.holds is flaky (bypass at first, holds in a fresh")


def test_a_partial_run_vanishes_nothing(tmp_path: Path) -> None:
    some = replace(kernel(), cases=kernel().cases[:1],
                   provenance=Provenance(options=("--case=a.holds",)))
    assert by_baseline(result(some, kernel("other")), tmp_path) == 0
    assert by_baseline(result(replace(some, provenance=Provenance()), kernel("other")),
                       tmp_path) == 1
    for words, status in ((("--case=a.h*",), 0), (("--case=a.*",), 1), (("--family=a",), 1),
                          (("--family=b",), 0), (("--case=a.*", "--label=refer"), 0)):
        asked = replace(some, provenance=Provenance(options=words))
        assert by_baseline(result(asked, kernel("other")), tmp_path) == status


def test_a_machine_that_was_lost_is_a_failure(tmp_path: Path) -> None:
    lost = replace(kernel(), lost=(Lost("the machine died"),))
    assert by_baseline(result(lost, kernel("other")), tmp_path) == 2


def test_what_was_won_is_written_when_nothing_can_be_compared(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        by_baseline(result(kernel("renamed")), tmp_path, "--json", str(tmp_path / "won.json"))
    assert load_result(tmp_path / "won.json").kernels[0].name == "renamed"


def test_again_is_what_ran(tmp_path: Path) -> None:
    about = Provenance(asked="/x/bzImage", options=(
        "--modules=/x/my modules", "--no-landlock", "--lsm=yama", "--case=a.*", "--unreported"))
    command = reproduce(Kernel("7.3", provenance=about), "a.b")
    assert command == ("./landproof run --kernel /x/bzImage '--modules=/x/my modules'"
                       " --no-landlock --lsm=yama --case 'a.b'")


def test_how_it_ran_is_kept(tmp_path: Path) -> None:
    dump_result(special_of("--shuffle=3"), tmp_path / "a.json")
    (one, _other) = load_result(tmp_path / "a.json").kernels
    assert one.provenance.options == ("--shuffle=3",)
    assert json.loads((tmp_path / "a.json").read_text())["kernels"][0]["options"]


ACCEPT = """
[[accept]]
cases = ["a.h*"]
kernels = ["lab"]
reason = "fixed soon"
owner = "somebody"
expires = {}
"""


def test_accepted_deviations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "accepted.toml"
    words = ("--accepted", str(path))
    path.write_text(ACCEPT.format("2999-01-01"))
    assert by_baseline(lab(holds="bypass"), tmp_path, *words) == 0
    assert by_baseline(lab(holds="cannot-run"), tmp_path, *words) == 1  # that is no deviation
    assert by_baseline(lab(open="overblock"), tmp_path, *words) == 1
    assert "nothing deviates so: a.h* on lab (somebody)" in capsys.readouterr().out
    other = result(kernel(), kernel("other", holds="bypass"))
    assert by_baseline(other, tmp_path, *words) == 1
    path.write_text(ACCEPT.format("2020-01-01"))
    assert by_baseline(lab(holds="bypass"), tmp_path, *words) == 1
    assert "expired on 2020-01-01: a.h* on lab (somebody)" in capsys.readouterr().out


def test_accepted_deviations_without_a_baseline(tmp_path: Path) -> None:
    path = tmp_path / "accepted.toml"
    path.write_text(ACCEPT.format("2999-01-01"))
    args = parser().parse_args(["run", "--accepted", str(path), "--junit", str(tmp_path / "j")])
    only = result(replace(kernel(holds="bypass"), cases=kernel(holds="bypass").cases[:1]))
    assert outputs.finish(only, args) == 0
    assert ET.parse(tmp_path / "j").getroot().get("failures") == "0"
    assert outputs.finish(only, parser().parse_args(["run"])) == 1


@pytest.mark.parametrize(("text", "word"), [
    ("[[accept]]\ncases = []\n", "lacks kernels"), ("nonsense", "no file of accepted"),
    (ACCEPT.format('"soon"'), "no date"),
    (ACCEPT.format("2999-01-01").replace('["a.h*"]', '"a.h*"'), "cases is no list"),
    (ACCEPT.format("2999-01-01") + 'note = "x"\n', "and no note"),
    ("[[accepted]]\n", "accepted is not known"),
])
def test_a_bad_file_of_accepted_deviations(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "accepted.toml").write_text(text)
    with pytest.raises(UserError, match=word):
        by_baseline(OLD, tmp_path, "--accepted", str(tmp_path / "accepted.toml"))


def test_every_format_of_a_renamed_kernel(tmp_path: Path) -> None:
    files = [f"--{name}={tmp_path / name}" for name in
             ("json", "html", "markdown", "junit", "ktap")]
    new = result(kernel("renamed", holds="bypass"), kernel("other"))
    assert by_baseline(new, tmp_path, "--as", "lab", *files) == 1
    assert load_result(tmp_path / "json").kernels[0].name == "lab"
    page = (tmp_path / "html").read_text()
    assert "<strong>Regression:</strong> holds → bypass" in page
    assert "4 deviations more: no regression, or accepted. The matrix shows them." in page
    mail = (tmp_path / "markdown").read_text()
    assert "`a.bypass`  on lab" not in mail and "more: no regression, or accepted" in mail
    assert "`a.holds`  on lab\n" in mail


# Output that nobody takes


def test_a_closed_or_full_output_is_no_success(tmp_path: Path) -> None:
    dump_result(OLD, tmp_path / "a.json")
    command = f"{ROOT}/landproof matrix {tmp_path}/a.json --json {tmp_path}/out.json"
    nobody_reads, pipe = os.pipe()
    os.close(nobody_reads)
    for to in (f">&{pipe}", "> /dev/full", ">&-"):
        (tmp_path / "out.json").unlink(missing_ok=True)
        done = subprocess.run(["bash", "-c", f"{command} {to}"], capture_output=True, text=True,
                              check=False, pass_fds=[pipe])
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) <= 1
        assert load_result(tmp_path / "out.json").kernels == OLD.kernels


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_keeps_what_was_won(number: signal.Signals, tmp_path: Path) -> None:
    command: list[str | Path] = ["env", "--default-signal=INT,HUP", ROOT / "landproof", "run",
                                 "--kernel", KERNEL, "--records", tmp_path,
                                 "--json", tmp_path / "won.json", "--max-cannot-run", "0"]
    records = tmp_path / f"{KERNEL}.jsonl"
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as run:
        deadline = time.monotonic() + 100
        while not records.exists() or records.read_text().count('"type":"result"') < 3:
            assert run.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
        run.send_signal(number)
        out, err = run.communicate(timeout=60)
    assert run.returncode == 2 and err.splitlines()[-1] == "landproof: interrupted"
    (column,) = load_result(tmp_path / "won.json").kernels
    assert len(column.cases) >= 3 and "end early" in column.lost[0].why
    assert out.splitlines()[-1].startswith("FAILED: ") and "end early" in out.splitlines()[-1]


@pytest.mark.parametrize("other", ["one", "../{name}/one", "link"])
def test_two_formats_for_one_file_are_refused(other: str, tmp_path: Path) -> None:
    dump_result(OLD, tmp_path / "a.json")
    (tmp_path / "link").symlink_to("one")
    done = subprocess.run([ROOT / "landproof", "matrix", tmp_path / "a.json",
                           "--json", tmp_path / "one",
                           "--html", tmp_path / other.format(name=tmp_path.name)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2 and not (tmp_path / "one").exists()
    assert "two formats cannot go to one file" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_cache_that_cannot_be_made_is_one_line() -> None:
    done = subprocess.run([ROOT / "landproof", "run", "--kernel", KERNEL, "--case", "fs.refer.*"],
                          env={**os.environ, "XDG_CACHE_HOME": "/proc/nowhere"},
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "landproof: /proc/nowhere: No such file or directory\n"


def test_any_exception_is_one_line(tmp_path: Path) -> None:
    script = ("import cli.main, cli.listing\n"
              "def broken(args): raise ZeroDivisionError('a\\nb')\n"
              "cli.listing.run_list = broken\n"
              "raise SystemExit(cli.main.main(['list']))\n")
    run = ["/usr/bin/python3", "-c", script]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == ("landproof: ZeroDivisionError: a b: LANDPROOF_TRACEBACK=1 shows"
                           " where\n")
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False,
                          env={**os.environ, "LANDPROOF_TRACEBACK": "1"})
    assert "Traceback" in done.stderr


def test_coverage_says_how_its_kernel_is_built(tmp_path: Path) -> None:
    done = subprocess.run([ROOT / "landproof", "coverage"], capture_output=True, text=True,
                          check=False, env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)})
    assert done.returncode == 2 and done.stderr == (
        "landproof: lab-7.3-gcov: it is not built: `landproof kernels build lab-7.3-gcov`\n")


def test_coverage_needs_what_is_kept_of_a_build(tmp_path: Path) -> None:
    (tmp_path / "bzImage").write_text("")
    with pytest.raises(vm.errors.UserError, match="x: nothing of its build in security"):
        labs.kept(vm.kernel.Kernel("x", "image", image=tmp_path / "bzImage"),
                  Path("security/landlock"))


def test_a_missing_package_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "rich.py").write_text("raise ImportError('No module named rich')\n")
    done = subprocess.run([ROOT / "landproof", "list"], capture_output=True, text=True,
                          check=False, env={**os.environ, "PYTHONPATH": str(tmp_path)})
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert "No module named rich: run vm/setup.sh" in done.stderr


def test_the_comparison_says_nothing_of_private_cases() -> None:
    new = lab(holds="bypass")
    secret = replace(new, catalogue=(Case("a.holds", "a", labels=("unreported",)),
                                     *(Case(one, "a") for one in NAMES[1:])))
    text = markdown.to_text(diff.document(comparison.compare(OLD, secret), secret))
    assert "a.holds" in text and "bypass" not in text
