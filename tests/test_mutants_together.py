# SPDX-License-Identifier: GPL-2.0
"""Many bugs in one kernel: each is chosen by its number, and without one all is as it was."""

from __future__ import annotations

import difflib
import subprocess
from pathlib import Path

import pytest

from tests.mutants import together
from tests.mutants.mutant import Mutant

HOOKS = "security/landlock/hooks.c"

STUBS = """\
#include <stdio.h>
#include <stdlib.h>
#define __init
#define core_param(name, value, type, mode) \\
	int main(int argc, char **argv) { value = strtoul(argv[argc - 1], NULL, 10); run(); }
void run(void);
"""

SOURCE = """\
#include <stdio.h>
#define LSM_HOOK_INIT(hook, function) function
static int limit = 3;

/* Is it allowed? */
static int allowed(const int *const value,
		   const int (*const more)[2])
{
	return *value < limit && (*more)[1];
}

static int hook(const int value)
{
	return value ? -1 : 0;
}

static void note(int *const count)
{
	*count += 1;
}

static int (*hooks[])(int) = {
	LSM_HOOK_INIT(file_open, hook),
	NULL,
};

void run(void)
{
	const int more[2] = { 0, 1 };
	int count = 2, ret = hooks[0] ? hooks[0](1) : 0;

	note(&count);
	printf("%d %d %d", allowed(&count, &more), ret, count);
}
"""

BUGS = {
    "wider": ("*value < limit", "*value <= limit"),
    "hook-missing": ("	LSM_HOOK_INIT(file_open, hook),\n", ""),
    "limit": ("limit = 3", "limit = 4"),
    "note-twice": ("*count += 1", "*count += 2"),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int], dict[str, str]]:
    """Return a program with the bugs, their numbers, and those that cannot be in it."""
    top = tmp_path_factory.mktemp("together")
    sources, bugs = top / "sources", []
    (sources / HOOKS).parent.mkdir(parents=True)
    (sources / HOOKS).write_text(SOURCE)
    (sources / together.HOME).write_text(STUBS)
    header = sources / "include" / "linux" / "moduleparam.h"
    header.parent.mkdir(parents=True)
    header.touch()
    for name, (old, new) in BUGS.items():
        assert SOURCE.count(old) == 1
        after = SOURCE.replace(old, new)
        patch = "".join(difflib.unified_diff(SOURCE.splitlines(True), after.splitlines(True),
                                             f"a/{HOOKS}", f"b/{HOOKS}"))
        (top / f"{name}.patch").write_text(f"It breaks.\n\n{patch}")
        bugs.append(Mutant(name, "It breaks.", top / f"{name}.patch"))
    text, numbered, alone = together.share(sources, bugs)
    subprocess.run(["patch", "-p1", "-s"], cwd=sources, input=text, text=True, check=True)
    subprocess.run(["cc", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter",
                    f"-I{sources}/include", "-o", top / "program", sources / HOOKS,
                    sources / together.HOME], check=True)
    return top / "program", {bug.name: number for number, bug in numbered.items()}, alone


@pytest.mark.parametrize("name, said", [("", "0 -1 3"), ("wider", "1 -1 3"),
                                        ("hook-missing", "0 0 3"), ("note-twice", "0 -1 4")])
def test_the_number_chooses_the_bug(
        shared: tuple[Path, dict[str, int], dict[str, str]], name: str, said: str) -> None:
    program, numbers, _ = shared
    number = numbers[name] if name else 0
    assert subprocess.run([program, str(number)], capture_output=True, text=True,
                          check=True).stdout == said


def test_what_is_no_body_of_a_function_needs_a_kernel_of_its_own(
        shared: tuple[Path, dict[str, int], dict[str, str]]) -> None:
    assert shared[2] == {"limit": "static int limit = 3;"}


def test_a_system_call_is_a_function_too() -> None:
    call = together.Function("SYSCALL_DEFINE2(landlock_add_rule,\n\t\tconst int, fd,\n"
                             "\t\tconst void __user *const, attr)", "{\n}")
    assert call.name == "landlock_add_rule"
    assert call.parameters() == ["const int fd", "const void __user *const attr"]
    assert "return landlock_add_rule__7(fd, attr);" in call.chooser([7])
