// SPDX-License-Identifier: GPL-2.0
/*
 * How the tasks of a program take turns: they share their memory, and each waits
 * until the next operation is its own.
 */
#include <stddef.h>

#include "explore/parts/turns.h"

const struct helper turns_helpers[] = {
	{ "actors",
"/* The tasks share it, and their descriptors, and take turns. */\n"
"static volatile struct {\n"
"\tint at, last, sandbox, process[9], thread[9], came[99], pipe[4];\n"
"} __attribute__((aligned(65536))) all;\n"
"static char stacks[10][65536];\n"
"static int list(void *self);\n"
"\n" },
	{ "start(",
"static long start(long new, int flags)\n"
"{\n"
"\tall.thread[new] = clone(list, stacks[new + 1],\n"
"\t\t\tCLONE_VM | CLONE_FILES | flags, (void *)new);\n"
"\tall.process[new] = flags == SIGCHLD ? all.thread[new] : getpid();\n"
"\treturn 0;\n"
"}\n"
"\n" },
	{ "arrived(",
"static void caught(int n)\n"
"{\n"
"\tall.came[getpid() % 99] = all.at + !!n;\n"
"}\n"
"\n" },
	{ "\"task\"",
"__attribute__((constructor)) static void share(int argc, char **argv)\n"
"{\n"
"\tif (argc < 2)\n"
"\t\tftruncate(dup2(memfd_create(\"all\", 0), 99), 4096);\n"
"\tmmap((void *)&all, 4096, 3, MAP_SHARED | MAP_FIXED, 99, 0);\n"
"\tif (argc > 1)\t/* execve(2) has succeeded. */\n" },
	{ "\"task\"+arrived(", "\t\tsignal(SIGUSR1, caught),\n" },
	{ "\"task\"",
"\t\tall.last = 0, all.at++, _exit(list((void *)(*argv[1] - 48L)));\n"
"}\n"
"\n" },
	{ NULL, NULL }
};

const struct helper turns_runner[] = {
	{ "actors",
"\n"
"static int list(void *self)\n"
"{\n"
"\tfor (int n = 0; n < 999 && actors[all.at]; n++, usleep(9999))\n"
"\t\tif (actors[all.at] == \"oabcdefgh\"[(long)self])\n" },
	{ "SYS_exit", "\t\t\tusleep(9999),\n" },
	{ "actors",
"\t\t\tall.last = step(all.at) < 0 ? errno : 0, all.at++;\n"
"\treturn 0;\n"
"}\n" },
	{ NULL, NULL }
};
