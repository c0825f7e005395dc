# SPDX-License-Identifier: GPL-2.0
"""The cases' policies in bundles: `landproof runtimes` with container runtimes as tools."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from oci.forms import FORMS, KERNEL_NAMES
from tests.oci.proof import ROOT, build
from vm import tools

SHIM = ROOT / "tests/oci/shim.toml"
FILES = (ROOT / "runtimes/crun.toml", ROOT / "runtimes/runc.toml", SHIM)
TOOLS = {tool.name: tool for file in FILES for tool in tools.read(file)}


@pytest.mark.parametrize("name", TOOLS)
def test_a_form_is_the_same_everywhere(name: str) -> None:
    """The tool's file says for the harness what oci/forms.py says for the checks."""
    tool = TOOLS[name]
    form = FORMS[name.partition("-")[2] or "1241"]
    assert tool.data["bundle"] == {
        "handled": form.handled, "strict": {form.best_effort: form.strict},
        **({"net": form.net, "ports": form.ports} if form.net else {})}
    known = {KERNEL_NAMES[word] for word in form.fs_words} | (
        {"net.bind_tcp", "net.connect_tcp"} if form.net else set())
    assert tool.data["rights"].keys() >= known


def test_containers_on_a_kernel(tmp_path: Path) -> None:
    """Debian's runtimes run the attempt in a container, and ignore the block; the shim does not."""
    out = tmp_path / "out.json"
    done = subprocess.run(
        [ROOT / "landproof", "runtimes", "--kernel", "debian-7.3", "--tool", "crun",
         "--tool", "runc", "--adapter", SHIM, "--tool", build(None, tmp_path),
         "--case", "fs.read_file.open",
         "--json", out], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 1, done.stderr
    found = {one["tool"]: one for one in json.loads(out.read_text())["runtimes"]
             if one["case"] == "fs.read_file.open"}
    assert {name: found[name]["verdict"] for name in ("crun", "runc", "shim")} == {
        "crun": "open-silent", "runc": "open-silent", "shim": "enforced"}
    worlds = found["shim"]["worlds"]
    assert (worlds["deny"]["layers"], worlds["grant"]["result"]) == (1, "ok")
