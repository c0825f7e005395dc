# SPDX-License-Identifier: GPL-2.0
"""`make lava-check [ARCHES="amd64 arm64"]`: LAVA's dispatcher runs the jobs of ci/lava, emulated.

In a fresh Debian 12 with lava-dispatcher, without a server: the device is what the server's own
template for QEMU makes of the job. All jobs are validated with LAVA's schemas.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import jinja2

from ci.lava import jobs
from tests.dist.system import Failed, System, system
from vm.errors import UserError
from vm.machines import NATIVE, Architecture, named
from vm.paths import GUEST

ROOT = Path(__file__).resolve().parents[2]
SUITE = "bookworm"
KERNELS = {NATIVE: "debian-7.3", "arm64": "debian-7.2-arm64", "riscv64": "debian-7.2-riscv64",
           "s390x": "debian-7.2-s390x", "armhf": "debian-7.2-armhf",
           "ppc64el": "debian-7.2-ppc64el", "i386": "debian-6.1-i386"}
DEFAULT = (NATIVE, "arm64", "riscv64")
CASES = "fs.truncate.*"
TOOLS = ("cpio", "lava-dispatcher")
TEMPLATES = "/templates/usr/share/lava-server/device-types"

VALIDATE = """python3 -c '
import sys, yaml
from lava_common import schemas
from lava_common.schemas.test.testdef import validate
for name in sys.argv[1:]:
    job = yaml.safe_load(open(name))
    schemas.validate(job, strict=True)
    validate(job["actions"][-1]["test"]["definitions"][0]["repository"])
    del job["timeouts"]
    try:
        schemas.validate(job, strict=True)
    except schemas.Invalid:
        print(name, "is valid")
    else:
        sys.exit("a job without timeouts is valid, too")
' /repository/*.yaml"""


def results(log: str) -> dict[str, str]:
    """Return what LAVA says of each test case: the dispatcher's log has a line of JSON for each."""
    found = {}
    for line in log.splitlines():
        # A YAML tag of LAVA's own stands before the numbers of lines.
        line = re.sub(r': ! "', ': "', line)
        if line.startswith('{"dt"') and '"lvl": "results"' in line:
            told = json.loads(line)["msg"]
            if told["definition"] != "lava" or told["case"] == "job":
                found[told["case"]] = told["result"]
    return found


def expected() -> set[str]:
    """Return the names that LAVA gives to the cases."""
    listed = subprocess.run([GUEST, "list", "--json"], check=True, capture_output=True, text=True)
    names: list[str] = [case["id"] + (variant and f"[{variant}]")
                        for case in json.loads(listed.stdout) for variant in case["variants"]]
    return {name.translate(str.maketrans("[]", "()")) for name in names
            if fnmatchcase(name, CASES)}


def device(made: System, context: Mapping[str, Any]) -> str:
    """Return the device that LAVA's server would describe for the context of a job."""
    found = jinja2.FileSystemLoader(f"{made.root}{TEMPLATES}")
    templates = jinja2.Environment(loader=found, trim_blocks=True, autoescape=False)
    return templates.get_template("qemu.jinja2").render(**context)


def run(made: System, one: Architecture) -> str:
    """Run the job of an architecture; return what it showed."""
    place = made.root / "jobs"
    jobs.write_files(place, KERNELS[one.name])
    told = jobs.job(one, "file:///jobs", CASES)
    (place / "job.yaml").write_text(jobs.text(told))
    (place / "device.yaml").write_text(device(made, told["context"]))
    log = made.run(f"lava-run --job-id 1 --output-dir /jobs/{one.name}/out"
                   " --device /jobs/device.yaml /jobs/job.yaml 2>&1")
    found = results(log)
    cases = {name: result for name, result in found.items() if name != "job"}
    failed = [name for name, result in found.items() if result not in ("pass", "skip")]
    passed = sum(result == "pass" for result in cases.values())
    if failed or set(cases) != expected() or found.get("job") != "pass" or not passed:
        lost = sorted(expected() - set(cases))
        raise Failed(f"job {found.get('job')}, failed: {failed}, without a result: {lost}")
    return f"{passed} of {len(cases)} cases passed"


def main(names: Sequence[str]) -> int:
    """Validate all jobs and run some; 1 if something does not work."""
    try:
        chosen = [named(name) for name in names or DEFAULT]
        emulators = {package for one in chosen for package in (one.package, *one.packages)}
        packages = [*TOOLS, *sorted(emulators)]
        with system(SUITE, ROOT / "build/lava-check.log", packages) as made:
            made.run("cd /tmp; apt-get -q download lava-server; dpkg-deb -x lava-server_*.deb"
                     " /templates")
            (made.root / "repository").mkdir()
            for path in (jobs.HERE / "jobs").glob("*.yaml"):
                (made.root / "repository" / path.name).write_text(path.read_text())
            print(made.run(VALIDATE), end="")
            for one in chosen:
                begun = time.monotonic()
                said = run(made, one)
                print(f"lava-run {one.name}: {time.monotonic() - begun:.0f} s: {said}", flush=True)
    except (Failed, UserError) as error:
        print(f"lava-check: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
