# SPDX-License-Identifier: GPL-2.0
"""What is proved of the suite itself: trouble of ours is never taken for a kernel that is right."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import reliability, socket_proof
from tests.older import __main__ as older
from vm import kernels, lab, run
from vm.kernel import Kernel

Records = list[dict[str, Any]]
START = {"type": "start", "release": "6.12", "abi": 6}
END = {"type": "end", "ms": 1.0}


def results(verdict: str, *names: str) -> Records:
    """Return the records of cases that all said the same."""
    return [line for name in names for line in (
        {"type": "case", "id": name},
        {"type": "result", "id": name, "verdict": verdict, "why": "made up"})]


def whole(*lines: Iterable[dict[str, Any]]) -> Records:
    """Return a run that came to its end."""
    return [START, *(line for some in lines for line in some), END]


LOST = [{"type": "lost", "why": "the machine ended outside any case"}]
DIED = [{"type": "case", "id": "errata.1"}, {"type": "died", "id": "errata.1", "how": "crash"}]
NOTHING_SAID = {
    "broken": whole(results("broken", "errata.1")),
    "lost": whole(results("holds", "errata.1"), LOST),
    "cut off": [START, *results("holds", "errata.1")],
    "unavailable": [{"type": "unavailable", "why": "did not boot"}],
    "no case": whole(),
}

PATCH = sorted(socket_proof.PATCHES.glob("without-*.patch"))[0]
FINDERS = sorted(socket_proof.finders(PATCH))
Say = Callable[..., list[list[str]]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch) -> Say:
    """Return the function that says what the next runs will; it gives the words of each."""
    def prepare(*runs: Records) -> list[list[str]]:
        left, asked = list(runs), []

        def fake(chosen: Sequence[Kernel], words: Sequence[str], outdir: Path,
                 *_: object) -> list[Path]:
            asked.append(list(words))
            records = [{"type": "kernel", "name": chosen[0].name},
                       *(left.pop(0) if len(left) > 1 else left[0])]
            file = outdir / "k.jsonl"
            file.write_text("".join(json.dumps(record) + "\n" for record in records))
            return [file]

        monkeypatch.setattr(run, "run", fake)
        return asked

    monkeypatch.setattr(lab, "build",
                        lambda recipe, patches=(), as_name="": Kernel(as_name or recipe, "made up"))
    monkeypatch.setattr(kernels, "remove", lambda name: None)
    monkeypatch.setattr(kernels, "choose", lambda names: [Kernel(names[0], "made up")])
    return prepare


@pytest.mark.parametrize("records", NOTHING_SAID.values(), ids=NOTHING_SAID)
def test_trouble_of_ours_proves_nothing(say: Say, records: Records) -> None:
    say(records)
    for name in ("abi-1", "claims-1"):
        assert older.main([name]) == 2
    assert socket_proof.main(["not-socket-rules"]) == 2
    assert socket_proof.main([PATCH.stem]) == 2
    assert reliability.main(["--runs", "2", "k"]) == 1


def test_a_name_that_there_is_not_proves_nothing(say: Say) -> None:
    say(whole(results("holds", "errata.1")))
    assert older.main(["abi-99"]) == 2
    assert socket_proof.main(["without-anything"]) == 2
    assert socket_proof.main([PATCH.stem, "without-anything"]) == 2


@pytest.mark.parametrize(("verdict", "status"), [
    ("holds", 0), ("absent", 0), ("open", 0), ("closed", 0), ("cannot-run", 0), ("bypass", 1),
    ("overblock", 1), ("errno", 1), ("dishonest", 1), ("crash", 1), ("hang", 1)])
def test_a_healthy_older_kernel_has_no_deviation(say: Say, verdict: str, status: int) -> None:
    say(whole(results("holds", "fs.a"), results(verdict, "fs.b")))
    assert older.main(["abi-1"]) == status


def test_a_kernel_that_dies_is_not_healthy(say: Say) -> None:
    say(whole(DIED))
    assert older.main(["abi-1"]) == 1


@pytest.mark.parametrize(("verdict", "status"), [("dishonest", 0), ("bypass", 1), ("holds", 1)])
def test_a_lie_is_found_by_the_case_of_its_erratum(say: Say, verdict: str, status: int) -> None:
    asked = say(whole(results(verdict, "errata.1")))
    assert older.main(["claims-1"]) == status
    assert asked == [["run", "--case", "errata.1*"]]


@pytest.mark.parametrize(("sound", "allowing", "patched", "status"), [
    ("holds", "bypass", "overblock", 0),
    ("absent", "absent", "absent", 1),  # the kernel has no socket rules at all
    ("holds", "holds", "bypass", 1),  # it would hold with nothing enforced
    ("holds", "cannot-run", "bypass", 1),
    ("holds", "bypass", "holds", 1),  # the patch is not found
    ("holds", "bypass", "cannot-run", 1),
    ("cannot-run", "bypass", "bypass", 1)])
def test_what_proves_a_patch(say: Say, sound: str, allowing: str, patched: str,
                             status: int) -> None:
    say(*(whole(results(verdict, *FINDERS)) for verdict in (sound, allowing, patched)))
    assert socket_proof.main([str(PATCH)]) == status


def test_a_whole_recipe_is_tried_with_all_its_patches(say: Say) -> None:
    asked = say(whole(results("holds", *FINDERS)))
    assert socket_proof.main(["lab-7.3-socket"]) == 1
    assert len(asked) == 2 + len(list(socket_proof.PATCHES.glob("without-*.patch")))


def test_the_decoy_has_no_socket_rules(say: Say) -> None:
    for verdict, status in (("absent", 0), ("holds", 1), ("cannot-run", 1)):
        say(whole(results(verdict, "socket.rule.a")))
        assert socket_proof.main(["not-socket-rules"]) == status


def test_runs_that_differ(say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    same = whole(results("holds", "fs.a", "fs.b"))
    for second, status, line in ((same, 0, "2 cases, 2 runs: always the same, deviations: none"),
                                 (whole(results("holds", "fs.a")), 1, "nothing in 1 runs"),
                                 (whole(results("holds", "fs.a"), results("errno", "fs.b")), 1,
                                  "k: fs.b: holds (made up); errno (made up)")):
        say(same, second)
        assert reliability.main(["--runs", "2", "k"]) == status
        assert line in capsys.readouterr().out


def test_every_deviation_is_told(say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    say(whole(results("bypass", "fs.a"), results("cannot-run", "fs.b")))
    assert reliability.main(["--runs", "2", "k"]) == 0
    assert "deviations: k: fs.a bypass\n" in capsys.readouterr().out
