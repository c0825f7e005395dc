# SPDX-License-Identifier: GPL-2.0
"""A run cut into shards, and their results joined: nothing is missing, nothing is there twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from cli.main import main, parser
from reports.errors import UserError
from reports.model import shards, toolshards
from reports.model.judgement import judge
from reports.model.resultfile import dump_result, load_result
from reports.model.results import Case, CaseResult, Kernel, Provenance, Result, family
from reports.model.runtimegate import as_result
from reports.model.runtimes import Machine, Outcome, Run, Tool, to_json
from reports.model.runtimes import load as load_tools
from reports.model.verdicts import Verdict

FAMILIES = {"api": 4, "fs": 40, "net": 20, "scope": 6}
IDS = [f"{name}.case_{number}" for name, count in FAMILIES.items() for number in range(count)]
CATALOGUE = tuple(Case(one, one.partition(".")[0]) for one in IDS)
KERNELS = ("debian-6.1", "debian-6.12", "debian-7.3")
WHOLE = Result("1.0", tuple(
    Kernel(name, f"{name}-amd64", 6, provenance=Provenance(options=("--lsm=landlock",)),
           cases=tuple(CaseResult(one, Verdict.HOLDS, ms=1000) for one in IDS))
    for name in KERNELS), CATALOGUE)


def parts(of: int, known: Result = Result("1.0", catalogue=CATALOGUE)) -> list[Result]:
    """Return what the shards of a run bring, each as its machine would."""
    work = shards.work(dict.fromkeys(KERNELS, IDS), known)
    results = []
    for number, part in enumerate(shards.cut(work, of), 1):
        columns = []
        for name, families in part.items():
            kernel = WHOLE.kernel(name)
            assert kernel
            words = (f"--shard={number}/{of}", *kernel.provenance.options)
            columns.append(replace(
                kernel, provenance=Provenance(options=words),
                notes=(f"{shards.SPECIAL}--shard={number}/{of}",),
                cases=tuple(case for case in kernel.cases
                            if family(case.id, {}) in families)))
        results.append(replace(WHOLE, kernels=tuple(columns),
                               shard=shards.shard(work, number, of, True)))
    return results


def named(results: Sequence[Result]) -> list[tuple[str, Result]]:
    """Return results with the names of their files."""
    return [(f"{number}.json", result) for number, result in enumerate(results, 1)]


@pytest.mark.parametrize("of", [1, 2, 3, 5, 12])
def test_every_piece_is_in_one_shard(of: int) -> None:
    work = shards.work(dict.fromkeys(KERNELS, IDS), Result("1.0", catalogue=CATALOGUE))
    pieces = [(kernel, name) for part in shards.cut(work, of)
              for kernel, families in part.items() for name in families]
    assert sorted(pieces) == sorted((kernel, name) for kernel in KERNELS for name in FAMILIES)


def load(part: Mapping[str, Sequence[str]], seconds: Mapping[tuple[str, str], float]) -> float:
    """Return how long a shard takes."""
    return sum(shards.BOOT + sum(seconds[kernel, name] for name in families)
               for kernel, families in part.items())


def test_durations_balance_the_shards() -> None:
    # One family takes long on one kernel: the numbers of cases would not tell.
    slow = {(kernel, name): 10.0 for kernel in KERNELS for name in FAMILIES}
    slow["debian-7.3", "api"] = 100.0

    def timed(kernel: Kernel, case: CaseResult) -> CaseResult:
        name = family(case.id, {})
        return replace(case, ms=1000 * slow[kernel.name, name] / FAMILIES[name])

    known = replace(WHOLE, kernels=tuple(
        replace(kernel, cases=tuple(timed(kernel, case) for case in kernel.cases))
        for kernel in WHOLE.kernels))
    even = [load(part, slow) for part in shards.cut(
        shards.work(dict.fromkeys(KERNELS, IDS), known), 2)]
    blind = [load(part, slow) for part in shards.cut(
        shards.work(dict.fromkeys(KERNELS, IDS), Result("1.0", catalogue=CATALOGUE)), 2)]
    assert max(even) <= 1.1 * sum(even) / 2 < max(blind)


@pytest.mark.parametrize("of", [2, 3, 4, 6])
def test_few_kernels_boot_in_several_shards(of: int) -> None:
    seconds = {(f"debian-{number}", name): 2.0 + number + place % 3
               for number in range(9) for place, name in enumerate("abcdefgh")}
    kernels = list(dict.fromkeys(kernel for kernel, _name in seconds))
    work = shards.Work(dict.fromkeys(kernels, dict.fromkeys("abcdefgh", 1)), seconds)
    found = shards.cut(work, of)
    assert sum(map(len, found)) < len(kernels) + of
    whole = sum(seconds.values()) + shards.BOOT * len(kernels)
    assert max(load(part, seconds) for part in found) <= 1.1 * whole / of


def test_no_shard_is_left_empty() -> None:
    seconds = {("debian-7.3", "a"): 100.0, **{("debian-7.3", name): 1.0 for name in "bcd"}}
    work = shards.Work({"debian-7.3": dict.fromkeys("abcd", 1)}, seconds)
    assert all(shards.cut(work, 4))


@pytest.mark.parametrize("of", [1, 2, 5])
def test_the_whole_is_what_one_run_shows(of: int, tmp_path: Path) -> None:
    results = []
    for name, result in named(parts(of)):
        dump_result(result, tmp_path / name)
        results.append((name, load_result(tmp_path / name)))
    joined = shards.whole(results)
    assert [kernel.name for kernel in joined.kernels] == list(KERNELS)
    for kernel, expected in zip(joined.kernels, WHOLE.kernels, strict=True):
        assert sorted(case.id for case in kernel.cases) == sorted(IDS)
        assert kernel.provenance.options == expected.provenance.options
        assert kernel.notes == ("a special run: --lsm=landlock",) and not kernel.lost
    assert joined.shard is None and judge(joined).status == 0


def test_what_is_missing_or_twice() -> None:
    one, two, three = named(parts(3))
    with pytest.raises(UserError, match="shard 2 of 3 is missing"):
        shards.whole([one, three])
    with pytest.raises(UserError, match="again.json is shard 1 of 3, and so is 1.json"):
        shards.whole([one, two, three, ("again.json", one[1])])
    with pytest.raises(UserError, match="4.json is not the result of a shard"):
        shards.whole([one, ("4.json", WHOLE)])
    other = parts(2)[1]
    with pytest.raises(UserError, match="other.json and 1.json are not shards of one run"):
        shards.whole([one, ("other.json", other)])
    with pytest.raises(UserError, match="are not shards of one run"):
        shards.whole([one, (two[0], replace(two[1], landproof="2.0")), three])
    kernel = one[1].kernels[0]
    double = replace(two[1], kernels=(*two[1].kernels, kernel)) \
        if not two[1].kernel(kernel.name) else replace(two[1], kernels=tuple(
            replace(column, cases=(*column.cases, kernel.cases[0])) if column.name == kernel.name
            else column for column in two[1].kernels))
    with pytest.raises(UserError, match=rf"{kernel.cases[0].id} on {kernel.name} is in 2.json and"):
        shards.whole([one, (two[0], double), three])


def test_cases_that_no_shard_has_make_the_whole_a_failure() -> None:
    first, *rest = parts(3)
    kernel = first.kernels[0]
    short = replace(first, kernels=(replace(kernel, cases=kernel.cases[1:]), *first.kernels[1:]))
    joined = shards.whole(named([short, *rest]))
    column = joined.kernel(kernel.name)
    assert column and column.lost[0].why == f"1 of {len(IDS)} cases are in no shard"
    assert judge(joined).status == 2
    # A kernel that one of the machines could not get.
    gone = replace(first, kernels=(Kernel(kernel.name, unavailable="sold out"), *first.kernels[1:]))
    column = shards.whole(named([gone, *rest])).kernel(kernel.name)
    assert column and (column.unavailable == "sold out"
                       or "(1.json: sold out)" in column.lost[0].why)


def test_one_that_deviates_counts_for_the_whole(tmp_path: Path,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    first, second = parts(2)
    kernel = second.kernels[0]
    worse = (replace(kernel.cases[0], verdict=Verdict.BYPASS), *kernel.cases[1:])
    second = replace(second, kernels=(replace(kernel, cases=worse), *second.kernels[1:]))
    files = [tmp_path / "1.json", tmp_path / "2.json"]
    for file, result in zip(files, (first, second), strict=True):
        dump_result(result, file)
    out = tmp_path / "whole.json"
    assert main(["merge", *map(str, files), "--json", str(out)]) == 1
    assert len(load_result(out).kernels) == len(KERNELS)
    assert main(["merge", str(files[0])]) == 2
    # What was known before is no news: the baseline is the whole's.
    assert main(["merge", *map(str, files), "--baseline", str(out), "--allow-special"]) == 0


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/0"])
def test_a_shard_that_is_none(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["run", "--shard", text])
    assert "is no part of a whole, such as 1/4" in capsys.readouterr().err


def test_a_baseline_belongs_to_the_whole(tmp_path: Path,
                                         capsys: pytest.CaptureFixture[str]) -> None:
    dump_result(WHOLE, tmp_path / "last.json")
    assert main(["run", "--shard", "1/2", "--baseline", str(tmp_path / "last.json")]) == 2
    assert "belong to the whole of it: give them to `landproof merge`" in capsys.readouterr().err


TOOLS = (Tool("strict", "1.0", "hard"), Tool("lax", "2.0", "soft"))


def of_tools(parts_of: int) -> list[tuple[str, Run]]:
    """Return what the shards of a run of tools bring."""
    work = shards.work(dict.fromkeys(KERNELS, IDS), Result("1.0", catalogue=CATALOGUE))
    made = []
    for number, part in enumerate(shards.cut(work, parts_of), 1):
        made.append((f"{number}.json", Run(
            "1.0", tuple(Machine(kernel, "9.9", 3) for kernel in part), TOOLS,
            tuple(Outcome(kernel, tool.name, one, "enforced", "EACCES", False, {})
                  for kernel, families in part.items() for tool in TOOLS for one in IDS
                  if family(one, {}) in families),
            {one: ("fs.read_file",) for one in IDS}, (), {"no": number}, f"2026-01-0{number}",
            ("--quick", f"--shard={number}/{parts_of}"), {},
            shards.shard(work, number, parts_of, True))))
    return made


def test_shards_of_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    first, second = of_tools(2)
    files = [tmp_path / name for name, _run in (first, second)]
    for file, (_name, run) in zip(files, (first, second), strict=True):
        file.write_text(to_json(run))
    out = tmp_path / "whole.json"
    assert main(["runtimes", "merge", *map(str, files), "--json", str(out)]) == 0
    joined = load_tools(out)
    assert sorted((one.kernel, one.tool, one.case) for one in joined.outcomes) == sorted(
        (kernel, tool.name, one) for kernel in KERNELS for tool in TOOLS for one in IDS)
    assert [machine.name for machine in joined.machines] == list(KERNELS)
    assert (joined.shard, joined.options, joined.inapplicable) == (None, ("--quick",), {"no": 3})
    # Half of it, or what is no shard, is no whole.
    assert main(["runtimes", "merge", str(files[0])]) == 2
    assert main(["runtimes", "merge", str(out), str(files[0])]) == 2


def test_shards_of_tools_that_do_not_fit() -> None:
    first, (name, second), *rest = of_tools(3)
    newer = replace(second, tools=(replace(TOOLS[0], version="2.0"), TOOLS[1]))
    with pytest.raises(UserError, match=f"{name} and 1.json have not the same tools"):
        toolshards.whole([first, (name, newer), *rest])
    double = replace(second, outcomes=(*second.outcomes, first[1].outcomes[0]))
    with pytest.raises(UserError, match="is in 2.json and in 1.json"):
        toolshards.whole([first, (name, double), *rest])
    # What a shard lost, the whole lacks.
    kernel = second.machines[0]
    short = replace(second, machines=(replace(kernel, lost=("it died",)), *second.machines[1:]))
    joined = toolshards.whole([first, (name, short), *rest])
    assert joined.troubles == [f"{kernel.name}: 2.json: it died"]
    assert judge(as_result(joined)).status == 2
