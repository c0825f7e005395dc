# SPDX-License-Identifier: GPL-2.0
"""The checks of OCI runtimes as data, their forms, and the verdicts."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from oci import judge
from oci.bundle import PROBE
from oci.checks import Check, read
from oci.forms import FORMS, KERNEL_NAMES, block, expressible
from oci.plan import plan, runs
from tests.oci.proof import PATCHES, finders, kernel

ROOT = Path(__file__).parents[2]
CHECKS = {check.id: check for check in read()}
FORM = FORMS["1241"]
ALL = dict.fromkeys(KERNEL_NAMES.values(), True)
OPEN_VERBS = {"ioctl", "bind-udp", "kill", "thread"}
"""Verbs that the schema has no right for, and `thread`, before another verb."""


def verbs(check: Check) -> set[str]:
    return {what.split()[0] for what in check.inside}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_a_check_can_fail(check: Check) -> None:
    """It says who promises it, and has something that must be refused."""
    assert check.claim and check.source
    assert check.expect == "refused" or check.how == "features" or \
        any(want != "ok" for want in check.inside.values())


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_what_is_done_inside_is_known(check: Check) -> None:
    program = (ROOT / "oci/probe.c").read_text()
    known = {*judge.NEEDS, *judge.ACROSS, *judge.MOUNTS, *judge.FACTS}
    assert verbs(check) <= known | OPEN_VERBS
    for verb in verbs(check):
        assert f'"{verb}' in program


def test_names_are_unique() -> None:
    assert len(CHECKS) == len(read())


def test_the_same_policy_in_each_form() -> None:
    policy = {"fs": ["read_file", "refer"], "net": ["bind"], "strict": True,
              "path": [{"rights": "all", "at": ["/a"]}], "port": [{"rights": ["bind"], "at": [80]}]}
    paths = [{"allowedAccess": ["read_file", "refer"], "paths": ["/a"]},
             {"allowedAccess": ["read_file"], "paths": [PROBE]}]
    ports = [{"allowedAccess": ["bind"], "ports": [80]}]
    assert block(policy, FORM, PROBE) == {
        "handledAccess": {"handledAccessFS": ["read_file", "refer"],
                          "handledAccessNetwork": ["bind"]},
        "rules": {"pathBeneath": paths, "networkPort": ports}, "enableBestEffort": False}
    assert block(policy, FORMS["1241-review"], PROBE) == {
        "ruleset": {"handledAccessFS": ["read_file", "refer"], "handledAssessNetwork": ["bind"]},
        "rules": {"pathBeneath": paths, "portBeneath": ports}, "disableBestEffort": True}
    assert not expressible(policy, FORMS["1111"])


def test_what_the_first_form_cannot_say_is_left_out() -> None:
    names = {one.check.id for one in plan(CHECKS.values(), FORMS["1111"])}
    assert "enforced" in names and not names & {"port.exact", "truncate", "refer.denied"}


def verdict(name: str, results: dict[str, str], text: str = "", status: int = 0,
            rights: dict[str, bool] = ALL, mended: bool = True) -> tuple[str, str]:
    """Return the verdict on a runtime whose container showed these results."""
    (asked,) = plan([CHECKS[name]], FORM)
    works = "".join(f"@ {what} = ok\n" for what in CHECKS[name].inside)
    said = {run.name: f"@ layers = 0\n{works}@@ status 0\n" for run in runs([asked])}
    if asked.mended and not mended:
        said[asked.mended.name] = "broken\n@@ status 1\n"
    said[asked.policy.name] = text + "".join(
        f"@ {what} = {result}\n" for what, result in results.items()) + f"@@ status {status}\n"
    outcome = judge.judge(asked, rights, said)
    return outcome.verdict, outcome.why


OPEN = {"layers": "0", "read /granted/file": "ok", "read /denied/file": "ok", "list /denied": "ok"}
CONFINED = {"layers": "1", "read /granted/file": "ok", "read /denied/file": "EACCES",
            "list /denied": "EACCES"}


def test_confinement() -> None:
    assert verdict("enforced", CONFINED)[0] == "holds"
    assert verdict("enforced", OPEN)[0] == "ignored"
    assert verdict("enforced", {**CONFINED, "list /denied": "ok"})[0] == "fails"
    assert verdict("enforced", {**CONFINED, "read /granted/file": "EACCES"})[0] == "fails"
    # Refused, but by what?
    assert verdict("enforced", {**CONFINED, "layers": "0"})[0] == "fails"
    assert verdict("enforced", {**CONFINED, "layers": "2"})[0] == "fails"
    assert verdict("enforced", {}, "no such thing\n", 1) == ("fails",
                                                             "it did not start: no such thing")


def test_refusal() -> None:
    assert verdict("nnp.false", {}, "it must be true\n", 1)[0] == "holds"
    assert verdict("nnp.false", {"layers": "0"})[0] == "ignored"
    assert verdict("nnp.false", {"layers": "1"})[0] == "fails"
    assert verdict("nnp.false", {}, status=0)[0] == "fails"
    # What refuses everything has refused nothing.
    assert verdict("nnp.false", {}, "no\n", 1, mended=False)[0] == "cannot-run"


def test_what_the_kernel_lacks() -> None:
    old = {**ALL, "fs.truncate": False, "net.bind_tcp": False, "net.connect_tcp": False}
    shown = {"layers": "1", "read /granted/file": "ok", "read /denied/file": "EACCES",
             "truncate /denied/truncate": "ok", "connect 7002": "ok"}
    named = "cannot handle truncate\ncannot handle bind\ncannot handle connect\n"
    assert verdict("best-effort", shown, named, rights=old)[0] == "holds"
    assert verdict("best-effort", shown, named[:23], rights=old) == ("fails",
                                                                     "no word about bind")
    assert verdict("strict", shown, named, rights=old)[0] == "fails"
    assert verdict("strict", {}, "no truncate\n", 1, rights=old)[0] == "holds"
    none = dict.fromkeys(ALL, False)
    assert verdict("strict", {"layers": "0"}, rights=none)[0] == "fails"
    everything = " ".join(KERNEL_NAMES) + "\n"
    nothing = {what: "ok" for what in CHECKS["best-effort"].inside} | {"layers": "0"}
    assert verdict("best-effort", nothing, everything, rights=none)[0] == "holds"


def test_what_the_kernel_cannot_show() -> None:
    """Nothing is refused, as the kernel cannot: that is no proof of the claim."""
    none = dict.fromkeys(ALL, False)
    granted = {what: "ok" for what in CHECKS["port.exact"].inside} | {"layers": "0"}
    assert verdict("port.exact", granted, "cannot handle connect\n", rights=none)[0] == "absent"
    assert verdict("port.exact", granted, rights=none)[0] == "ignored"
    granted = {what: "ok" for what in CHECKS["missing-path.default"].inside} | {"layers": "0"}
    assert verdict("missing-path.default", granted, "cannot handle read_file\n",
                   rights=none)[0] == "absent"
    assert verdict("missing-path.strict", {}, "cannot handle read_file\n", 1,
                   rights=none)[0] == "absent"


def test_a_script_that_was_cut_off_says_nothing() -> None:
    (asked,) = plan([CHECKS["enforced"]], FORM)
    said = {run.name: "@ layers = 1\n" for run in runs([asked])}
    assert judge.judge(asked, ALL, said).verdict == "broken"


@pytest.mark.parametrize(("word", "value"), [
    ("--runtime", "nonsense"), ("--runtime", "mine=/nonsense"), ("--check", "nonsense"),
    ("--form", "nonsense"),
])
def test_nonsense_is_an_error_at_once(word: str, value: str) -> None:
    done = subprocess.run([ROOT / "landproof", "oci", word, value], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1 and "nonsense" in done.stderr


BREAKERS = sorted(PATCHES.glob("*.patch"))


@pytest.mark.parametrize("patch", BREAKERS, ids=[patch.stem for patch in BREAKERS])
def test_a_patch_names_checks_that_there_are(patch: Path) -> None:
    assert re.match(r"^[A-Z`].*\.\n", patch.read_text())
    assert finders(patch) and finders(patch) <= CHECKS.keys()
    assert kernel(patch).startswith("debian-")


def test_every_check_is_named_once() -> None:
    named = {check for patch in PATCHES.glob("*.patch") for check in finders(patch)}
    assert CHECKS.keys() <= named, CHECKS.keys() - named
