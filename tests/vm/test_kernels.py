# SPDX-License-Identifier: GPL-2.0
"""Kernels by name and path: the whole way from a mirror to the cache, and what can go wrong."""

from __future__ import annotations

import lzma
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard

from tests.vm.conftest import bzimage
from tests.vm.mirror import Mirror, package
from vm import debian, kernels, modules, paths, store
from vm.debian import Source
from vm.errors import UserError
from vm.kernel import Kernel, Progress
from vm.places import Place, suites
from vm.sets import Release

VERSION = "5.10.0-46-amd64"


def module_tree(kernel: Kernel, root: Path) -> Path:
    """Make /lib/modules/VERSION of a few real modules, each packed in another way."""
    assert kernel.modules
    tree = root / "lib/modules" / kernel.version
    (tree / "kernel/net").mkdir(parents=True)
    pack: dict[str, Callable[[bytes], bytes]] = {
        "sctp": lzma.compress, "libcrc32c": zstandard.ZstdCompressor().compress}
    for path in kernel.modules.glob("*.ko"):
        if path.stem in ("sctp", "libcrc32c", "overlay"):
            suffix = {"sctp": ".xz", "libcrc32c": ".zst"}.get(path.stem, "")
            data = path.read_bytes()
            target = tree / "kernel/net" / (path.name + suffix)
            target.write_bytes(pack.get(path.stem, bytes)(data))
    (tree / "modules.builtin").write_text("kernel/fs/fuse/fuse.ko\n")
    return tree


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
           private_cache: Path) -> Iterator[Mirror]:
    """Serve an archive, and let the machine's apt sources be it."""
    served = Mirror(tmp_path / "mirror")
    source = Source(served.uri, str(served.keyring))
    monkeypatch.setattr(debian, "archives", lambda: {"main": source, "security": source})
    recipes = {"debian-5.10": Release("debian-5.10", "5.10.*", ("bullseye", "gone")),
               "debian-7.0": Release("debian-7.0", "7.0.*", ("sid",))}
    monkeypatch.setattr(suites, "releases", lambda: recipes)
    yield served
    served.close()


def kernel_package(mirror: Mirror, kernel: Kernel, version: str = "5.10.262-1") -> Path:
    """Build a package with a real kernel and some of its modules, and publish it."""
    assert kernel.image
    tree = module_tree(kernel, mirror.root / f"tree-{version}")
    files = {f"lib/modules/{VERSION}/{path.relative_to(tree)}": path.read_bytes()
             for path in tree.rglob("*") if path.is_file()}
    files |= {f"boot/vmlinuz-{VERSION}": kernel.image.read_bytes(),
              f"boot/config-{VERSION}": b"CONFIG_SECURITY=y\nCONFIG_OTHER=y\n"
                                        b"# CONFIG_SECURITY_LANDLOCK is not set\n",
              f"lib/modules/{VERSION}/kernel/sound/loud.ko": b"x"}
    deb = package(mirror.root, f"linux-image-{VERSION}", version, files)
    mirror.publish("bullseye", [deb])
    return deb


def quiet(name: str, what: str, part: float) -> None:
    """Show no progress."""


def test_from_the_mirror_to_the_cache(mirror: Mirror, debian_kernel: Kernel,
                                      private_cache: Path) -> None:
    deb = kernel_package(mirror, debian_kernel)
    mirror.publish("sid", [])
    mirror.cut_once.add(deb.name)
    seen: list[object] = []
    failures = kernels.fetch(["debian-5.10", "debian-7.0"],
                             lambda name, what, part: seen.append((name, what)))
    # One kernel that cannot be had, and a suite that is not there, stop nothing.
    assert failures == {
        "debian-7.0": "no kernel 7.0.* could be looked up (sid: its index is empty)"}
    assert ("debian-5.10", "done") in seen
    # The connection broke in the middle; the rest was asked for, not all of it again.
    assert any(deb.name in path and wanted for path, wanted in mirror.requests)

    # From now on without any network.
    mirror.close()
    kernel = kernels.by_name("debian-5.10")
    assert kernel and kernel.image and kernel.modules
    assert kernel.version == VERSION
    assert kernel.source == f"Debian bullseye: linux-image-{VERSION} 5.10.262-1"
    assert kernel.config_lines() == ["CONFIG_SECURITY=y", "# CONFIG_SECURITY_LANDLOCK is not set"]
    table = (kernel.modules / "modules").read_text().splitlines()
    sctp = next(line for line in table if line.startswith("sctp\t"))
    assert sctp.endswith("/landproof/ko/sctp.ko")
    assert sctp.index("libcrc32c.ko") < sctp.index("/sctp.ko")
    assert "fuse\t" in table  # built in: nothing to load
    assert debian_kernel.modules
    for name in ("sctp.ko", "libcrc32c.ko", "overlay.ko"):
        assert (kernel.modules / name).read_bytes() == \
            (debian_kernel.modules / name).read_bytes()
    assert not list((private_cache / "apt/debs").iterdir())

    # The other is a column that says why.
    first, second = kernels.choose([])
    assert first == kernel
    assert "7.0" in second.unavailable or "fetch" in second.unavailable

    # A file of the cache that changes is noticed.
    with kernel.image.open("ab") as file:
        file.write(b"x")
    with pytest.raises(UserError, match="differs from its SHA-256") as caught:
        kernels.by_name("debian-5.10")
    assert "kernels remove debian-5.10" in str(caught.value)
    assert "differs from its SHA-256" in kernels.choose(["debian-5.10"])[0].unavailable
    kernels.remove("debian-5.10")
    assert kernels.by_name("debian-5.10") is None


def test_a_newer_version_replaces_the_old_one(mirror: Mirror, debian_kernel: Kernel) -> None:
    kernel_package(mirror, debian_kernel)
    assert not kernels.fetch(["debian-5.10"], quiet)
    kernel_package(mirror, debian_kernel, "5.10.263-1")
    asked = len(mirror.requests)
    assert not kernels.fetch(["debian-5.10"], quiet)
    assert len(mirror.requests) == asked  # no network without --update
    assert not kernels.fetch(["debian-5.10"], quiet, update=True)
    kernel = kernels.by_name("debian-5.10")
    assert kernel and "5.10.263-1" in kernel.source
    seen: list[object] = []
    assert not kernels.fetch(["debian-5.10"], lambda name, what, part: seen.append(what),
                             update=True)
    assert "up to date" in seen


def test_modules_that_came_to_the_list(mirror: Mirror, debian_kernel: Kernel,
                                       monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel of the cache stays usable, and is fetched again only where it lacks something."""
    kernel_package(mirror, debian_kernel)
    monkeypatch.setattr(store, "all_modules", lambda: ["sctp", "overlay"])
    assert not kernels.fetch(["debian-5.10"], quiet)
    asked = len(mirror.requests)

    def has_overlay() -> bool:
        kernel = kernels.by_name("debian-5.10")
        assert kernel and kernel.modules
        return (kernel.modules / "overlay.ko").exists()

    monkeypatch.setattr(store, "all_modules", lambda: ["overlay"])
    assert not kernels.fetch(["debian-5.10"], quiet)
    assert len(mirror.requests) == asked  # fewer, in another order: nothing is missing
    monkeypatch.setattr(store, "all_modules", lambda: ["overlay", "veth"])
    assert kernels.choose(["debian-5.10"])[0].modules and has_overlay()
    assert len(mirror.requests) == asked
    assert not kernels.fetch(["debian-5.10"], quiet)
    assert len(mirror.requests) > asked and has_overlay()


def test_a_kernel_without_modules_lacks_none() -> None:
    assert store.lacks_modules({"no_modules": "", "modules": []})
    assert store.lacks_modules({"no_modules": ""})  # as it was written before
    assert not store.lacks_modules({"no_modules": "none in the archive"})


def test_a_kernel_that_the_archive_dropped(mirror: Mirror) -> None:
    other = package(mirror.root, "linux-doc", "7.1-1", {"usr/share/doc/x": b"x"})
    mirror.publish("sid", [other])
    assert kernels.fetch(["debian-7.0"], quiet) == {
        "debian-7.0": "no kernel 7.0.* in sid: the archive has dropped it"}


def test_a_mirror_that_lacks_what_its_index_has(mirror: Mirror, debian_kernel: Kernel) -> None:
    old = kernel_package(mirror, debian_kernel)
    new = kernel_package(mirror, debian_kernel, "5.10.263-1")
    mirror.publish("bullseye", [old, new])
    new.unlink()
    hidden = old.rename(old.with_suffix(".hidden"))
    why = kernels.fetch(["debian-5.10"], quiet)["debian-5.10"]
    assert "5.10.263-1 (bullseye) failed" in why and "404" in why
    hidden.rename(old)
    seen: list[object] = []
    assert not kernels.fetch(["debian-5.10"], lambda name, what, part: seen.append(what))
    assert "the mirror has no 5.10.263-1" in seen
    kernel = kernels.by_name("debian-5.10")
    assert kernel and "5.10.262-1" in kernel.source
    assert not kernels.fetch(["debian-5.10"], quiet, update=True)  # what is kept stays
    assert kernels.by_name("debian-5.10") == kernel


def test_a_download_that_fails_its_check(mirror: Mirror, debian_kernel: Kernel) -> None:
    deb = kernel_package(mirror, debian_kernel)
    data = bytearray(deb.read_bytes())
    data[-1000] ^= 1
    deb.write_bytes(data)
    why = kernels.fetch(["debian-5.10"], quiet)["debian-5.10"]
    assert "download of linux-image-5.10.0-46-amd64 5.10.262-1 (bullseye) failed" in why
    assert "Hash Sum mismatch" in why and "\n" not in why
    assert kernels.by_name("debian-5.10") is None


def test_an_index_that_nobody_signed(mirror: Mirror, debian_kernel: Kernel) -> None:
    kernel_package(mirror, debian_kernel)
    release = mirror.root / "dists/bullseye/InRelease"
    release.write_text(release.read_text().replace("bullseye", "bullsEye"))
    why = kernels.fetch(["debian-5.10"], quiet)["debian-5.10"]
    assert why.startswith("no kernel 5.10.* could be looked up (bullseye: ")


def test_no_network(mirror: Mirror) -> None:
    mirror.close()
    old, new = kernels.choose([])
    assert old.unavailable and new.unavailable
    assert "could be looked up" in old.unavailable and "\n" not in old.unavailable


def test_no_disk_space(mirror: Mirror, debian_kernel: Kernel,
                       monkeypatch: pytest.MonkeyPatch) -> None:
    kernel_package(mirror, debian_kernel)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=5 << 20))
    why = kernels.fetch(["debian-5.10"], quiet)["debian-5.10"]
    assert why.startswith(f"no disk space for linux-image-{VERSION}") and "5 MB free" in why


def test_a_full_disk_becomes_one_line() -> None:
    with pytest.raises(UserError, match="no disk space left for it: make room"):
        with paths.disk_errors("it"), open("/dev/full", "w") as full:
            full.write("x")
            full.flush()


# --- kernels of the user's own

@pytest.mark.parametrize("name, hint", [
    ("debian-6.21", "did you mean"),
    ("banana", "see `landproof kernels list`"),
])
def test_an_unknown_name(private_cache: Path, name: str, hint: str) -> None:
    with pytest.raises(UserError, match=f"there is no kernel {name}: {hint}"):
        kernels.choose([name])


def test_a_path_that_is_not_there(private_cache: Path) -> None:
    with pytest.raises(UserError, match="no such kernel image, package or directory"):
        kernels.choose(["/nowhere/bzImage"])


def test_modules_belong_to_one_file(private_cache: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--modules belongs to one --kernel"):
        kernels.choose(["debian-5.10"], modules=str(tmp_path))


def test_an_image_with_modules(private_cache: Path, tmp_path: Path,
                               debian_kernel: Kernel) -> None:
    assert debian_kernel.image
    tree = module_tree(debian_kernel, tmp_path / "root")
    image = str(debian_kernel.image)
    for directory in (tree, tree.parent, tmp_path / "root"):
        (kernel,) = kernels.choose([image], modules=str(directory))
        assert kernel.name == kernel.version == VERSION
        assert kernel.modules and (kernel.modules / "sctp.ko").exists()
    (bare,) = kernels.choose([image])
    assert bare.modules is None and bare.no_modules == "none given (--modules DIR)"
    assert len(kernels.choose([image, image])) == 1
    copies = [str(shutil.copyfile(image, tmp_path / name)) for name in ("second", "third")]
    assert [kernel.name for kernel in kernels.choose([image, *copies])] == \
        [VERSION, f"{VERSION}-2", f"{VERSION}-3"]


def test_modules_of_another_kernel(private_cache: Path, tmp_path: Path,
                                   debian_kernel: Kernel) -> None:
    tree = module_tree(debian_kernel, tmp_path / "root")
    image = tmp_path / "bzImage"
    image.write_bytes(bzimage(b"", "7.3.0-mine"))
    with pytest.raises(UserError) as caught:
        kernels.choose([str(image)], modules=str(tree))
    assert str(caught.value) == (f"{tree} has the modules of kernel {VERSION}, not of 7.3.0-mine:"
                                 " give the modules of this kernel")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="has no modules of kernel 7.3.0-mine"):
        kernels.choose([str(image)], modules=str(tmp_path / "empty"))
    with pytest.raises(UserError, match="no such directory"):
        kernels.choose([str(image)], modules=str(tmp_path / "none"))


def test_a_package(private_cache: Path, tmp_path: Path, debian_kernel: Kernel) -> None:
    assert debian_kernel.image
    deb = package(tmp_path, "linux-image-x", "1", {
        f"boot/vmlinuz-{VERSION}": debian_kernel.image.read_bytes()})
    (kernel,) = kernels.choose([str(deb)])
    assert kernel.version == VERSION and kernel.no_modules == "the package has none"
    empty = package(tmp_path, "linux-headers-x", "1", {"usr/x": b""})
    with pytest.raises(UserError, match="has no kernel image"):
        kernels.choose([str(empty)])
    broken = tmp_path / "broken.deb"
    broken.write_bytes(deb.read_bytes()[:5000])
    with pytest.raises(UserError, match="is not a package that bsdtar can unpack") as caught:
        kernels.choose([str(broken)])
    assert "\n" not in str(caught.value)


def test_a_build_tree(private_cache: Path, tmp_path: Path, debian_kernel: Kernel) -> None:
    assert debian_kernel.image and debian_kernel.modules
    build = tmp_path / "linux"
    (build / "fs/overlayfs").mkdir(parents=True)
    with pytest.raises(UserError, match=r"arch/x86/boot/bzImage is missing \(make bzImage\)"):
        kernels.choose([str(build)])
    (build / "arch/x86/boot").mkdir(parents=True)
    shutil.copyfile(debian_kernel.image, build / "arch/x86/boot/bzImage")
    (build / ".config").write_text("CONFIG_SECURITY_LANDLOCK=y\n")
    (kernel,) = kernels.choose([str(build)])
    assert kernel.config_lines() == ["CONFIG_SECURITY_LANDLOCK=y"]
    assert "make modules" in kernel.no_modules
    shutil.copyfile(debian_kernel.modules / "overlay.ko", build / "fs/overlayfs/overlay.ko")
    (build / "modules.order").write_text("fs/overlayfs/overlay.o\n")
    (kernel,) = kernels.choose([str(build)])
    assert kernel.modules and (kernel.modules / "overlay.ko").exists()


def test_add_and_remove(private_cache: Path, debian_kernel: Kernel) -> None:
    image = debian_kernel.image
    assert image
    kernels.add("lab-5.10", str(image), None)
    (kernel,) = kernels.choose(["lab-5.10"])
    assert (kernel.name, kernel.version) == ("lab-5.10", VERSION)
    with pytest.raises(UserError, match="did you mean lab-5.10"):
        kernels.choose(["lab-5.11"])
    kernels.remove("lab-5.10")
    with pytest.raises(UserError, match="there is no kernel lab-5.10"):
        kernels.remove("lab-5.10")
    with pytest.raises(UserError, match="is no name for a kernel"):
        kernels.add("../x", str(image), None)
    with pytest.raises(UserError, match="belongs to another kernel"):
        kernels.add("debian-6.1", str(image), None)


def test_damaged_settings(private_cache: Path) -> None:
    file = paths.config() / "kernels.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"lab": 5}')
    with pytest.raises(UserError, match="is damaged: mend or remove it"):
        kernels.choose(["lab"])


def test_the_default_set() -> None:
    assert list(suites.releases()) == [
        f"debian-{version}" for version in
        ("5.10", "6.1", "6.12", "6.18", "6.19", "7.0", "7.1", "7.2", "7.3")]


def test_what_a_module_asks_for_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = """\
kernel/fs/btrfs.ko: kernel/lib/xor.ko
kernel/lib/xor.ko:
kernel/crypto/crc_intel.ko:
kernel/crypto/crc_generic.ko: kernel/crypto/base.ko
kernel/crypto/base.ko:
kernel/crypto/blake.ko:
# Aliases extracted from modules themselves.
alias crypto-crc crc_intel
alias crypto-crc crc_generic
softdep btrfs pre: blake gone
softdep btrfs pre: crypto-crc post: later
"""
    monkeypatch.setattr(subprocess, "run", lambda *args, **more: subprocess.CompletedProcess(
        [], 0, said, ""))
    for name in ("fs/btrfs", "lib/xor", "crypto/crc_generic", "crypto/base", "crypto/blake"):
        file = tmp_path / "tree/kernel" / f"{name}.ko"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    modules.collect(tmp_path / "tree", "1", ["btrfs"], tmp_path / "out")
    table = (tmp_path / "out" / modules.TABLE).read_text()
    assert [Path(file).stem for file in table.split("\t")[1].split()] == [
        "blake", "base", "crc_generic", "xor", "btrfs"]


def test_depmod_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "depmod: ERROR: nothing")
    monkeypatch.setattr(subprocess, "run", lambda *args, **more: failed)
    with pytest.raises(UserError, match="depmod failed on"):
        modules.collect(tmp_path, "1", [], tmp_path / "out")


class Shop(Place):
    """A place of a contributor's, which has one kernel and can fetch nothing."""

    def names(self) -> list[str]:
        """Return its name."""
        return ["shop-1"]

    def kernel(self, name: str) -> None:
        """It is never there."""

    def fetch(self, names: Sequence[str], progress: Progress) -> dict[str, str]:
        """Say why it cannot be had."""
        return dict.fromkeys(names, "sold out")

    def advice(self, name: str) -> str:
        """Return what to do."""
        return "come back tomorrow"


def test_a_new_place_needs_no_other_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                           private_cache: Path) -> None:
    monkeypatch.setattr(kernels, "PLACES", (Shop(), *kernels.PLACES))
    (column,) = kernels.choose(["shop-1"])
    assert (column.name, column.unavailable) == ("shop-1", "sold out")
    assert kernels.fetch(["shop-1"], lambda name, what, part: None) == {"shop-1": "sold out"}
    with pytest.raises(UserError, match="belongs to another kernel"):
        kernels.add("shop-1", str(tmp_path), None)
    with pytest.raises(UserError, match="shop-1 is not in the cache"):
        kernels.remove("shop-1")
