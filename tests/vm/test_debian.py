# SPDX-License-Identifier: GPL-2.0
"""Finding the machine's mirror and choosing among what its indexes list."""

from __future__ import annotations

from pathlib import Path

import pytest

from vm import debian
from vm.debian import Package, Source
from vm.errors import UserError
from vm.places import package


def sources(tmp_path: Path, **files: str) -> Path:
    """Write apt sources; `list` is sources.list, other names become files of sources.list.d."""
    (tmp_path / "sources.list.d").mkdir()
    for name, text in files.items():
        path = "sources.list" if name == "list" else "sources.list.d/" + name.replace("__", ".")
        (tmp_path / path).write_text(text)
    return tmp_path


def test_deb822_sources(tmp_path: Path) -> None:
    etc = sources(tmp_path, debian__sources="""\
Types: deb deb-src
# a comment
URIs: http://mirror.invalid/debian http://second.invalid/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.invalid/sec
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
""")
    assert debian.archives(etc) == {
        "main": Source("http://mirror.invalid/debian", debian.KEYRING),
        "security": Source("http://mirror.invalid/sec", debian.KEYRING)}


def test_one_line_sources_and_foreign_archives(tmp_path: Path) -> None:
    keyring = "/srv/debian-archive-keyring.gpg"
    etc = sources(tmp_path, list=f"""\
# deb http://commented.invalid/debian bookworm main
deb-src http://mirror.invalid/debian bookworm main
deb [signed-by={keyring} arch=amd64] http://mirror.invalid/debian bookworm main non-free # x
""", foreign__list="""\
deb [signed-by=/usr/share/keyrings/other.gpg] http://other.invalid/apt bookworm main
deb [signed-by=/usr/share/keyrings/other.gpg] http://other.invalid/apt bookworm-security main
deb http://third.invalid/linux/debian bookworm stable
deb http://fourth.invalid bookworm-pgdg main
""", off__sources="""\
Enabled: no
Types: deb
URIs: http://off.invalid/debian
Suites: bookworm-security
Components: main
""")
    assert debian.archives(etc) == {
        "main": Source("http://mirror.invalid/debian", keyring),
        "security": Source("http://mirror.invalid/debian-security", keyring)}


def test_no_debian_archive(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no Debian archive among the apt sources"):
        debian.archives(sources(tmp_path, list="deb http://x.invalid/ubuntu noble main\n"))


def item(name: str, version: str, size: int = 50 << 20) -> Package:
    """Return a package of an index."""
    return Package(name, version, "suite", size, size, "0" * 64)


def names(packages: list[Package]) -> list[tuple[str, str]]:
    """Return what identifies packages."""
    return [(package.name, package.version) for package in packages]


def test_the_newest_kernel_in_one_package() -> None:
    index = [item("linux-image-6.1.0-9-amd64", "6.1.90-1"),
             item("linux-image-6.1.0-10-amd64", "6.1.100-1"),
             item("linux-image-6.1.0-10-amd64-unsigned", "6.1.100-1", 49 << 20),
             item("linux-image-6.1.0-11-rt-amd64", "6.1.101-1"),
             item("linux-image-6.1.0-11-cloud-amd64", "6.1.101-1"),
             item("linux-image-6.1.0-11-amd64-dbg", "6.1.101-1"),
             item("linux-image-6.12.3-amd64", "6.12.3-1"),
             item("linux-image-amd64", "6.1.101-1")]
    # Of two with the same version the smaller is quicker to fetch.
    assert names(debian.choose(index, "6.1.*")) == [
        ("linux-image-6.1.0-10-amd64-unsigned", "6.1.100-1")]


def test_a_kernel_in_several_packages() -> None:
    index = [item("linux-image-7.2.13+deb14-amd64", "7.2.13-1", 2000),
             item("linux-binary-7.2.13+deb14-amd64", "7.2.13-1"),
             item("linux-modules-7.2.13+deb14-amd64", "7.2.13-1"),
             item("linux-base-7.2.13+deb14-amd64", "7.2.13-1"),
             item("linux-modules-7.2.9+deb14-amd64", "7.2.9-1")]
    assert [package.name for package in debian.choose(index, "7.2.*")] == [
        "linux-binary-7.2.13+deb14-amd64", "linux-modules-7.2.13+deb14-amd64",
        "linux-base-7.2.13+deb14-amd64"]


def test_a_kernel_whose_modules_are_gone() -> None:
    index = [item("linux-binary-7.0.13+deb13-amd64", "7.0.13-1~bpo13+1"),
             item("linux-modules-7.0.14+deb13-amd64", "7.0.14-1~bpo13+1")]
    assert len(debian.choose(index, "7.0.*")) == 1
    assert not debian.choose(index, "7.1.*")


def test_a_release_is_newer_than_its_candidate() -> None:
    assert debian.newest([item("a", "7.3.1-1"), item("b", "7.3~rc7-1~exp1")]).name == "a"


UBUNTU = """\
Types: deb
URIs: http://mirror.invalid/ubuntu/
Suites: noble noble-updates noble-backports
Components: main universe
Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg
"""


def test_on_ubuntu_one_line_says_what_to_add(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="suite bookworm.*debian-archive-keyring.*--kernel") as said:
        debian.archives(sources(tmp_path, ubuntu__sources=UBUNTU))
    assert "\n" not in str(said.value)


def test_without_apt_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="install apt and dpkg, or bring kernels") as said:
        debian.archives(tmp_path / "etc")
    assert "\n" not in str(said.value)
    (tmp_path / "linux.deb").write_text("a package")
    with pytest.raises(UserError, match="bsdtar is not installed"):
        package.unpack([tmp_path / "linux.deb"], tmp_path / "new")
