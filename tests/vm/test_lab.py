# SPDX-License-Identifier: GPL-2.0
"""Lab kernels, of a few files that a small Makefile takes for kernel sources."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tests.vm.conftest import bzimage
from vm import kbuild, kconfig, kernels, lab, machines, paths, source, store
from vm.errors import UserError
from vm.lab import Recipe
from vm.places import labs, suites
from vm.source import Tree

# The image is the given one with the code behind it; each make says that it works.
MAKEFILE = """\
GONE := CONFIG_GONE
allnoconfig:
	@echo "  GEN     config"; echo config >>$(O)/made
	@sed -e '/^$(GONE)=/d' -e 's/^\\(CONFIG_.*\\)=n$$/# \\1 is not set/' \\
		$(KCONFIG_ALLCONFIG) >$(O)/.config
bzImage: $(O)/arch/x86/boot/bzImage
$(O)/arch/x86/boot/bzImage: image code/fs.c code/net.c
	@mkdir -p $(@D); echo "  CC      $@"; echo image >>$(O)/made
	@! grep -h -m1 error: code/*.c
	@cat image code/*.c >$@; echo note >$(O)/fs.note
"""

PATCH = """\
--- a/code/fs.c
+++ b/code/fs.c
@@ -1,2 +1,2 @@
 one
-two
+2
--- /dev/null
+++ b/code/new.c
@@ -0,0 +1 @@
+three
"""


@pytest.fixture(autouse=True)
def prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install nothing: these kernels need no compiler."""
    monkeypatch.setattr(lab, "prepare", lambda *_: None)


@pytest.fixture
def sources(tmp_path: Path, private_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return kernel sources that the recipe `lab-9.9` finds as a Debian package."""
    tree = tmp_path / "linux"
    (tree / "code").mkdir(parents=True)
    (tree / "Kconfig").write_text("config A\n\nmenuconfig B\n  config C\n")
    (tree / "Kbuild").touch()
    (tree / "Makefile").write_text(MAKEFILE)
    (tree / "image").write_bytes(bzimage(b"", "9.9.9"))
    (tree / "code/fs.c").write_text("one\ntwo\n")
    (tree / "code/net.c").write_text("net\n")
    fragment = tmp_path / "base.config"
    fragment.write_text("# why\nCONFIG_A=y\nCONFIG_B=m\n\nCONFIG_GONE=y\n")
    found = Recipe("lab-9.9", "linux-source-9.9", ("sid",), config=(str(fragment),),
                   lacks=("GONE",), keep=("*.note",))
    monkeypatch.setattr(lab, "recipes", lambda *_: {"lab-9.9": found})
    monkeypatch.setattr(source, "fetch", lambda *args: Tree(tree, "linux-source-9.9", "9.9.9-1"))
    return tree


def build_directory(name: str = "lab-9.9") -> Path:
    """Return where the objects of a recipe lie."""
    return paths.cache() / "lab" / name / "tree/.build"


def made() -> list[str]:
    """Return what make has made so far."""
    return (build_directory() / "made").read_text().split()


def code(name: str) -> bytes:
    """Return the part of a built kernel's image that shows what it was built from."""
    kernel = kernels.by_name(name)
    assert kernel and kernel.image
    return kernel.image.read_bytes().removeprefix(bzimage(b"", "9.9.9"))


def snapshot(tree: Path) -> dict[str, tuple[int, int, bytes]]:
    """Return all that could change of a tree."""
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_ctime_ns,
                        path.read_bytes() if path.is_file() else b"")
            for path in [tree, *tree.rglob("*")]}


def patch_file(tmp_path: Path, text: str = PATCH, name: str = "fix") -> Path:
    """Write a patch."""
    path = tmp_path / f"{name}.patch"
    path.write_text(text)
    return path


# --- recipes and fragments

def test_the_recipes() -> None:
    recipes = lab.recipes()
    assert [name for name in recipes if recipes[name].default] == labs.default_labs()
    assert labs.default_labs() == ["lab-6.1", "lab-6.12", "lab-7.2", "lab-7.3", "lab-7.3-gcov",
                                      "lab-7.3-kasan", "lab-7.3-minimal"]
    for recipe in recipes.values():
        assert kconfig.merge(recipe.fragments(), recipe.lacks)["SECURITY_LANDLOCK"] == "y"
        assert recipe.source and recipe.suites


def test_a_recipe_with_a_mistake() -> None:
    with pytest.raises(UserError, match="^recipe x: unknown fragments$"):
        lab.recipe("x", {"source": "linux-source-7.3", "fragments": []})
    with pytest.raises(UserError, match="^lacks NOTHING_SUCH: no fragment has that option$"):
        kconfig.merge(lab.recipes()["lab-7.3"].fragments(), ["NOTHING_SUCH"])
    with pytest.raises(UserError, match="^x: no patch tests/none"):
        Recipe("x", patches=("tests/none/*.patch",)).all_patches([])


def test_fragments(tmp_path: Path) -> None:
    one, two = tmp_path / "one.config", tmp_path / "two.config"
    one.write_text('# CONFIG_A is not set\nCONFIG_B=y\nCONFIG_LSM="a,b"\n')
    two.write_text("CONFIG_A=y\nCONFIG_B=n\n")
    merged = kconfig.merge([one, two], [])
    assert merged == {"A": "y", "B": "n", "LSM": '"a,b"'}
    assert kconfig.refused(merged, {"A": "y", "LSM": '"a,b"'}) == []
    assert kconfig.refused(merged, {"A": "m", "B": "y"}) == [
        "A=y (is m)", "B=n (is y)", 'LSM="a,b" (is n)']
    one.write_text("CONFIG_A=y\nCONFIG_B y\n")
    with pytest.raises(UserError, match="one.config:2: not a line of a kernel configuration"):
        kconfig.read(one)


def test_an_option_that_is_not_taken(sources: Path, tmp_path: Path) -> None:
    (sources / "Makefile").write_text(MAKEFILE.replace("CONFIG_GONE", "CONFIG_B"))
    for _ in range(2):  # nor is it forgotten the next time
        with pytest.raises(UserError, match=r"^lab-9.9: not taken: B=m \(is n\): name what"):
            lab.build("lab-9.9")
    assert store.made_of("lab-9.9") is None


def test_an_option_that_is_there_all_the_same(sources: Path) -> None:
    (sources / "Makefile").write_text(MAKEFILE.replace(">$(O)/.config",
                                                       ">$(O)/.config;"
                                                       " echo CONFIG_GONE=y >>$(O)/.config"))
    with pytest.raises(UserError, match="says that this version lacks GONE, but it has"):
        lab.build("lab-9.9")


# --- building

def test_a_kernel_is_built_once(sources: Path, tmp_path: Path) -> None:
    before = snapshot(sources)
    seen: list[tuple[str, str]] = []
    kernel = lab.build("lab-9.9", progress=lambda name, what, part: seen.append((name, what)))
    assert (kernel.name, kernel.version) == ("lab-9.9", "9.9.9")
    assert kernel.source == "Debian linux-source-9.9 9.9.9-1, recipe lab-9.9"
    assert kernel.modules is None and kernel.no_modules == "all is built in"
    assert code("lab-9.9") == b"one\ntwo\nnet\n"
    assert kernel.image and (kernel.image.parent / "fs.note").read_text() == "note\n"
    assert ("lab-9.9", "done") in seen and ("lab-9.9", "linking the sources") in seen
    assert lab.build("lab-9.9") == kernel
    assert made() == ["config", "image"]
    assert snapshot(sources) == before
    assert labs.built() == ["lab-9.9"]


def test_what_makes_it_another_kernel(sources: Path, tmp_path: Path,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    lab.build("lab-9.9")
    first = store.made_of("lab-9.9")
    fragment = tmp_path / "base.config"
    fragment.write_text(fragment.read_text() + "CONFIG_C=n\n")
    lab.build("lab-9.9")
    second = store.made_of("lab-9.9")
    assert made() == ["config", "image", "config"]  # no code has changed
    (tmp_path / "gcc").write_text("#!/bin/sh\necho gcc 99\n")
    (tmp_path / "gcc").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    lab.build("lab-9.9")
    monkeypatch.setattr(source, "fetch",
                        lambda *args: Tree(sources, "linux-source-9.9", "9.9.10-1"))
    assert "9.9.10-1" in lab.build("lab-9.9").source
    assert len({first, second, store.made_of("lab-9.9"), None}) == 4


def test_an_interrupted_build_goes_on(sources: Path) -> None:
    (sources / "code/net.c").write_text("net.c:1: error: no such thing\n")
    with pytest.raises(UserError) as caught:
        lab.build("lab-9.9")
    log = paths.cache() / "lab/lab-9.9/log"
    assert str(caught.value) == ("lab-9.9 could not be built: net.c:1: error: no such thing"
                                 f" (all of it: {log})")
    (sources / "code/net.c").write_text("net\n")
    lab.build("lab-9.9")
    assert made() == ["config", "image", "image"]


def test_a_patch_of_one_directory_alone(sources: Path, tmp_path: Path,
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "ALONE", "code/")
    linked_alone = build_directory() / "built-in.a"  # make's own does not write it here
    fix = patch_file(tmp_path, PATCH.split("--- /dev/null")[0])
    lab.build("lab-9.9", [fix], as_name="first")
    assert not linked_alone.exists()  # nothing was built before
    lab.build("lab-9.9")
    assert linked_alone.exists() and code("lab-9.9") == b"one\ntwo\nnet\n"
    linked_alone.unlink()
    (build_directory().parents[1] / "whole").unlink()  # as after an interruption
    lab.build("lab-9.9", [fix], as_name="second")
    assert not linked_alone.exists() and code("second") == b"one\n2\nnet\n"


def test_recipes_that_differ_in_patches_share_a_tree(sources: Path, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = lab.recipes()["lab-9.9"]
    patched = replace(recipe, name="lab-9.9-more", patches=(patch_file(tmp_path).name,))
    other = replace(recipe, name="lab-9.9-other", make=("X=1",))
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    monkeypatch.setattr(lab, "recipes",
                        lambda *_: {one.name: one for one in (recipe, patched, other)})
    for name in ("lab-9.9", "lab-9.9-more", "lab-9.9"):
        lab.build(name)
    assert code("lab-9.9-more") == b"one\n2\nnet\nthree\n"
    assert code("lab-9.9") == b"one\ntwo\nnet\n"
    assert made() == ["config", "image", "image"]
    lab.build("lab-9.9-other")
    assert (build_directory("lab-9.9-other") / "made").read_text().split() == ["config", "image"]


def test_an_interruption_ends_make(sources: Path) -> None:
    def interrupt(name: str, what: str, part: float) -> None:
        if what.endswith("bzImage"):
            raise KeyboardInterrupt

    # The first time, make has begun with the image, says so, and goes on for a minute.
    (sources / "Makefile").write_text(MAKEFILE.replace(
        'echo "  CC      $@"; echo image >>$(O)/made',
        "echo image >>$(O)/made; test -e $(O)/pid ||"
        " { echo $$$$ >$(O)/pid; echo '  CC      $@'; exec sleep 60; }"))
    with pytest.raises(KeyboardInterrupt):
        lab.build("lab-9.9", progress=interrupt)
    maker = Path("/proc", (build_directory() / "pid").read_text().strip())
    deadline = time.monotonic() + 5
    while maker.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not maker.exists()
    assert not (build_directory() / "arch/x86/boot/bzImage").exists()
    lab.build("lab-9.9")
    assert made() == ["config", "image", "image"]
    assert code("lab-9.9") == b"one\ntwo\nnet\n"


def test_a_build_that_goes_on_counts_what_is_done(sources: Path) -> None:
    seen: list[float] = []

    def tell(name: str, what: str, part: float) -> None:
        if what.endswith("bzImage"):
            seen.append(part)

    (sources / "code/net.c").write_text("error: once\n")
    with pytest.raises(UserError):
        lab.build("lab-9.9", progress=tell)
    for number in range(kbuild.STEPS // 2):  # as make would have left them
        (build_directory() / f".{number}.o.cmd").touch()
    (sources / "code/net.c").write_text("net\n")
    lab.build("lab-9.9", progress=tell)
    assert seen[0] < 0.01 and 0.5 < seen[1] < 0.51
    # Now it is known how many there are.
    (sources / "code/net.c").write_text("more\n")
    (paths.cache() / "kernels/lab-9.9/lock.json").unlink()
    lab.build("lab-9.9", progress=tell)
    assert seen[2] > 0.99


def test_one_build_waits_for_another(sources: Path) -> None:
    seen: list[str] = []
    with ThreadPoolExecutor(1) as other:
        with paths.lock("lab-lab-9.9"):
            waiting = other.submit(lab.build, "lab-9.9",
                                   progress=lambda name, what, part: seen.append(what))
            while "waiting for another build" not in seen:
                assert not waiting.done()
        waiting.result()
    assert seen[-1] == "done"


# --- patches

def test_a_patch_makes_a_kernel_of_its_own(sources: Path, tmp_path: Path) -> None:
    before = snapshot(sources)
    lab.build("lab-9.9")
    patch = patch_file(tmp_path)
    kernel = lab.build("lab-9.9", [patch])
    assert kernel.name == "lab-9.9+fix" and kernel.source.endswith(", patches: fix.patch")
    assert code("lab-9.9+fix") == b"one\n2\nnet\nthree\n"
    assert code("lab-9.9") == b"one\ntwo\nnet\n"
    assert labs.built() == ["lab-9.9", "lab-9.9+fix"]
    # Another patch of the same file is on the sources, not on the first one.
    other = patch_file(tmp_path, PATCH.split("--- /dev/null")[0].replace("+2", "+zwei"))
    lab.build("lab-9.9", [other], as_name="mutant")
    assert code("mutant") == b"one\nzwei\nnet\n"
    # Without patches, the files that were patched are built again.
    kernels.remove("mutant")
    (paths.cache() / "kernels/lab-9.9/lock.json").unlink()
    lab.build("lab-9.9")
    assert code("lab-9.9") == b"one\ntwo\nnet\n"
    assert snapshot(sources) == before
    assert (build_directory().parent / "code/fs.c").is_symlink()


def test_the_patches_of_a_recipe(sources: Path, tmp_path: Path,
                                 monkeypatch: pytest.MonkeyPatch) -> None:
    patch_file(tmp_path)
    recipe = lab.recipes()["lab-9.9"]
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    monkeypatch.setattr(lab, "recipes", lambda *_: {
        "lab-9.9": replace(recipe, patches=("*.patch",))})
    lab.build("lab-9.9")
    assert code("lab-9.9") == b"one\n2\nnet\nthree\n"


def test_a_patch_that_fails(sources: Path, tmp_path: Path) -> None:
    wrong = patch_file(tmp_path, PATCH.replace("-two", "-zwei"), "wrong")
    with pytest.raises(UserError, match=r"wrong.patch does not apply to .*: Hunk #1 FAILED"):
        lab.build("lab-9.9", [wrong])
    for nothing in ("", "nothing\n"):
        with pytest.raises(UserError, match="nothing.patch is no patch of a kernel tree"):
            lab.build("lab-9.9", [patch_file(tmp_path, nothing, "nothing")])
    with pytest.raises(UserError, match="gone.patch: no such patch"):
        lab.build("lab-9.9", [tmp_path / "gone.patch"])
    with pytest.raises(UserError, match="'-x' is no name for a kernel"):
        lab.build("lab-9.9", as_name="-x")
    assert labs.built() == []


# --- sources and build trees of the user's

def test_a_directory_of_the_users(sources: Path) -> None:
    (sources / ".git").mkdir()
    (sources / ".git/HEAD").touch()
    (sources / "out").mkdir()
    (sources / "out/.config").touch()
    before = snapshot(sources)
    kernel = lab.build("lab-9.9", directory=sources, as_name="mine")
    assert kernel.source == f"sources in {sources}, recipe lab-9.9"
    assert snapshot(sources) == before
    (tree,) = (path / "tree" for path in (paths.cache() / "lab").iterdir())
    assert not (tree / ".git").exists() and not (tree / "out").exists()
    # What changes there is built anew; what came and went is followed.
    (sources / "code/fs.c").write_text("ONE\n")
    (sources / "code/zzz.c").write_text("last\n")
    lab.build("lab-9.9", directory=sources, as_name="mine")
    assert code("mine") == b"ONE\nnet\nlast\n"
    (sources / "code/zzz.c").unlink()
    (sources / "code/fs.c").write_text("ONE\n")
    assert lab.build("lab-9.9", directory=sources).name == "lab-9.9+linux"
    assert code("lab-9.9+linux") == b"ONE\nnet\n"


def test_a_directory_of_another_version(sources: Path, tmp_path: Path) -> None:
    # It has a committed .config, its own version, and not all the options of the recipe.
    (sources / ".config").write_text("CONFIG_OTHER=y\n")
    (sources / "Kconfig").write_text("config A\n")
    (sources / "Makefile").write_text("VERSION = 5\nPATCHLEVEL = 15\n" + MAKEFILE
                                      + "\t@echo $(WORD) $(KCFLAGS) >>$(O)/made\n")
    kernel = lab.build("lab-9.9", directory=sources, make=["WORD=said"])
    assert kernel.name == "lab-5.15+linux"
    assert kernel.config_lines() == [] and kernel.config
    assert kernel.config.read_text() == "CONFIG_A=y\n"
    (farm,) = (paths.cache() / "lab").iterdir()
    assert (farm / "tree/.build/made").read_text().split() == [
        "config", "image", "said", "-Wno-error"]
    assert not (farm / "tree/.config").exists()


@pytest.mark.parametrize(("version", "name"), [
    ("5.13", "lab-6.1"), ("6.8", "lab-6.1"), ("6.9", "lab-6.12"), ("6.11", "lab-6.12"),
    ("7.2", "lab-7.2"), ("7.9", "lab-7.3"), ("5.10", "before 5.13"), ("", "names no version"),
])
def test_the_recipe_for_a_version(tmp_path: Path, version: str, name: str) -> None:
    major, _, minor = version.partition(".")
    (tmp_path / "Makefile").write_text(f"VERSION = {major}\nPATCHLEVEL = {minor}\n")
    if name.startswith("lab-"):
        assert lab.recipe_for(tmp_path) == name
    else:
        with pytest.raises(UserError, match=name):
            lab.recipe_for(tmp_path)


def test_an_option_that_another_version_refuses(sources: Path) -> None:
    (sources / "Makefile").write_text(MAKEFILE.replace("CONFIG_GONE", "CONFIG_B"))
    with pytest.raises(UserError, match=r"not taken: B=m \(is n\): .* lacks with --lacks$"):
        lab.build("lab-9.9", directory=sources)
    lab.build("lab-9.9", directory=sources, lacks=["B"])
    assert code("lab-9.9+linux") == b"one\ntwo\nnet\n"


def test_a_directory_that_is_not_clean(sources: Path, tmp_path: Path) -> None:
    (sources / "include/config").mkdir(parents=True)
    with pytest.raises(UserError, match=r"been built in \(include/config\), which make O= refuses"):
        lab.build("lab-9.9", directory=sources)
    with pytest.raises(UserError, match="has no kernel sources"):
        lab.build("lab-9.9", directory=tmp_path)


def test_a_build_tree_is_rebuilt_when_asked(tmp_path: Path, private_cache: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "arch/x86/boot").mkdir(parents=True)
    (tree / "image").write_bytes(bzimage(b"", "9.9.9"))
    (tree / "Makefile").write_text("all:\n\t@cp image arch/x86/boot/bzImage\n")
    with pytest.raises(UserError, match=r"is no build tree: it has no \.config"):
        lab.rebuild(tree)
    (tree / ".config").write_text("CONFIG_SECURITY=y\n")
    assert lab.rebuild(tree).version == "9.9.9"
    (tree / "Makefile").write_text("all:\n\t@echo x.c: error: no; exit 1\n")
    with pytest.raises(UserError, match="^.*/tree could not be built: x.c: error: no "):
        lab.rebuild(tree)


@pytest.mark.parametrize(("said", "reason"), [
    ("  CC      lib/error-inject.o\nx.c:3:1: error: no\nmake: *** [x.o] Error 1",
     "x.c:3:1: error: no"),
    ("h.c:5:3: error: used after realloc [-Werror=use-after-free]\nmake: *** [h.o] Error 1",
     "h.c:5:3: error: used after realloc [-Werror=use-after-free]"),
    ("  LD      errors.o\nld: a.o: undefined reference to `f'",
     "ld: a.o: undefined reference to `f'"),
    ("  CC      lib/error-inject.o\nmake[1]: *** [Makefile:9: x] Error 2",
     "make[1]: *** [Makefile:9: x] Error 2"),
    ("  CC      lib/error-inject.o\nKilled", "Killed"),
])
def test_the_reason_why_make_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str,
                                    reason: str) -> None:
    fake = tmp_path / "make"
    fake.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\nexit 2\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(UserError) as raised:
        kbuild.make([], dict(os.environ), tmp_path / "log", "failed", lambda what, part: None, 9)
    said = str(raised.value)
    assert said.startswith(f"failed: {reason} (all of it: {tmp_path}/log)")
    assert ("--make" in said) == ("[-Werror" in reason)


# --- the kernels by name

def test_built_kernels_join_the_default_set(private_cache: Path, tmp_path: Path,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    (column,) = kernels.choose(["lab-7.3"])
    assert column.unavailable == "it is not built: `landproof kernels build lab-7.3`"
    monkeypatch.setattr(suites, "releases", dict)
    assert kernels.choose([]) == []
    (tmp_path / ".config").write_text("CONFIG_SECURITY=y\n")
    arch = machines.named(machines.NATIVE)
    image = tmp_path / arch.built
    image.parent.mkdir(parents=True)
    image.write_bytes(bzimage(b"", "7.3.4"))
    for name in ("lab-7.3", "lab-7.3+fix"):
        labs.keep_built(name, tmp_path, arch, [], "Debian", "key")
    (kernel,) = kernels.choose([])
    assert kernel.name == "lab-7.3" and kernel.config_lines() == ["CONFIG_SECURITY=y"]
    assert kernels.choose(["lab-7.3+fix"])[0].version == "7.3.4"
    unpacked = paths.cache() / "elf" / paths.sha256(image)
    unpacked.parent.mkdir()
    unpacked.touch()
    kernels.remove("lab-7.3+fix")
    assert not unpacked.exists()
    with pytest.raises(UserError, match=r"no kernel lab-7.3\+fix: did you mean"):
        kernels.choose(["lab-7.3+fix"])
    with pytest.raises(UserError, match="lab-7.2 is not in the cache"):
        kernels.remove("lab-7.2")
    with pytest.raises(UserError, match="lab-7.2 belongs to another kernel"):
        kernels.add("lab-7.2", str(image), None)


def test_the_command(sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                     capsys: pytest.CaptureFixture[str]) -> None:
    from tests.vm.test_commands import command
    monkeypatch.setattr(labs, "labs", lambda: ["lab-9.9"])
    monkeypatch.setattr(labs, "default_labs", lambda: ["lab-9.9"])
    assert command("build") == 0
    assert command("build", "lab-9.9", "--patch", str(patch_file(tmp_path)), "--name", "p") == 0
    assert capsys.readouterr().out == \
        "p: 9.9.9, Debian linux-source-9.9 9.9.9-1, recipe lab-9.9, patches: fix.patch\n"
    with pytest.raises(UserError, match="belong to one recipe"):
        command("build", "--name", "x")
    with pytest.raises(UserError, match="there is no recipe lab-1"):
        command("build", "lab-1")
    assert command("list", "--json") == 0
    rows = {row["name"]: row["state"] for row in json.loads(capsys.readouterr().out)}
    assert (rows["lab-9.9"], rows["p"]) == ("built", "built")
    assert command("remove", "lab-9.9") == 0
    assert not (paths.cache() / "lab/lab-9.9").exists()


def test_what_building_needs(monkeypatch: pytest.MonkeyPatch,
                             tmp_path: Path) -> None:
    monkeypatch.undo()
    asked = tmp_path / "vm/setup.sh"
    asked.parent.mkdir()
    asked.write_text(f"#!/bin/sh\necho $1 >{tmp_path}/asked; exit $2\n")
    asked.chmod(0o755)
    monkeypatch.setattr(lab, "ROOT", tmp_path)
    lab.prepare()
    assert (tmp_path / "asked").read_text() == f"{tmp_path}/vm/packages-lab.txt\n"
    asked.write_text("#!/bin/sh\nexit 2\n")
    with pytest.raises(UserError, match="what building a kernel needs cannot be installed"):
        lab.prepare()


def test_no_variable_of_a_make_around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAKEFLAGS", "--jobserver-auth=3,4")
    assert "MAKEFLAGS" not in kbuild.environment()
