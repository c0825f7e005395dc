# SPDX-License-Identifier: GPL-2.0
"""The site: each link leads somewhere, and the data say what the pages and the sums say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

from cli.main import main
from reports.model import census, compat, roadmap
from reports.model.resultfile import dump_result
from reports.model.results import Kernel, Result, Shard
from reports.model.rows import summarize
from reports.model.site import history
from reports.model.verdicts import Verdict

ROOT = Path(__file__).resolve().parents[2]
ATOM = {"a": "http://www.w3.org/2005/Atom"}
BROKEN = "fs.truncate.creat"


def changed(kernel: Kernel, case_id: str, verdict: Verdict) -> Kernel:
    """Return the kernel with another verdict of one case."""
    assert kernel.case(case_id)
    return replace(kernel, cases=tuple(
        replace(case, verdict=verdict) if case.id == case_id else case for case in kernel.cases))


@pytest.fixture(scope="module")
def later(result: Result) -> Result:
    """Two kernels a day later: one got worse, and one is new."""
    old = result.kernel("debian-7.3")
    assert old
    worse = changed(replace(old, release="7.3.5+deb14-amd64"), BROKEN, Verdict.BYPASS)
    return replace(result, date="2031-01-02T03:04Z",
                   kernels=(worse, replace(old, name="debian-7.4", release="7.4.1")))


@pytest.fixture(scope="module")
def site(result: Result, later: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two results."""
    place = tmp_path_factory.mktemp("site")
    names = []
    for number, one in enumerate((later, replace(result, date="2031-01-01T00:00Z"))):
        names.append(str(place / f"{number}.json"))
        dump_result(one, Path(names[-1]))
    tables = roadmap.load()
    family = next(iter(tables))
    column = census.Column("debian-7.3", "7.3.4", {family: {next(iter(tables[family].roads)): "",
                                                            "brand_new": "yes"}}, {})
    names.append(str(place / "census.json"))
    Path(names[-1]).write_text(census.to_json(census.Census(tables, [column], "0", "2031-01-01")))
    assert main(["publish", "--url", "https://example.org/x", str(place / "www"), *names]) == 0
    return place / "www"


def links(page: Path) -> Iterator[str]:
    """Yield the links of a page within the site, from where it lies."""
    text = page.read_text(encoding="utf-8")
    base = re.search(r'<base href="([^"]*)">', text)
    for link in re.findall(r'<a href="([^"]*)"', text):
        if "://" not in link:
            yield (base[1] if base else "") + unescape(link)


def test_each_link_leads_to_a_page(site: Path) -> None:
    found = {page: list(links(page)) for page in site.rglob("*.html")}
    assert len(found) > 150
    for page, some in found.items():
        for link in some:
            assert (page.parent / link).is_file(), f"{page}: {link}"
    assert "case/net.tcp.fastopen_sendto.html" in found[site / "matrix.html"]
    assert "../right/fs.truncate.html" in found[site / "case" / f"{BROKEN}.html"]


def test_a_count_has_a_page(site: Path) -> None:
    assert "brand_new" in (site / "census.html").read_text(encoding="utf-8")


def test_what_is_private_is_nowhere(site: Path, result: Result) -> None:
    secret = [case.id for case in result.catalogue if "unreported" in case.labels]
    assert secret
    for page in site.rglob("*"):
        if page.is_file():
            assert not any(one in page.read_text(encoding="utf-8") for one in secret), page


def test_the_history_says_what_changed(site: Path) -> None:
    page = (site / "history" / "2031-01-02T0304Z.html").read_text(encoding="utf-8")
    assert "newly deviating (1)" in page and BROKEN in page and "new: debian-7.4" in page
    feed = ElementTree.parse(site / "feed.atom").getroot()
    entries = feed.findall("a:entry", ATOM)
    assert [one.findtext("a:updated", "", ATOM) for one in entries] == [
        "2031-01-02T03:04:00Z", "2031-01-01T00:00:00Z"]
    assert entries[0].findtext("a:id", "", ATOM) == \
        "https://example.org/x/history/2031-01-02T0304Z.html"
    assert "1 got worse" in entries[0].findtext("a:title", "", ATOM)


def test_a_kernel_that_could_not_run_leaves_what_was_known(result: Result, later: Result) -> None:
    lost = replace(later, kernels=(Kernel("debian-7.3", unavailable="no such package"),))
    now = history([("old", replace(result, date="2031-01-01")), ("new", lost)]).now
    assert now.kernel("debian-7.3") == result.kernel("debian-7.3")


def test_the_data_follow_their_schema_and_the_sums(site: Path, result: Result,
                                                   later: Result) -> None:
    data = json.loads((site / "compat-data" / "landlock.json").read_text(encoding="utf-8"))
    schema = json.loads((site / "compat-data" / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)
    # What the page of a run counts as enforced, and nothing else.
    kernels = {one.name: one for one in (*result.kernels, *later.kernels) if one.abi}
    for name, kernel in kernels.items():
        enforced = {right["name"] for right in data["rights"].values()
                    for one in right["support"].values() if name in one["enforced"]}
        assert enforced == set(summarize(kernel, result.by_id()).enforced), name
    for right in data["rights"].values():
        for one in right["support"].values():
            parts = [name for kind in compat.Support for name in one[kind]]
            assert len(parts) == len(set(parts))
            assert (one["since"] is None) == (not one["enforced"] and not one["partly"])
        assert (site / right["page"]).is_file()
    truncate = data["rights"]["LANDLOCK_ACCESS_FS_TRUNCATE"]["support"]["Debian"]
    assert truncate["partly"] == ["debian-7.3"] and truncate["since"] == "debian-6.12"
    assert truncate["not"] == ["debian-5.10", "debian-6.1"]
    assert any(BROKEN in note["cases"] for note in truncate["notes"])


def test_a_right_that_is_promised_and_refused(result: Result) -> None:
    kernel = result.kernel("debian-7.3")
    assert kernel
    lying = replace(kernel, rights={**kernel.rights, "fs.truncate": False})
    found = next(one for one in compat.rights(replace(result, kernels=(lying,)))
                 if one.name == "fs.truncate")
    on = found.by_distribution["Debian"][0]
    assert on.support is compat.Support.NOT and "promises it" in on.notes[0].text


def test_what_is_no_whole_result_is_refused(result: Result, tmp_path: Path,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    dump_result(replace(result, shard=Shard(1, 2, {"debian-7.3": 1}, "0")), tmp_path / "part.json")
    dump_result(replace(result, date=None), tmp_path / "undated.json")
    (tmp_path / "noise.json").write_text("[]")
    for name, told in (("part", "landproof merge"), ("undated", "no date"), ("noise", "not a")):
        assert main(["publish", str(tmp_path / "www"), str(tmp_path / f"{name}.json")]) == 2
        assert told in capsys.readouterr().err
    assert not (tmp_path / "www").exists()
