# SPDX-License-Identifier: GPL-2.0
"""The public reports are data that fits its schema, and name what there is."""

from __future__ import annotations

import json
import re
import subprocess
import warnings
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reports.model.known import known_issues
from reports.model.results import CaseResult
from reports.model.verdicts import Verdict
from tests.docs import reports
from tests.docs.tables import DEVIATIONS, ROOT, measured
from tests.environments.table import ENVIRONMENTS
from vm import filesystems, store

SCHEMA = ROOT / "reports" / "schema" / "public-reports.schema.json"
REPORT = {"where": "owner/project#1", "title": "A title", "kind": "open", "cases": ["fs.some.case"],
          "says": "What was reported.", "settled": "nothing yet"}
EXPLANATION = {"id": "reason", "title": "A longer title", "text": "Why it is so.",
               "cases": ["fs.some.case"]}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """What checks the data."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_data_fits_the_schema(validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(reports.data())


@pytest.mark.parametrize("change", [
    {"where": "https://example.org/1"}, {"where": "CVE-1"}, {"kind": "bug"}, {"cases": []},
    {"cases": ["fs.some.*"]}, {"untried": "a reason as well"}, {"explained": "reason"},
    {"kind": "no-bug"}, {"says": ""}, {"unknown": "key"}, {"shown_by": ["tests/no.patch"]},
], ids=str)
def test_what_does_not_fit(validator: jsonschema.Draft202012Validator,
                           change: dict[str, Any]) -> None:
    good = {"report": [REPORT], "explanation": [EXPLANATION]}
    validator.validate(good)
    assert not validator.is_valid(good | {"report": [REPORT | change]})


def test_the_cases_are_public_and_measured() -> None:
    listed = json.loads(subprocess.run([ROOT / "build" / "landproof-guest", "list", "--json"],
                                       capture_output=True, text=True, check=True).stdout)
    names = {f"{case['id']}[{variant}]" if variant else case["id"]
             for case in listed for variant in case["variants"]}
    for filesystem in ("", *reports.filesystems()):
        assert reports.cases_named(filesystem) <= names
        assert reports.kernels(filesystem), filesystem
        for kernel in reports.kernels(filesystem):
            assert set(kernel["verdicts"]) == reports.cases_named(filesystem), kernel["name"]


def test_what_cases_and_known_issues_name_is_there() -> None:
    """An issue that the suite cites anywhere has its entry, with what was reported."""
    listed = subprocess.run([ROOT / "build" / "landproof-guest", "list", "--json"],
                            capture_output=True, text=True, check=True).stdout
    cited = [case[field] or "" for case in json.loads(listed) for field in ("gap", "source")]
    cited += [issue.report for issue in known_issues()]
    named = {name for text in cited
             for name in re.findall(r"[\w.-]+/[\w.-]+#\d+|CVE-\d+-\d+", text)}
    entries = [report["where"] + " " + report["title"] for report in reports.data()["report"]]
    assert {name for name in named
            if not any(re.search(rf"{re.escape(name)}\b", entry) for entry in entries)} == set()


def test_each_report_stands_once_and_is_answered() -> None:
    wheres = [report["where"] for report in reports.data()["report"]]
    assert sorted(set(wheres)) == sorted(wheres)
    assert all(reports.link(where).startswith("[") for where in wheres)
    answers = [one["id"] for one in reports.data()["explanation"]]
    assert sorted(set(answers)) == sorted(answers)
    assert {report["explained"] for report in reports.reports("no-bug")} == set(answers)


def test_what_else_shows_it_is_there() -> None:
    environments = {environment.name for environment in ENVIRONMENTS}
    assert reports.filesystems() <= set(filesystems.known())
    # As the page of the mutants has it: | mutant | what breaks | found by | ...
    found = [line.split("|") for line in (ROOT / "docs" / "mutants.md").read_text().splitlines()]
    finders = {line[1].strip(): line[3].strip() for line in found if len(line) > 4}
    for entry in (*reports.data()["report"], *reports.data()["explanation"]):
        for by in entry.get("shown_by", ()):
            assert (ROOT / by).is_file() if by.endswith(".patch") else by in environments, by
            if by.startswith("tests/mutants/"):
                case = finders[Path(by).stem].split("[")[0].split(" ")[0]
                assert case in entry["cases"], f"{by} is found by {case}"


def test_deviations_are_known_issues() -> None:
    for filesystem in ("", *reports.filesystems()):
        for kernel in reports.kernels(filesystem):
            for case, verdict in kernel["verdicts"].items():
                result = CaseResult(case, Verdict(verdict))
                assert verdict not in DEVIATIONS or any(
                    issue.explains(result, filesystem or None) for issue in known_issues()
                ), (kernel["name"], case)


def test_deviations_are_within_the_ranges() -> None:
    """What was measured and the versions that the entries say do not contradict each other."""
    for kernel in measured("matrix")["kernels"]:
        for case, verdict in kernel["verdicts"].items():
            result = CaseResult(case, Verdict(verdict))
            explaining = [one for one in known_issues() if one.explains(result)]
            if verdict in DEVIATIONS:
                assert any(one.affects(kernel["release"]) for one in explaining), (
                    kernel["release"], case)
            if verdict == "holds" and "*" not in case:
                broken = [one.id for one in known_issues() if one.affects(kernel["release"])
                          and not one.filesystems and one.about(case)
                          and {"bypass", "errno", "crash"} >= set(one.verdicts)]
                assert not broken, (kernel["release"], case, broken)


def test_a_kernel_shows_what_the_page_says(tmp_path: Path) -> None:
    """One kernel: `make matrix` and `keep` take all of them."""
    page = {kernel["name"]: kernel for kernel in reports.kernels()}
    same = [name for name, kernel in page.items()
            if (there := store.cached(name)) and there.version == kernel["release"]]
    if not same:
        warnings.warn("every kernel of docs/reports.md has a newer version: measure again"
                      " (CONTRIBUTING.md, Documents)", stacklevel=1)
        return
    words = [word for case in sorted(reports.cases_named()) for word in ("--case", case)]
    result = tmp_path / "result.json"
    subprocess.run([ROOT / "landproof", "run", "--kernel", same[-1], *words, "--json", result],
                   timeout=600, check=False, stdout=subprocess.DEVNULL)
    kernel, = json.loads(result.read_text(encoding="utf-8"))["kernels"]
    assert {case["id"]: case["verdict"] for case in kernel["cases"]
            if case["id"] in reports.cases_named()} == page[same[-1]]["verdicts"]


def result_of(path: Path, release: str, verdict: str) -> str:
    """Write a result with one case, as `landproof run --json` does."""
    path.write_text(json.dumps({"date": "2026-01-02T03:04Z", "kernels": [
        {"name": "debian-9.9", "release": release, "abi": 9,
         "cases": [{"id": "net.mptcp.bind", "verdict": verdict},
                   {"id": "net.no.report", "verdict": "holds"}]},
        {"name": "debian-9.9+ext4", "release": release, "abi": 9,
         "cases": [{"id": "fs.read_file.open", "verdict": "overblock"}]},
        {"name": "lab-9.9", "release": release, "abi": 9, "cases": []}]}), encoding="utf-8")
    return str(path)


def test_results_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "MEASURED", tmp_path)
    first = result_of(tmp_path / "first", "9.9.1", "open")
    later = result_of(tmp_path / "later", "9.9.1", "closed")
    reports.keep([first, later])
    *before, kernel, other = json.loads((tmp_path / "reports.json").read_text())["kernels"]
    assert before == measured("reports")["kernels"]
    assert kernel["verdicts"] == {"net.mptcp.bind": "closed"} and not kernel["filesystem"]
    assert other["verdicts"] == {"fs.read_file.open": "overblock"}
    assert other["filesystem"] == "ext4"
    with pytest.raises(SystemExit, match="9.9.2"):
        reports.keep([first, result_of(tmp_path / "other", "9.9.2", "open")])


def test_a_cell_of_a_table_stays_one() -> None:
    assert reports.cell("a | b\nc <id>") == "a \\| b c &lt;id>"
