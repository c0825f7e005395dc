// SPDX-License-Identifier: GPL-2.0
/*
 * Operations of tasks as statements of C, and how a program runs them: each task
 * waits for its turn, and answers in shared memory.
 */
#include <stdio.h>

#include "explore/parts/domain.h"

const struct helper domain_helpers[] = {
	{ NULL,
"#define _GNU_SOURCE\n"
"#include <errno.h>\n"
"#include <fcntl.h>\n"
"#include <pthread.h>\n"
"#include <signal.h>\n"
"#include <stdint.h>\n"
"#include <stdio.h>\n"
"#include <stdlib.h>\n"
"#include <string.h>\n"
"#include <sys/mman.h>\n"
"#include <sys/prctl.h>\n"
"#include <sys/ptrace.h>\n"
"#include <sys/socket.h>\n"
"#include <sys/syscall.h>\n"
"#include <sys/un.h>\n"
"#include <unistd.h>\n"
"\n"
"/* Pipes by task, then these */\n"
"enum { BACK = 9, READY, EVENT, PASS = EVENT + 2, ENDS };\n"
"static struct {\n"
"\tint ends[ENDS][2], process[9], thread[9], signal[2];\n"
"\tint last, watched, number, silent, leaves, taker, socket;\n"
"} *all;\n"
"static void *task(void *self);\n"
"__attribute__((weak)) void take(void);\n"
"\n" },
	{ "restrict_self",
"static long restrict_self(uint64_t scoped, int flags)\n"
"{\n"
"\tuint64_t attr[3] = { 1 << 11 /* MAKE_BLOCK */, 0, scoped };\n"
"\n"
"\treturn syscall(446, syscall(444, attr, scoped ? 24 : 8, 0), flags);\n"
"}\n"
"\n" },
	{ "start(",
"static long start(intptr_t new, int thread)\n"
"{\n"
"\tpthread_t id;\n"
"\tchar ready;\n"
"\n"
"\tif (thread)\n"
"\t\tpthread_create(&id, NULL, task, (void *)new);\n"
"\telse if (fork() == 0)\n"
"\t\ttask((void *)new);\n"
"\treturn read(all->ends[READY][0], &ready, 1) - 1;\n"
"}\n"
"\n" },
	{ "watch(",
"static int watch(int task, int number, int silent)\n"
"{\n"
"\tall->watched = task;\n"
"\tall->silent = silent;\n"
"\treturn all->number = number;\n"
"}\n"
"\n" },
	{ "own(",
"static long own(int file, int type, int pid, int number)\n"
"{\n"
"\tstruct f_owner_ex owner = { type, pid };\n"
"\n"
"\tall->signal[file] = number;\n"
"\treturn fcntl(all->ends[EVENT + file][0], F_SETOWN_EX, &owner) ?:\n"
"\t       fcntl(all->ends[EVENT + file][0], F_SETSIG, number) ?:\n"
"\t       fcntl(all->ends[EVENT + file][0], F_SETFL, O_ASYNC);\n"
"}\n"
"\n" },
	{ "name(",
"static void *name(int number)\n"
"{\n"
"\tstatic struct sockaddr_un a = { AF_UNIX, \"\\0landproof0\" };\n"
"\n"
"\ta.sun_path[10] = '0' + number;\n"
"\treturn &a;\n"
"}\n"
"\n" },
	{ "reach(",
"static long reach(void *to)\n"
"{\n"
"\tlong ret = connect(socket(AF_UNIX, SOCK_STREAM, 0), to, 13);\n"
"\n"
"\tif (ret && errno == EPROTOTYPE)\n"
"\t\tret = sendto(socket(AF_UNIX, SOCK_DGRAM, 0), \"x\", 1, 0, to, 13) - 1;\n"
"\treturn ret;\n"
"}\n"
"\n" },
	{ "pass(",
"void take(void)\n"
"{\n"
"\tchar byte, room[CMSG_SPACE(4)];\n"
"\tstruct iovec one = { &byte, 1 };\n"
"\tstruct msghdr m = { 0, 0, &one, 1, room, sizeof(room) };\n"
"\n"
"\trecvmsg(all->ends[PASS][1], &m, 0);\n"
"\tdup2(*(int *)CMSG_DATA(CMSG_FIRSTHDR(&m)), all->socket);\n"
"}\n"
"\n"
"static long pass(int fd, int to)\n"
"{\n"
"\tunion { char room[CMSG_SPACE(4)]; struct cmsghdr h; } u = { 0 };\n"
"\tstruct iovec byte = { \"x\", 1 };\n"
"\tstruct msghdr m = { 0, 0, &byte, 1, &u, sizeof(u) };\n"
"\n"
"\tu.h = (struct cmsghdr){ CMSG_LEN(4), SOL_SOCKET, SCM_RIGHTS };\n"
"\t*(int *)CMSG_DATA(&u.h) = fd;\n"
"\tall->taker = to;\n"
"\tall->socket = fd;\n"
"\treturn sendmsg(all->ends[PASS][0], &m, 0) - 1;\n"
"}\n"
"\n" },
	{ "exe(",
"static long exe(int thread)\n"
"{\n"
"\tchar path[32], to[99];\n"
"\n"
"\tsprintf(path, \"/proc/%d/exe\", thread);\n"
"\treturn readlink(path, to, sizeof(to));\n"
"}\n"
"\n" },
	{ "again(",
"__attribute__((constructor)) static void new_program(int argc, char **argv)\n"
"{\n"
"\tif (argc < 2)\n"
"\t\treturn;\n"
"\tall = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 99, 0);\n"
"\tall->last = 0;\n"
"\twrite(all->ends[BACK][1], \"\", 1);\n"
"\ttask((void *)(intptr_t)-atoi(argv[1]));\n"
"}\n"
"\n"
"static long again(const char *task)\n"
"{\n"
"\treturn execl(\"/proc/self/exe\", \"task\", task, NULL);\n"
"}\n"
"\n" },
	{ NULL, NULL }
};

const char domain_runner[] =
"\n"
"static void turn(int n)\n"
"{\n"
"\tsigset_t set;\n"
"\n"
"\tsigemptyset(&set);\n"
"\tsigaddset(&set, all->number);\n"
"\tif (n >= 0)\n"
"\t\tall->last = step(n) < 0 ? errno : 0;\n"
"\telse if (n == -2)\n"
"\t\ttake();\n"
"\telse if (sigtimedwait(&set, NULL, &(struct timespec){ 0 }) > 0)\n"
"\t\tall->last = 0;\n"
"\telse if (!all->last)\n"
"\t\tall->last = all->silent;\n"
"}\n"
"\n"
"static void *task(void *self)\n"
"{\n"
"\tint who = abs((int)(intptr_t)self), n;\n"
"\n"
"\talarm(20);\n"
"\tall->process[who] = getpid();\n"
"\tall->thread[who] = gettid();\n"
"\tif ((intptr_t)self > 0)\n"
"\t\twrite(all->ends[READY][1], \"\", 1);\n"
"\twhile (read(all->ends[who][0], &n, sizeof(n)) == sizeof(n)) {\n"
"\t\tturn(n);\n"
"\t\twrite(all->ends[BACK][1], \"\", 1);\n"
"\t\tif (all->leaves)\n"
"\t\t\tsyscall(SYS_exit, 0);\n"
"\t}\n"
"\treturn NULL;\n"
"}\n"
"\n"
"static void give(int who, int n)\n"
"{\n"
"\tif (!who)\n"
"\t\treturn turn(n);\n"
"\twrite(all->ends[who][1], &n, sizeof(n));\n"
"\tread(all->ends[BACK][0], &(char){ 0 }, 1);\n"
"}\n"
"\n"
"static void own_place(void)\n"
"{\n"
"\tsigset_t set;\n"
"\tint i;\n"
"\n"
"\tsignal(SIGCHLD, SIG_IGN);\n"
"\tprctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);\n"
"\tsigemptyset(&set);\n"
"\tfor (i = SIGRTMIN; i <= SIGRTMAX; i++)\n"
"\t\tsigaddset(&set, i);\n"
"\tsigprocmask(SIG_BLOCK, &set, NULL);\n"
"\tftruncate(dup2(memfd_create(\"all\", 0), 99), 4096);\n"
"\tall = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 99, 0);\n"
"\tfor (i = 0; i < PASS; i++)\n"
"\t\tpipe(all->ends[i]);\n"
"\tsocketpair(AF_UNIX, SOCK_DGRAM, 0, all->ends[PASS]);\n"
"\tall->process[0] = all->thread[0] = getpid();\n"
"}\n"
"\n"
"static int run(int sandbox)\n"
"{\n"
"\tint n;\n"
"\n"
"\tfor (n = 0; actors[n]; n++) {\n"
"\t\tall->watched = all->taker = -1;\n"
"\t\tif (!sandbox && enforces[n] == 'y')\n"
"\t\t\tcontinue;\n"
"\t\tgive(actors[n] - 'a', n);\n"
"\t\tusleep(all->leaves * 50000);\n"
"\t\tall->leaves = 0;\n"
"\t\tif (all->taker >= 0)\n"
"\t\t\tgive(all->taker, -2);\n"
"\t\tif (all->watched >= 0)\n"
"\t\t\tgive(all->watched, -1);\n"
"\t}\n"
"\tfor (n = 1; n < 9; n++)\n"
"\t\tif (all->process[n])\n"
"\t\t\tkill(all->process[n], SIGKILL);\n"
"\treturn all->last;\n"
"}\n"
"\n";

static void put_kill(FILE *out, const struct operation *op, int target,
		     int number)
{
	if (op->flags & KILL_ZERO) {
		fprintf(out, "kill(all->process[%d], 0)", target);
		return;
	}
	fprintf(out, "watch(%d, SIGRTMIN + %d, ENODATA), ", target, number);
	if (op->flags & KILL_THREAD)
		fprintf(out, "syscall(SYS_tgkill, all->process[%d], all->thread[%d], all->number)",
			target, target);
	else if (op->flags & KILL_PIDFD)
		fprintf(out, "syscall(424, syscall(434, all->process[%d], 0), all->number, NULL, 0) /* pidfd */",
			target);
	else if (op->flags & KILL_QUEUE)
		fprintf(out, "sigqueue(all->process[%d], all->number, (union sigval){ 0 })",
			target);
	else
		fprintf(out, "kill(all->process[%d], all->number)", target);
}

static void put_own(FILE *out, const struct operation *op, int number)
{
	const int target = domain_task(op->text[1]);

	fprintf(out, "own(%d, ", domain_file(op->text[0]));
	if (op->flags & OWN_GROUP)
		fprintf(out, "F_OWNER_PGRP, getpgid(all->process[%d])", target);
	else if (op->flags & OWN_THREAD)
		fprintf(out, "F_OWNER_TID, all->thread[%d]", target);
	else
		fprintf(out, "F_OWNER_PID, all->process[%d]", target);
	fprintf(out, ", SIGRTMIN + %d)", number);
}

static void put_inspect(FILE *out, const struct operation *op, int target)
{
	if (op->flags & INSPECT_SEIZE)
		fprintf(out, "ptrace(PTRACE_SEIZE, all->thread[%d], 0, 0)",
			target);
	else if (op->flags & INSPECT_KCMP)
		fprintf(out, "syscall(SYS_kcmp, gettid(), all->thread[%d], 1, 0, 0)",
			target);
	else if (op->flags & INSPECT_EXE)
		fprintf(out, "exe(all->thread[%d])", target);
	else
		fprintf(out, "syscall(438, syscall(434, all->process[%d], 0), 99, 0) /* pidfd_getfd */",
			target);
}

#define SOCKET(number) (210 + (number))

static void put_socket_operation(FILE *out, const struct operation *op)
{
	const int one = domain_endpoint(op->text[0]);
	const int other = domain_endpoint(op->text[1]);

	switch (op->kind) {
	case DOMAIN_SOCKET:
		fprintf(out, "dup2(socket(AF_UNIX, %s | SOCK_NONBLOCK, 0), %d)",
			op->text[1][0] == 's' ? "SOCK_STREAM" : "SOCK_DGRAM",
			SOCKET(one));
		break;
	case DOMAIN_BIND:
		fprintf(out, "bind(%d, name(%d), 13) ?: listen(%d, 9) * (errno != EOPNOTSUPP)",
			SOCKET(one), one, SOCKET(one));
		break;
	case DOMAIN_PASS:
		fprintf(out, "pass(%d, %d)", SOCKET(one),
			domain_task(op->text[1]));
		break;
	case DOMAIN_REACH:
		fprintf(out, "reach(name(%d))", one);
		break;
	case DOMAIN_CONNECT:
		fprintf(out, "connect(%d, name(%d), 13)", SOCKET(one), other);
		break;
	case DOMAIN_SEND:
		fprintf(out, "send(%d, \"x\", 1, MSG_NOSIGNAL)", SOCKET(one));
		break;
	default:
		fprintf(out, "sendto(%d, \"x\", 1, 0, name(%d), 13)",
			SOCKET(one), other);
	}
}

void domain_statement(FILE *out, const struct operation *op,
		      const struct policy *policy, int number)
{
	const int target = domain_task(op->text[0]);

	switch (op->kind) {
	case DOMAIN_ENFORCE:
		fprintf(out, "restrict_self(%u, %u)",
			policy->handled[SET_SCOPED], policy->flags);
		break;
	case DOMAIN_FORK:
		fprintf(out, "start(%d, 0)", target);
		if (op->actor == DOMAIN_OUTSIDE)
			fprintf(out, " ?: setpgid(all->process[%d], 0)", target);
		break;
	case DOMAIN_THREAD:
		fprintf(out, "start(%d, 1)", target);
		break;
	case DOMAIN_EXIT:
		fputs("(all->leaves = 1) - 1", out);
		break;
	case DOMAIN_EXEC:
		fprintf(out, "again(\"%d\")", op->actor);
		break;
	case DOMAIN_GROUP:
		fprintf(out, "setpgid(0, all->process[%d] == getpid() ? 0 : getpgid(all->process[%d]))",
			target, target);
		break;
	case DOMAIN_OWN:
		put_own(out, op, number);
		break;
	case DOMAIN_KILL:
		put_kill(out, op, target, number);
		break;
	case DOMAIN_KILL_GROUP:
		fprintf(out, "watch(%d, SIGRTMIN + %d, ENODATA), kill(-getpgid(all->process[%d]), all->number)",
			target, number, target);
		break;
	case DOMAIN_EVENT:
		fprintf(out, "watch(%d, all->signal[%d], EPERM), write(all->ends[EVENT + %d][1], \"x\", 1)",
			domain_task(op->text[1]), domain_file(op->text[0]),
			domain_file(op->text[0]));
		break;
	case DOMAIN_INSPECT:
		put_inspect(out, op, target);
		break;
	case DOMAIN_TRACEME:
		fputs("ptrace(PTRACE_TRACEME, 0, 0, 0)", out);
		break;
	default:
		put_socket_operation(out, op);
	}
}
