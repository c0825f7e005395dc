# SPDX-License-Identifier: GPL-2.0
"""EXTRA_CASES: cases from outside the tree are marked, and in no report that is shared."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from cli.guest import cases
from reports.model.results import CaseResult, Kernel, Result, shareable
from reports.model.verdicts import Verdict
from tests.harness.conftest import ROOT

SECRET = """
#include "landproof.h"

static int attempt(struct scene *scene)
{
	(void)scene;
	return WORKED;
}

CASE("api.secret.example",
	.claim	 = "whisper",
	.source	 = "none",
	.promise = { ALLOWED },
	.attempt = attempt,
);
"""


def build(place: Path, *words: str) -> Path:
    """Build a harness of few cases; return it."""
    subprocess.run(["make", "-s", "-j2", f"BUILD={place}/build", "CASES=cases/api/*.c", *words],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return place / "build" / "landproof-guest"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory outside the tree with a case."""
    made = tmp_path_factory.mktemp("private")
    (made / "secret.c").write_text(SECRET)
    return made


def test_a_case_from_outside_is_marked_and_not_shared(place: Path) -> None:
    guest = build(place, f"EXTRA_CASES={place}/*.c")
    listed = cases(guest)
    labels = {case.id: case.labels for case in listed}
    assert "private" in labels.pop("api.secret.example")
    assert labels and not any("private" in words for words in labels.values())

    ran = tuple(CaseResult(case.id, Verdict.HOLDS) for case in listed)
    shared = shareable(Result("1", (Kernel("host", cases=ran),), listed))
    assert set(shared.by_id()) == labels.keys()
    assert {one.id for one in shared.kernels[0].cases} == labels.keys()


def test_it_runs_with_the_others_and_is_chosen_by_its_label(place: Path) -> None:
    guest = build(place, f"EXTRA_CASES={place}/*.c")
    every = json.loads(subprocess.check_output([guest, "list", "--json"]))
    chosen = json.loads(subprocess.check_output([guest, "list", "--json", "--label", "private"]))
    assert [one["id"] for one in chosen] == ["api.secret.example"]
    assert len(every) > 1


def test_it_is_gone_without_the_option(place: Path) -> None:
    build(place, f"EXTRA_CASES={place}/*.c")
    assert b"api.secret.example" not in build(place).read_bytes()


def test_a_pattern_without_a_file_is_an_error(place: Path) -> None:
    done = subprocess.run(["make", f"BUILD={place}/build", f"EXTRA_CASES={place}/none*.c"],
                          cwd=ROOT, capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C"})
    assert done.returncode == 2
    assert f"EXTRA_CASES: {place}/none*.c matches no file" in done.stderr
