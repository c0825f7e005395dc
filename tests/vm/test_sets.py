# SPDX-License-Identifier: GPL-2.0
"""Sets of kernels, and the repositories they come from: made on the spot, of one kernel."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.vm import repack
from tests.vm.mirror import Mirror, package
from tests.vm.test_inputs import Kit
from tests.vm.test_kernels import VERSION, quiet
from vm import kernels, paths, sets
from vm.errors import UserError
from vm.kernel import Kernel

SET = """
[repositories.{name}]
title = "{name}s"
client = "{client}"
signed-by = ["{key}"]

[kernels."{name}-1"]
repository = "{name}"
suites = ["gone", "main"]
packages = ["linux", "linux-modules", "linux-modules-extra"]

[kernels."{name}-2"]
repository = "{name}"
version = "9.*"
suites = ["main"]
packages = ["linux"]
"""


class Shop(Mirror):
    """A server of repositories, whose key also comes as text."""

    def __init__(self, root: Path) -> None:
        """Make the key, and start to serve."""
        super().__init__(root)
        self.armored = root / "key.asc"
        self._gpg("--export", "--armor", "--output", str(self.armored))

    def sign_rpm(self, file: Path) -> None:
        """Sign an rpm."""
        subprocess.run(["rpmsign", "--addsign", "--define", f"_gpg_path {self.home}",
                        "--define", "_gpg_name mirror", "--define", "__gpg /usr/bin/gpg",
                        str(file)], check=True, capture_output=True)

    def sign(self, file: Path) -> None:
        """Sign a file beside it."""
        self._gpg("--detach-sign", "--output", f"{file}.sig", str(file))

    def rpms(self) -> None:
        """Make the repository of the rpms in main/."""
        subprocess.run(["createrepo_c", "--quiet", str(self.root / "main")], check=True)


@pytest.fixture(scope="module")
def kit(debian_kernel: Kernel, tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """Return the files of the kernel that boots quickest."""
    return Kit(debian_kernel, tmp_path_factory.mktemp("kit"))


@pytest.fixture
def shop(tmp_path: Path, private_cache: Path) -> Iterator[Shop]:
    """Serve repositories."""
    served = Shop(tmp_path / "shop")
    (served.root / "main/os/x86_64").mkdir(parents=True)
    yield served
    served.close()


def use(shop: Shop, name: str, client: str, key: Path, address: str = "") -> Path:
    """Write a set, and say where its repository is; return the set's file."""
    file = shop.root / f"{name}.toml"
    file.write_text(SET.format(name=name, client=client, key=key))
    settings = paths.config() / "repositories.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text(f'[{name}]\naddress = "{address or shop.uri}"\n')
    return file


def fetched(name: str, title: str, version: str) -> None:
    """Check that a kernel is in the cache with its modules."""
    kernel = kernels.by_name(name)
    assert kernel and kernel.modules
    assert kernel.version == VERSION
    assert kernel.source == f"{title} main: linux {version}"
    assert (kernel.modules / "sctp.ko").exists() and (kernel.modules / "overlay.ko").exists()


def split(kit: Kit) -> dict[str, dict[str, bytes]]:
    """Return the packages that a kernel is split into."""
    rest = kit.modules
    return {"linux": {name: data for name, data in kit.system().items() if "/kernel/" not in name},
            "linux-modules": {name: data for name, data in rest.items()
                              if "/kernel/" in name and "sctp" not in name},
            "linux-modules-extra": {name: data for name, data in rest.items() if "sctp" in name}}


def test_a_repository_of_rpms(shop: Shop, kit: Kit) -> None:
    for name, files in split(kit).items():
        for release in ("1", "2"):
            file = repack.rpm(kit.root, name, files if release == "2" else {f"etc/{name}": b""},
                              "5.10", release)
            shop.sign_rpm(file)
            shutil.move(file, shop.root / "main" / file.name)
    shop.rpms()
    file = use(shop, "fedora", "dnf", shop.armored)
    old, new = kernels.choose([], of_set=str(file))
    fetched("fedora-1", "fedoras", "5.10-2")
    assert old.version == VERSION
    # The other cannot be had, and stops nothing; gone/ was not there.
    assert new.unavailable == "no kernel 9.* in main: the archive has dropped it"
    # A package that another one has signed, or nobody.
    kernels.remove("fedora-1")
    subprocess.run(["rpmsign", "--delsign", *map(str, (shop.root / "main").glob("*.rpm"))],
                   check=True, capture_output=True)
    shop.rpms()
    assert re.match(r"linux-5\.10-2\.x86_64\.rpm is not signed by a key of fedoras",
                    kernels.choose(["fedora-1"])[0].unavailable)


def test_a_repository_of_arch(shop: Shop, kit: Kit, private_cache: Path) -> None:
    directory = shop.root / "main/os/x86_64"
    version = "5.10.arch1-1"
    packages = [repack.arch(directory, name, files, version)
                for name, files in split(kit).items()]
    for file in packages:
        shop.sign(file)
    repack.arch_database(packages, "main", version)
    written = use(shop, "arch", "pacman", shop.keyring)
    failures = kernels.fetch(kernels.SUITES.use(str(written)), quiet)
    assert failures == {"arch-2": "no kernel 9.* in main: the archive has dropped it"}
    fetched("arch-1", "archs", version)
    kernels.remove("arch-1")
    # A package with the signature of another.
    (directory / f"{packages[0].name}.sig").write_bytes(
        (directory / f"{packages[1].name}.sig").read_bytes())
    shutil.rmtree(private_cache / "repositories/arch/debs")
    assert re.search('signature from "mirror <m@example.invalid>" is invalid',
                     kernels.choose(["arch-1"])[0].unavailable)


def test_a_repository_like_ubuntus(shop: Shop, kit: Kit) -> None:
    modules = {name: data for name, data in kit.modules.items() if "sctp" not in name}
    flavour = "5.10.0-46-generic"
    debs = [package(shop.root, f"linux-image-unsigned-{flavour}", "5.10.0-46.50",
                    {f"boot/vmlinuz-{VERSION}": kit.image}),
            package(shop.root, f"linux-modules-{flavour}", "5.10.0-46.50", modules),
            package(shop.root, f"linux-modules-extra-{flavour}", "5.10.0-46.50", {
                name: data for name, data in kit.modules.items() if "sctp" in name}),
            package(shop.root, "linux-image-unsigned-5.10.0-46-kvm", "5.10.0-47.50", {"x": b"x"})]
    shop.publish("noble", debs)
    file = use(shop, "ubuntu", "apt", shop.keyring)
    file.write_text(file.read_text().replace("-1\"]", "-1\"]\nflavours = { \"\" = \"generic\" }")
                    .replace('"main"', '"noble"'))
    assert kernels.SUITES.use(str(file)) == ["ubuntu-1", "ubuntu-2"]
    assert not kernels.fetch(["ubuntu-1"], quiet)
    kernel = kernels.by_name("ubuntu-1")
    assert kernel and kernel.modules and (kernel.modules / "sctp.ko").exists()
    assert kernel.source == f"ubuntus noble: linux-image-unsigned-{flavour} 5.10.0-46.50"


def test_where_a_repository_is_has_to_be_said(shop: Shop) -> None:
    file = use(shop, "fedora", "dnf", shop.root / "gone.asc")
    names = kernels.SUITES.use(str(file))
    assert "gone.asc, which signs the packages of fedoras, is not there" in \
        kernels.choose(names)[0].unavailable
    settings = paths.config() / "repositories.toml"
    settings.write_text("[other]\n")
    with pytest.raises(UserError, match=r"where the repository of fedoras is, is not known: give"
                                        r" \[fedora\] an address in .*repositories\.toml"):
        kernels.fetch(names, quiet)
    settings.write_text("[fedora\n")
    with pytest.raises(UserError, match="is damaged"):
        kernels.fetch(names, quiet)


@pytest.mark.parametrize("text, why", [
    ("[kernels", "is no TOML"),
    ("[repositories.x]\ntitle = 'x'\nclient = 'apt'\n", "lacks 'kernels'"),
    ("[kernels.x]\nversion = '1'\n", "lacks 'suites'"),
    ("[kernels.'../x']\nsuites = ['a']\n", "is no name for a kernel"),
    ("[kernels.x]\nsuites = ['a']\nrepository = 'y'\n", "in repository y, which is not described"),
    ("[kernels.x]\nsuites = ['a']\nsiutes = ['a']\n", "has siutes, which means nothing"),
    ("[repositories.x]\ntitle = 'x'\nclient = 'zypper'\n[kernels]\n", "client is one of apt, dnf"),
])
def test_a_set_that_is_wrong(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "set.toml"
    file.write_text(text)
    with pytest.raises(UserError, match=why) as caught:
        sets.read(file)
    assert str(file) in str(caught.value) and "\n" not in str(caught.value)


def test_a_set_that_is_not_there(private_cache: Path) -> None:
    with pytest.raises(UserError, match="there is no set banana: give a file, or one of arch,"):
        kernels.choose([], of_set="banana")


def test_the_sets_of_the_tree() -> None:
    assert list(sets.known()) == ["arch", "architectures", "debian", "fedora", "opensuse",
                                  "rhel-rebuilds", "ubuntu"]
    named: dict[str, sets.Release] = {}
    for path in sets.known().values():
        for name, release in sets.read(path).items():
            assert name not in named, f"{name} stands in two sets"
            assert release.suites and (release.packages or release.repository.client == "apt")
            named[name] = release
        assert "://" not in path.read_text(), "an address is the machine's to say"
    # Whatever has one name in two sets is one kernel.
    for name, release in sets.default().items():
        assert named[name] == release
