# SPDX-License-Identifier: GPL-2.0
"""A small Debian archive on this machine, signed with a key of its own, that can misbehave."""

from __future__ import annotations

import gzip
import hashlib
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

STAMP = "Thu, 01 Jan 2026 00:00:00 UTC"


class Mirror:
    """Serves suites of packages over HTTP, and remembers what was asked for."""

    def __init__(self, root: Path) -> None:
        """Make the key and start to serve the directory `root`."""
        self.root = root
        self.home = root / "gnupg"
        self.home.mkdir(mode=0o700, parents=True)
        self.keyring = root / "debian-archive-keyring.gpg"
        self._gpg("--quick-gen-key", "mirror <m@example.invalid>", "ed25519", "sign", "never")
        self._gpg("--export", "--output", str(self.keyring))
        self.requests: list[tuple[str, str]] = []
        self.cut_once: set[str] = set()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            """Knows GET, with ranges, which http.server's own does not."""

            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:  # noqa: N802 (http.server's name)
                wanted = self.headers.get("Range", "")
                mirror.requests.append((self.path, wanted))
                path = mirror.root / unquote(self.path).lstrip("/")
                if not path.is_file():
                    self.send_error(404)
                    return
                data = path.read_bytes()
                start = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
                self.send_response(206 if wanted else 200)
                self.send_header("Content-Length", str(len(data) - start))
                self.send_header("Last-Modified", STAMP.replace("UTC", "GMT"))
                self.send_header("Accept-Ranges", "bytes")
                if wanted:
                    self.send_header("Content-Range",
                                     f"bytes {start}-{len(data) - 1}/{len(data)}")
                self.end_headers()
                if path.name in mirror.cut_once:
                    mirror.cut_once.discard(path.name)
                    self.wfile.write(data[start:start + len(data) // 2])
                    self.wfile.flush()
                    self.close_connection = True
                    return
                self.wfile.write(data[start:])

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()

    def _gpg(self, *words: str) -> None:
        subprocess.run(["gpg", "--homedir", str(self.home), "--batch", "--yes", "--passphrase", "",
                        *words], check=True, capture_output=True)

    def publish(self, suite: str, packages: list[Path]) -> None:
        """Write the signed index of a suite; the packages must lie below the root."""
        stanzas = []
        for deb in packages:
            fields = subprocess.run(["dpkg-deb", "-f", str(deb)], check=True, capture_output=True,
                                    text=True).stdout.strip()
            data = deb.read_bytes()
            stanzas.append(f"{fields}\nFilename: {deb.relative_to(self.root)}\nSize: {len(data)}\n"
                           f"SHA256: {hashlib.sha256(data).hexdigest()}\n")
        index = "main/binary-amd64/Packages.gz"
        directory = self.root / "dists" / suite
        (directory / index).parent.mkdir(parents=True, exist_ok=True)
        (directory / index).write_bytes(gzip.compress("\n".join(stanzas).encode(), mtime=0))
        plain = "\n".join(stanzas).encode()
        sums = [(plain, "main/binary-amd64/Packages"), ((directory / index).read_bytes(), index)]
        lines = "".join(f" {hashlib.sha256(data).hexdigest()} {len(data)} {name}\n"
                        for data, name in sums)
        release = directory / "Release"
        release.write_text(f"Suite: {suite}\nCodename: {suite}\nDate: {STAMP}\n"
                           f"Architectures: amd64\nComponents: main\nSHA256:\n{lines}")
        self._gpg("--clearsign", "--output", str(directory / "InRelease"), str(release))


def package(root: Path, name: str, version: str, files: dict[str, bytes]) -> Path:
    """Build a package with some files; return its path below the mirror's root."""
    tree = root / "trees" / name
    (tree / "DEBIAN").mkdir(parents=True, exist_ok=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: m <m@x.invalid>\n"
        f"Installed-Size: {sum(map(len, files.values())) >> 10}\nDescription: test\n")
    for file, data in files.items():
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        (tree / file).write_bytes(data)
    pool = root / "pool"
    pool.mkdir(exist_ok=True)
    deb = pool / f"{name}_{version.replace(':', '%3a')}_amd64.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "-b", str(tree), str(deb)],
                   check=True, capture_output=True)
    return deb
