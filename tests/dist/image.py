# SPDX-License-Identifier: GPL-2.0
"""`make image-check`: buildah builds the image of ci/Containerfile, and it runs.

In a fresh Debian 12 with buildah, which needs no privileges of a container engine: its containers
are chroots, its images directories. The image that the recipe begins with is made by mmdebstrap.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.dist.system import Failed, System, system

ROOT = Path(__file__).resolve().parents[2]
SUITE = "bookworm"
WAY = "export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot; "
START = "c=$(buildah from --pull-never localhost/landproof); buildah run $c landproof "
STEPS = (
    ("base", "c=$(buildah from scratch); buildah add -q $c /base /; buildah commit -q $c base;"
             " buildah rm $c; rm -r /base"),
    ("build", "buildah bud --pull-never --build-arg BASE=localhost/base -t landproof"
              " -f /source/ci/Containerfile /source"),
    ("host", f"{START}host --case 'fs.truncate.*' --require fs.truncate.truncate --allow-special"),
    ("a machine", f"{START}run --kernel debian-7.3 --case 'fs.truncate.*'"
                  " --require fs.truncate.truncate --allow-special"),
)


def main() -> int:
    """Build the image and use it; 1 if something does not work."""
    log = ROOT / "build/image-check.log"
    try:
        with system(SUITE, log, ("buildah",)) as made:
            System(made.root / "base", log).make(SUITE)
            (made.root / "source").mkdir()
            archive = subprocess.Popen(["git", "archive", "HEAD"], cwd=ROOT, stdout=subprocess.PIPE)
            subprocess.run(["tar", "-x", "-C", made.root / "source"], stdin=archive.stdout,
                           check=True)
            if archive.wait():
                raise Failed("git archive HEAD failed")
            for what, command in STEPS:
                begun = time.monotonic()
                made.run(WAY + command)
                print(f"image: {what}: {time.monotonic() - begun:.0f} s", flush=True)
    except Failed as error:
        print(f"image-check: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
