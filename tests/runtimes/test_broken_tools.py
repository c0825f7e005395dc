# SPDX-License-Identifier: GPL-2.0
"""Tools that are broken on purpose, around a real one: each gets the verdict that it should."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from vm import toolfiles, tools

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.needs("Landlock")

READ, MAKE = "fs.read_file.open", "fs.make_dir.mkdir"

# Each is the body of a shell script; $REAL is the tool, its arguments policy and program.
DROPS_POLICY = """
while [ $# -gt 0 ]; do case "$1" in
    --landlock-*) shift 2;; --*) shift;; *) break;; esac; done
exec "$@"
"""
DROPS_GRANTS = """
for word; do shift
    if [ "$word" = --landlock-rule ]; then rule=rule:; continue; fi
    case "$rule$word" in rule:*probe) set -- "$@" --landlock-rule "$word";; rule:*) ;;
    *) set -- "$@" "$word";; esac
    rule=
done
exec $REAL "$@"
"""
DROPS_RIGHT = """
for word; do shift
    if [ "$word" = fs:make-dir ]; then word=fs:make-fifo; fi
    case "$word" in path-beneath:make-dir:*) word=path-beneath:make-fifo:/;; esac
    set -- "$@" "$word"
done
exec $REAL "$@"
"""
CHILD_ONLY = """
count=$#
while [ $count -gt 0 ]; do case "$1" in
    --landlock-*) policy="$policy $1 $2"; shift 2;; --*) shift;; *) break;; esac
    count=$#; done
$REAL --no-new-privs $policy "$1" attempt >/dev/null 2>&1
exec "$@"
"""
GRANTS_MORE = """
for word; do shift
    case "$word" in path-beneath:*make-sym*) word=path-beneath:make-dir,${word#path-beneath:};; esac
    set -- "$@" "$word"
done
exec $REAL "$@"
"""
WARNS = """
case "$*" in *--landlock-access*) echo "warning: cannot enforce read-file, make-dir" >&2;; esac
""" + DROPS_POLICY
# A line that names nothing tells nothing.
WARNS_OF_NOTHING = """
case "$*" in *--landlock-access*) echo "warning: not everything may be enforced" >&2;; esac
""" + DROPS_POLICY
# Who repeats the policy does not say that it is not enforced.
REPEATS = """
case "$*" in *--landlock-access*) echo "handling: read-file, make-dir" >&2;; esac
""" + DROPS_POLICY
REFUSES = 'case "$*" in *--landlock-access*) echo no >&2; exit 1;; esac; exec $REAL "$@"\n'
WORKS = 'exec $REAL "$@"\n'


def run(body: str, tmp_path: Path) -> tuple[int, dict[str, str]]:
    """Let a script be the tool; return the exit status and the verdict of each case."""
    place = Path("/var/tmp") / f"landproof-test-{tmp_path.name}"
    subprocess.run(["rm", "-rf", str(place)], check=True)
    place.mkdir(mode=0o755)
    try:
        tool = tools.known()["setpriv"]
        toolfiles.lay_out([tool], ROOT / "build/landproof-guest", place)
        (command,) = [line.split("\t")[1:5] for line in (place / "list").read_text().splitlines()
                      if line.startswith("command\t")]
        script = tmp_path / "setpriv"
        script.write_text(f"#!/bin/sh\nREAL='{' '.join(command)}'\n{body}")
        out = tmp_path / "out.json"
        done = subprocess.run(
            [str(ROOT / "landproof"), "runtimes", "--here", "--tool", f"setpriv={script}",
             "--case", READ, "--case", MAKE, "--json", str(out)],
            capture_output=True, text=True, check=False, timeout=100)
        assert out.exists(), done.stderr
        found = json.loads(out.read_text())["runtimes"]
        return done.returncode, {one["case"]: one["verdict"] for one in found
                                 if one["tool"] == "setpriv"}
    finally:
        subprocess.run(["rm", "-rf", str(place)], check=True)


@pytest.mark.parametrize(("body", "status", "read", "make"), [
    (WORKS, 0, "enforced", "enforced"),
    (DROPS_POLICY, 1, "open-silent", "open-silent"),
    (DROPS_GRANTS, 1, "overblock", "overblock"),
    (DROPS_RIGHT, 1, "enforced", "open-silent"),
    (CHILD_ONLY, 1, "open-silent", "open-silent"),
    (WARNS, 0, "open-told", "open-told"),
    (WARNS_OF_NOTHING, 1, "open-silent", "open-silent"),
    (REPEATS, 1, "open-silent", "open-silent"),
    (REFUSES, 0, "refused-start", "refused-start"),
], ids=["works", "drops-policy", "drops-grants", "drops-right", "child-only", "warns",
        "warns-of-nothing", "repeats", "refuses"])
def test_verdict(body: str, status: int, read: str, make: str, tmp_path: Path) -> None:
    found, verdicts = run(body, tmp_path)
    assert found == status
    assert {case: verdicts[case] for case in (READ, MAKE)} == {READ: read, MAKE: make}


def test_a_name_that_grants_another_right(tmp_path: Path) -> None:
    """The case itself holds: only what all other names grant together shows it."""
    status, verdicts = run(GRANTS_MORE, tmp_path)
    assert status == 1
    assert verdicts[MAKE] == "enforced"
    assert verdicts["word.others.fs.make_dir"] == "open-silent"
    assert verdicts["word.others.fs.read_file"] == "enforced"


WORDS = """
name = "wordy"
probe = "directory"
binary = "usr/bin/setpriv"
suites = ["sid"]
packages = ["util-linux", "libc6", "libcap-ng0"]
command = ["--no-new-privs", "--landlock-access", "fs:execute,read-file,read-dir,make-dir"]
handles.fs = ["execute", "read_file", "read_dir", "make_dir"]

[[word]]
fs = ["execute", "read_file"]
name = "run"
arguments = ["--landlock-rule", "path-beneath:execute,read-file,read-dir:{path}"]

[[word]]
fs = ["read_file", "make_dir"]
name = "make"
arguments = ["--landlock-rule", "path-beneath:read-file:{path}"]
"""


def test_words_are_held_against_their_manual(tmp_path: Path) -> None:
    """One word grants more than its description says, the other less."""
    adapter, out = tmp_path / "wordy.toml", tmp_path / "out.json"
    adapter.write_text(WORDS)
    subprocess.run([str(ROOT / "landproof"), "runtimes", "--here", "--adapter", str(adapter),
                    "--case", READ, "--case", MAKE, "--case", "fs.read_dir.open", "--json",
                    str(out)], capture_output=True, check=False, timeout=100)
    found = {one["case"]: one["verdict"] for one in json.loads(out.read_text())["runtimes"]
             if one["case"].startswith("word.")}
    assert found == {
        "word.run.fs.read_file": "enforced", "word.make.fs.read_file": "enforced",
        "word.run.fs.read_dir": "open-silent", "word.make.fs.read_dir": "enforced",
        "word.run.fs.make_dir": "enforced", "word.make.fs.make_dir": "overblock",
    }
