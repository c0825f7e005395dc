# SPDX-License-Identifier: GPL-2.0
"""A runner of a CI has no KVM, no privileges, no home, no network: it works, or one line says what
is missing."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from vm import kernels

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "PLACE/tree/landproof"
CASE = ("--case", "fs.truncate.truncate")
pytestmark = [pytest.mark.needs("root"), pytest.mark.needs("mount namespaces")]

# A container of a cluster: a user that no file knows, without any capability to gain, a /dev of
# its own, a root that is read-only; only one directory can be written. The tree is bound there,
# since it may lie below a directory that is closed to others.
CONTAINER = """
mount --bind "$0" "$0"
tree=$1
shift
mkdir "$0/tree" "$0/dev"
mount --bind "$tree" "$0/tree"
mount -t tmpfs -o mode=755 dev "$0/dev"
for device in null zero full random urandom tty; do
	touch "$0/dev/$device"
	mount --bind "/dev/$device" "$0/dev/$device"
done
mount --move "$0/dev" /dev
mount --bind / /
mount -o remount,bind,ro /
exec setpriv --reuid 54321 --regid 54321 --clear-groups --bounding-set=-all --inh-caps=-all \
	--no-new-privs env -i "PATH=$PATH" "$@"
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """Give a directory that everybody may write; pytest's own belong to root alone."""
    with tempfile.TemporaryDirectory(prefix="landproof-", dir="/var/tmp") as directory:
        Path(directory).chmod(0o777)
        yield Path(directory)


def confined(place: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command, in which PLACE is that directory, in a container without a network."""
    given = (str(word).replace("PLACE", str(place)) for word in words)
    return subprocess.run(["unshare", "--mount", "--net", "--ipc", "--propagation", "private",
                           "sh", "-euc", CONTAINER, place, ROOT, *given], cwd="/", check=False,
                          capture_output=True, text=True, timeout=400)


def test_a_machine_in_a_container_without_privileges(place: Path) -> None:
    (kernel,) = kernels.choose(["debian-7.3"])
    assert kernel.image
    image = shutil.copy(kernel.image, place / "vmlinuz")
    image.chmod(0o644)
    done = confined(place, f"TMPDIR={place}", f"XDG_CACHE_HOME={place}", COMMAND, "run",
                    "--kernel", image, *CASE, "--require", CASE[1], "--allow-special")
    assert done.returncode == 0, done.stdout + done.stderr


MISSING: Sequence[tuple[str, Sequence[str], str]] = (
    ("cache", ("TMPDIR=PLACE", COMMAND, "run", "--kernel", "PLACE/vmlinuz", *CASE),
     "cannot write /.cache"),
    ("home", ("TMPDIR=PLACE", "HOME=/nonexistent", COMMAND, "run", "--kernel", "PLACE/vmlinuz",
              *CASE), "cannot write /nonexistent"),
    ("temporary files", (COMMAND, "host", *CASE), "TMPDIR: No usable temporary directory"),
    ("work", ("TMPDIR=PLACE", "XDG_STATE_HOME=PLACE", COMMAND, "host", *CASE),
     "cannot start without a directory to work"),
    ("network", ("TMPDIR=PLACE", "XDG_CACHE_HOME=PLACE", COMMAND, "kernels", "fetch",
                 "debian-7.3"), "Temporary failure resolving"),
)


@pytest.mark.parametrize(("what", "words", "says"), MISSING, ids=[name for name, *_ in MISSING])
def test_what_is_missing_is_said_in_a_line(place: Path, what: str, words: Sequence[str],
                                           says: str) -> None:
    (kernel,) = kernels.choose(["debian-7.3"])
    assert kernel.image
    shutil.copy(kernel.image, place / "vmlinuz")
    done = confined(place, *words)
    said = [line for line in done.stderr.splitlines() if line.startswith("landproof")]
    assert done.returncode == 2 and len(said) == 1 and says in said[0], done
