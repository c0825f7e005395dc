# SPDX-License-Identifier: GPL-2.0
"""What a runtime made of the checks, from what its containers printed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from oci.checks import Check
from oci.forms import KERNEL_NAMES, handled
from oci.plan import Asked, Run

MEANINGS = {
    "holds": "the runtime does as the check says",
    "ignored": "the container ran, and the block changed nothing",
    "fails": "the runtime does something else",
    "absent": "this kernel's Landlock has nothing that the check could see",
    "cannot-run": "it does not work without the block, or without what makes it wrong, either",
    "broken": "trouble of the suite's own",
}
DEVIATIONS = ("ignored", "fails")

NEEDS = {
    "read": "read_file", "list": "read_dir", "write": "write_file", "execute": "execute",
    "truncate": "truncate", "otrunc": "truncate", "rmdir": "remove_dir", "unlink": "remove_file",
    "mkdir": "make_dir", "symlink": "make_sym", "mkreg": "make_reg", "mkfifo": "make_fifo",
    "mkchr": "make_char", "mkblk": "make_block", "mksock": "make_sock", "bind": "bind",
    "connect": "connect",
}
"""The right that each verb of probe.c exercises."""

ACROSS = ("rename", "link")
"""Verbs that Landlock refuses in any domain unless refer is granted."""

MOUNTS = ("mount", "umount")
"""Verbs that Landlock refuses in any domain that handles the file system."""

FACTS = ("layers", "fds", "nnp")
"""What is looked at, and not done."""

MARK = re.compile(r"^@ (.+) = (.+)$", re.MULTILINE)
ENDED = re.compile(r"^@@ ended (\d+)$", re.MULTILINE)
STATUS = re.compile(r"^@@ status (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Seen:
    """What a container showed."""

    name: str
    results: Mapping[str, str]
    status: int | None
    ended: str
    """The script's own end."""
    text: str
    """What the runtime printed."""

    @property
    def started(self) -> bool:
        """Whether the container's program ran: it counts the layers first."""
        return "layers" in self.results

    @property
    def first(self) -> str:
        """The first line that the runtime printed."""
        return next((line for line in self.text.splitlines() if line.strip()), "it says nothing")


@dataclass(frozen=True)
class Outcome:
    """A check in a form on a kernel."""

    check: Check
    form: str
    verdict: str
    why: str
    seen: tuple[Seen, ...] = ()


def look(run: Run, said: Mapping[str, str]) -> Seen | None:
    """Return what a container showed; None: it never ran."""
    text = said.get(run.name)
    if text is None:
        return None
    status, ended = STATUS.search(text), ENDED.search(text)
    rest = "\n".join(line for line in text.splitlines() if not line.startswith("@"))
    return Seen(run.name, dict(MARK.findall(text)), int(status[1]) if status else None,
                ended[1] if ended else "unknown", rest)


def expected(verb: str, want: str, there: set[str]) -> str:
    """Return what an attempt comes to where only some rights can be enforced."""
    files = there - {"bind", "connect"}
    if want == "ok":
        return "EXDEV" if verb in ACROSS and files and "refer" not in there else "ok"
    if verb in ACROSS or verb in MOUNTS:
        return want if files else "ok"
    return want if NEEDS[verb] in there else "ok"


def expectations(check: Check, there: set[str]) -> dict[str, str]:
    """Return what the container's program must show: one layer, if anything can be enforced."""
    found = {"layers": "1" if there else "0"}
    for what, want in check.inside.items():
        verb = what.removeprefix("thread ").split()[0]
        if verb in FACTS:
            found[what] = want
        else:
            found[what] = expected(verb, want, there)
    return found


def judge(asked: Asked, rights: Mapping[str, bool], said: Mapping[str, str]) -> Outcome:
    """Return the verdict of one check; `rights` are those that the kernel's Landlock has."""
    control, policy = look(asked.control, said), look(asked.policy, said)
    mended = look(asked.mended, said) if asked.mended else None
    seen = tuple(one for one in (control, policy, mended) if one)
    if not control or not policy or (asked.mended and not mended):
        return Outcome(asked.check, asked.form.name, "broken", "a container was not tried", seen)
    if cut := [one for one in seen if one.status is None]:
        return Outcome(asked.check, asked.form.name, "broken",
                       f"the script of a container ended with status {cut[0].ended}", seen)
    verdict, why = _features(policy) if asked.check.how == "features" else \
        _judge(asked, rights, control, policy, mended)
    return Outcome(asked.check, asked.form.name, verdict, why, seen)


def _features(seen: Seen) -> tuple[str, str]:
    try:
        told = json.loads(seen.text)
    except ValueError:
        return "fails", f"`features` prints no JSON: {seen.first}"
    landlock = (told.get("linux") or {}).get("landlock")
    if landlock is None:
        return "ignored", "`features` has no linux.landlock"
    if landlock.get("enabled") is not True:
        return "fails", "linux.landlock.enabled is not true"
    return "holds", "linux.landlock.enabled is true"


def _judge(asked: Asked, rights: Mapping[str, bool], control: Seen, policy: Seen,
           mended: Seen | None) -> tuple[str, str]:
    check = asked.check
    words = handled(check.policy, asked.form)
    if check.exec_policy is not None:
        words = handled(check.exec_policy, asked.form)
    lacks = {word for word in words if not rights.get(KERNEL_NAMES.get(word, ""), False)
             and word in KERNEL_NAMES}
    there = (words & KERNEL_NAMES.keys()) - lacks
    strict = check.policy.get("strict") is True
    if trouble := _trouble(check, control):
        return "cannot-run", f"without the block: {trouble}"
    if check.expect == "refused" and check.mended.get("strict") and lacks:
        return "absent", f"this kernel cannot handle {', '.join(sorted(lacks))}"
    if check.expect == "refused" or (strict and lacks):
        return _refusal(policy, mended or control, control)
    if not policy.started and check.expect == "either":
        return ("holds", f"not started: {policy.first}") if policy.status else \
            ("fails", "not started, and exit status 0")
    wants = expectations(check, there)
    verdict, why = _confinement(check, wants, lacks, control, policy)
    if verdict == "holds" and "strict" not in check.policy and not _tells(wants) \
            and _tells(check.inside):
        return "absent", f"this kernel cannot handle {', '.join(sorted(lacks))}"
    return verdict, why


def _trouble(check: Check, control: Seen) -> str:
    """Return what does not work although nothing forbids it, or nothing."""
    if not control.started:
        return f"it does not start: {control.first}"
    wrong = [f"{what}: {control.results.get(what, 'no answer')}" for what in check.inside
             if what.split()[0] not in FACTS and control.results.get(what) != "ok"]
    return wrong[0] if wrong else ""


def _refusal(policy: Seen, mended: Seen, control: Seen) -> tuple[str, str]:
    if not mended.started:
        return "cannot-run", f"without what makes it wrong it does not start: {mended.first}"
    if not policy.started:
        return ("holds", f"refused: {policy.first}") if policy.status else \
            ("fails", "not started, and exit status 0")
    if policy.results == control.results and policy.results.get("layers") == "0":
        return "ignored", "it started, without a domain"
    return "fails", f"it started, with {policy.results['layers']} layers"


def _tells(wants: Mapping[str, str]) -> bool:
    """Say whether something must be refused: what is all granted tells nothing of a policy."""
    return any(want != "ok" for what, want in wants.items() if what not in FACTS)


def _confinement(check: Check, wants: Mapping[str, str], lacks: set[str], control: Seen,
                 policy: Seen) -> tuple[str, str]:
    if not policy.started:
        return "fails", f"it did not start: {policy.first}"
    layers = policy.results["layers"]
    wrong = [f"{what}: {policy.results.get(what, 'no answer')}, not {want}"
             for what, want in wants.items() if policy.results.get(what) != want
             and not (what == "layers" and layers == "-1")]
    # Where nothing can be enforced, nothing needs to be said of a rule.
    says = check.says if wants["layers"] != "0" else ()
    silent = [word for word in (*says, *sorted(lacks)) if not _mentions(policy.text, word)]
    if not wrong and not silent:
        return "holds", f"{layers} layers" if layers != "1" else "one layer"
    if layers == "0" and policy.results == control.results:
        return "ignored", (wrong or [f"no word about {silent[0]}"])[0]
    return "fails", wrong[0] if wrong else f"no word about {silent[0]}"


def _mentions(text: str, word: str) -> bool:
    plain = text.lower().replace("-", "_")
    return word.lower().replace("-", "_") in plain
