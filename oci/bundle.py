# SPDX-License-Identifier: GPL-2.0
"""config.json of the checks' containers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

CAPABILITIES = ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_MKNOD",
                "CAP_NET_BIND_SERVICE"]
MORE = [*CAPABILITIES, "CAP_SYS_ADMIN"]
WORK = "/work"
"""Where the bundles are made (lib.sh)."""

PROBE = "/probe"


def _capabilities(names: list[str]) -> dict[str, list[str]]:
    return {one: names for one in ("bounding", "effective", "permitted")}


def process(args: list[str], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the process; the value "absent" takes a member away."""
    root = "user" not in changes
    made = {"terminal": False, "user": {"uid": 0, "gid": 0}, "args": [PROBE, *args],
            "env": ["PATH=/"], "cwd": "/", "noNewPrivileges": True,
            "capabilities": _capabilities(CAPABILITIES if root else []), **changes}
    if made["capabilities"] == "more":
        made["capabilities"] = _capabilities(MORE)
    return {key: value for key, value in made.items() if value != "absent"}


def config(its_process: Mapping[str, Any], changes: Mapping[str, Any], name: str) -> str:
    """Return config.json of the bundle with this name."""
    own = dict(changes)
    mounts = [{"destination": "/proc", "type": "proc", "source": "proc"},
              {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
               "options": ["nosuid", "mode=755"]},
              *own.pop("more_mounts", [])]
    namespaces = [{"type": one} for one in ("pid", "ipc", "uts", "mount")]
    linux: dict[str, Any] = {"namespaces": namespaces}
    if "seccomp" in own:
        linux["seccomp"] = own.pop("seccomp")
    made = {"ociVersion": "1.0.2", "process": its_process,
            "root": {"path": "rootfs"}, "mounts": mounts, "linux": linux, **own}
    text = json.dumps(made, indent=1)
    return text.replace("{bundle}", f"{WORK}/{name}").replace("{work}", WORK)
