# SPDX-License-Identifier: GPL-2.0
"""`landproof run --fs`: the cases on other file systems than tmpfs."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from cli.guest import cases
from cli.main import main
from cli.options import ON_FILESYSTEMS, with_filesystems
from reports.model.resultfile import load_result
from reports.model.results import CaseResult, Provenance, World
from reports.model.results import Kernel as Column
from reports.model.verdicts import Verdict
from tests.filesystems import wrong
from vm import filesystems, image, kernels, modules, run, store
from vm.errors import UserError
from vm.kernel import Kernel

ROOT = Path(__file__).resolve().parents[2]


def test_names() -> None:
    assert [one.name for one in filesystems.choose(["xfs", "ext4", "xfs"])] == ["xfs", "ext4"]
    assert filesystems.choose(["all"]) == list(filesystems.known().values())
    assert filesystems.choose([]) == []
    with pytest.raises(UserError, match="no file system zfs: there are all, ext4, "):
        filesystems.choose(["zfs"])


def test_every_program_has_a_package_that_is_installed_for_it() -> None:
    listed = {line.split()[0] for name in ("packages.txt", "packages-filesystems.txt")
              for line in (ROOT / "vm" / name).read_text().splitlines() if line}
    for one in filesystems.known().values():
        assert bool(one.make) == bool(one.package) == bool(one.size), one.name
        assert not one.package or one.package in listed, one.name


def test_the_guest_is_told_in_lines() -> None:
    assert filesystems.known()["ext4"].description() == (
        "type\text4\nmodules\text4 loop\nmake\tmkfs.ext4\t-q\t-F\nsize\t128\n")
    assert filesystems.known()["fuse-changing"].description() == (
        "type\tfuse\nmodules\tfuse\nserver\tchanging\n")
    assert filesystems.known()["9p-loose"].description() == (
        "type\t9p\nmodules\t9p 9pnet_fd\noptions\tcache=loose\nserver\t9p\n")
    assert filesystems.known()["nfs3"].description() == (
        "type\tnfs\nmodules\tnfs nfsv3 nfsd\noptions\tvers=3\nserver\tnfs\n")


def test_only_a_run_that_needs_them_has_its_modules(tmp_path: Path) -> None:
    (tmp_path / modules.TABLE).write_text(
        "loop\t/landproof/ko/loop.ko\next4\t/landproof/ko/jbd2.ko /landproof/ko/ext4.ko\n")
    for name in ("loop", "jbd2", "ext4"):
        (tmp_path / f"{name}.ko").write_text(f"the module {name}")
    harness = tmp_path / "guest"
    harness.write_text("")
    kernel = Kernel("k", "here", image=tmp_path / "none", modules=tmp_path)
    usual = image.base(kernel, harness)
    assert b"the module loop" in usual and b"the module jbd2" not in usual
    assert b"mkfs.ext4" not in usual
    on = kernel.on(filesystems.known()["ext4"])
    assert on.name == "k+ext4"
    archive = image.base(on, harness)
    assert b"the module jbd2" in archive and b"mkfs.ext4" in archive
    assert b"type\text4\n" in archive


def test_a_kernel_that_was_kept_without_the_modules(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is fetched anew; where that fails, it goes on with all that it has."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    ext4, nfs = filesystems.known()["ext4"], filesystems.known()["nfs"]

    def keep(modules: tuple[str, ...], no_modules: str = "") -> Kernel:
        def fill(new: Path) -> dict[str, object]:
            new.mkdir(parents=True)
            (new / "vmlinuz").write_text("")
            return {"source": "a set", "version": "7.3", "no_modules": no_modules,
                    "modules": modules}

        store.keep("debian-7.3", fill)
        kernel = store.cached("debian-7.3")
        assert kernel
        return kernel

    asked = []

    def bring(names: list[str], progress: object) -> dict[str, str]:
        asked.append(names)
        return dict.fromkeys(names, "no network") if len(asked) == 1 else {}

    monkeypatch.setattr(kernels.SUITES, "bring", bring)
    old = keep(ext4.modules)
    assert not kernels.bring_modules([old], ext4.modules, kernels._silent) and not asked
    assert not kernels.bring_modules([old], nfs.modules, kernels._silent)
    assert kernels.bring_modules([old], nfs.modules, kernels._silent)
    assert asked == [["debian-7.3"]] * 2
    assert not kernels.on(old, ext4).unavailable
    assert kernels.on(old, nfs).unavailable == (
        "the cache keeps it without the modules of nfs: `landproof kernels fetch debian-7.3`")
    assert not kernels.on(keep((*ext4.modules, *nfs.modules)), nfs).unavailable
    assert not kernels.on(keep((), "all is built in"), nfs).unavailable
    assert not kernels.on(replace(old, image=tmp_path / "bzImage"), nfs).unavailable


def test_variants_are_file_systems_that_are_described() -> None:
    tried = [case for case in cases() if case.id.startswith(ON_FILESYSTEMS)]
    assert len(tried) == 17
    for case in tried:
        assert case.variants[0] == "" and set(case.variants[1:]) <= set(filesystems.known()), case


def test_the_newest_kernel_with_modules_has_all_of_them(tmp_path: Path) -> None:
    (tmp_path / modules.TABLE).write_text("xfs\t/landproof/ko/xfs.ko\n")
    (tmp_path / "xfs.ko").write_text("the module xfs")
    harness = tmp_path / "guest"
    harness.write_text("")
    old = Kernel("old", "here", version="6.9.1", image=harness, modules=tmp_path)
    new = replace(old, name="new", version="6.12.3")
    newer = replace(old, name="built", version="7.3", modules=None)
    gone = Kernel("gone", "here", version="9", modules=tmp_path, unavailable="no such kernel")
    asked = with_filesystems([old, new, newer, gone])
    assert [one.name for one in asked if one.filesystems] == ["new"]
    archive = image.base(asked[1], harness)
    assert b"the module xfs" in archive and b"mkfs.ext4" in archive
    assert filesystems.known()["9p-loose"].description().encode() in archive
    assert b"the module xfs" not in image.base(asked[0], harness)


def test_what_takes_longest_is_first() -> None:
    on = [Kernel("k", "here").on(one) for one in filesystems.known().values()]
    order = [one.name for one in run._order(on)]
    assert order[:2] == ["k+fuse", "k+fuse-changing"] and order[-1] == "k+overlay"


def test_what_may_deviate_where_inodes_are_lost() -> None:
    def column(verdict: Verdict, result: str, filesystem: str, case: str = "fs.a.b") -> Column:
        return Column(f"k+{filesystem}", provenance=Provenance(filesystem=filesystem), cases=(
            CaseResult(case, verdict, "why", worlds=(World("grant", result, "ok"),)),))

    assert not list(wrong(column(Verdict.OVERBLOCK, "EACCES", "9p")))
    assert not list(wrong(column(Verdict.HOLDS, "ok", "ext4")))
    for bad in (column(Verdict.OVERBLOCK, "EACCES", "ext4"), column(Verdict.BROKEN, "x", "9p"),
                column(Verdict.BYPASS, "ok", "9p"), column(Verdict.OVERBLOCK, "EIO", "9p"),
                column(Verdict.OVERBLOCK, "EACCES", "9p", "net.a.b"),
                replace(column(Verdict.HOLDS, "ok", "9p"), unavailable="no mkfs")):
        assert len(list(wrong(bad))) == 1, bad


def test_on_real_kernels(tmp_path: Path) -> None:
    """tmpfs has user.* attributes since Linux 6.6; rules are lost with their inodes.

    exfat has no links, which is no failure of the suite.
    """
    cases = ("fs.metadata.getxattr", "fs.read_file.open", "fs.rules.subtree",
             "fs.resolve_unix.sendto_peer")
    words = [word for case in cases for word in ("--case", case)]
    subprocess.run(
        [ROOT / "landproof", "run", "--kernel", "debian-6.1", *words,
         "--fs", "ext4", "--fs", "fuse-changing", "--fs", "9p", "--fs", "9p-loose",
         "--fs", "exfat", "--fs", "nfs", "--fs", "nfs3",
         "--json", tmp_path / "r.json"], check=False, stdout=subprocess.DEVNULL)
    shown = {
        kernel["name"]: {case["id"]: (case["verdict"], case["why"]) for case in kernel["cases"]}
        for kernel in json.loads((tmp_path / "r.json").read_text())["kernels"]
    }
    ext4, changing = shown["debian-6.1+ext4"], shown["debian-6.1+fuse-changing"]
    assert ext4["fs.metadata.getxattr"][0] == "open"
    assert ext4["fs.read_file.open"][0] == "holds"
    lost = ("overblock", "grant: EACCES instead of ok")
    assert changing["fs.read_file.open"] == lost
    assert shown["debian-6.1+9p"]["fs.read_file.open"] == lost
    assert shown["debian-6.1+exfat"]["fs.read_file.open"][0] == "holds"
    assert shown["debian-6.1+exfat"]["fs.rules.subtree"] == (
        "cannot-run", "the scene's files, here: EPERM")
    assert ext4["fs.rules.subtree"][0] == "holds"
    assert shown["debian-6.1+9p-loose"]["fs.read_file.open"][0] == "holds"
    for version in ("debian-6.1+nfs", "debian-6.1+nfs3"):
        assert shown[version]["fs.read_file.open"][0] == "holds"
        assert shown[version]["fs.resolve_unix.sendto_peer"][0] == "absent"
    assert changing["fs.resolve_unix.sendto_peer"] == (
        "cannot-run", "the scene's files, here: ECONNREFUSED")
    assert shown["debian-6.1+9p-loose"]["fs.resolve_unix.sendto_peer"][0] == "absent"


def test_variants_lie_on_their_file_system(tmp_path: Path) -> None:
    """And a sandbox that enforces nothing is seen there, too."""
    names = [f"{ON_FILESYSTEMS}refer[{name}]" for name in ("overlay", "9p-loose")]
    words = [word for name in names for word in ("--case", name)]
    for sabotage, verdict in (((), "holds"), (("--sabotage", "allow"), "bypass")):
        subprocess.run([ROOT / "landproof", "run", "--kernel", "debian-6.12", *words, *sabotage,
                        "--json", tmp_path / "r.json"], check=False, stdout=subprocess.DEVNULL)
        (kernel,) = json.loads((tmp_path / "r.json").read_text())["kernels"]
        assert {case["id"]: case["verdict"] for case in kernel["cases"]} == dict.fromkeys(
            sorted(names), verdict)


def test_an_unknown_one_is_refused() -> None:
    done = subprocess.run(
        [ROOT / "landproof", "run", "--kernel", "debian-7.3", "--fs", "nothing"],
        capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "no file system nothing" in done.stderr


def test_shards_bring_each_kernel_the_cases_that_it_runs(tmp_path: Path) -> None:
    """Only the newest has the other file systems: what the older one lacks of it is no loss."""
    words = ("--kernel", "debian-6.1", "--kernel", "debian-7.3", "--label", "fs.make_fifo",
             "--filesystems")
    files = [tmp_path / f"{number}.json" for number in (1, 2)]
    for number, file in enumerate(files, 1):
        done = subprocess.run(
            [ROOT / "landproof", "run", *words, "--shard", f"{number}/2", "--json", file],
            check=False, stdout=subprocess.DEVNULL)
        assert done.returncode in (0, 1)
    out = tmp_path / "whole.json"
    assert main(["merge", *map(str, files), "--json", str(out)]) in (0, 1)
    counts = {kernel.name: [len(kernel.cases), sum(case.id.startswith(ON_FILESYSTEMS)
                                                   for case in kernel.cases)]
              for kernel in load_result(out).kernels}
    assert counts["debian-7.3"][1] > 0 == counts["debian-6.1"][1]
    assert counts["debian-7.3"][0] == sum(counts["debian-6.1"]) + counts["debian-7.3"][1]
