# SPDX-License-Identifier: GPL-2.0
"""Real containers on a real kernel: a runtime that knows process.landlock, and crun, without it."""

from __future__ import annotations

from pathlib import Path

from tests.oci.proof import PATCHES, build, verdicts

CHECKS = ("features", "enforced", "nnp.false", "missing-path.best-effort", "exec")


def found(runtime: str, *checks: str) -> dict[str, str]:
    words = [word for name in checks for word in ("--check", name)]
    return {check: verdict for (_kernel, _form, check), verdict in
            verdicts(runtime, "--kernel", "debian-7.3", *words).items()}


def test_the_shim_does_as_it_should(tmp_path: Path) -> None:
    assert found(build(None, tmp_path), *CHECKS) == dict.fromkeys(CHECKS, "holds")


def test_crun_ignores_the_block() -> None:
    """No released runtime knows the block. When this fails, docs/oci.md has news."""
    assert found("crun", "features", "enforced") == dict.fromkeys(("features", "enforced"),
                                                                  "ignored")


def test_a_broken_shim_is_seen(tmp_path: Path) -> None:
    broken = build(PATCHES / "without-exec.patch", tmp_path)
    assert found(broken, "enforced", "exec") == {"enforced": "holds", "exec": "ignored"}
