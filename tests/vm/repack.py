# SPDX-License-Identifier: GPL-2.0
"""Packs the files of a kernel as distributions do: rpm, Arch, Alpine, unified kernel images."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

STUB = Path("/usr/lib/systemd/boot/efi/linuxx64.efi.stub")

SPEC = """\
Name: {name}
Version: {version}
Release: {release}
Summary: test
License: GPL-2.0-only
AutoReqProv: no
%description
test
%install
mkdir -p %{{buildroot}}
cp -a {tree}/. %{{buildroot}}
%files
/*
"""

Files = Mapping[str, bytes]


def rpm(directory: Path, name: str, files: Files, version: str = "1", release: str = "1",
        arch: str = "x86_64") -> Path:
    """Build an rpm."""
    tree = directory / f"tree-{name}-{version}-{release}"
    for file, data in files.items():
        (tree / file).parent.mkdir(parents=True, exist_ok=True)
        (tree / file).write_bytes(data)
    spec = directory / f"{name}.spec"
    spec.write_text(SPEC.format(name=name, version=version, release=release, tree=tree))
    settings = {"_topdir": directory / "rpmbuild", "_rpmdir": directory, "_dbpath": directory,
                "_binary_payload": "w1T0.zstdio", "_build_id_links": "none",
                "__os_install_post": "%{nil}", "debug_package": "%{nil}",
                "_rpmfilename": "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm"}
    subprocess.run(["rpmbuild", "-bb", "--quiet", "--target", arch,
                    *(word for key, value in settings.items()
                      for word in ("--define", f"{key} {value}")), str(spec)],
                   check=True, capture_output=True)
    return directory / f"{name}-{version}-{release}.{arch}.rpm"


def tar(files: Files) -> bytes:
    """Return a tar archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for file, data in files.items():
            entry = tarfile.TarInfo(file)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def arch(directory: Path, name: str, files: Files, version: str = "1-1") -> Path:
    """Build a package of Arch Linux."""
    facts = (f"pkgname = {name}\npkgbase = {name}\npkgver = {version}\npkgdesc = test\n"
             f"arch = x86_64\nsize = 1\nbuilddate = 1\npackager = m\n")
    package = directory / f"{name}-{version}-x86_64.pkg.tar.zst"
    packed = subprocess.run(["zstd", "-q", "-1", "-c"], input=tar({".PKGINFO": facts.encode(),
                                                                  **files}),
                            check=True, capture_output=True).stdout
    package.write_bytes(packed)
    return package


def arch_database(packages: Sequence[Path], name: str, version: str) -> None:
    """Write the database NAME beside packages of Arch Linux that have one version."""
    files = {}
    for package in packages:
        title = package.name.removesuffix(f"-{version}-x86_64.pkg.tar.zst")
        data = package.read_bytes()
        facts = {"FILENAME": package.name, "NAME": title, "BASE": title, "VERSION": version,
                 "DESC": "test", "CSIZE": len(data), "ISIZE": 1, "ARCH": "x86_64",
                 "SHA256SUM": hashlib.sha256(data).hexdigest()}
        files[f"{title}-{version}/desc"] = "".join(
            f"%{key}%\n{value}\n\n" for key, value in facts.items()).encode()
    (packages[0].parent / f"{name}.db").write_bytes(gzip.compress(tar(files)))


def alpine(directory: Path, name: str, files: Files) -> Path:
    """Build a package of Alpine Linux: three packed archives, of which only the last one ends."""
    package = directory / f"{name}.apk"
    parts = [tar({".SIGN.RSA.test": b"no signature"}), tar({".PKGINFO": b"pkgname = linux\n"})]
    package.write_bytes(b"".join(gzip.compress(part.rstrip(b"\0") + b"\0" * (
        -len(part.rstrip(b"\0")) % 512), 1) for part in parts) + gzip.compress(tar(files), 1))
    return package


def unified(directory: Path, image: Path) -> Path:
    """Build a unified kernel image."""
    (directory / "uname").write_text("9.9.9\0")
    efi = directory / "linux.efi"
    subprocess.run(["objcopy", "--add-section", f".uname={directory / 'uname'}",
                    "--change-section-vma", ".uname=0x30000", "--add-section", f".linux={image}",
                    "--change-section-vma", ".linux=0x2000000", str(STUB), str(efi)], check=True)
    return efi
