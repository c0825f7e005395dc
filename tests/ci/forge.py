# SPDX-License-Identifier: GPL-2.0
"""Forges on 127.0.0.1 that answer as the documentation of GitHub and GitLab says."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "t0ken"


@dataclass
class Artifact:
    """An artifact of GitHub with one file."""

    name: str
    content: bytes
    branch: str = "main"
    fork: bool = False
    expired: bool = False


@dataclass
class Forge:
    """What the server knows, and what it was asked."""

    address: str = ""
    artifacts: list[Artifact] = field(default_factory=list)
    """The oldest first; GitLab's are found by name and branch, too."""
    comments: list[dict[str, Any]] = field(default_factory=list)
    refuses: int = 0
    """An error that it answers to everything."""
    readonly: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    storage: list[str | None] = field(default_factory=list)
    """The Authorization headers that came to where the files lie."""


@contextmanager
def served() -> Iterator[Forge]:
    """Run a forge."""
    forge = Forge()

    class Handler(_Handler):
        known = forge

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        forge.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield forge
        server.shutdown()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    known: Forge

    def do_GET(self) -> None:
        """Answer what is there."""
        url = urlsplit(self.path)
        if url.path.startswith("/storage/"):
            self.known.storage.append(self.headers["Authorization"])
            return self._send(200, self._archive(int(url.path.rpartition("/")[2])))
        if not self._allowed("GET"):
            return None
        match url.path.strip("/").split("/"):
            case ["repos", _, _, "actions", "artifacts"]:
                (name,) = parse_qs(url.query)["name"]
                return self._json({"artifacts": [
                    self._described(number, one)
                    for number, one in enumerate(self.known.artifacts) if one.name == name]})
            case ["repos", _, _, "actions", "artifacts", number, "zip"]:
                self.send_response(302)
                port = urlsplit(self.known.address).port
                self.send_header("Location", f"http://localhost:{port}/storage/{number}")
                self.end_headers()
                return None
            case ["projects", _, "jobs", "artifacts", branch, "raw", *_]:
                (job,) = parse_qs(url.query)["job"]
                found = [one for one in self.known.artifacts
                         if (one.name, one.branch) == (job, branch)]
                return self._send(200, found[-1].content) if found else self._send(404, b"")
            case [*_, "comments" | "notes"]:
                return self._json(self.known.comments)
        return self._send(404, b"")

    def do_POST(self) -> None:
        """Take a comment."""
        if self._allowed("POST", writes=True):
            self.known.comments.append({"id": len(self.known.comments), **self._body()})
            self._json({}, 201)

    def do_PATCH(self) -> None:
        """Change a comment."""
        if self._allowed("PATCH", writes=True):
            self.known.comments[int(self.path.rpartition("/")[2])].update(self._body())
            self._json({})

    do_PUT = do_PATCH

    def _allowed(self, method: str, writes: bool = False) -> bool:
        self.known.asked.append((method, self.path))
        tokens = {self.headers[name] for name in ("Authorization", "JOB-TOKEN", "PRIVATE-TOKEN")}
        if not tokens & {f"Bearer {TOKEN}", TOKEN}:
            self._send(401, b"")
        elif self.known.refuses or (writes and self.known.readonly):
            self._send(self.known.refuses or 403, b"")
        else:
            return True
        return False

    def _described(self, number: int, one: Artifact) -> dict[str, Any]:
        return {"id": number, "name": one.name, "expired": one.expired,
                "created_at": f"2026-01-01T00:00:{number:02}Z",
                "archive_download_url": f"{self.known.address}/repos/o/r/actions/artifacts/"
                                        f"{number}/zip",
                "workflow_run": {"id": number, "repository_id": 1, "head_branch": one.branch,
                                 "head_repository_id": 2 if one.fork else 1}}

    def _archive(self, number: int) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as files:
            files.writestr("result.json", self.known.artifacts[number].content)
        return packed.getvalue()

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def _json(self, data: Any, status: int = 200) -> None:
        self._send(status, json.dumps(data).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""
