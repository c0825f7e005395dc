# SPDX-License-Identifier: GPL-2.0
"""The reports over what the real harness says: its catalogue and its records."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cli.guest import cases as catalogue_cases
from cli.guest import catalogue
from reports.formats import junit, ktap, markdown, matrixpage
from reports.model.assemble import assemble
from reports.model.known import explain, known_issues, matches
from reports.model.records import load_records
from reports.model.results import (
    UNREPORTED,
    Case,
    CaseResult,
    Kernel,
    Provenance,
    Result,
    shareable,
)
from reports.model.verdicts import Verdict
from reports.views import matrix
from tests.reports.test_formats import kunit_parse
from vm import filesystems
from vm.paths import GUEST


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    """The catalogue of the binary that `make` built."""
    return catalogue_cases()


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A run of a few cases on this machine, whatever its kernel is."""
    path: Path = tmp_path_factory.mktemp("host") / "records"
    with path.open("wb") as file:
        subprocess.run(
            [GUEST, "run", "--case", "net.tcp.*", "--case", "api.create_ruleset.*",
             "--unreported", "--case", "fs.metadata.*", "--records", str(file.fileno())],
            pass_fds=[file.fileno()], stdout=subprocess.DEVNULL, check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    return assemble([path], catalogue(), "0.1.0")


def test_known_issues_explain_public_cases_only(cases: tuple[Case, ...]) -> None:
    explained = {
        case.id: issue.id
        for case in cases
        if UNREPORTED in case.labels
        for verdict in Verdict
        if (issue := explain(CaseResult(case.id, verdict)))
    }
    assert explained == {}


def test_every_reported_gap_is_a_known_issue(cases: tuple[Case, ...]) -> None:
    for case in cases:
        if not case.gap or not case.gap.startswith("landlock-lsm/") or UNREPORTED in case.labels:
            continue
        issue = explain(CaseResult(case.id, Verdict.OPEN))
        assert issue, f"{case.id}: {case.gap} is not in known-issues.toml"
        assert any(report in issue.report for report in case.gap.split()), case.id


def test_no_known_issue_is_about_nothing(cases: tuple[Case, ...]) -> None:
    columns = [None, *(Kernel("k", provenance=Provenance(filesystem=one))
                       for one in filesystems.known())]
    names = {f"{case.id}[{name}]" if name else case.id
             for case in cases for name in ("", *case.variants)}
    used = {
        issue.id
        for name in names
        for verdict in Verdict
        for column in columns
        if (issue := explain(CaseResult(name, verdict), column))
    }
    assert {issue.id for issue in known_issues()} == used
    unused = {glob for issue in known_issues() for glob in issue.cases
              if not any(matches(glob, name) for name in names)}
    assert unused == set()


def test_real_records_become_a_whole_column(result: Result, tmp_path: Path) -> None:
    kernel = result.kernels[0]
    assert kernel.name == "host" and kernel.release == os.uname().release
    assert kernel.cases and not kernel.lost and not kernel.notes
    assert not [case.id for case in kernel.cases if case.verdict is Verdict.BROKEN]
    known = set(result.by_id())
    assert all(case.id.partition("[")[0] in known for case in kernel.cases)
    points = kunit_parse(ktap.to_text(result), tmp_path)["test_cases"]
    assert len(points) == len(shareable(result).kernels[0].cases)


def test_real_secrets_are_kept(result: Result) -> None:
    texts = [writer.to_text(result) for writer in (matrixpage, junit, ktap)]
    texts.append(markdown.to_text(matrix.document(shareable(result))))
    for case in result.catalogue:
        if UNREPORTED in case.labels:
            assert not [text for text in texts if f"{case.id}" in text or case.claim in text]


def test_an_interrupted_run_is_read(result: Result, tmp_path: Path) -> None:
    path = tmp_path / "records"
    with path.open("wb") as file:
        subprocess.run(
            [GUEST, "run", "--case", "net.tcp.*", "--records", str(file.fileno())],
            pass_fds=[file.fileno()], stdout=subprocess.DEVNULL, check=False,
        )
    whole = path.read_bytes()
    # The last cut takes more than the newline at the very end.
    for end in range(len(whole) // 10, len(whole) - 10, len(whole) // 10):
        path.write_bytes(whole[:end])
        kernel = load_records(path)
        assert kernel.lost
        assert sum(case.verdict is Verdict.BROKEN for case in kernel.cases) <= 1
