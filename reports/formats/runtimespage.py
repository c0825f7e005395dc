# SPDX-License-Identifier: GPL-2.0
"""What tools enforce as one HTML page: three answers a cell, the cases behind it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from markupsafe import Markup

from reports.formats.page import TEMPLATES, render
from reports.model.judgement import Judgement
from reports.model.runtimegate import VERDICTS, command
from reports.model.runtimes import (
    MEANINGS, MODELS, RAW, Outcome, Run, answers, counted, typed,
)


class _Texts:
    """Texts that stand once each; others refer to them by number."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        """Return where the text stands."""
        if text not in self._places:
            self._places[text] = len(self.values)
            self.values.append(text)
        return self._places[text]


def to_text(run: Run, judgement: Judgement) -> str:
    """Return the page."""
    script = (TEMPLATES / "runtimes.js").read_text(encoding="utf-8")
    # The policy lets this very script run and nothing else, whatever a result may hold.
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    cells = {(tool.name, machine.name): answers(run, machine.name, tool.name)
             for tool in run.tools for machine in run.machines}
    counts = {key: counted(run.of(key[1], key[0])) for key in cells}
    data = json.dumps(_data(run), ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    return render(
        "runtimes.html.j2", run=run, judgement=judgement, cells=cells, counts=counts,
        meanings=MEANINGS, models=MODELS, verdicts=VERDICTS, script=Markup(script),
        digest=digest, data=Markup(data))


def _data(run: Run) -> dict[str, Any]:
    """Return what the script shows of a cell; the table itself is in the page already."""
    texts = _Texts()
    raw = {(one.kernel, one.case): one for one in run.outcomes if one.tool == RAW}
    cells: dict[str, list[object]] = {}
    for tool in run.tools:
        for machine in run.machines:
            cells[f"{tool.name} {machine.name}"] = [
                _outcome(run, one, raw.get((one.kernel, one.case)), texts)
                for one in run.of(machine.name, tool.name)]
    return {"meanings": MEANINGS, "looks": VERDICTS, "cells": cells, "texts": texts.values,
            "again": {f"{tool.name} {machine.name}": command(tool.name, machine.name)
                      for tool in run.tools for machine in run.machines}}


def _outcome(run: Run, one: Outcome, raw: Outcome | None, texts: _Texts) -> list[object]:
    worlds = [[texts.place(text) for text in (
        name, _came(world), typed(world["command"], one.tool), world["said"].strip(),
        _came(raw.worlds[name]) if raw and name in raw.worlds else "")]
        for name, world in one.worlds.items()]
    return [texts.place(one.case), texts.place(one.verdict), texts.place(one.why), int(one.coarse),
            texts.place(", ".join(run.guards(one.case))), worlds]


def _came(world: Any) -> str:
    if world["inexpressible"]:
        return f"not run: {world['note']}"
    if not world["started"]:
        return f"the program did not start, status {world['status']}"
    lost = f"; taken away: {', '.join(world['lost'])}" if world["lost"] else ""
    note = f"; {world['note']}" if world["note"] else ""
    return f"{world['result']}, layers: {world['layers']}{lost}{note}"
