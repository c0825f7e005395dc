# SPDX-License-Identifier: GPL-2.0
"""The files that runtimes need to run containers, as a tree that a machine or this host gets."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from oci.plan import Run
from vm import image, paths, toolfiles
from vm.errors import UserError
from vm.image import Entry
from vm.tools import Tool

FILE = Path(__file__).with_name("runtimes.toml")
PLACE = "landproof/oci"
PROBE = paths.GUEST.with_name("oci-probe")
LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64",
         **{f"usr/bin/{applet}": "busybox" for applet in
            ("sh", "cat", "mkdir", "chmod", "cp", "ln", "mount", "umount", "rm", "sleep")}}
DIRECTORIES = ("etc", "usr", "usr/bin", "usr/sbin", "usr/lib", toolfiles.LIBRARIES[0], "usr/lib64",
               "oci", "oci/runs", "scripts", "proc", "sys", "dev", "run", "tmp", "work", "granted")

# What comes before all containers: the tree becomes the root of this mount namespace. A root that
# is only changed (chroot) would not do: what enters a container's namespace gets the namespace's
# root.
PREPARE = """\
cd "$(dirname "$0")/.." || exit 1
run() { busybox "$@" || echo "@@ trouble: $*"; }
run mount --bind . "$PWD"
cd "$PWD" || exit 1
run mount -t proc proc proc
run mount -t sysfs sysfs sys
[ -d sys/fs/cgroup ] && busybox mount -t cgroup2 cgroup2 sys/fs/cgroup
run mount --rbind /dev dev
run mount -t tmpfs tmpfs run
run mount -t tmpfs tmpfs tmp
run mount -t tmpfs tmpfs work
run mkdir work/volume
echo text >work/volume/file
busybox ifconfig lo 127.0.0.1 up
run mount --move . /
for port in 7000 7001 7002; do
	run nsenter --mount --target 1 /oci/probe "serve $port" >/dev/null 2>&1 &
done
"""


@dataclass(frozen=True)
class Runtime:
    """An OCI runtime, and how it is called."""

    name: str
    command: str
    """With its global options, as the shell in the tree reads it."""
    tool: Tool

    @property
    def version(self) -> str:
        """The version of the package; nothing of a program of the user's."""
        return "" if self.tool.path else toolfiles.version(self.tool)


def known() -> dict[str, Runtime]:
    """Return the runtimes of runtimes.toml, by name."""
    data = tomllib.loads(FILE.read_text())["runtime"]
    return {one["name"]: Runtime(one["name"], one["command"],
                                 Tool(one["name"], one, one["suite"])) for one in data}


def choose(word: str) -> Runtime:
    """Return a runtime: a name, or NAME=PROGRAM, which is called as crun is."""
    name, _, path = word.partition("=")
    every = known()
    if not path:
        if name not in every:
            raise UserError(f"no runtime {name}: there are {', '.join(every)}, or NAME=PROGRAM")
        return every[name]
    if not Path(path).is_file():
        raise UserError(f"{path}: no such file")
    options = every[name if name in every else "crun"].command.partition(" ")[2]
    binary = f"oci/{Path(path).name}"
    return Runtime(name, f"/{binary} {options}".strip(),
                   Tool(name, {"name": name, "binary": binary}, path=Path(path).absolute()))


def files(runtime: Runtime) -> dict[str, Path]:
    """Return the tree's files: the runtime, and crun beside one that may need it."""
    if not PROBE.exists():
        raise UserError(f"{PROBE} is missing: build it with `make`")
    found = {"usr/bin/busybox": Path(paths.program("busybox", "busybox-static")),
             "oci/probe": PROBE, "oci/lib.sh": FILE.with_name("lib.sh")}
    if runtime.tool.path:
        # Newer libraries serve an older program, so the package's come last.
        found |= toolfiles.installed(runtime.tool) | toolfiles.installed(known()["crun"].tool)
    else:
        found |= toolfiles.installed(runtime.tool)
    return found


def _text(name: str, text: str) -> Entry:
    return Entry(name, 0o100644, text.encode())


def entries(runtime: Runtime, runs: Sequence[Run]) -> list[Entry]:
    """Return the tree with the scripts of these containers."""
    made = [Entry(name, 0o040755) for name in DIRECTORIES]
    made += [Entry(name, 0o120777, target.encode()) for name, target in LINKS.items()]
    made += [image.file(name, path, 0o755) for name, path in files(runtime).items()]
    made += [_text("granted/file", "of the host\n"), _text("scripts/000-prepare.sh", PREPARE),
             _text("etc/passwd", "root:x:0:0:root:/:/bin/sh\n")]
    for run in runs:
        made.append(Entry(f"oci/runs/{run.name}", 0o040755))
        made += [_text(f"oci/runs/{run.name}/{name}", text) for name, text in run.files().items()]
        made.append(_text(f"scripts/{run.name}.sh",
                          f'RUNTIME="{runtime.command}" exec busybox nsenter --mount --target 1'
                          f" /bin/sh /oci/lib.sh {run.how} {run.name}\n"))
    return made


def archive(made: Sequence[Entry]) -> bytes:
    """Return the archive, to be appended to a guest's, that holds the tree."""
    return image.cpio([Entry(PLACE, 0o040755),
                       *(Entry(f"{PLACE}/{one.name}", one.mode, one.data) for one in made)])


def write(made: Sequence[Entry], directory: Path) -> None:
    """Put the tree into a directory of this host."""
    for one in made:
        path = directory / one.name
        if one.mode & 0o170000 == 0o040000:
            path.mkdir(exist_ok=True)
        elif one.mode & 0o170000 == 0o120000:
            path.symlink_to(one.data.decode())
        else:
            path.write_bytes(one.data)
        if one.mode & 0o170000 != 0o120000:
            path.chmod(one.mode & 0o7777)
