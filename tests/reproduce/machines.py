# SPDX-License-Identifier: GPL-2.0
"""Compiles stand-alone programs and runs them in one machine a kernel."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.reproduce import file_name, texts
from vm import image, run
from vm.kernel import Kernel
from vm.paths import GUEST

PLACE = "landproof/reproduce"
FLAGS = ("-std=gnu11", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Werror",
         "-static")

# Scripts run by name: this one comes first. Modules are loaded as the harness does it.
PREPARE = """\
ip link set lo up
for module in mptcp sctp smc vsock_loopback dccp_ipv4 nf_tables nft_exthdr rds_tcp veth \
		9p 9pnet_fd vxlan; do
	while read -r name files; do
		[ "$name" = $module ] || continue
		for file in $files; do busybox insmod "$file" 2>/dev/null; done
	done </landproof/modules
done
echo 3 >/proc/sys/net/ipv4/tcp_fastopen
echo 1 >/proc/sys/net/mptcp/enabled
:
"""


@dataclass(frozen=True)
class Ended:
    """How a program ended, and what it said."""

    status: int
    said: str


def build(cases: Sequence[str], place: Path) -> dict[str, Path]:
    """Compile the programs of these cases; return them by the name of the case."""
    built = {}
    for case, text in texts(cases).items():
        source = place / file_name(case)
        source.write_text(text)
        built[case] = source.with_suffix("")
        subprocess.run(["cc", *FLAGS, "-o", str(built[case]), str(source)], check=True)
    return built


def _archive(built: Mapping[str, Path]) -> bytes:
    entries = [image.Entry(PLACE, 0o040755), image.Entry(f"{PLACE}/scripts", 0o040755),
               image.Entry(f"{PLACE}/scripts/0.sh", 0o100644, PREPARE.encode())]
    for path in built.values():
        script = f"cd /tmp && exec /{PLACE}/{path.name}\n"
        entries += [image.file(f"{PLACE}/{path.name}", path, 0o755),
                    image.Entry(f"{PLACE}/scripts/{path.name}.sh", 0o100644, script.encode())]
    return image.cpio(entries)


def run_all(kernels: Sequence[Kernel], built: Mapping[str, Path],
            place: Path) -> dict[str, dict[str, Ended]]:
    """Run all programs on each kernel; return how each ended, by kernel and case.

    None has, on a machine that could not be prepared for them.
    """
    words = ["scripts", "--scripts", f"/{PLACE}/scripts"]
    files = run.run(kernels, words, place, GUEST, None, lambda name, record: None,
                    extra=_archive(built))
    found: dict[str, dict[str, Ended]] = {}
    for kernel, file in zip(kernels, files, strict=True):
        records = [json.loads(line) for line in file.read_text().splitlines()]
        ended = {one["id"]: Ended(one["status"], one["said"])
                 for one in records if one["type"] == "script"}
        if "0" not in ended or ended["0"].status:  # it may lack any module
            ended = {}
        found[kernel.name] = {case: ended[path.name] for case, path in built.items()
                              if path.name in ended}
    return found
