# SPDX-License-Identifier: GPL-2.0
"""The manual pages have every command and option that the programs have, and no other."""

from __future__ import annotations

import argparse
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from cli.main import parser

ROOT = Path(__file__).resolve().parents[2]
GUEST = ROOT / "build" / "landproof-guest"
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")


def page(name: str) -> str:
    """Return the text of a manual page, without what is markup."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    return re.sub(r"\\f.", "", text.replace("\\-", "-"))


def parsers(top: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser and those of the commands below it."""
    yield top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from parsers(below)


def options() -> set[str]:
    """Return the long options of all commands; --help goes without saying."""
    return {word for one in parsers(parser()) for action in one._actions
            for word in action.option_strings if word.startswith("--")} - {"--help"}


def test_the_options_of_landproof() -> None:
    assert set(OPTION.findall(page("landproof.1"))) == options()


def test_the_commands_of_landproof() -> None:
    synopsis = page("landproof.1").partition(".SH DESCRIPTION")[0]
    for one in parsers(parser()):
        if not any(isinstance(action, argparse._SubParsersAction) for action in one._actions):
            assert re.search(rf"^\.B {re.escape(one.prog)}\b", synopsis, re.MULTILINE), one.prog


def test_the_options_of_landproof_guest() -> None:
    said = subprocess.run([GUEST, "--help"], capture_output=True, text=True, check=True).stdout
    assert set(OPTION.findall(page("landproof-guest.1"))) == set(OPTION.findall(said))


def test_the_pages_are_well_formed() -> None:
    for name in ("landproof.1", "landproof-guest.1"):
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Z", "-Tutf8",
                               ROOT / "docs" / name], capture_output=True, text=True, check=True)
        assert done.stderr == ""
