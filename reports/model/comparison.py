# SPDX-License-Identifier: GPL-2.0
"""Two results, case by case: a sum would hide that one thing broke while another was fixed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from reports.errors import UserError
from reports.model.known import matches, with_current_names
from reports.model.results import (
    OFF_BY_DEFAULT,
    SELECTING,
    CaseResult,
    Kernel,
    Result,
    World,
    base,
    family,
    shareable,
)
from reports.model.verdicts import LOOKS, Verdict


class Kind(StrEnum):
    """What became of a case."""

    DEVIATING = "newly deviating"
    FIXED = "newly fixed"
    CHANGED = "other verdict"
    ADDED = "added"
    REMOVED = "removed"
    NEW_HERE = "new here: a case that the old result did not have"
    WORLDS = "same verdict, other worlds"


@dataclass(frozen=True, slots=True)
class Rules:
    """What the user says of what is a regression."""

    strict: bool = False  # cases that are new here and deviate count, too
    allow_missing: bool = False  # a proof that is gone does not


@dataclass(frozen=True, slots=True)
class Change:
    """One case that is not as it was on one kernel."""

    kernel: str
    case: str
    kind: Kind
    old: CaseResult | None
    new: CaseResult | None
    rules: Rules = Rules()
    selected: bool = True  # the new run was asked for this case

    @property
    def worse(self) -> bool:
        """Whether this is a step back: a deviation that was not there, or a proof that is gone."""
        if self.new and self.new.gate:
            return False
        if self.kind is Kind.WORLDS:
            return self._proof_gone and self.selected and self._refusal_gone
        if self.new is None:
            return self.selected and self._proof_gone
        if self.old is None:
            return self.new.deviates and (self.rules.strict or self.kind is not Kind.NEW_HERE)
        if self.new.deviates:
            return self.new.verdict is not self.old.verdict
        if self.new.verdict in (Verdict.CANNOT_RUN, Verdict.ABSENT):
            return self._proof_gone
        if self.new.verdict is Verdict.OPEN and self.old.verdict is Verdict.ERRNO:
            return self._proof_gone
        return _severity(self.new.verdict) > _severity(self.old.verdict)

    @property
    def _proof_gone(self) -> bool:
        """Whether this was refused; to be asked where it no longer shows anything."""
        refused = (Verdict.HOLDS, Verdict.CLOSED, Verdict.ERRNO)
        held = self.old is not None and self.old.verdict in refused
        return held and not self.rules.allow_missing

    @property
    def _refusal_gone(self) -> bool:
        """Whether a world that was refused as promised did not run any more."""
        return any(was and now is None and was.as_promised and was.expected not in (None, "ok")
                   for was, now in self.worlds.values())

    @property
    def verdicts(self) -> str:
        """The step, in words: `holds → bypass`."""
        old = self.old.verdict if self.old else "new case"
        new = self.new.verdict if self.new else "gone"
        return str(new) if old == new else f"{old} → {new}"

    @property
    def worlds(self) -> dict[str, tuple[World | None, World | None]]:
        """The worlds whose result or promise differs, as they were and as they are."""
        before = {} if self.old is None else {world.name: world for world in self.old.worlds}
        after = {} if self.new is None else {world.name: world for world in self.new.worlds}
        return {
            name: (before.get(name), after.get(name))
            for name in dict.fromkeys((*before, *after))
            if _facts(before.get(name)) != _facts(after.get(name))
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs between two results."""

    changes: tuple[Change, ...]
    compared: int  # cases that both results have, over all kernels
    added: tuple[str, ...]  # kernels
    removed: tuple[str, ...]
    stopped: tuple[tuple[str, str], ...]  # kernels that ran and no longer do, and why
    releases: tuple[tuple[str, str, str], ...]  # kernel, old release, new release
    weaker: tuple[tuple[str, str], ...] = ()  # kernels that claim less, and what
    rules: Rules = Rules()

    @property
    def worse(self) -> bool:
        """Whether anything got worse; a kernel that no longer runs proves nothing."""
        return bool(self.missing or self.weaker) or any(change.worse for change in self.changes)

    @property
    def missing(self) -> tuple[str, ...]:
        """The columns of the old result that show nothing any more, unless that is allowed."""
        return () if self.rules.allow_missing else (
            *self.removed, *(name for name, _why in self.stopped))

    @property
    def fixed(self) -> int:
        """How many deviations are gone because the promise holds now."""
        return sum(change.kind is Kind.FIXED for change in self.changes)

    @property
    def regressions(self) -> tuple[Change, ...]:
        """The changes that are worse."""
        return tuple(change for change in self.changes if change.worse)


def pairs(old: Result, new: Result) -> Iterator[tuple[Kernel | None, Kernel | None]]:
    """Yield the kernels of two results that belong together: those of one name."""
    for kernel in new.kernels:
        yield old.kernel(kernel.name), kernel
    for kernel in old.kernels:
        if new.kernel(kernel.name) is None:
            yield kernel, None


def renamed(result: Result, names: Sequence[str]) -> Result:
    """Return the result with its kernels under other names, by position."""
    if len(names) > len(result.kernels):
        raise UserError(f"--as {names[-1]}: the new result has {len(result.kernels)} kernels only")
    kernels = tuple(
        replace(kernel, name=name) for kernel, name in zip(result.kernels, names, strict=False)
    )
    return replace(result, kernels=(*kernels, *result.kernels[len(names):]))


def compare(
    old: Result, new: Result, rules: Rules = Rules(), *, private: bool = False
) -> Difference:
    """Return what differs, kernel by kernel of one name, under the names of today.

    This is what `diff` and `--baseline` both judge by. Cases that must not be shared around are
    left out unless the comparison is `private`. Raises UserError if nothing can be compared.
    """
    before, after = (
        with_current_names(result if private else shareable(result)) for result in (old, new)
    )
    if not any(one and other for one, other in pairs(before, after)):
        names = " and ".join(
            ", ".join(one.name for one in result.kernels) or "none" for result in (before, after)
        )
        raise UserError(
            f"nothing to compare: the kernels are {names}; --as NAME says which of the old"
            " result's kernels the new one is"
        )
    changes: list[Change] = []
    added, removed, stopped, releases, weaker = [], [], [], [], []
    compared = 0
    for one, other in pairs(before, after):
        if other is not None and (one is None or (one.unavailable and not other.unavailable)):
            added += [other.name] if one is None else []
            changes += _changes(other.name, Kernel(other.name), other, rules, new_kernel=True)
        elif one is not None and other is None:
            removed.append(one.name)
        elif one is not None and other is not None:
            name = one.name if one.name == other.name else f"{one.name} → {other.name}"
            died = next((lost.why for lost in other.lost), None) if not one.lost else None
            why = other.unavailable or died
            if why and not one.unavailable:
                stopped.append((name, why))
            if not rules.allow_missing:
                weaker += [(name, text) for text in _weaker(one, other)]
            if one.release and other.release and one.release != other.release:
                releases.append((name, one.release, other.release))
            if not other.unavailable:
                changes += _changes(name, one, other, rules)
                ids = {case.id for case in one.cases}
                compared += sum(case.id in ids for case in other.cases)
    if not compared and not stopped and not changes:
        raise UserError("nothing to compare: the old result has no case that ran on these kernels")
    order = list(Kind)
    return Difference(
        changes=tuple(sorted(changes, key=lambda c: (order.index(c.kind), c.case))),
        compared=compared,
        added=tuple(added),
        removed=tuple(removed),
        stopped=tuple(stopped),
        releases=tuple(releases),
        weaker=tuple(weaker),
        rules=rules,
    )


def _weaker(old: Kernel, new: Kernel) -> Iterator[str]:
    """Yield what a kernel says less of itself: programs that ask it enforce less then."""
    if new.unavailable:
        return
    if old.abi and new.abi is not None and new.abi < old.abi:
        yield f"Landlock ABI {old.abi} → {new.abi or 'none'}"
    if gone := (old.errata or 0) & ~(new.errata or 0):
        bits = ", ".join(str(bit + 1) for bit in range(gone.bit_length()) if gone >> bit & 1)
        yield f"no longer told to be fixed: erratum {bits}"
    for name, taken in old.rights.items():
        if taken and not new.rights.get(name, taken):
            yield f"no longer taken: {name}"
    before, after = (one.provenance.landlock or "" for one in (old, new))
    if after.startswith(OFF_BY_DEFAULT) and not before.startswith(OFF_BY_DEFAULT):
        yield after


def _asked_for(kernel: Kernel, case_id: str) -> bool:
    """Whether a run was to try a case, so far as its options tell."""
    words = [word.partition("=") for word in kernel.provenance.options]
    kinds = {name for name, _, _ in words} & set(SELECTING)
    if "--world" in {name for name, _, _ in words} or kinds - {"--case", "--family"}:
        return False
    globs = [glob for name, _, glob in words if name == "--case"]
    families = [glob for name, _, glob in words if name == "--family"]
    return ((not globs or any(matches(glob, name) for glob in globs
                              for name in (case_id, base(case_id))))
            and (not families or family(case_id, {}) in families))


def _changes(
    name: str, old: Kernel, new: Kernel, rules: Rules, *, new_kernel: bool = False
) -> list[Change]:
    before = {case.id: case for case in old.cases}
    after = {case.id: case for case in new.cases}
    changes = []
    for case_id in dict.fromkeys((*before, *after)):
        was, now = before.get(case_id), after.get(case_id)
        kind = _kind(was, now)
        if kind is Kind.DEVIATING and was is None and not new_kernel:
            kind = Kind.NEW_HERE
        if kind and not (new_kernel and kind is Kind.ADDED):
            changes.append(Change(name, case_id, kind, was, now, rules,
                                  _asked_for(new, case_id)))
    return changes


def _kind(old: CaseResult | None, new: CaseResult | None) -> Kind | None:
    if new is None:
        return Kind.REMOVED
    if old is None:
        return Kind.DEVIATING if new.deviates else Kind.ADDED
    if new.deviates and not old.deviates:
        return Kind.DEVIATING
    if old.deviates and not new.deviates:
        return Kind.FIXED if new.verdict in (Verdict.HOLDS, Verdict.CLOSED) else Kind.CHANGED
    if old.verdict is not new.verdict:
        return Kind.CHANGED
    return Kind.WORLDS if tuple(map(_facts, old.worlds)) != tuple(map(_facts, new.worlds)) else None


def _facts(world: World | None) -> tuple[str, str, str | None] | None:
    """Return what counts of a world: neither its time nor a remark."""
    return None if world is None else (world.name, world.result, world.expected)


def _severity(verdict: Verdict) -> int:
    return LOOKS[verdict].severity
