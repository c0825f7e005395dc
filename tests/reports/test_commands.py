# SPDX-License-Identifier: GPL-2.0
"""The subcommands, as they are typed, with bad input as well as good."""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path

import pytest

from cli import outputs, results
from cli.guest import cases, catalogue
from cli.plan import in_words
from reports.document import Document
from reports.errors import UserError
from reports.formats.registry import document_formats
from reports.model.resultfile import case_from_json, dump_result, load_result
from reports.model.results import CaseResult, Kernel, Result
from reports.model.verdicts import Verdict
from reports.views import listing as views
from tests.reports import samples
from tests.reports.conftest import ROOT, Run

FORMATS = {
    "json": '{"$schema"', "ktap": "KTAP version 1", "junit": "<?xml", "html": "<!DOCTYPE html>",
    "markdown": "## Landlock",
}


def fails_in_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Check for exit status 2 and one line on standard error that has these words."""
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("landproof: ")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


# matrix


def test_matrix_writes_every_format_and_prints_the_table(
    run: Run, result_file: Path, tmp_path: Path
) -> None:
    options = [text for name in FORMATS for text in (f"--{name}", str(tmp_path / name))]
    done = run("matrix", result_file, *options)
    assert done.returncode == 0 and not done.stderr
    assert "✗ BYPASS" in done.stdout
    for name, start in FORMATS.items():
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert load_result(tmp_path / "json") == load_result(result_file)
    assert not (tmp_path / "state").exists()  # only a run is the last one


@pytest.mark.parametrize("lines", [
    '{"type":"start"}\n', '{"type":"result"}\n{"type":"end"}\n', '{"type":"end"}\nnoise\n',
    '{"type":"lost","why":"fell over"}\n', "noise\n", ""])
def test_records_without_a_case_are_no_result(run: Run, tmp_path: Path, lines: str) -> None:
    records = tmp_path / "odd.jsonl"
    records.write_text(lines)
    why = ["fell over"] if "fell over" in lines else []
    fails_in_one_line(run("matrix", records), f"{records}: no ", *why)
    # A kernel that could not be had is a column that says so.
    records.write_text('{"type":"unavailable","why":"no image"}\n')
    assert run("matrix", records).returncode == 0


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_format_on_standard_output_stands_alone(run: Run, result_file: Path, name: str) -> None:
    done = run("matrix", result_file, f"--{name}", "-")
    assert done.returncode == 0 and done.stdout.startswith(FORMATS[name])
    assert "again: ./landproof" in run("matrix", result_file).stdout
    assert "\nkernel  " not in done.stdout  # the head of the terminal's table


def test_matrix_merges(run: Run, result: Result, tmp_path: Path) -> None:
    names = []
    for kernel in result.kernels[2:5]:
        names.append(tmp_path / f"{kernel.name}.json")
        dump_result(Result("0.1.0", kernels=(kernel,), catalogue=result.catalogue), names[-1])
    done = run("matrix", *names, "--json", "-")
    data = json.loads(done.stdout)
    assert [kernel["name"] for kernel in data["kernels"]] == [
        "debian-6.12", "debian-6.18", "debian-6.19"
    ]


@pytest.mark.parametrize(
    "text, word",
    [("", "empty"), ("nonsense", "not a Landproof result"), ('{"landproof":"1",', "cut short"),
     ('{"type":"start"}\n', "records"), ("{}", "not a Landproof result")],
)
def test_bad_results(run: Run, tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    fails_in_one_line(run("matrix", tmp_path / "bad.json"), "bad.json", word)
    fails_in_one_line(run("show", "x", "--result", tmp_path / "bad.json"), word)
    fails_in_one_line(run("diff", tmp_path / "bad.json", tmp_path / "bad.json"), word)


@pytest.mark.parametrize("words", ["matrix", "publish site", "policy", "runtimes merge"])
def test_brackets_without_an_end(run: Run, tmp_path: Path, words: str) -> None:
    (tmp_path / "deep.json").write_text('{"a":' * 100000)
    done = run(*words.replace("site", str(tmp_path)).split(), tmp_path / "deep.json")
    fails_in_one_line(done, "deep.json")
    assert "RecursionError" not in done.stderr


def test_bad_places(run: Run, result_file: Path, tmp_path: Path) -> None:
    fails_in_one_line(run("matrix", tmp_path / "none.json"), "no such file")
    fails_in_one_line(run("matrix", result_file, "--html", tmp_path), "directory")
    fails_in_one_line(run("matrix", result_file, "--ktap", tmp_path / "no" / "x"), "no directory")
    fails_in_one_line(run("matrix", result_file, "--junit", "/dev/full"), "no space left")
    fails_in_one_line(run("matrix", result_file, "--ktap", "-", "--json", "-"), "only one format")


def test_a_closed_pipe_is_no_trouble(result_file: Path) -> None:
    command = f"./landproof matrix {result_file} --ktap - | head -1"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("KTAP version 1\n", "")


@pytest.mark.parametrize("word", ["--help", "--version", "list"])
def test_a_full_disk_below_standard_output(word: str) -> None:
    with open("/dev/full", "w") as full:
        fails_in_one_line(subprocess.run([ROOT / "landproof", word], stdout=full, text=True,
                                         stderr=subprocess.PIPE), "No space left")


def test_a_poor_terminal(run: Run, result_file: Path) -> None:
    for command in (["matrix", result_file], ["show", "net.tcp.bind", "--result", result_file]):
        done = run(*command, PYTHONIOENCODING="ascii")
        assert done.returncode == 0 and not done.stderr and done.stdout.isascii()


# show


def test_show_one_case(run: Run, result_file: Path) -> None:
    done = run("show", "net.tcp.fastopen_sendto[ipv6]", "--result", result_file)
    assert done.returncode == 0
    for text in (
        "sendto(2) with MSG_FASTOPEN connects", "refused with EACCES since ABI 4",
        "net.connect_tcp", "cases/net/tcp.c:", "ok, not EACCES", "landlock-lsm/linux#41",
        "debian-6.18, 6.19, 7.0, 7.1: bypass: deny: ok instead of EACCES",
        "./landproof run --kernel debian-6.18 --case 'net.tcp.fastopen_sendto[ipv6]'",
    ):
        assert text in done.stdout, text


def test_show_names_the_public_reports(run: Run, result_file: Path) -> None:
    done = run("show", "net.tcp.fastopen_sendto[ipv6]", "--result", result_file)
    line = next(line for line in done.stdout.splitlines() if line.startswith("reported"))
    assert "landlock-lsm/linux#41" in line
    done = run("show", "fs.truncate.truncate", "--result", result_file)
    assert "refused with EACCES" in done.stdout and "reported" not in done.stdout


def test_show_all_variants(run: Run, result_file: Path) -> None:
    done = run("show", "net.tcp.connect", "--result", result_file)
    assert "\nnet.tcp.connect\n" in done.stdout and "\nnet.tcp.connect[ipv6]\n" in done.stdout


@pytest.mark.parametrize(
    "name, hint",
    [("net.tcp.fastopen", "did you mean net.tcp.fastopen_sendto"), ("zzz", "landproof list"),
     ("net.tcp.connect[ipv5]", "did you mean net.tcp.connect[ipv6]"), ("", "landproof list"),
     ("nat.*", "no case is called")],
)
def test_show_an_unknown_case(run: Run, result_file: Path, name: str, hint: str) -> None:
    fails_in_one_line(run("show", name, "--result", result_file), hint)


def test_show_the_last_result(run: Run, result: Result, tmp_path: Path) -> None:
    (tmp_path / "state" / "landproof").mkdir(parents=True)
    dump_result(result, tmp_path / "state" / "landproof" / "last.json")
    done = run("show", "net.tcp.connect")
    assert done.returncode == 0 and "debian-6.18" in done.stdout


def test_show_without_any_result(
    result: Result, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(results, "cases", lambda: result.catalogue)
    asked = argparse.Namespace(case="net.tcp.connect", result=None, json=None, plan=False,
                               kernel=None)
    assert results.run_show(asked) == 0
    text = capsys.readouterr().out
    assert "refused with EACCES since ABI 4" in text and "kernel" not in text.split()


def test_show_says_how_to_run_an_unreported_case(run: Run, odd: Result, tmp_path: Path) -> None:
    dump_result(odd, tmp_path / "odd.json")
    done = run("show", "odd.whisper.unreported_one", "--result", tmp_path / "odd.json")
    assert "--case 'odd.whisper.unreported_one' --unreported" in done.stdout


def test_the_catalogue_of_a_binary(tmp_path: Path) -> None:
    guest = tmp_path / "guest"
    with pytest.raises(UserError, match="build it with `make`"):
        catalogue(guest)
    guest.write_text("#!/bin/sh\necho nonsense\n")
    guest.chmod(0o755)
    with pytest.raises(UserError, match="build it again"):
        catalogue(guest)
    (tmp_path / "list.json").write_text(json.dumps(samples.catalogue()))
    wanted = '[ "$*" = "list --json --unreported" ]'
    guest.write_text(f"#!/bin/sh\n{wanted} && cat {tmp_path}/list.json\n")
    assert cases(guest) == tuple(map(case_from_json, samples.catalogue()))


def test_show_takes_globs(run: Run, result_file: Path) -> None:
    done = run("show", "scope.signal.*", "--result", result_file)
    assert done.returncode == 0
    heads = [line for line in done.stdout.splitlines() if line.startswith("scope.signal.")]
    assert len(set(heads)) > 2 and "net.tcp" not in done.stdout
    assert "on this machine: build/landproof-guest host -c 'scope.signal." in done.stdout


@pytest.mark.parametrize(("words", "said"), [
    (["run", "--jobs", "0"], "--jobs: 0 is no number from 1 on"),
    (["run", "--jobs", "-3"], "--jobs"),
    (["run", "--kernel", "/dev/zero"], "/dev/zero is neither a file nor a directory"),
    (["kernels", "add", "x", "--kernel", "/dev/null"], "neither a file nor a directory"),
    (["diff", "/dev/null", "/dev/null"], "/dev/null: cannot read: it is a device"),
    (["matrix", "/dev/null"], "it is a device"),
    (["run", "--baseline", "/dev/null"], "it is a device"),
    (["run", "--accepted", "/dev/null"], "it is a device"),
    (["run", "--kernel", ""], "--kernel has an empty name"),
    (["run", "--kernel", "a\nb"], "there is no kernel a b: see"),
    (["run", "--shard", "1/99999999"], "--shard 1/99999999: there are "),
    (["run", "--durations", "last.json"], "--durations says how a run is cut"),
    (["run", "--as", "debian-7.3"], "--as debian-7.3: that is a kernel of the --baseline"),
    (["run", "--max-cannot-run", "-1"], "-1 is no number from 0 on"),
    (["publish", "--url", "example.org", "site", "x"], "--url: example.org is no address"),
    (["run", "--lsm", "landlock yama"], "--lsm: landlock yama is no list of names"),
    (["run", "--append", "a\nb"], r"--append: 'a\nb' does not fit into a command line"),
    (["run", "--json", "/proc/result.json"], "/proc/result.json: cannot write"),
    (["explore", "--here", "--seconds", "-1"], "--seconds: -1 is no number from 1 on"),
    (["reproduce", "net.tcp.fastopen_sendto", "-o", "/dev/full"], "/dev/full: cannot write"),
    (["run", "--case", "*a" * 65], "no case matches"),
    (["list", "--case", "*" * 65 + "?" * 99], "no case matches"),
    (["list", "--case", "fs.open.*", "--case", "fs.opne"], "no case matches fs.opne; `landproof"),
    (["run", "--label", "bypass", "--label", "bypas"], "no case matches bypas; `landproof list"),
    (["run", "--case", "fs.op*", "--family", "fs", "--family", "f"], "no case matches f; "),
])
def test_nonsense_is_an_error_at_once(run: Run, words: list[str], said: str) -> None:
    began = time.monotonic()
    done = run(*words)
    assert done.returncode == 2 and said in done.stderr and len(done.stderr.splitlines()) == 1
    assert time.monotonic() - began < 10


# diff


def test_diff(run: Run, result_file: Path, tmp_path: Path) -> None:
    done = run("diff", result_file, result_file)
    assert done.returncode == 0 and done.stdout.strip().startswith("No difference in ")
    text = result_file.read_text(encoding="utf-8")
    worse = text.replace('"id": "net.tcp.connect", "verdict": "holds"',
                         '"id": "net.tcp.connect", "verdict": "bypass"')
    (tmp_path / "worse.json").write_text(worse, encoding="utf-8")
    done = run("diff", result_file, tmp_path / "worse.json")
    assert done.returncode == 1 and "✓ holds → ✗ bypass" in done.stdout
    done = run("diff", result_file, tmp_path / "worse.json", "--json", "-",
               "--html", tmp_path / "page.html")
    assert done.returncode == 1 and json.loads(done.stdout)["worse"] is True
    assert "bypass" in (tmp_path / "page.html").read_text(encoding="utf-8")
    assert run("diff", tmp_path / "worse.json", result_file).returncode == 0


# The end of a run


def options(*words: str) -> argparse.Namespace:
    """Return parsed output options."""
    parser = argparse.ArgumentParser()
    outputs.add_output_options(parser)
    return parser.parse_args(words)


def result_of(verdict: str) -> Result:
    """Return a result of one case on one kernel."""
    case = CaseResult("a.b", Verdict(verdict))
    return Result("1", kernels=(Kernel("lab", "6.1", cases=(case,)),))


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the last result out of the home directory."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_finish_keeps_prints_writes_and_judges(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = outputs.finish(result_of("bypass"), options("--json", str(tmp_path / "r.json")))
    assert status == 1
    assert "BYPASS" in capsys.readouterr().out
    assert load_result(tmp_path / "r.json") == outputs.load_last() == result_of("bypass")
    baseline = options("--baseline", str(tmp_path / "r.json"))
    assert outputs.finish(result_of("bypass"), baseline) == 0
    assert outputs.finish(result_of("errno"), baseline) == 1
    assert outputs.finish(result_of("broken"), options()) == 2


def test_finish_counts_what_was_asked_for() -> None:
    gone = Kernel("gone", unavailable="dropped")
    result = Result("1", kernels=(*result_of("holds").kernels, gone))
    assert outputs.finish(result, options()) == 0
    assert outputs.finish(result, options(), asked=["./bzImage"]) == 2


def test_a_sabotaged_run_is_not_the_last_one() -> None:
    args = options()
    args.sabotage = "allow"
    assert outputs.finish(result_of("bypass"), args) == 1
    assert outputs.load_last() is None


def test_a_result_is_kept_although_a_format_fails(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no space left"):
        outputs.finish(result_of("holds"), options("--html", "/dev/full"))
    assert outputs.load_last() == result_of("holds")


def test_a_state_directory_that_cannot_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    out = tmp_path / "r.json"
    assert outputs.finish(result_of("holds"), options("--json", str(out))) == 0
    assert out.exists() and "cannot keep the last result" in capsys.readouterr().err
    assert outputs.load_last() is None


def test_options_are_checked_before_a_run(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    assert outputs.check_outputs(options("--html", str(tmp_path / "x.html"))) is None
    for words in (
        ("--html", str(tmp_path / "no" / "x")), ("--baseline", str(tmp_path / "bad.json")),
        ("--json", "-", "--ktap", "-"),
    ):
        with pytest.raises(UserError):
            outputs.check_outputs(options(*words))


# list


def listing(
    document: Document, capsys: pytest.CaptureFixture[str], as_json: bool = False
) -> str:
    """Return what `list` prints of it."""
    outputs.report(document, argparse.Namespace(json=Path("-") if as_json else None))
    return capsys.readouterr().out


def test_listing_cases(capsys: pytest.CaptureFixture[str]) -> None:
    text = listing(views.cases(samples.catalogue()), capsys)
    assert "net (" in text and "net.tcp.connect " in text and "ipv6" in text
    assert text.strip().splitlines()[-1].startswith(f"{len(samples.cases())} cases, ")
    text = listing(views.cases(samples.catalogue()), capsys, as_json=True)
    assert json.loads(text) == samples.catalogue()
    assert "0 cases, 0 with their variants\n" in listing(views.cases([]), capsys)


def test_listing_coverage(capsys: pytest.CaptureFixture[str]) -> None:
    coverage = {
        "net.bind_tcp": {"abi": 4, "cases": ["a", "b", "c", "d"], "reason": None},
        "field.x": {"abi": 10, "cases": [], "reason": "needs hardware"},
    }
    text = listing(views.coverage(coverage), capsys)
    assert "4  a b c and 1 more" in text and "needs hardware" in text
    assert "2 features, each with a case or a reason" in text
    more = coverage | {"net.y": {"abi": 1, "cases": [], "reason": None}}
    text = listing(views.coverage(more), capsys)
    assert "without a case or a reason: net.y" in text
    assert json.loads(listing(views.coverage(coverage), capsys, as_json=True)) == coverage


def test_the_list_has_every_format(run: Run, tmp_path: Path) -> None:
    words = [f"--{name}={tmp_path / name}" for name in document_formats()]
    done = run("list", "--case", "fs.refer.link", *words)
    assert done.returncode == 0, done.stderr
    assert all("fs.refer.link" in (tmp_path / name).read_text() for name in document_formats())


def test_the_plan_of_a_case_on_a_kernel_that_has_run(run: Run, result_file: Path) -> None:
    kernel = load_result(result_file).kernels[0]
    words = ("show", "net.tcp.connect", "--result", str(result_file), "--plan", "--kernel")
    named = run(*words, kernel.name)
    assert named.returncode == 0, named.stderr
    assert named.stdout == run("show", "net.tcp.connect", "--plan", "--kernel",
                               in_words(kernel)).stdout
    unknown = run(*words, "debian-9.9")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "--kernel abi=6,errata=3" in unknown.stderr and len(unknown.stderr.splitlines()) == 1


def test_a_kernel_in_words_says_what_differs_from_its_abi() -> None:
    rights = {"fs.read_file": True, "fs.refer": False, "net.bind_tcp": True,
              "net.connect_tcp": False, "create.errata": False, "rule.net_port": True}
    told = in_words(Kernel("k", abi=2, rights=rights))
    assert told == "abi=2,errata=none,-fs.refer,+net.bind_tcp"
    assert in_words(Kernel("k", abi=6, errata=3)) == "abi=6,errata=3"
