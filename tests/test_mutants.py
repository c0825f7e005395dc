# SPDX-License-Identifier: GPL-2.0
"""The kernels that are broken on purpose: their patches, and what tries them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from reports.model.results import CaseResult
from reports.model.results import Kernel as Column
from reports.model.verdicts import Verdict
from tests.mutants import driver, explorer, generate, mutant
from tests.mutants.driver import Score, Trial
from tests.mutants.mutant import Mutant
from vm.errors import UserError
from vm.farm import patched_files

FILES = {"access.h", "audit.c", "cred.c", "cred.h", "domain.c", "domain.h", "errata/abi-1.h",
         "errata/abi-4.h", "errata/abi-6.h", "fs.c", "id.c", "limits.h", "log.c", "net.c",
         "object.c", "ruleset.c", "setup.c", "syscalls.c", "task.c", "trace.c", "tsync.c"}


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    """Return all bugs."""
    return mutant.load()


def test_there_are_bugs_in_every_file(mutants: list[Mutant]) -> None:
    assert len(mutants) >= 60
    touched = {re.search(r"^\+\+\+ b/security/landlock/(\S+)", one.patch.read_text(), re.M)
               for one in mutants}
    assert {found[1] for found in touched if found} == FILES


def test_a_patch_is_one_line_about_it_and_of_one_file(mutants: list[Mutant]) -> None:
    for one in mutants:
        lines = one.patch.read_text().splitlines()
        assert re.fullmatch(r"\S[^\n]{20,}\.", lines[0]), one.name
        assert lines[1] == "" and lines[2].startswith("--- a/security/landlock/"), one.name
        assert lines[3] == lines[2].replace("--- a/", "+++ b/"), one.name
        assert sum(line.startswith("--- a/") for line in lines) == 1, one.name
        changed = [line for line in lines[5:] if line[:1] in "+-"]
        assert 0 < len(changed) <= 20, one.name
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", one.name)


def test_headers_tell_bugs_apart(mutants: list[Mutant]) -> None:
    assert len({one.breaks for one in mutants}) == len(mutants)
    assert len({one.sum() for one in mutants}) == len(mutants)


def test_what_is_listed_as_invisible_exists(mutants: list[Mutant]) -> None:
    names = {one.name for one in mutants}
    for name, why in mutant.equivalents().items():
        assert name in names
        assert len(why) > 20


def test_a_name_that_no_bug_has() -> None:
    with pytest.raises(KeyError):
        mutant.load(["no-such-bug"])


def _patch(directory: Path, name: str) -> None:
    (directory / f"{name}.patch").write_text(
        f"What {name} breaks is this.\n\n--- a/security/landlock/fs.c\n"
        f"+++ b/security/landlock/fs.c\n@@ -1 +1 @@\n-old\n+{name}\n")


@pytest.fixture
def three(tmp_path: Path) -> list[Mutant]:
    """Return three bugs, of which one is listed as invisible."""
    for name in ("bug-one", "bug-two", "bug-three"):
        _patch(tmp_path, name)
    (tmp_path / "equivalent.toml").write_text('"bug-three" = "nobody can see it"\n')
    return mutant.load(directory=tmp_path)


def _column(**verdicts: str) -> Column:
    """Return a column of these verdicts; x_y stands for x.y."""
    return Column("lab", cases=tuple(CaseResult(name.replace("_", "."), Verdict(verdict))
                                     for name, verdict in verdicts.items()))


GOOD = _column(fs_read="holds", net_old="bypass", log_end="holds")


@pytest.mark.parametrize(("after", "outcome"), [
    (_column(fs_read="bypass", net_old="bypass", log_end="holds"), driver.FOUND),
    (_column(fs_read="crash", net_old="bypass", log_end="holds"), driver.FOUND),
    (_column(fs_read="holds", net_old="bypass", log_end="holds"), driver.SURVIVED),
    (_column(fs_read="holds", net_old="holds", log_end="holds"), driver.SURVIVED),
    (_column(fs_read="hang", net_old="bypass", log_end="holds"), driver.FOUND),
    (_column(fs_read="broken", net_old="bypass", log_end="holds"), driver.TROUBLE),
    (_column(fs_read="cannot-run", net_old="bypass", log_end="broken"), driver.TROUBLE),
    (Column("lab", unavailable="did not boot"), driver.ERROR),
    (_column(), driver.ERROR),
])
def test_judgement(three: list[Mutant], after: Column, outcome: str) -> None:
    trial = driver.judge(three[0], GOOD, after)
    assert trial.outcome == outcome
    assert bool(trial.by) == (outcome == driver.FOUND)


def test_an_invisible_bug_that_is_found_is_found(three: list[Mutant]) -> None:
    invisible = next(one for one in three if one.equivalent)
    assert driver.judge(invisible, GOOD, GOOD).outcome == driver.EQUIVALENT
    broken = _column(fs_read="errno", net_old="bypass", log_end="holds")
    assert driver.judge(invisible, GOOD, broken).outcome == driver.FOUND


def test_what_is_seen_once_only_does_not_count(three: list[Mutant]) -> None:
    late = _column(fs_read="bypass", net_old="bypass", log_end="errno")
    trial = driver.judge(three[0], GOOD, late)
    both = driver.confirm(trial, _column(fs_read="bypass", log_end="holds"))
    assert [found.case for found in both.by] == ["fs.read"]
    neither = driver.confirm(trial, _column(fs_read="holds", log_end="holds"))
    assert neither.outcome == driver.TROUBLE and not neither.by


class Fake:
    """Runs the suite on paper; bug-two makes a case fail, and cannot be built once."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.trouble = True

    def __call__(self, bug: Mutant | None, worker: int, cases: Sequence[str]) -> Column:
        if not bug:
            return GOOD
        self.tried.append(bug.name)
        if bug.name == "bug-two":
            if self.trouble:
                raise UserError("the compiler is gone")
            return _column(fs_read="bypass", net_old="bypass", log_end="holds")
        return GOOD


def test_the_driver_keeps_what_is_done(three: list[Mutant], tmp_path: Path) -> None:
    told: list[Trial] = []
    fake, file = Fake(), tmp_path / "score.json"

    def go(harness: str) -> dict[str, str]:
        fake.tried.clear()
        score = Score(file)
        score.read()
        driver.run(three, fake, score, harness, 1, lambda left, trial: told.append(trial))
        return {name: trial.outcome for name, trial in score.trials.items()}

    assert go("one") == {"bug-one": "survived", "bug-two": "error", "bug-three": "equivalent"}
    assert len(told) == 3
    fake.trouble = False
    assert go("one")["bug-two"] == "found"
    assert fake.tried == ["bug-two", "bug-two"]  # to see it twice
    assert go("one") and not fake.tried
    go("two")  # a new harness may find what survived
    assert set(fake.tried) == {"bug-one", "bug-three"}
    _patch(tmp_path, "bug-two")
    (tmp_path / "bug-two.patch").write_text(
        (tmp_path / "bug-two.patch").read_text().replace("-old", "-other"))
    go("two")
    assert "bug-two" in fake.tried  # another patch of this name


def test_what_only_comes_after_others(three: list[Mutant], tmp_path: Path) -> None:
    score = Score(tmp_path / "score.json")

    def late(bug: Mutant | None, worker: int, cases: Sequence[str]) -> Column:
        alone = bug is None or "fs.read" in cases
        said.append(bug.name if bug else "")
        return GOOD if alone else _column(fs_read="crash", net_old="bypass", log_end="holds")

    said: list[str] = []
    driver.run(three[1:2], late, score, "one", 1, lambda left, trial: None)
    (trial,) = score.trials.values()
    assert trial.outcome == driver.FOUND and said == ["", *[trial.name] * 3]


def test_a_bug_survives_all_cases_and_not_a_choice_only(three: list[Mutant],
                                                        tmp_path: Path) -> None:
    score = Score(tmp_path / "score.json")

    def elsewhere(bug: Mutant | None, worker: int, cases: Sequence[str]) -> Column:
        if bug and cases != three[0].cases():
            return _column(fs_read="holds", net_old="bypass", log_end="bypass")
        return GOOD

    assert three[0].cases()
    driver.run(three[:1], elsewhere, score, "one", 1, lambda left, trial: None)
    (trial,) = score.trials.values()
    assert trial.outcome == driver.FOUND


def test_selftests_beside_the_cases(three: list[Mutant], tmp_path: Path) -> None:
    fake, score = Fake(), Score(tmp_path / "score.json")
    fake.trouble = False
    asked: list[str] = []

    def selftests(bug: Mutant, worker: int) -> str:
        asked.append(bug.name)
        return "fs_test.layout" if bug.name == "bug-one" else ""

    driver.run(three, fake, score, "one", 1, lambda left, trial: None)
    fake.tried.clear()
    driver.run(three, fake, score, "one", 1, lambda left, trial: None, selftests)
    assert not fake.tried and sorted(asked) == ["bug-one", "bug-three", "bug-two"]
    again = Score(score.path)
    again.read()
    driver.run(three, fake, again, "one", 1, lambda left, trial: None, selftests)
    assert len(asked) == 3
    page = driver.markdown(three, again, {})
    assert "selftests find 1 of 2 on which they ran; the cases find 1 of these." in page
    assert "| survived | fs_test.layout |" in page and "| fs.read (bypass) | survived |" in page


def test_a_damaged_score_is_no_score(tmp_path: Path) -> None:
    file = tmp_path / "score.json"
    file.write_text('{"mutants": [1')
    score = Score(file)
    score.read()
    assert not score.trials


def test_the_page_names_all(three: list[Mutant], tmp_path: Path) -> None:
    score = Score(tmp_path / "score.json")
    fake = Fake()
    fake.trouble = False
    driver.run(three, fake, score, "one", 2, lambda left, trial: None)
    page = driver.markdown(three, score, {"version": "7.3.4"})
    assert ("3 bugs in security/landlock of 7.3.4: 1 found, 1 survived, 1 equivalent,"
            " 0 not tried." in page)
    assert "| bug-two | What bug-two breaks is this. | fs.read (bypass) | not tried |" in page
    assert "equivalent: nobody can see it" in page


CODE = """\
/* Returns true. */
#if IS_ENABLED(CONFIG_SECURITY_LANDLOCK_KUNIT_TEST)
static void test(void)
{
	x = 1;
}
#endif
static int check(int a)
{
	WARN_ON_ONCE(a == 3);
	if (a > 1)
		return -EACCES;
	b = a;
	return 0;
}
"""


def test_bugs_that_nobody_thought_of(tmp_path: Path) -> None:
    place = tmp_path / "sources" / generate.WHERE
    place.mkdir(parents=True)
    (place / "one.c").write_text(CODE)
    found = {(change.line + 1, change.kind, change.text.strip())
             for change in generate.changes(tmp_path / "sources")}
    assert found == {
        (11, "more", "if (a >= 1)"), (11, "never", "if (0 && (a > 1))"),
        (11, "always", "if (1 || (a > 1))"), (12, "eacces", "return -EPERM;"),
        (13, "left-out", ";"), (14, "success", "return -EACCES;")}
    names = generate.write(tmp_path / "sources", tmp_path / "some", 3, seed=7)
    assert names == generate.write(tmp_path / "sources", tmp_path / "same", 3, seed=7)
    some = mutant.load(names, tmp_path / "some")
    assert len(some) == 3
    for bug in some:
        assert patched_files(tmp_path / "sources", [bug.patch])[str(generate.WHERE / "one.c")]


def test_the_explorer_gets_the_bugs_about_decisions(mutants: list[Mutant]) -> None:
    chosen = explorer.choose(mutants)
    names, logged = ({one.name for one in some}
                     for some in (chosen, explorer.choose(mutants, True)))
    assert chosen == explorer.choose(mutants[::-1]) != sorted(chosen, key=lambda one: one.name)
    assert not names & logged and explorer.LOGGED_TOO < logged
    assert not (names | logged) & {one.name for one in mutants if one.equivalent}
    assert explorer.UNSEEN_TOO < {one.name for one in mutants} - names - logged
    assert not any({"log", "leak", "trace"} & set(name.split("-")) for name in names)
    assert {"audit-object-missing", "log-quiet-layer"} < logged
    assert "log-trace-missing" not in logged
    assert all("log" in explorer.parts(one) for one in mutants if one.name in logged)


def test_what_an_explorer_prints_is_understood() -> None:
    said = """a kernel's line
{"part":"fs","decisions":50,"findings":[{"verdict":"broken","clause":"open.path"}]}
{"part":"net","decisions":7,"findings":[{"verdict":"errno"},{"verdict":"bypass","clause":"x"}]}
"""
    assert explorer.noticed(said) == ("net: no clause", 57)
    assert explorer.noticed("") == ("", 0)


def test_outcomes_are_those_of_one_corpus(mutants: list[Mutant], tmp_path: Path,
                                          monkeypatch: pytest.MonkeyPatch) -> None:
    kept = explorer.Kept.read(tmp_path / "kept.json")
    kept.outcomes["x"] = explorer.Outcome("x", mutants[0].sum(), "fs: remove.file")
    kept.write(tmp_path / "kept.json")
    assert explorer.Kept.read(tmp_path / "kept.json") == kept
    (tmp_path / "corpus.txt").write_text("another")
    monkeypatch.setattr(explorer, "CORPUS", tmp_path / "corpus.txt")
    assert not explorer.Kept.read(tmp_path / "kept.json").outcomes


def test_the_table_of_the_explorer_counts(mutants: list[Mutant]) -> None:
    by_name = {one.name: one for one in mutants}
    bugs = [by_name[name] for name in ("fs-unlink-free", "net-mapped-free", "syscalls-fd-errno")]
    outcomes = {one.name: explorer.Outcome(one.name, one.sum(), found, again, 9)
                for one, found, again in zip(bugs, ("fs: remove.file", "", ""),
                                             ("fs: remove.file", "net: ports.mapped", None),
                                             strict=True)}
    said = list(explorer.lines(bugs, outcomes, "decisions"))
    assert "| the corpus | 3 | 1 | 33 % |" in said
    assert "| the explorer, of the sample | 2 | 2 | 100 % |" in said
    assert "| net-mapped-free | not noticed | net: ports.mapped | 9 |" in said
