# SPDX-License-Identifier: GPL-2.0
"""Gets Debian's kernel packages with apt, in a private root, from the machine's own mirror."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from debian.deb822 import Deb822
from debian.debian_support import Version

from vm.errors import UserError

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
DEBIAN_SUITE = re.compile(
    r"(bullseye|bookworm|trixie|forky|duke|sid|(old)*stable|testing|unstable)"
    r"(-updates|-backports|-security|/updates)?$")

# What a kernel's image is called, with its flavour: Debian's, and Ubuntu's unsigned one. No -dbg
# and no metapackage is.
IMAGE = r"linux-(image|binary)-(?:unsigned-)?(\d[^-]*(?:-\d[^-]*)?)-{}(-unsigned)?$"

KERNEL = re.compile(
    r"Package: linux-(image|binary|modules|base|source)-(unsigned-|extra-)?\d")

NOT_THERE = " 404 "
"""What stands in apt's error about a file that a mirror does not have."""

Step = Callable[[str, float], None]
"""Told what is being done, and how much of it is done (0 to 1)."""


class Missing(UserError):
    """The index of a mirror has a package that the mirror has not."""


@dataclass(frozen=True)
class Source:
    """An archive of the machine's own apt sources: where it is and who signs it."""

    uri: str
    signed_by: str


@dataclass(frozen=True)
class Package:
    """One line of an archive's index."""

    name: str
    version: str
    suite: str
    size: int
    installed: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.suite})"


def _one_line(text: str) -> Iterator[dict[str, str]]:
    """Yield the entries of a sources.list as deb822 fields."""
    for line in text.splitlines():
        found = re.match(r"\s*deb\s+(?:\[(.*?)\]\s+)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)", line)
        if found:
            options = dict(part.split("=", 1) for part in (found[1] or "").split() if "=" in part)
            yield {"types": "deb", "uris": found[2], "suites": found[3], "components": found[4],
                   **{key.lower(): value for key, value in options.items()}}


def archives(etc: Path = Path("/etc/apt")) -> dict[str, Source]:
    """Return Debian's archives that this machine uses: "main", and "security" if it is there."""
    if not shutil.which("apt-get"):
        raise UserError("apt-get is not installed, and only that gets Debian's kernels and sources:"
                        " install apt and dpkg, or bring kernels with --kernel")
    entries: list[Mapping[str, str]] = []
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        if path.suffix == ".sources":
            entries += Deb822.iter_paragraphs(path.read_text(), use_apt_pkg=False)
        elif path.suffix == ".list" and path.exists():
            entries += _one_line(path.read_text())
    found: dict[str, Source] = {}
    for entry in entries:
        if ("deb" not in entry.get("types", "").split()
                or "main" not in entry.get("components", "").split()
                or entry.get("enabled", "yes").lower() in ("no", "false")):
            continue
        signed_by = entry.get("signed-by", KEYRING)
        for suite in entry.get("suites", "").split():
            known = DEBIAN_SUITE.match(suite)
            if not known or "debian-archive" not in signed_by:
                continue
            kind = "security" if known[3] in ("-security", "/updates") else "main"
            found.setdefault(kind, Source(entry["uris"].split()[0], signed_by))
    if "main" not in found:
        raise UserError(f"no Debian archive among the apt sources in {etc}: add one"
                        " (suite bookworm, component main; its key is in the package"
                        " debian-archive-keyring), or bring kernels with --kernel")
    if "security" not in found:
        main = found["main"]
        found["security"] = Source(main.uri.rstrip("/") + "-security", main.signed_by)
    return found


def newest(packages: Sequence[Package]) -> Package:
    """Return the package of the highest version; of equal ones the smallest."""
    return max(packages, key=lambda package: (Version(package.version), -package.size))


def choose(index: Sequence[Package], pattern: str, flavour: str = "amd64") -> list[Package]:
    """Return the packages of the newest kernel whose version matches: image, modules, base.

    Up to 6.18 one package has everything. Of later kernels the image, the modules and the
    configuration are packages of their own, and an index may lack the latter two.
    """
    called = re.compile(IMAGE.format(re.escape(flavour)))
    images = [package for package in index
              if called.match(package.name) and fnmatchcase(package.version, pattern)
              and package.size > 1 << 20]  # smaller: a metapackage
    if not images:
        return []
    image = newest(images)
    found = called.match(image.name)
    assert found
    parts = {package.name: package for package in index if package.version == image.version}
    names = [f"linux-{part}-{found[2]}-{flavour}" for part in ("modules", "modules-extra", "base")]
    return [image, *(parts[name] for name in names if name in parts)]


class Apt:
    """apt in a root of its own: it never touches the machine's packages or lists."""

    def __init__(self, root: Path, sources: dict[str, Source], architecture: str = "amd64") -> None:
        """Take the directory to live in, what `archives()` returned, and whose packages to get."""
        self.root = root
        self.architecture = architecture
        self.sources = sources
        self.failures: dict[str, str] = {}
        for name in ("state/lists/partial", "cache/archives/partial", "sources"):
            (root / name).mkdir(parents=True, exist_ok=True)
        (root / "status").touch()
        # Given with -c it is read last, so that the machine's own settings (proxies, ...) stand.
        (root / "apt.conf").write_text("".join(f"{line};\n" for line in (
            f'Dir::State "{root}/state"', f'Dir::State::status "{root}/status"',
            f'Dir::Cache "{root}/cache"', 'Dir::Cache::pkgcache "pkgcache.bin"',
            'Dir::Cache::srcpkgcache ""', 'Dir::Etc::sourcelist "/dev/null"',
            f'Dir::Etc::sourceparts "{root}/sources"', 'Dir::Etc::preferences "/dev/null"',
            'Dir::Etc::preferencesparts "/dev/null"', f'APT::Architecture "{architecture}"',
            f'APT::Architectures {{ "{architecture}"; }}', 'Acquire::Languages "none"',
            'Acquire::Retries "2"', 'APT::Get::List-Cleanup "false"',
        )) + "#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n")

    def _run(self, words: Sequence[str], progress: Step, cwd: Path) -> list[str]:
        """Run apt-get; return its errors, one a line, "" at the end if it failed without any."""
        reading, writing = os.pipe()
        command = ["apt-get", "-q", "-c", str(self.root / "apt.conf"),
                   "-o", f"APT::Status-Fd={writing}", *words]
        with subprocess.Popen(command, cwd=cwd, pass_fds=[writing], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "LC_ALL": "C.UTF-8"}) as process:
            os.close(writing)
            try:
                with os.fdopen(reading) as status:
                    for line in status:
                        part = line.strip().split(":", 3)
                        if part[0] == "dlstatus" and len(part) == 4:
                            progress(part[3], float(part[2]) / 100)
                assert process.stderr
                # What an update cannot fetch is only a warning of apt's.
                errors = [line[3:].strip() for line in process.stderr
                          if line.startswith(("E: ", "W: Failed to fetch"))]
            except BaseException:
                process.kill()
                raise
        return errors or ([f"apt-get {words[0]} failed"] if process.returncode else [])

    def update(self, suites: Sequence[str], progress: Step) -> None:
        """Fetch the indexes of some suites; remember in `failures` why one could not be had."""
        for stale in (self.root / "sources").iterdir():
            stale.unlink()
        for suite in suites:
            source = self.sources["security" if suite.endswith("-security") else "main"]
            (self.root / "sources" / f"{suite}.sources").write_text(
                f"Types: deb\nURIs: {source.uri}\nSuites: {suite}\nComponents: main\n"
                f"Architectures: {self.architecture}\nSigned-By: {source.signed_by}\n")
        errors = self._run(["update"], progress, self.root)
        indexes = self._indexes()
        about = {line: {suite for suite in suites if re.search(rf"[/ ]{suite}[/ ]", line)}
                 for line in errors}
        for suite in set(suites) - set(indexes):
            reasons = [line for line in errors if suite in about[line]]
            reasons += [line for line in errors if not about[line]]
            self.failures[suite] = (reasons or ["its index is empty"])[0]

    def _indexes(self) -> dict[str, Path]:
        """Return the package index of each suite that apt has fetched."""
        printed = subprocess.run(
            ["apt-get", "-c", str(self.root / "apt.conf"), "indextargets", "--format",
             "$(RELEASE) $(FILENAME)", "Created-By: Packages"],
            capture_output=True, text=True, check=False).stdout
        lines = (line.split(" ", 1) for line in printed.splitlines())
        return {suite: Path(file) for suite, file in lines}

    def packages(self) -> list[Package]:
        """Return the kernel packages of the suites that `update()` fetched."""
        found = []
        for suite, file in self._indexes().items():
            text = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", str(file)],
                                  capture_output=True, text=True, check=False).stdout
            for paragraph in text.split("\n\n"):
                if not KERNEL.match(paragraph):
                    continue
                fields = Deb822(paragraph)
                found.append(Package(fields["package"], fields["version"], suite,
                                     int(fields["size"]), int(fields["installed-size"]) << 10,
                                     fields["sha256"]))
        return found

    def download(self, packages: Sequence[Package], into: Path, progress: Step) -> list[Path]:
        """Fetch packages; apt checks them against the signed index and resumes partial files."""
        into.mkdir(parents=True, exist_ok=True)
        errors = self._run(["download", *(f"{item.name}={item.version}" for item in packages)],
                           progress, into)
        files = [file for item in packages for file in
                 into.glob(f"{item.name}_{item.version.replace(':', '%3a')}_*.deb")]
        if errors or len(files) != len(packages):
            reason = errors[0] if errors else "apt-get fetched nothing"
            kind = Missing if NOT_THERE in reason else UserError
            raise kind(f"download of {packages[0]} failed: {reason};"
                       " try again: what is there already is kept")
        return files

    def closure(self, names: Sequence[str]) -> list[Path]:
        """Fetch the newest packages of some names, and all that these depend on."""
        fetched = self.root / "cache/archives"
        for left in fetched.glob("*.deb"):  # by one that failed: of another suite, perhaps
            left.unlink()
        errors = self._run(["install", "--download-only", "--yes", "--no-install-recommends",
                            *names], lambda what, part: None, self.root)
        if errors:
            raise UserError(f"{' '.join(names)} for {self.architecture} cannot be had:"
                            f" {errors[0]}")
        return sorted(fetched.glob("*.deb"))
