# SPDX-License-Identifier: GPL-2.0
"""`make fleet-check`: a cluster of two nodes on this machine; one of them dies, the run does not.

Everything lies below one directory and listens on 127.0.0.1: a Slurm of this machine's own is left
alone. A node is a process namespace, so that it dies as a whole.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reports.model.resultfile import load_result
from vm.paths import cache

ROOT = Path(__file__).resolve().parents[1]
KERNEL = "debian-7.3"
NODES = ("n1", "n2")
SHARDS = 4
SECONDS = 300
CONFIGURATION = """\
ClusterName=landproof
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={place}/munge/socket
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/%n
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/%n.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SlurmdTimeout=5
ReturnToService=2
MpiDefault=none
SchedulerType=sched/builtin
"""


def configuration(place: Path) -> str:
    """Return slurm.conf, with ports that are free."""
    host = socket.gethostname().partition(".")[0]
    first, *others = _ports(1 + len(NODES))
    text = CONFIGURATION.format(host=host, place=place, port=first)
    for name, port in zip(NODES, others, strict=True):
        text += f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1\n"
    return text + "PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP\n"


def _ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    found = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return found


@contextmanager
def cluster(place: Path) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """Start munged, slurmctld and a slurmd a node; end them."""
    for name in ("munge", "state", *NODES):
        (place / name).mkdir(mode=0o700)
    key = place / "munge" / "key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    (place / "slurm.conf").write_text(configuration(place))
    os.environ["SLURM_CONF"] = str(place / "slurm.conf")
    node = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    commands = {"munged": ["munged", "--foreground", "--force", f"--key-file={key}",
                           *(f"--{one}={place}/munge/{one.partition('-')[0]}"
                             for one in ("socket", "pid-file", "log-file", "seed-file"))],
                "slurmctld": ["slurmctld", "-D"],
                **{name: [*node, "slurmd", "-D", "-N", name] for name in NODES}}
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            with (place / f"{name}.out").open("wb") as out:
                running[name] = subprocess.Popen(command, stdout=out, stderr=out)
            if name == "munged":
                until(lambda: (place / "munge" / "socket").exists(), "munged")
        idle = f"0/{len(NODES)}/0/{len(NODES)}".encode()
        until(lambda: asked("sinfo", "-h", "-o", "%F").strip() == idle, "both nodes")
        yield running
    finally:
        for process in reversed(running.values()):
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()


def asked(*command: str) -> bytes:
    """Return what a command prints."""
    return subprocess.run(command, capture_output=True, check=False).stdout


def until(true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for something; end the check if it does not come."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            sys.exit(f"fleet-check: waited {seconds:.0f} s for {what}")
        time.sleep(0.2)


def main() -> int:
    """Run, kill a node in the middle, and look at what came out."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="landproof-fleet-") as scratch:
        place = Path(scratch)
        environment = {**os.environ, "XDG_STATE_HOME": str(place), "XDG_CACHE_HOME":
                       str(cache().parent), "SLURM_CONF": str(place / "slurm.conf")}
        words = ["--kernel", KERNEL, "--family", "api", "--family", "net", "--family", "scope",
                 "--family", "log"]
        with cluster(place) as running:
            run = subprocess.Popen(
                [ROOT / "landproof", "run", *words, "--jobs", "1", "--on", "slurm", "--shards",
                 str(SHARDS), "--json", place / "whole.json"], env=environment,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            until(lambda: run.poll() is not None or any(
                b'"result"' in path.read_bytes() for path in on("n2", place)), "a case on n2", 120)
            running["n2"].send_signal(signal.SIGKILL)
            print(f"{time.monotonic() - began:.0f} s: n2 is dead, in the middle of its shard")
            told = run.communicate(timeout=SECONDS)[1]
        print(told, end="")
        if run.returncode not in (0, 1) or "submitted again" not in told:
            sys.exit(f"fleet-check: status {run.returncode}")
        wanted = json.loads(asked(str(ROOT / "build" / "landproof-guest"), "list", "--json",
                                  *words[2:]))
        result = load_result(place / "whole.json")
        ran = {case.id.partition("[")[0] for case in result.kernels[0].cases}
        if missing := {case["id"] for case in wanted} - ran:
            sys.exit(f"fleet-check: {len(missing)} cases are missing, such as {min(missing)}")
        seconds = time.monotonic() - began
        print(f"{len(result.kernels[0].cases)} results of {len(ran)} cases, none is missing,"
              f" {seconds:.0f} s")
        return int(seconds > SECONDS)


def on(node: str, place: Path) -> list[Path]:
    """Return the records that jobs on a node write."""
    jobs = asked("squeue", "-h", "-w", node, "-o", "%A").decode().split()
    return [path for job in jobs for path in place.glob(f"landproof/slurm/*/*.{job}/*.jsonl")]


if __name__ == "__main__":
    sys.exit(main())
