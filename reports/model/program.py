# SPDX-License-Identifier: GPL-2.0
"""Stand-alone C programs that show what a case shows, made of the parts in reproduce/."""

from __future__ import annotations

import re
import textwrap
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from reports.errors import UserError
from reports.model.known import matches
from reports.model.results import Case, variant

DATA = Path(__file__).resolve().parents[2] / "reproduce"
FIELDS = ("fs", "net", "scope")
"""The words of struct landlock_ruleset_attr, in their order, as names of rights begin."""

WIDTH = 75
"""Columns of a program, which stands in a mail as it is."""

INDENT = "    "
"""For a tab, which mail programs and quoting widen."""

NEWEST = "abi=11,errata=15"
NOTHING = "nothing promises to stop it"


@dataclass(frozen=True)
class Program:
    """What reproduce/programs.toml says of one program."""

    cases: tuple[str, ...]
    data: Mapping[str, Any]

    @property
    def plan_for(self) -> str:
        """The kernel, in words, for which its cases are planned."""
        return str(self.data.get("plan_for", NEWEST))


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((DATA / "programs.toml").read_text())


@cache
def programs() -> tuple[Program, ...]:
    """Return all programs."""
    return tuple(Program(tuple(one["cases"]), one) for one in _table()["program"])


def find(case_id: str) -> Program | None:
    """Return the program of a case, with its variant, if there is one."""
    return next((one for one in programs()
                 if any(matches(glob, case_id) for glob in one.cases)), None)


def compose(case: Case, plan: Mapping[str, Any], values: Mapping[str, int], made_by: str) -> str:
    """Return the C program for a case and variant.

    Takes its plan (`landproof-guest plan --json`), the numbers of the rights, who makes it.
    """
    name = str(plan["id"])
    program = find(name)
    if program is None:
        raise UserError(f"{name} has no program: `landproof reproduce --list` names those that do")
    world = plan["worlds"][program.data.get("world", "deny")]
    layers = _layers(program, world)
    expected = program.data.get("expected", world["expected"])
    parts = [_part("head.c"), *(_part(one) for one in program.data["files"])]
    own = "\n".join(parts)
    if "static void sandbox(" not in own:
        witness = _witness(layers) if expected is None else {}
        parts.append("\n".join(_sandbox(layers, values, witness)))
    parts.append(_part("main.c"))
    if "static void scene(" not in own:
        parts[-1] = parts[-1].replace("\t\t\tscene();\n", "")
    constants = {**_constants(program, variant(name)), **_judging(expected),
                 "SAID": _said(case, program, layers, expected)}
    text = _replaced("\n".join(filter(None, parts)), constants)
    includes, body = _split(text)
    whole = "\n".join([*_comment(name, made_by), *includes, "", body])
    return "\n".join(line for one in _without_tabs(whole).split("\n") for line in _folded(one))


def _without_tabs(text: str) -> str:
    """Return C with spaces for tabs, which stand before comments, too."""
    return re.sub(r" +$", "", re.sub(r"(?<=\S)\t+", "  ", text).replace("\t", INDENT), flags=re.M)


def _folded(line: str) -> Iterator[str]:
    """Break a line of C that is too long, behind a comma or an operator and in no string."""
    if len(line) > WIDTH:
        indent = len(line) - len(line.lstrip())
        outside = re.sub(r'"(?:\\.|[^"\\])*"', lambda one: "x" * len(one[0]), line)
        places = [[found.end() for found in re.finditer(pattern, outside[:WIDTH + 1])
                   if found.end() > indent + 12]
                  for pattern in (r"(\|\||&&|\?) ", r"[,=:|] ", r" ")]
        if at := max(next(filter(None, places), [0])):
            yield line[:at].rstrip()
            more = 2 if outside[:indent + 6].strip().startswith(("if (", "for (")) else 1
            yield from _folded(" " * indent + INDENT * more + line[at:])
            return
    yield line


def _part(name: str) -> str:
    """Return a file without its licence and the sentence that says what it is."""
    return (DATA / name).read_text().split("\n", 2)[2]


def _split(text: str) -> tuple[list[str], str]:
    """Return the includes, each once and in order, and what is left."""
    includes = sorted(set(re.findall(r"^#include .*$", text, re.MULTILINE)),
                      key=lambda line: ("linux/" in line, line))
    body = re.sub(r"^#include .*\n", "", text, flags=re.MULTILINE)
    return includes, re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


def _replaced(text: str, constants: Mapping[str, str]) -> str:
    """Put the constants in; they may name others."""
    pattern = re.compile(rf"\b({'|'.join(constants)})\b")
    before = ""
    while text != before:
        before, text = text, pattern.sub(lambda found: constants[found[0]], text)
    return text


def _constants(program: Program, name: str) -> dict[str, str]:
    """Return what the words in capitals are, for a variant."""
    common = {word: value if isinstance(value, str) else value.get(name, value["default"])
              for word, value in _table()["constants"].items()}
    return {**common, **program.data.get("constants", {})}


def _judging(expected: str | None) -> dict[str, str]:
    """Return the constants by which the program judges what it saw."""
    good = {None: "result", "ok": "result == 0", "no-effect": "result == NO_EFFECT",
            "any errno": "result != 0"}.get(expected, f"result == {expected}")
    said = ("It is stopped.", "The policy does not stop it.") if expected is None else \
        ("As promised.", "NOT as promised.")
    # Where nothing is promised, an error that is not Landlock's says nothing.
    unclear = "result && result != EACCES && result != NO_EFFECT" if expected is None else \
        "result == CANNOT"
    return {"AS_PROMISED": good, "UNCLEAR": unclear, "GOOD": f'"{said[0]}"',
            "OTHERWISE": f'"{said[1]}"'}


def _layers(program: Program, world: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the layers of the policy: for each the rights by field, and the rules."""
    if "handled" in program.data:
        return [{"handled": program.data["handled"], "rules": []}]
    return [{"handled": [*one["handled_access_fs"], *one["handled_access_net"], *one["scoped"]],
             "rules": one["rules"]} for one in world["layers"]]


def _witness(layers: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return what the same sandbox must refuse, as the table has it."""
    table: Mapping[str, Mapping[str, str]] = _table()["witness"]
    for right in layers[-1]["handled"]:
        if right in table:
            return table[right]
    raise UserError(f"programs.toml has no witness for {', '.join(layers[-1]['handled'])}")


def macro(right: str) -> str:
    """Return the name that linux/landlock.h has for a right."""
    field, _, name = right.partition(".")
    return f"LANDLOCK_{'SCOPE' if field == 'scope' else f'ACCESS_{field.upper()}'}_{name.upper()}"


def _bits(rights: Sequence[str], values: Mapping[str, int]) -> str:
    return f"{sum(values[one] for one in rights):#x}" if rights else "0"


def _sandbox(layers: Sequence[Mapping[str, Any]], values: Mapping[str, int],
             witness: Mapping[str, str]) -> Iterator[str]:
    if witness:
        yield f"#include <{witness['include']}>"
    yield "static void sandbox(void)\n{"
    for number, layer in enumerate(layers):
        rights = [[one for one in layer["handled"] if one.startswith(f"{field}.")]
                  for field in FIELDS]
        if number:
            yield ""
        name = f"handled{number or ''}"
        numbers = ", ".join(_bits(one, values) for one in rights)
        yield f"\tconst unsigned long long {name}[] = {{ {numbers} }};"
        yield (f"\tconst int set{number or ''} = syscall(SYS_landlock_create_ruleset,"
               f" {name}, 24, 0);")
        for at, rule in enumerate(layer["rules"]):
            yield from _rule(rule, f"{number or ''}_{at}", values)
    if "with" in witness:
        yield f"\tconst {witness['with']}"
    yield ""
    for number, layer in enumerate(layers):
        for at, rule in enumerate(layer["rules"]):
            kind = 1 if "path" in rule else 2
            yield (f"\tsyscall(SYS_landlock_add_rule, set{number or ''}, {kind},"
                   f" &rule{number or ''}_{at}, 0);")
        last = witness and layer is layers[-1]
        yield "\tprctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);"
        yield (f"\tif (syscall(SYS_landlock_restrict_self, set{number or ''}, 0)"
               + (" ||" if last else ")"))
        if last:
            yield f"\t    {witness['works']} ||"
            yield "\t    errno != EACCES)\t/* as it has to be refused */"
        yield '\t\terr(CANNOT, "a Landlock that enforces these rights");'
    yield "}\n"


def _rule(rule: Mapping[str, Any], name: str, values: Mapping[str, int]) -> Iterator[str]:
    bits = _bits(rule["allowed_access"], values)
    if "path" in rule:
        yield (f"\tstruct {{ unsigned long long rights; int fd; }} rule{name} ="
               f" {{ {bits}, open(\"{rule['path']}\", O_PATH) }};")
    else:
        yield f"\tconst unsigned long long rule{name}[] = {{ {bits}, {rule['port']} }};"


def _said(case: Case, program: Program, layers: Sequence[Mapping[str, Any]],
          expected: str | None) -> str:
    """Return what the program says first, as C has it."""
    promise = program.data.get("promise") or _promise(case, expected)
    if case.gap:
        promise += f" ({case.gap})"
    facts = {"Tried": program.data.get("claim", case.claim), "Policy": _policy(program, layers),
             "Promised": promise, "Source": case.source}
    width = WIDTH - len(INDENT * 2 + '"\\n");')
    lines = [line for name, text in facts.items() for line in textwrap.wrap(
        f"{name}: {text}", width, subsequent_indent="    ", break_on_hyphens=False)]
    quoted = [line.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") for line in lines]
    return '\\n"\n\t\t"'.join(quoted).join(('\n\t\t"', '\\n"'))


def _promise(case: Case, expected: str | None) -> str:
    if expected is None:
        return NOTHING
    if expected == "ok":
        return "it works, as a rule allows it"
    what = "without effect" if expected == "no-effect" else f"refused with {expected}"
    return what + (f", from ABI {case.since} on" if case.since and case.since > 1 else "")


def _policy(program: Program, layers: Sequence[Mapping[str, Any]]) -> str:
    if "policy" in program.data:
        return str(program.data["policy"])
    said = []
    for layer in layers:
        rules = [f"{rule.get('path') or 'port ' + str(rule['port'])}:"
                 f" {' '.join(map(macro, rule['allowed_access']))}" for rule in layer["rules"]]
        said.append(f"handles {', '.join(map(macro, layer['handled']))}; "
                    + (f"rules: {'; '.join(rules)}" if rules else "no rule"))
    return ". Then: ".join(said).replace("LANDLOCK_", "")


def _comment(name: str, made_by: str) -> list[str]:
    return ["// SPDX-License-Identifier: GPL-2.0",
            f"/* {name}: cc repro.c && ./a.out */",
            f"#define _GNU_SOURCE  /* made by Landproof {made_by} */"]
