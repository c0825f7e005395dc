# SPDX-License-Identifier: GPL-2.0
"""`landproof publish`: results as a static site."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reports.document import Cell, Document
from reports.errors import UserError
from reports.formats import atom, html
from reports.model import census, compat, roadmap, runtimes
from reports.model.files import read_text, write_text
from reports.model.findings import count
from reports.model.judgement import judge, usual
from reports.model.resultfile import load_result
from reports.model.results import Result
from reports.model.runtimegate import as_result
from reports.model.site import History, history
from reports.views import census as census_views
from reports.views import runtimes as runtime_views
from reports.views import site

SCHEMA = Path(compat.__file__).parents[1] / "schema" / "compat-data.schema.json"
NAVIGATION = {
    "index.html": "Kernels", "matrix.html": "Matrix", "rights.html": "Rights",
    "cases.html": "Cases", "findings.html": "Findings", "roads.html": "Roads",
    "census.html": "Census", "runtimes.html": "Runtimes", "history.html": "History",
    "compat-data/landlock.json": "Data", "feed.atom": "Feed",
}


@dataclass
class _Given:
    """What the files hold."""

    results: list[tuple[str, Result]] = field(default_factory=list)
    runs: list[runtimes.Run] = field(default_factory=list)
    counts: list[census.Census] = field(default_factory=list)


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the subcommand."""
    parser = commands.add_parser(
        "publish", help="make a static site of results",
        description="Make a static site of any number of results: of run, of runtimes and of"
                    " census (--json).")
    parser.add_argument("directory", metavar="DIR", type=Path,
                        help="where the site goes; pages of an earlier one are replaced")
    parser.add_argument("results", metavar="RESULT", nargs="+", type=Path)
    parser.add_argument("--url", type=_address, default="", metavar="URL",
                        help="the address that DIR will have, for the feed")
    parser.add_argument("--allow-special", action="store_true",
                        help="take results of special runs: sabotaged, shuffled, of some cases")
    parser.set_defaults(run=publish)


def _address(text: str) -> str:
    """Read what links begin with."""
    if text and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise argparse.ArgumentTypeError(f"{text} is no address, such as https://example.org/x")
    return text


def publish(args: argparse.Namespace) -> int:
    """Write the site."""
    given = _load(args)
    if not given.results:
        raise UserError("no result of `landproof run` is among these: give one at least")
    known = history(given.results)
    link = site.Linker(known)
    texts = {
        "compat-data/landlock.json": compat.to_json(known.now, known.dates),
        "compat-data/schema.json": read_text(SCHEMA),
        "feed.atom": atom.to_text(known.steps, args.url and f"{args.url.rstrip('/')}/"),
    }
    documents = dict(_documents(known, given))
    navigation = [Cell(title, link=address) for address, title in NAVIGATION.items()
                  if address in documents or address in texts]
    for address, document in documents.items():
        top = "../" * address.count("/")
        _write(args.directory, address, html.in_site(link(document), navigation, top))
    for address, text in texts.items():
        _write(args.directory, address, text)
    print(f"{args.directory / 'index.html'}: {len(documents)} pages,"
          f" {count(len(known.now.kernels), 'kernel')},"
          f" {count(len(known.steps), 'dated result')}")
    return 0


def _load(args: argparse.Namespace) -> _Given:
    """Read each file as what it says that it is."""
    given = _Given()
    tables = roadmap.load()
    for path in args.results:
        match _form(path):
            case census.FORM:
                given.counts.append(census.load(path, tables))
            case runtimes.FORM:
                given.runs.append(runtimes.load(path).shared)
            case _:
                result = load_result(path)
                if result.shard:
                    raise UserError(f"{path}: this is a part of a run: join all of them with"
                                    " `landproof merge`")
                given.results.append((str(path), usual(result, str(path), args.allow_special)))
    return given


def _form(path: Path) -> str:
    """Return what a file says of its form, if it is JSON at all."""
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError):
        return ""
    return str(data.get("$schema", "")) if isinstance(data, dict) else ""


def _documents(known: History, given: _Given) -> Iterator[tuple[str, Document]]:
    """Yield the pages; of runs of tools and of counts, the newest one is the page."""
    yield from site.pages(known)
    for run in sorted(given.runs, key=lambda one: one.date)[-1:]:
        yield "runtimes.html", runtime_views.document(run, judge(as_result(run, False)))
    for counted in sorted(given.counts, key=lambda one: one.date)[-1:]:
        yield "census.html", census_views.document(counted)


def _write(directory: Path, address: str, text: str) -> None:
    path = directory / address
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{path.parent}: cannot make it: {error.strerror}") from error
    write_text(path, text)
