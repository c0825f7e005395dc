# SPDX-License-Identifier: GPL-2.0
"""The commands that are about kernels: landproof kernels list, fetch, build, add and remove."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vm import errors as errors  # the launcher catches vm.errors.UserError
from vm import kernels, lab, machines, progress, store
from vm.places import installed, labs, own, suites

SET = "another set: the name of one of sets/, or a TOML file"


def add_architectures(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which architecture the kernels are of."""
    parser.add_argument("--arch", action="append", default=[], metavar="ARCH",
                        help="names are meant for this architecture, so that debian-7.2 is"
                             " debian-7.2-ARCH, and files are of it; may be repeated:"
                             f" {', '.join(machines.known())}")


def _chosen(names: Sequence[str], args: argparse.Namespace) -> list[str]:
    """Return the names of distributions' kernels, or else all of the set, as --arch means them."""
    if args.set and args.arch:
        raise errors.UserError("--arch goes with the default set: a set says its architectures")
    of_set = kernels.SUITES.use(args.set) if args.set else list(suites.releases())
    return kernels.of_architectures(names, args.arch, of_set) or of_set


def _rows(shown: Sequence[str], recipes: Sequence[str]) -> list[dict[str, Any]]:
    """Return what is known of each kernel, without fetching any.

    Of kernels and recipes that are not among those to be shown, what is in the cache.
    """
    rows: list[dict[str, Any]] = []
    for name, release in kernels.SUITES.all().items():
        if name not in shown and (name in suites.releases() or not store.directory(name).exists()):
            continue
        title = release.repository.title
        row: dict[str, Any] = {"name": name, "version": None, "state": "not fetched",
                               "source": f"{title} {release.version}: {', '.join(release.suites)}"}
        try:
            if kernel := store.cached(name):
                row |= {"version": kernel.version, "source": kernel.source,
                        "state": "cached" if kernel.modules else "cached, no modules"}
                if suites.needs_fetch(name):
                    row["state"] = "cached, `fetch` brings modules"
        except errors.UserError as error:
            row["state"] = f"damaged: {error}"
        rows.append(row)
    known = lab.all_recipes()
    for name in dict.fromkeys([*recipes, *labs.built()]):
        recipe = known.get(name)
        row = {"name": name, "version": None, "state": "not built",
               "source": f"Debian {recipe.source}: {', '.join(recipe.suites)}" if recipe else ""}
        if kernel := store.cached(name):
            row |= {"version": kernel.version, "source": kernel.source, "state": "built"}
        rows.append(row)
    rows.append({"name": installed.NAME, "version": installed.release(),
                 "state": "this machine's", "source": "/boot, /usr/lib/modules"})
    for name, entry in own.user_kernels().items():
        row = {"name": name, "version": None, "source": str(entry["kernel"]), "state": "yours"}
        try:
            kernel = kernels.by_name(name)
            row["version"] = kernel.version if kernel else None
        except errors.UserError as error:
            row["state"] = f"unusable: {error}"
        rows.append(row)
    return rows


def names() -> list[str]:
    """Return the names that --kernel takes."""
    rows = _rows(list(suites.releases()), labs.labs())
    return list(dict.fromkeys([*(row["name"] for row in rows), *kernels.SUITES.names()]))


def list_kernels(args: argparse.Namespace) -> int:
    """Print the kernels that --kernel can name."""
    rows = _rows(_chosen([], args), kernels.of_architectures([], args.arch, labs.labs())
                 or labs.labs())
    if args.json:
        print(json.dumps(rows, indent=1))
        return 0
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        print(f"{row['name']:<{width}}  {row['version'] or '-':<24}  {row['state']:<18}"
              f"  {row['source']}")
    return 0


def fetch(args: argparse.Namespace) -> int:
    """Fetch what is missing of the named kernels, or of all; 2 if one could not be had."""
    with progress.fetching() as tell:
        failures = kernels.fetch(_chosen(args.names, args), tell, args.update)
    for name, why in failures.items():
        print(f"landproof: {name}: {why}", file=sys.stderr)
    return 2 if failures else 0


def build(args: argparse.Namespace) -> int:
    """Build lab kernels, or rebuild a build tree of the user's."""
    trees = [name for name in args.names if "/" in name]
    if args.source and not args.names:
        args.names = [lab.recipe_for(args.source)]
    args.names = kernels.of_architectures(args.names, args.arch, labs.default_labs())
    if ((args.patch or args.source or args.name or args.lacks or args.make)
            and (trees or len(args.names) != 1)):
        raise errors.UserError("--patch, --source, --name, --lacks and --make belong to one"
                               " recipe: name one (landproof kernels list)")
    with progress.fetching() as tell:
        for name in args.names or labs.default_labs():
            kernel = (lab.rebuild(Path(name), tell) if name in trees else
                      lab.build(name, args.patch, tell, args.name, args.source, args.lacks,
                                args.make))
            if kernel.name != name:
                print(f"{kernel.name}: {kernel.version}, {kernel.source}")
    return 0


def add(args: argparse.Namespace) -> int:
    """Give a kernel of the user's a name."""
    kernel = kernels.add(args.name, args.kernel, args.modules, args.arch)
    print(f"{kernel.name}: {kernel.version}, "
          + ("with modules" if kernel.modules else f"no modules: {kernel.no_modules}"))
    return 0


def remove(args: argparse.Namespace) -> int:
    """Forget a user's kernel, or a cached one."""
    kernels.remove(args.name)
    return 0


def register(subparsers: argparse._SubParsersAction[Any]) -> None:
    """Add `kernels` and what is below it to the launcher's commands."""
    top = subparsers.add_parser("kernels",
                                help="the kernels to run on: list, fetch, build, add, remove")
    commands = top.add_subparsers(dest="kernels_command", required=True, metavar="COMMAND",
                                  parser_class=type(top))
    listing = commands.add_parser("list", help="the names that --kernel takes")
    listing.add_argument("--set", default="", metavar="SET", help=SET)
    add_architectures(listing)
    listing.add_argument("--json", action="store_true", help="as JSON")
    listing.set_defaults(run=list_kernels)

    fetching = commands.add_parser("fetch", help="fetch kernels of distributions into the cache")
    fetching.add_argument("--set", default="", metavar="SET", help=SET)
    add_architectures(fetching)
    fetching.add_argument("names", nargs="*", metavar="NAME", help="default: the default set")
    fetching.add_argument("--update", action="store_true", help="look for newer versions too")
    fetching.set_defaults(run=fetch)

    building = commands.add_parser("build", help="build lab kernels from source")
    building.add_argument("names", nargs="*", metavar="NAME",
                          help="a recipe, or a build tree of yours (with a /);"
                               " default: the default recipes")
    add_architectures(building)
    building.add_argument("--patch", type=Path, action="append", default=[], metavar="FILE",
                          help="build another kernel, with this patch; may be repeated")
    building.add_argument("--source", type=Path, metavar="DIR",
                          help="build another kernel, from kernel sources of yours; without a"
                               " name, by the recipe for their version")
    building.add_argument("--name", default="", help="what the other kernel is called")
    building.add_argument("--lacks", action="append", default=[], metavar="OPTION",
                          help="an option that the sources do not have")
    building.add_argument("--make", action="append", default=[], metavar="VAR=VALUE",
                          help="a variable for make, such as KCFLAGS=-Wno-error")
    building.set_defaults(run=build)

    adding = commands.add_parser("add", help="give a kernel of yours a name")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--kernel", required=True, metavar="PATH",
                        help="an image, packages with + between them, or a directory: a build"
                             " tree, a system, an output directory of Buildroot or Yocto")
    adding.add_argument("--modules", metavar="DIR", help="its modules: a directory, or packages")
    adding.add_argument("--arch", default=machines.NATIVE, metavar="ARCH",
                        help=f"its architecture: {', '.join(machines.known())}")
    adding.set_defaults(run=add)

    removing = commands.add_parser("remove", help="forget a kernel")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(run=remove)
