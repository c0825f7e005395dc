# SPDX-License-Identifier: GPL-2.0
"""Sets of kernels as data: a TOML file says which, and which repositories have them.

No address stands in a set: where a repository is, is this machine's to say, as it says where
Debian's is. docs/kernels.md describes the files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vm import paths
from vm.errors import UserError
from vm.kernel import DATA, NAME
from vm.machines import NATIVE, Architecture, named

DIRECTORY = Path(__file__).resolve().parents[1] / "sets"
DEBIAN = "debian"
CLIENTS = ("apt", "dnf", "pacman")


@dataclass(frozen=True)
class Repository:
    """Somewhere that a distribution's client fetches packages from."""

    name: str
    title: str = ""
    client: str = "apt"
    signed_by: tuple[str, ...] = ()
    """Files of the keys that sign it."""
    address: str = ""
    arch: str = NATIVE
    """Whose packages of Debian's: one of vm/machines.toml."""


@dataclass(frozen=True)
class Release:
    """A kernel of a set, by a pattern of its version: the newest one of its suites is meant."""

    name: str
    version: str
    suites: tuple[str, ...]
    flavour: str = "amd64"
    """For apt: what the name of the packages ends with."""
    packages: tuple[str, ...] = ()
    """For the others: the packages of one kernel, that with the image first."""
    repository: Repository = field(default_factory=lambda: Repository(DEBIAN, "Debian"))


def known() -> dict[str, Path]:
    """Return the sets of the tree by their names."""
    return {path.stem: path for path in sorted(DIRECTORY.glob("*.toml"))}


def read(path: Path) -> dict[str, Release]:
    """Return the kernels of a set, in its order."""
    try:
        said = tomllib.loads(path.read_text())
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no TOML: {error}") from None
    try:
        repositories = {name: _repository(name, entry)
                        for name, entry in said.get("repositories", {}).items()}
        releases = [release for name, entry in said["kernels"].items()
                    for release in _releases(name, entry, repositories)]
    except KeyError as error:
        raise UserError(f"{path} is no set of kernels: it lacks {error}") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise UserError(f"{path} is no set of kernels: {error}") from None
    return {release.name: release for release in releases}


def _repository(name: str, entry: Mapping[str, Any]) -> Repository:
    """Return a repository, as a set describes it."""
    if entry["client"] not in CLIENTS:
        raise ValueError(f"repository {name}: client is one of {', '.join(CLIENTS)}")
    return Repository(name, entry["title"], entry["client"], tuple(entry.get("signed-by", ())))


def _releases(name: str, entry: Mapping[str, Any],
              repositories: Mapping[str, Repository]) -> list[Release]:
    """Return the kernels of an entry: one, or one for each of its flavours or architectures."""
    if not NAME.match(name):
        raise ValueError(f"{name!r} is no name for a kernel")
    unknown = set(entry) - {"version", "suites", "repository", "packages", "flavours",
                            "architectures"}
    if unknown:
        raise ValueError(f"kernel {name} has {', '.join(sorted(unknown))}, which means nothing")
    release = Release(name, entry.get("version", "*"), tuple(entry["suites"]),
                      packages=tuple(entry.get("packages", ())))
    if (where := entry.get("repository", DEBIAN)) != DEBIAN:
        if where not in repositories:
            raise ValueError(f"kernel {name} is in repository {where}, which is not described")
        release = replace(release, repository=repositories[where])
    if "architectures" in entry:
        if where != DEBIAN or "flavours" in entry:
            raise ValueError(f"kernel {name}: architectures are Debian's, each with its flavour")
        return [_of(release, named(arch)) for arch in entry["architectures"]]
    flavours = entry.get("flavours", {"": release.flavour})
    return [replace(release, name=f"{name}-{suffix}" if suffix else name, flavour=flavour)
            for suffix, flavour in flavours.items()]


def default() -> dict[str, Release]:
    """Return the default set, oldest kernel first."""
    return read(DATA)


def for_architecture(arch: Architecture) -> dict[str, Release]:
    """Return the kernels of Debian's suites for another architecture."""
    found = [_of(release, arch) for release in default().values()]
    return {release.name: release for release in found}


def _of(release: Release, arch: Architecture) -> Release:
    """Return the same kernel of Debian's for an architecture."""
    return replace(release, name=release.name + arch.suffix, flavour=arch.flavour,
                   repository=Repository(DEBIAN, "Debian", arch=arch.name))


def located(repository: Repository) -> Repository:
    """Return a repository with its address and keys, which the user's settings have."""
    file = paths.config() / "repositories.toml"
    try:
        said = tomllib.loads(file.read_text()).get(repository.name, {})
        address = str(said["address"])
        signed_by = tuple(map(str, said.get("signed-by", repository.signed_by)))
    except (FileNotFoundError, KeyError):
        raise UserError(f"where the repository of {repository.title} is, is not known: give"
                        f" [{repository.name}] an address in {file}") from None
    except (tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        raise UserError(f"{file} is damaged: {error}") from None
    for key in signed_by:
        if not Path(key).is_file():
            raise UserError(f"{key}, which signs the packages of {repository.title}, is not there:"
                            " install distribution-gpg-keys, archlinux-keyring or ubuntu-keyring,"
                            f" or name the key in {file} (signed-by)")
    if not signed_by:
        raise UserError(f"no key signs the packages of {repository.title}: name one in {file}"
                        " (signed-by)")
    return replace(repository, address=address.rstrip("/"), signed_by=signed_by)
