# SPDX-License-Identifier: GPL-2.0
"""The JSON result: it keeps everything, and nothing else passes for it."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reports.errors import UserError
from reports.formats import matrixpage
from reports.model.assemble import assemble, merge
from reports.model.comparison import compare
from reports.model.files import check_writable, write_text
from reports.model.judgement import Gate, judge
from reports.model.resultfile import SCHEMA, dump_result, from_text, load_result, to_text
from reports.model.results import CaseResult, Kernel, Provenance, Result
from reports.model.verdicts import Verdict
from tests.reports import samples

MINIMAL: dict[str, Any] = {
    "landproof": "0.1.0",
    "kernels": [
        {
            "name": "debian-6.18", "release": "6.18.15", "abi": 7, "errata": 7,
            "cases": [
                {"id": "net.tcp.connect", "verdict": "holds",
                 "worlds": {"control": {"result": "ok"},
                            "deny": {"result": "EACCES", "expected": "EACCES", "ms": 1.9}}}
            ],
        }
    ],
}


def load(tmp_path: Path, data: object) -> Result:
    """Write JSON (or text as it is) and load it."""
    path = tmp_path / "r.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return load_result(path)


@pytest.mark.parametrize("name", ["result", "odd"])
def test_there_and_back(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    result: Result = request.getfixturevalue(name)
    dump_result(result, tmp_path / "r.json")
    assert load_result(tmp_path / "r.json") == result
    assert list(tmp_path.iterdir()) == [tmp_path / "r.json"]


def test_the_schema_is_sound_and_holds(result: Result) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(to_text(result))
    jsonschema.validate(data, schema)
    assert schema["$defs"]["case"]["properties"]["verdict"]["enum"] == list(Verdict)
    kernel = data["kernels"][3]
    assert {"name", "release", "abi", "errata", "cases", "sha256", "cmdline", "lsm", "config",
            "accel"} <= set(kernel)
    case = next(case for case in kernel["cases"] if case["id"] == "net.tcp.fastopen_sendto")
    assert case["verdict"] == "bypass"
    assert case["worlds"]["deny"] == {"result": "ok", "expected": "EACCES", "ms": 1.4}


def undescribed(data: object, schema: dict[str, Any], whole: dict[str, Any]) -> set[str]:
    """Return the keys in `data` that the schema allows and says nothing of."""
    if "$ref" in schema:
        schema = whole["$defs"][schema["$ref"].rpartition("/")[2]]
    if isinstance(data, list):
        return {key for one in data for key in undescribed(one, schema["items"], whole)}
    if not isinstance(data, dict):
        return set()
    described, others = schema.get("properties", {}), schema.get("additionalProperties")
    found: set[str] = set() if others else data.keys() - described.keys()
    for key, value in data.items():
        if inner := described.get(key, others):
            found |= undescribed(value, inner, whole)
    return found


def test_the_schema_describes_every_key(odd: Result, result: Result) -> None:
    whole = json.loads(SCHEMA.read_text(encoding="utf-8"))
    about = Provenance(options=("--world=deny",), asked="/x/bzImage", modules="none")
    flaky = CaseResult("a.b", Verdict.BROKEN, "why", flaky="bypass at first, then holds")
    special = Kernel("lab", provenance=about, cases=(flaky,), unavailable="dropped",
                     untraced={"hook": "why"})
    for one in (odd, result, Result("1", (special,))):
        assert undescribed(json.loads(to_text(one)), whole, whole) == set()
    assert undescribed({"kernels": [{"cases": [{"new": 1}]}]}, whole, whole) == {"new"}
    assert special.provenance.options == loaded(special).provenance.options
    assert loaded(special).cases == (flaky,)


def loaded(kernel: Kernel) -> Kernel:
    """Return the kernel as it comes back from its JSON."""
    return from_text(to_text(Result("1", (kernel,))), "r.json").kernels[0]


def test_older_files_can_be_read() -> None:
    """The file is of the first form, cut from a real run."""
    old = load_result(Path(__file__).parent / "older" / "result-1.json")
    assert [kernel.name for kernel in old.kernels] == ["debian-5.10", "debian-6.18"]
    verdicts = [{case.verdict for case in kernel.cases} for kernel in old.kernels]
    assert Verdict.ABSENT in verdicts[0] and Verdict.BYPASS in verdicts[1]
    assert all(not kernel.provenance.options for kernel in old.kernels)
    assert '"$schema": "urn:landproof:result:2"' in to_text(old)
    assert from_text(to_text(old), "again") == old
    assert judge(old, Gate(old)).status == 0 and not compare(old, old).changes
    for word in ("debian-5.10", "debian-6.18", "bypass"):
        assert word in matrixpage.to_text(old)


def test_a_case_is_a_line(result: Result) -> None:
    lines = to_text(result).splitlines()
    assert sum('"id": "net.tcp.connect[ipv6]"' in line for line in lines) == len(result.kernels)


def test_the_least_that_is_a_result(tmp_path: Path) -> None:
    result = load(tmp_path, MINIMAL)
    assert result.kernels[0].cases[0].worlds[1].expected == "EACCES"
    assert result.catalogue == ()


def test_unknown_keys_are_ignored(tmp_path: Path) -> None:
    data = json.loads(json.dumps(MINIMAL)) | {"of": "tomorrow"}
    data["kernels"][0]["cases"][0]["of"] = "tomorrow"
    assert load(tmp_path, data) == load(tmp_path, MINIMAL)


def with_kernel(**changes: object) -> dict[str, Any]:
    """Return the minimal result with its kernel changed."""
    return {**MINIMAL, "kernels": [{**MINIMAL["kernels"][0], **changes}]}


CASE = {"id": "a", "verdict": "holds"}


@pytest.mark.parametrize(
    "data, message",
    [
        ("", "is empty"),
        ("no JSON", "not a Landproof result"),
        ("{}", "not a Landproof result"),
        ("[]", "not a Landproof result"),
        ('{"tests": []}', "not a Landproof result"),
        ("[" * 100_000, "not a Landproof result"),
        ('{"landproof": "1", "kernels": [', "cut short or damaged"),
        ('{"landproof": "1", "kernels": [], "x": NaN}', "cut short or damaged"),
        ('{"landproof": "1", "kernels": [], "x": ' + "9" * 9999 + "}", "cut short or damaged"),
        ('{"type": "kernel", "name": "x"}', "holds records"),
        ('{"type": "kernel"}\n{"type": "start"}\n', "holds records"),
        ({"landproof": "9", "$schema": "urn:landproof:result:9", "kernels": []}, "another form"),
        ({"landproof": "1"}, "'kernels' is a required property"),
        ({"landproof": 1, "kernels": []}, "landproof: 1 is not of type"),
        (with_kernel(name=""), r"kernels\[0\].name"),
        (with_kernel(abi="7"), r"kernels\[0\].abi"),
        (with_kernel(abi=-1), r"kernels\[0\].abi"),
        (with_kernel(cases=[{"id": "a", "verdict": "fine"}]), r"cases\[0\].verdict: 'fine'"),
        (with_kernel(cases=[CASE | {"ms": 1e300}]), r"cases\[0\].ms"),
        (with_kernel(cases=[CASE | {"worlds": {"deny": {}}}]), "'result' is a required"),
        (with_kernel(cases=[CASE, CASE]), "case in debian-6.18 a is in it twice"),
        ({"landproof": "1", "kernels": MINIMAL["kernels"] * 2}, "kernel debian-6.18 is in it"),
    ],
)
def test_what_is_no_result(tmp_path: Path, data: object, message: str) -> None:
    with pytest.raises(UserError, match=message) as caught:
        load(tmp_path, data)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        load_result(tmp_path / "none.json")
    with pytest.raises(UserError, match="is a directory"):
        load_result(tmp_path)
    (tmp_path / "binary").write_bytes(b"\x7fELF\xff\xfe\x00")
    with pytest.raises(UserError, match="it is not text"):
        load_result(tmp_path / "binary")


def test_every_way_of_being_cut_short(result: Result, tmp_path: Path) -> None:
    text = to_text(replace(result, kernels=result.kernels[:1], catalogue=result.catalogue[:3]))
    for end in range(0, len(text) - 3, max(1, len(text) // 40)):
        with pytest.raises(UserError):
            load(tmp_path, text[:end])


def test_numbers_as_json_may_write_them(tmp_path: Path) -> None:
    kernel = load(tmp_path, with_kernel(abi=7.0, errata=7.0)).kernels[0]
    assert (kernel.abi, kernel.errata) == (7, 7) and isinstance(kernel.errata, int)


def test_text_is_made_harmless(tmp_path: Path) -> None:
    kernel = load(tmp_path, with_kernel(release="6\x1b[2J", notes=["\ud800"])).kernels[0]
    assert (kernel.release, kernel.notes) == ("6\\x1b[2J", ("\\ud800",))


# Writing


def test_a_full_disk_is_one_line() -> None:
    with pytest.raises(UserError, match="no space left on device: free some space"):
        write_text(Path("/dev/full"), "x" * 100_000)


@pytest.mark.parametrize("place", ["missing/r.json", ".", "/proc/r.json"])
def test_a_place_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    with pytest.raises(UserError, match="cannot write"):
        check_writable(tmp_path / place)
    with pytest.raises(UserError, match="cannot write"):
        write_text(tmp_path / place, "x")


def test_written_through_a_link_with_the_usual_mode(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    os.chmod(tmp_path / "real", 0o640)
    (tmp_path / "link").symlink_to("real")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640
    mask = os.umask(0o027)
    try:
        write_text(tmp_path / "fresh", "x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "fresh").stat().st_mode) == 0o640


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")

    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UserError):
        write_text(path, "new")
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


# Putting together


def test_assemble_takes_the_time_from_the_records(tmp_path: Path) -> None:
    paths = samples.write_all(tmp_path)
    for path in paths:
        os.utime(path, (1_700_000_000, 1_700_000_000))
    result = assemble(paths, samples.catalogue(), "0.1.0")
    assert result.date == "2023-11-14T22:13Z"
    assert [kernel.name for kernel in result.kernels] == [k.name for k in samples.KERNELS]
    assert assemble(paths, samples.catalogue(), "0.1.0") == result


def test_assemble_loses_no_kernel_to_its_name(tmp_path: Path) -> None:
    paths = [
        samples.write_lines(tmp_path / f"{n}", samples.records(samples.KERNELS[3]))
        for n in range(3)
    ]
    names = [kernel.name for kernel in assemble(paths, [], "0.1.0").kernels]
    assert names == ["debian-6.18", "debian-6.18#2", "debian-6.18#3"]


def test_merge_puts_kernels_side_by_side(result: Result) -> None:
    left = replace(result, kernels=result.kernels[:4])
    right = replace(result, kernels=result.kernels[4:])
    assert merge([("left", left), ("right", right)]).kernels == result.kernels


def test_merge_adds_the_cases_of_one_kernel() -> None:
    def one(*cases: CaseResult) -> Result:
        return Result("1", kernels=(Kernel("lab", "6.1", cases=cases),))

    a, b = CaseResult("a", Verdict.HOLDS), CaseResult("b", Verdict.HOLDS)
    merged = merge([("1", one(a)), ("2", one(a, b))])
    verdicts = [(case.id, case.verdict) for case in merged.kernels[0].cases]
    assert verdicts == [("a", "holds"), ("b", "holds")]


def test_merge_does_not_mix_builds_of_one_name() -> None:
    results = [(r, Result("1", kernels=(Kernel("lab", r),))) for r in ("6.1", "6.2")]
    with pytest.raises(UserError, match=r"another lab \(6.2, not 6.1\)"):
        merge(results)


def test_merge_prefers_a_kernel_that_ran() -> None:
    ran = Kernel("lab", "6.1", cases=(CaseResult("a", Verdict.HOLDS),))
    gone = Kernel("lab", unavailable="no network")
    for pair in ((ran, gone), (gone, ran)):
        merged = merge([(str(n), Result("1", kernels=(one,))) for n, one in enumerate(pair)])
        assert merged.kernels == (ran,)
