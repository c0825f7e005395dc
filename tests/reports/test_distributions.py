# SPDX-License-Identifier: GPL-2.0
"""Columns of one distribution beside each other, and what one version means with several."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from reports.formats import matrixpage
from reports.model.distributions import distribution, few, grouped, meanings
from reports.model.results import Case, CaseResult, Kernel, Provenance, Result
from reports.model.verdicts import Verdict
from reports.views.matrix import document


@pytest.mark.parametrize("release, name", [
    ("6.1.0-56-amd64", "Debian"),
    ("6.12.118+deb13-rt-amd64", "Debian"),
    ("6.1.0-0.deb11.52-cloud-amd64", "Debian"),
    ("6.8.0-31-generic", "Ubuntu"),
    ("6.8.0-1008-aws", "Ubuntu"),
    ("6.14.5-300.fc42.x86_64", "Fedora"),
    ("5.14.0-503.11.1.el9_5.x86_64", "RHEL and rebuilds"),
    ("6.12.0-1.23.3.2.el10uek.x86_64", "Oracle Linux"),
    ("6.14.6-1-default", "openSUSE"),
    ("6.14.6-arch1-1", "Arch Linux"),
    ("6.12.28-1-lts", "Arch Linux"),
    ("6.12.28-0-lts", "Alpine Linux"),
    ("6.1.112-122.189.amzn2023.x86_64", "Amazon Linux"),
    ("6.6.30-android15-8-g0123456789ab", "Android"),
    ("7.3.0-mine", "other"),
])
def test_whose_kernel_it_is(release: str, name: str) -> None:
    assert distribution(Kernel("k", release)) == name


def test_what_a_set_says_counts_more() -> None:
    release = "6.12.0-55.el10.x86_64"
    source = "Rocky Linux 10/BaseOS/x86_64/os: kernel-core 6.12.0-55.el10"
    assert distribution(Kernel("k", release, provenance=Provenance(source=source))) == "Rocky Linux"
    built = Provenance(source="Debian linux-source-7.3 7.3.4-1, recipe lab-7.3")
    assert distribution(Kernel("lab-7.3", "7.3.4", provenance=built)) == "lab"
    asked = Provenance(source="package /srv/kernel.rpm")
    assert distribution(Kernel("k", release, provenance=asked)) == "RHEL and rebuilds"


def kernel(name: str, release: str, abi: int, *cases: CaseResult, modules: str | None = None
           ) -> Kernel:
    """Return a column."""
    return Kernel(name, release, abi, provenance=Provenance(modules=modules), cases=cases)


ADVERTISED = "backport: taken at ABI 5, promised since 6"
RESULT = Result(
    "test", (
        kernel("debian-6.12", "6.12.118+deb13-amd64", 6, CaseResult("fs.a", Verdict.HOLDS)),
        kernel("rocky", "6.12.0-55.el10.x86_64", 6,
               CaseResult("fs.a", Verdict.DISHONEST), CaseResult("fs.a[ipv6]", Verdict.DISHONEST),
               CaseResult("fs.b", Verdict.CANNOT_RUN, missing=("sctp",))),
        kernel("debian-6.1", "6.1.0-56-amd64", 2, CaseResult("fs.a", Verdict.ABSENT)),
        kernel("ubuntu", "6.12.0-9-generic", 5,
               CaseResult("fs.b", Verdict.HOLDS, news=(ADVERTISED,)), modules="none given"),
        replace(kernel("lab-6.12", "6.12.118", 6, CaseResult("fs.a", Verdict.HOLDS)),
                provenance=Provenance(source="Debian linux-source-6.12 6.12.118-1, recipe lab")),
    ), (Case("fs.a", "fs", "a", guard=("IOCTL_DEV",)), Case("fs.b", "fs", "b", guard=("SIGNAL",))))


def test_columns_of_one_distribution_are_beside_each_other() -> None:
    assert [one.name for one in grouped(RESULT).kernels] == [
        "debian-6.12", "debian-6.1", "rocky", "ubuntu", "lab-6.12"]


def test_what_one_version_means() -> None:
    found = [(one.series, one.distribution, one.backports, one.dishonest, one.missing)
             for one in meanings(RESULT)]
    assert found == [
        ("6.12", "Debian", (), (), ""),
        ("6.12", "RHEL and rebuilds", (), ("IOCTL_DEV",), "sctp (1)"),
        ("6.12", "Ubuntu", ("SIGNAL",), (), "no modules: none given"),
    ]
    (block,) = [one for one in document(RESULT).blocks
                if one.title == "One version, several distributions"]
    assert block.parts
    page = matrixpage.to_text(RESULT)
    assert page.index("several distributions") < page.index("sctp (1)")
    assert re.findall(r'colspan="(\d)" data-span="\d"><span>([^<]+)<', page) == [
        ("2", "Debian"), ("1", "RHEL and rebuilds"), ("1", "Ubuntu"), ("1", "lab")]


def test_one_distribution_is_not_compared() -> None:
    alone = Result("test", (RESULT.kernels[0], RESULT.kernels[2]), RESULT.catalogue)
    assert not meanings(replace(alone, kernels=(RESULT.kernels[0], RESULT.kernels[4])))
    assert not meanings(alone)
    page = matrixpage.to_text(alone)
    assert 'class="owners"' not in page and "several distributions" not in page


def test_a_long_list_is_counted() -> None:
    assert few(("a", "b", "c", "d")) == "a, b, c, d"
    assert few(("a", "b", "c", "d", "e", "f")) == "a, b, c, d and 2 more"
