// SPDX-License-Identifier: GPL-2.0
/*
 * Operations of tasks as statements of C.  A program of theirs has them take turns
 * (turns_program.c).
 */
#include <stdio.h>

#include "explore/parts/domain.h"

const struct helper domain_helpers[] = {
	{ "restrict_self",
"static long restrict_self(long long scoped, int flags)\n"
"{\n"
"\treturn !all.sandbox ? 0 : syscall(446, syscall(444, (long long[]){\n"
"\t\t1 << 11 /* MAKE_BLOCK */, 0, scoped }, scoped ? 24 : 8, 0), flags);\n"
"}\n"
"\n" },
	{ "arrived(",
"static long arrived(int task, int silent, long sent)\n"
"{\n"
"\tsilent = sent < 0 ? errno : silent, task = all.process[task] % 99;\n"
"\tfor (int n = 0; n < 99 && all.came[task] <= all.at; n++)\n"
"\t\tusleep(9999), errno = silent;\n"
"\treturn all.came[task] - all.at - 1;\n"
"}\n"
"\n" },
	{ "own(",
"static long own(int f, int type, int pid)\n"
"{\n"
"\treturn fcntl(f, F_SETFL, O_ASYNC) ?: fcntl(f, F_SETSIG, SIGUSR1) ?:\n"
"\t       fcntl(f, F_SETOWN_EX, &(struct f_owner_ex){ type, pid });\n"
"}\n"
"\n" },
	{ "name(",
"static void *name(int number)\n"
"{\n"
"\tstatic struct sockaddr_un a = { AF_UNIX, \"\\0landproof\" };\n"
"\n"
"\ta.sun_path[10] = '0' + 2 * number + all.sandbox;\n"
"\treturn &a;\n"
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
	{ NULL, NULL }
};

const struct helper domain_runner[] = {
	{ NULL,
"\n"
"static int run(int sandbox)\n"
"{\n"
"\tall = (typeof(all)){ .sandbox = sandbox, .process = { getpid() } };\n"
"\tprctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);\n" },
	{ "arrived(", "\tsignal(SIGUSR1, caught);\n" },
	{ "all.thread[0]", "\tall.thread[0] = getpid();\n" },
	{ "all.pipe",
"\tpipe((int *)all.pipe), pipe((int *)all.pipe + 2);\n" },
	{ NULL,
"\treturn list(NULL), usleep(500000) /* The others end. */, all.last;\n"
"}\n"
"\n" },
	{ NULL, NULL }
};

static void put_kill(FILE *out, const struct operation *op, int target)
{
	if (op->flags & KILL_ZERO) {
		fprintf(out, "kill(all.process[%d], 0)", target);
		return;
	}
	fprintf(out, "arrived(%d, ENODATA, ", target);
	if (op->flags & KILL_THREAD)
		fprintf(out, "syscall(SYS_tgkill, all.process[%d], all.thread[%d], SIGUSR1))",
			target, target);
	else if (op->flags & KILL_PIDFD)
		fprintf(out, "syscall(424 /* pidfd_send_signal */, syscall(434, all.process[%d], 0), SIGUSR1, NULL, 0))",
			target);
	else if (op->flags & KILL_QUEUE)
		fprintf(out, "sigqueue(all.process[%d], SIGUSR1, (union sigval){ 0 }))",
			target);
	else
		fprintf(out, "kill(all.process[%d], SIGUSR1))", target);
}

static void put_own(FILE *out, const struct operation *op)
{
	const int target = domain_task(op->text[1]);

	fprintf(out, "own(all.pipe[%d], ", 2 * domain_file(op->text[0]));
	if (op->flags & OWN_GROUP)
		fprintf(out, "F_OWNER_PGRP, getpgid(all.process[%d]))", target);
	else if (op->flags & OWN_THREAD)
		fprintf(out, "F_OWNER_TID, all.thread[%d])", target);
	else
		fprintf(out, "F_OWNER_PID, all.process[%d])", target);
}

static void put_inspect(FILE *out, const struct operation *op, int target)
{
	if (op->flags & INSPECT_SEIZE)
		fprintf(out, "ptrace(PTRACE_SEIZE, all.thread[%d], 0, 0)",
			target);
	else if (op->flags & INSPECT_KCMP)
		fprintf(out, "syscall(SYS_kcmp, gettid(), all.thread[%d], 1, 0, 0)",
			target);
	else if (op->flags & INSPECT_EXE)
		fprintf(out, "exe(all.thread[%d])", target);
	else
		fprintf(out, "syscall(438 /* pidfd_getfd */, syscall(434, all.process[%d], 0), 1, 0)",
			target);
}

#define SOCKET(number) (210 + (number))

static void put_socket_operation(FILE *out, const struct scenario *scenario,
				 int number)
{
	const struct operation *op = &scenario->operations[number];
	const int one = domain_endpoint(op->text[0]);
	const int other = domain_endpoint(op->text[1]);

	switch (op->kind) {
	case DOMAIN_SOCKET:
		fprintf(out, "dup2(socket(AF_UNIX, %s | SOCK_NONBLOCK, 0), %d)",
			op->text[1][0] == 's' ? "SOCK_STREAM" : "SOCK_DGRAM",
			SOCKET(one));
		break;
	case DOMAIN_BIND:
		fprintf(out, "bind(%d, name(%d), 13) ?: (listen(%d, 9), 0)",
			SOCKET(one), one, SOCKET(one));
		break;
	case DOMAIN_PASS:
		fputs("0", out);
		break;
	case DOMAIN_REACH:
		if (domain_is_datagram(scenario, number, op->text[0]))
			fprintf(out, "sendto(socket(AF_UNIX, SOCK_DGRAM, 0), \"x\", 1, 0, name(%d), 13)",
				one);
		else
			fprintf(out, "connect(socket(AF_UNIX, SOCK_STREAM, 0), name(%d), 13)",
				one);
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

void domain_statement(FILE *out, const struct scenario *scenario, int number)
{
	const struct operation *op = &scenario->operations[number];
	const struct policy *policy = &scenario->policies[op->policy];
	const int target = domain_task(op->text[0]);

	switch (op->kind) {
	case DOMAIN_ENFORCE:
		fprintf(out, "restrict_self(%u, %u)",
			policy->handled[SET_SCOPED], policy->flags);
		break;
	case DOMAIN_FORK:
		fprintf(out, "start(%d, SIGCHLD)", target);
		if (op->actor == DOMAIN_OUTSIDE)
			fprintf(out, " ?: setpgid(all.process[%d], 0)",
				target);
		break;
	case DOMAIN_THREAD:
		fprintf(out, "start(%d, CLONE_FS | CLONE_SIGHAND | CLONE_THREAD)",
			target);
		break;
	case DOMAIN_EXIT:
		fputs("(all.last = 0, all.at++, syscall(SYS_exit, 0))",
		      out);
		break;
	case DOMAIN_EXEC:
		fprintf(out, "execl(\"/proc/self/exe\", \"task\", \"%d\", NULL)",
			op->actor);
		break;
	case DOMAIN_GROUP:
		fprintf(out, "setpgid(0, all.process[%d] == getpid() ? 0 : getpgid(all.process[%d]))",
			target, target);
		break;
	case DOMAIN_OWN:
		put_own(out, op);
		break;
	case DOMAIN_KILL:
		put_kill(out, op, target);
		break;
	case DOMAIN_KILL_GROUP:
		fprintf(out, "arrived(%d, ENODATA, kill(-getpgid(all.process[%d]), SIGUSR1))",
			target, target);
		break;
	case DOMAIN_EVENT:
		fprintf(out, "arrived(%d, EPERM, write(all.pipe[%d], \"x\", 1))",
			domain_task(op->text[1]),
			2 * domain_file(op->text[0]) + 1);
		break;
	case DOMAIN_INSPECT:
		put_inspect(out, op, target);
		break;
	case DOMAIN_TRACEME:
		fputs("ptrace(PTRACE_TRACEME, 0, 0, 0)", out);
		break;
	default:
		put_socket_operation(out, scenario, number);
	}
}
