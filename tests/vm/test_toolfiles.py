# SPDX-License-Identifier: GPL-2.0
"""What is unpacked of the packages of tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from vm import toolfiles


def test_of_a_package_the_newest_version_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("sid-passwd_1%3a4.9-1", "sid-passwd_1%3a4.13+dfsg1-1", "sid-passwd_9~rc1-1"):
        (tmp_path / "landproof/tools" / name).mkdir(parents=True)
    found = toolfiles._cached("passwd", "sid")
    assert found and found.name == "sid-passwd_1%3a4.13+dfsg1-1"
