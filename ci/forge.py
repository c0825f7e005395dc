# SPDX-License-Identifier: GPL-2.0
"""The web interface of a forge: JSON, files, and a comment that is written anew each time."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

MARK = "<!-- landproof -->"
"""How the comment of an earlier run is found."""

SECONDS = 60


class Refused(Exception):
    """What the forge answered instead, in one line."""


def fetch(method: str, address: str, header: tuple[str, str], data: Any = None) -> bytes:
    """Return what the forge answers; raise Refused if that is an error.

    The token does not follow to another server, where files of artifacts lie.
    """
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(address, body, {"Content-Type": "application/json"},
                                     method=method)
    request.add_unredirected_header(*header)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        raise Refused(f"{method} {address}: {error.code} {error.reason}") from error
    except OSError as error:
        raise Refused(f"{method} {address}: {error}") from error


def ask(method: str, address: str, header: tuple[str, str], data: Any = None) -> Any:
    """Return the JSON that the forge answers."""
    text = fetch(method, address, header, data)
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refused(f"{method} {address}: this is no JSON") from error


def fitting(text: str, most: int) -> str:
    """Return a report as a comment of at most so many characters."""
    body = f"{MARK}\n{text}"
    if len(body) <= most:
        return body
    end = "\n\nThe rest is in the job's artifact."
    return body[:most - len(end)].rpartition("\n")[0] + end


def ours(comments: list[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the comment of an earlier run, if there is one."""
    return next((one for one in comments if str(one["body"]).startswith(MARK)), None)
