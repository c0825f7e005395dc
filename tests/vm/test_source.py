# SPDX-License-Identifier: GPL-2.0
"""Kernel sources from a mirror to the cache, and what can go wrong on the way."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vm.mirror import Mirror, package
from vm import debian, source
from vm.debian import Source
from vm.errors import UserError

NAME = "linux-source-7.3"


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
           private_cache: Path) -> Iterator[Mirror]:
    """Serve an archive, and let the machine's apt sources be it."""
    served = Mirror(tmp_path / "mirror")
    archive = Source(served.uri, str(served.keyring))
    monkeypatch.setattr(debian, "archives", lambda: {"main": archive, "security": archive})
    yield served
    served.close()


def sources(mirror: Mirror, version: str, data: bytes | None = None) -> Path:
    """Build a package of kernel sources, or one whose archive is `data`."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:xz") as archive:
        member = tarfile.TarInfo(f"{NAME}/Makefile")
        text = f"VERSION = {version}\n".encode()
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return package(mirror.root, NAME, version,
                   {f"usr/src/{NAME}.tar.xz": data or file.getvalue()})


def test_the_newest_of_the_suites(mirror: Mirror, private_cache: Path) -> None:
    mirror.publish("experimental", [sources(mirror, "7.3~rc7-1~exp1")])
    new = sources(mirror, "7.3.4-1~bpo13+1")
    mirror.publish("sid", [new, package(mirror.root, "linux-source-7.30", "7.30.1-1", {})])
    mirror.cut_once.add(new.name)
    seen: set[str] = set()
    tree = source.fetch(NAME, ["sid", "experimental"], lambda what, part: seen.add(what))
    assert tree.version == "7.3.4-1~bpo13+1"
    assert tree.path == private_cache / "sources" / f"{NAME}-{tree.version}"
    assert (tree.path / "Makefile").read_text() == f"VERSION = {tree.version}\n"
    assert {"unpacking", "done"} < seen
    assert not list((private_cache / "apt/debs").iterdir())
    mirror.close()  # from now on without any network
    assert source.fetch(NAME, ["sid"]) == source.cached(NAME) == tree


def test_update_looks_for_a_newer_one(mirror: Mirror) -> None:
    mirror.publish("sid", [sources(mirror, "7.3.9-1")])
    source.fetch(NAME, ["sid"])
    mirror.publish("sid", [sources(mirror, "7.3.10-1")])
    assert source.fetch(NAME, ["sid"]).version == "7.3.9-1"
    assert source.fetch(NAME, ["sid"], update=True).version == "7.3.10-1"
    assert source.fetch(NAME, ["sid"]).version == "7.3.10-1"


def test_what_the_archive_does_not_have(mirror: Mirror) -> None:
    mirror.publish("sid", [package(mirror.root, "linux-doc", "7.3-1", {"usr/share/doc/x": b"x"})])
    with pytest.raises(UserError, match=f"^no {NAME} in sid, gone .*gone.*: give a directory"):
        source.fetch(NAME, ["sid", "gone"])


def test_a_damaged_archive_leaves_nothing(mirror: Mirror, private_cache: Path) -> None:
    mirror.publish("sid", [sources(mirror, "7.3.4-1", b"no archive" * 100000)])
    with pytest.raises(UserError, match="cannot be unpacked: ") as caught:
        source.fetch(NAME, ["sid"])
    assert "\n" not in str(caught.value)
    assert source.cached(NAME) is None
    assert not list((private_cache / "sources").iterdir())


def test_what_a_killed_run_left_is_removed(mirror: Mirror, private_cache: Path) -> None:
    left = private_cache / "sources/.new-killed/tree"
    left.mkdir(parents=True)
    mirror.publish("sid", [sources(mirror, "7.3.4-1")])
    source.fetch(NAME, ["sid"])
    assert not left.exists()
