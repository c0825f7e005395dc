# SPDX-License-Identifier: GPL-2.0
"""What becomes of a policy: kernel by kernel, what is enforced and what gets past it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial

from reports.document import (
    Block,
    Cell,
    Column,
    Document,
    Facts,
    Item,
    Items,
    Paragraph,
    Section,
    Table,
    Words,
    linked,
    words,
)
from reports.model.policy import Answer, Answers, Policy, upstream
from reports.model.results import base
from reports.model.rows import Row
from reports.model.verdicts import LOOKS, Verdict

EMPTY: Mapping[str, Sequence[str]] = {}
MEANINGS = {
    "enforced": "shown by cases, none of which got through against what the documentation promises",
    "absent": "this kernel's Landlock has not this right: a sandbox that insists on it does not"
              " start, one that does its best leaves the operation free",
    "broken": "a case got through although the documentation promises the contrary",
    "untried": "no case could show it",
}
LOOK = {"enforced": Verdict.HOLDS, "absent": Verdict.ABSENT, "broken": Verdict.BYPASS,
        "untried": Verdict.CANNOT_RUN}


def document(policy: Policy, found: Answers, lacking: Mapping[str, Sequence[str]] = EMPTY,
             landproof: str = "", date: str = "") -> Document:
    """Return the tables: what holds, what gets past it, who can say it, what is left free.

    Takes the denials that tools have no words for, by the tools' names.
    """
    kernels = tuple(Column(kernel.name, narrow=len(found.kernels) > 4) for kernel in found.kernels)
    holds = Table(
        (Column("denied"), *kernels),
        (Section(tuple((Cell(right, code=True), *map(_answer, row))
                       for right, row in found.rights.items())),))
    words_seen = dict.fromkeys(one.word for row in found.rights.values() for one in row)
    legend = Items(tuple(Item(words(Cell(word, verdict=LOOK[word]), f": {MEANINGS[word]}"))
                         for word in MEANINGS if word in words_seen))
    blocks = [Block((holds, legend), "Which kernels enforce it")]
    if found.past:
        past = Table(
            (Column("what gets past it"), *kernels, Column("upstream"), Column("case")),
            tuple(Section(tuple(_past(row, found) for row in rows), f"although {right} is denied")
                  for right, rows in found.past.items()))
        seen = [one for rows in found.past.values() for row in rows for one in row.verdicts if one]
        signs = Items(tuple(Item(words(Cell(verdict, verdict=verdict), f": {look.meaning}"))
                            for verdict, look in LOOKS.items() if verdict in seen))
        blocks.append(Block((past, signs), "What gets past it"))
    if lacking:
        pairs = tuple((name, words(f"no word for {', '.join(rights)}" if rights else "all of it"))
                      for name, rights in lacking.items())
        blocks.append(Block((Facts(pairs),), "Which tools have words for it"))
    if found.free:
        text = ", ".join(f"{right} (ABI {abi})" for right, abi in found.free.items())
        blocks.append(Block((Paragraph(words(text)),), "What it does not deny anywhere"))
    return Document("What holds of a policy", tuple(blocks), landproof, date,
                    intro=words(_policy(policy)),
                    json=partial(to_json, policy, found, landproof, lacking))


def _policy(policy: Policy) -> str:
    denied = f"{len(policy.handled)} rights are denied"
    if not policy.rules:
        return f"{denied}, and nothing is granted."
    rules = "; ".join(f"{', '.join(one.rights)} on {', '.join(one.on)}" for one in policy.rules)
    return f"{denied}, but for what rules grant: {rules}."


def _answer(one: Answer) -> Cell:
    return Cell(one.word, verdict=LOOK[one.word], detail=one.why)


def _past(row: Row, found: Answers) -> tuple[Words | Cell, ...]:
    case = found.cases[base(row.ids[0])]
    signs = (Cell(LOOKS[one].short, verdict=one) if one else Cell() for one in row.verdicts)
    return (Cell(case.claim), *signs, linked(upstream(case, found.kernels)),
            Cell(row.label, code=True))


def to_json(policy: Policy, found: Answers, landproof: str,
            lacking: Mapping[str, Sequence[str]] = EMPTY) -> str:
    """Return the answer for programs."""
    names = [kernel.name for kernel in found.kernels]

    def by_kernel(row: Row) -> Mapping[str, str]:
        return {name: one for name, one in zip(names, row.verdicts, strict=True) if one}

    data = {
        "landproof": landproof,
        "handled": policy.handled,
        "rules": [{"rights": one.rights, "on": one.on} for one in policy.rules],
        "kernels": [{"name": one.name, "release": one.release, "abi": one.abi}
                    for one in found.kernels],
        "rights": {right: {name: {"answer": one.word, "why": one.why}
                           for name, one in zip(names, row, strict=True)}
                   for right, row in found.rights.items()},
        "past": [{"right": right, "cases": row.ids, "claim": found.cases[base(row.ids[0])].claim,
                  "upstream": upstream(found.cases[base(row.ids[0])], found.kernels),
                  "kernels": by_kernel(row)}
                 for right, rows in found.past.items() for row in rows],
        "tools": {name: {"lacks": rights} for name, rights in lacking.items()},
        "free": found.free,
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
