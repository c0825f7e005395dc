// SPDX-License-Identifier: GPL-2.0
/*
 * Operations of the part "log" as statements of C.  Tasks take turns as those of
 * the part "domain" do; who is outside listens to the audit log.
 */
#include <stdio.h>
#include <string.h>

#include "explore/parts/domain.h"
#include "explore/parts/log.h"

const struct helper log_helpers[] = {
	{ NULL,
"/* It needs root, and turns audit on. */\n"
"#define _GNU_SOURCE\n"
"#include <errno.h>\n"
"#include <fcntl.h>\n"
"#include <linux/netlink.h>\n" },
	{ "port(", "#include <netinet/in.h>\n" },
	{ NULL,
"#include <poll.h>\n"
"#include <sched.h>\n"
"#include <signal.h>\n"
"#include <stdio.h>\n"
"#include <stdlib.h>\n"
"#include <string.h>\n" },
	{ "again(", "#include <sys/mman.h>\n" },
	{ NULL,
"#include <sys/mount.h>\n"
"#include <sys/prctl.h>\n"
"#include <sys/socket.h>\n" },
	{ NULL,
"#include <sys/stat.h>\n"
"#include <sys/syscall.h>\n" },
	{ "server(", "#include <sys/un.h>\n" },
	{ NULL,
"#include <unistd.h>\n"
"\n"
"static volatile struct {\n"
"\tint turn, last, sandbox, process[9], thread[9];\n"
"} all __attribute__((aligned(4096)));\n"
"static int list(void *self), set, ear;\n"
"static char said[99999], *latest, line[999];\n"
"\n"
"static const char *dirs[] = { \"/tmp\", \"/tmp/x\", \"/tmp/x/y\", \"/tmp/z\" };\n"
"\n"
"__attribute__((constructor)) static void place(int argc, char **argv)\n"
"{\n"
"\tstruct sockaddr_nl log = { AF_NETLINK, .nl_groups = 1 };\n"
"\tstruct { struct nlmsghdr head; int mask, enabled, rest[8]; } on = {\n"
"\t\t{ sizeof(on), 1001 /* AUDIT_SET */, NLM_F_REQUEST }, 1, 1 };\n"
"\n"
"\tif (argc > 1)\n"
"\t\treturn;\n"
"\tunshare(CLONE_NEWNS);\n"
"\tmount(\"none\", \"/\", NULL, MS_REC | MS_PRIVATE, NULL);\n"
"\tmount(\"none\", \"/tmp\", \"tmpfs\", 0, NULL);\n"
"\tfor (int i = 0; i < 4; i++) {\n"
"\t\tmkdir(dirs[i], 0755);\n"
"\t\tchdir(dirs[i]);\n"
"\t\tcreat(\"f\", 0644);\n"
"\t}\n"
"\tear = socket(AF_NETLINK, SOCK_RAW, 9 /* NETLINK_AUDIT */);\n"
"\tbind(ear, (void *)&log, sizeof(log));\n"
"\tsend(ear, &on, sizeof(on), 0);\n"
"}\n"
"\n" },
	{ "layer(",
"static long layer(long fs, long net, long scoped, long q, long r, long s)\n"
"{\n"
"\tlong long attr[] = { fs, net, scoped, q, r, s };\n"
"\n"
"\treturn set = syscall(444, attr, q | r | s ? 48 : 24, 0);\n"
"}\n"
"\n"
"static long enforce(const char *name, int flags)\n"
"{\n"
"\tprctl(PR_SET_NAME, name);\n"
"\treturn all.sandbox ? syscall(446, set, flags) : 0;\n"
"}\n"
"\n" },
	{ "rule(",
"static long rule(int type, long long access, int object, int quiet)\n"
"{\n"
"\tlong long attr[] = { access, object };\n"
"\n"
"\treturn syscall(445, set, type, attr, quiet);\n"
"}\n"
"\n" },
	{ "start(",
"static long start(long new, int flags)\n"
"{\n"
"\tstatic char stacks[10][65536];\n"
"\n"
"\tall.process[new] = clone(list, stacks[new + 1],\n"
"\t\t\t\t CLONE_VM | CLONE_FILES | flags, (void *)new);\n"
"\treturn 0;\n"
"}\n"
"\n" },
	{ "entries(",
"static char *entries(const char *path)\n"
"{\n"
"\tsprintf(line, \"%s%d\", path, all.sandbox);\n"
"\treturn line;\n"
"}\n"
"\n"
"__attribute__((constructor)) static void fill(int argc, char **argv)\n"
"{\n"
"\tfor (int i = 0; i < 8 && argc < 2; i++) {\n"
"\t\tchdir(dirs[i / 2]);\n"
"\t\tmkdir(i % 2 ? \"d1\" : \"d0\", 0755);\n"
"\t\tcreat(i % 2 ? \"r1\" : \"r0\", 0644);\n"
"\t}\n"
"}\n"
"\n" },
	{ "port(",
"static long port(long (*call)(), int type, int number)\n"
"{\n"
"\tstruct sockaddr_in to = { AF_INET, htons(number), htonl(0x7f000001) };\n"
"\tint fd = call ? socket(AF_INET, type, 0) : 199;\n"
"\tint ret = call ? call(fd, &to, 16) :\n"
"\t\t  sendto(fd, \"\", 1, 0, (void *)&to, 16);\n"
"\n"
"\treturn -(ret == -1 && errno == EACCES);\n"
"}\n"
"\n" },
	{ "port(NULL",
"__attribute__((constructor)) static void datagrams(void)\n"
"{\n"
"\tstruct sockaddr_in any = { AF_INET };\n"
"\n"
"\tdup2(socket(AF_INET, SOCK_DGRAM, 0), 199);\n"
"\tbind(199, (void *)&any, 16);\n"
"}\n"
"\n" },
	{ "server(",
"static long server(long (*call)())\n"
"{\n"
"\tstruct sockaddr_un a = { AF_UNIX, \"\\0landproof\" };\n"
"\n"
"\treturn call(socket(AF_UNIX, SOCK_DGRAM, 0), &a, 12);\n"
"}\n"
"\n"
"__attribute__((constructor)) static void serve(void)\n"
"{\n"
"\tserver((void *)bind);\n"
"}\n"
"\n" },
	{ NULL,
"/* Reads what the log says, until it is silent for a while. */\n"
"static long hear(int ms)\n"
"{\n"
"\tstruct { struct nlmsghdr head; char text[9000]; } m = { 0 };\n"
"\n"
"\tfor (latest = said + strlen(said);\n"
"\t     poll(&(struct pollfd){ ear, POLLIN }, 1, ms) == 1 &&\n"
"\t     recv(ear, &m, sizeof(m) - 1, 0) > 0; memset(&m, 0, sizeof(m)))\n"
"\t\tif (m.head.nlmsg_type == 1423 || m.head.nlmsg_type == 1424)\n"
"\t\t\tstrcat(strcat(said, m.text), \"\\n\");\n"
"\treturn printf(\"%s\", latest) * 0;\n"
"}\n"
"\n"
"/* \"domain=ID\" of the domain with that name */\n"
"static char *id(const char *name)\n"
"{\n"
"\tstatic char of[40];\n"
"\tchar *at;\n"
"\n"
"\tsprintf(line, \"comm=\\\"%s\\\"\", name);\n"
"\tfor (at = strstr(said, line); at && strncmp(at, \" domain\", 7); at--)\n"
"\t\t;\n"
"\treturn at && sscanf(at, \"%39s\", of) == 1 ? of : \"none\";\n"
"}\n"
"\n" },
	{ "heard(",
"static long heard(int new, const char *name, const char *blockers,\n"
"\t\t  const char *object)\n"
"{\n"
"\thear(300);\n"
"\terrno = ENODATA;\n"
"\tif (!strstr(latest, \"blockers=\"))\n"
"\t\treturn -1;\n"
"\terrno = EBADMSG;\n"
"\tsprintf(line, \"%s blockers=%s \", id(name), blockers);\n"
"\treturn strstr(latest, line) && strstr(latest, object) &&\n"
"\t       new == !!strstr(latest, \"allocated\") ? 0 : -1;\n"
"}\n"
"\n" },
	{ "opid(",
"static char *opid(int task)\n"
"{\n"
"\tstatic char of[40];\n"
"\n"
"\tsprintf(of, \"opid=%d \", all.process[task]);\n"
"\treturn of;\n"
"}\n"
"\n" },
	{ "ended(",
"static long ended(const char *name, const char *denials)\n"
"{\n"
"\tchar *at;\n"
"\n"
"\thear(3000);\n"
"\tsprintf(line, \"%s status=deallocated denials=%s\\n\", id(name), denials);\n"
"\tat = strstr(said, line);\n"
"\terrno = strstr(latest, \"dealloc\") ? EBADMSG : ENODATA;\n"
"\treturn at ? 0 : -1;\n"
"}\n"
"\n" },
	{ "again(",
"static void *shared(void)\n"
"{\n"
"\treturn mmap((void *)&all, 4096, PROT_READ | PROT_WRITE,\n"
"\t\t    MAP_SHARED | MAP_FIXED, 99, 0);\n"
"}\n"
"\n"
"__attribute__((constructor)) static void goes_on(int argc, char **argv)\n"
"{\n"
"\tif (argc < 2)\n"
"\t\treturn;\n"
"\tshared();\n"
"\tall.last = 0;\n"
"\tall.turn++;\n"
"\t_exit(list((void *)atol(argv[1])));\n"
"}\n"
"\n" },
	{ NULL, NULL }
};

static void put_rules(FILE *out, const struct policy *policy)
{
	int i;

	for (i = 0; i < policy->grants_count; i++) {
		const struct grant *grant = &policy->grants[i];
		const enum set set = grant->path[0] ? SET_FS : SET_NET;
		uint32_t access = grant->access & policy->handled[set];
		const bool quiet = grant->quiet && policy->quiet[set];

		if (set == SET_FS && log_path(grant->path) >= LOG_DIRS)
			access &= FILE_RIGHTS;
		if (!access && !quiet)
			continue;
		if (set == SET_FS)
			fprintf(out, "rule(1, %u, open(\"/tmp/%s\", O_PATH), %d), ",
				access, grant->path, quiet);
		else
			fprintf(out, "rule(2, %u, %u, %d), ", access,
				grant->port, quiet);
	}
}

/* What a dynamically linked program needs to be executed again, it may read. */
static void put_enforce(FILE *out, const char *name,
			const struct policy *policy)
{
	static const char *const needed[] = { "/usr", "/etc", "/proc/self/exe" };
	const struct claim newest = { MODEL_ABI_NEWEST, ~0U };
	const struct log_layer layer = log_layer(&newest, policy);
	const uint32_t *handled = layer.handled, *quiet = layer.quiet;
	size_t i;

	fprintf(out, "(layer(%u, %u, %u, %u, %u, %u), ", handled[SET_FS],
		handled[SET_NET], handled[SET_SCOPED], quiet[SET_FS],
		quiet[SET_NET], quiet[SET_SCOPED]);
	put_rules(out, policy);
	for (i = 0; handled[SET_FS] & READ_FILE &&
	     i < sizeof(needed) / sizeof(needed[0]); i++)
		fprintf(out, "rule(1, %u, open(\"%s\", O_PATH), 0), ",
			READ_FILE, needed[i]);
	fprintf(out, "enforce(\"%s\", %u))", name, policy->flags & 7);
}

static void put_open(FILE *out, const struct operation *op)
{
	static const char *const modes[] = {
		[LOG_READ] = "O_RDONLY", [LOG_WRITE] = "O_WRONLY",
		[LOG_READ | LOG_WRITE] = "O_RDWR",
	};

	fprintf(out, "open(\"/tmp/%s\", %s%s)", op->text[0],
		modes[op->flags & 3] ?: "0",
		op->flags & LOG_TRUNC ? " | O_TRUNC" : "");
}

/* Each in another place, with and without the sandbox */
static void put_make(FILE *out, const struct operation *op, int number)
{
	static const char *const types[] = {
		[0] = "S_IFREG", [LOG_FIFO] = "S_IFIFO", [LOG_SOCK] = "S_IFSOCK",
	};
	const char *const dir = op->text[0];

	fputs(op->flags == LOG_DIR ? "mkdir(" : op->flags == LOG_SYM ?
	      "symlink(\"f\", " : "mknod(", out);
	fprintf(out, "all.sandbox ? \"/tmp/%s/n%d\" : \"/tmp/%s/m%d\"", dir,
		number, dir, number);
	if (op->flags == LOG_DIR)
		fputs(", 0700)", out);
	else if (op->flags == LOG_SYM)
		fputs(")", out);
	else
		fprintf(out, ", %s | 0600, 0)", types[op->flags]);
}

static void put_remove(FILE *out, const struct operation *op)
{
	fprintf(out, "%s(entries(\"/tmp/%s/%s\"))",
		op->flags ? "rmdir" : "unlink", op->text[0],
		op->flags ? "d" : "r");
}

static void put_heard(FILE *out, const struct operation *op)
{
	const char *const object = op->text[1], *comma = "";
	const int task = log_task(object);
	int i;

	fprintf(out, "heard(%u, \"%s\", \"", op->flags >> BLOCKER_NEW & 1,
		op->text[0]);
	for (i = 0; i < BLOCKER_NEW; i++) {
		if (!(op->flags >> i & 1))
			continue;
		fprintf(out, "%s%s", comma, log_blockers[i]);
		comma = ",";
	}
	if (task >= 0)
		fprintf(out, "\", opid(%d))", task);
	else if (strcmp(object, log_server) == 0)
		fprintf(out, "\", \"path=006C616E64\")");
	else if (log_path(object) == 0)
		fprintf(out, "\", \"path=\\\"/tmp\\\"\")");
	else if (log_path(object) > 0)
		fprintf(out, "\", \"path=\\\"/tmp/%s\\\"\")", object);
	else
		fprintf(out, "\", \"%s=%s\")",
			op->flags & (BIND_TCP | BIND_UDP) << BLOCKER_NET ?
			"src" : "dest", object);
}

void log_statement(FILE *out, const struct operation *op,
		   const struct policy *policy, int number)
{
	const char *const text = op->text[0];
	const int target = log_task(text);

	/* What was heard before is not about this one. */
	if (op->kind >= LOG_OPEN && op->kind < LOG_HEARD)
		fputs("hear(99) ?: ", out);
	switch (op->kind) {
	case LOG_ENFORCE:
		put_enforce(out, text, policy);
		break;
	case LOG_MUTE:
		fputs("all.sandbox ? syscall(446, -1, 4) : 0", out);
		break;
	case LOG_FORK:
		fprintf(out, "start(%d, SIGCHLD)", target);
		break;
	case LOG_EXEC:
		fprintf(out, "execl(\"/proc/self/exe\", \"again(\", \"%d\", NULL)",
			op->actor);
		break;
	case LOG_EXIT:
		fputs("(all.last = 0, all.turn++, syscall(SYS_exit, 0))", out);
		break;
	case LOG_OPEN:
		put_open(out, op);
		break;
	case LOG_LIST:
		fprintf(out, "open(\"/tmp/%s\", O_DIRECTORY)", text);
		break;
	case LOG_TRUNCATE:
		fprintf(out, "truncate(\"/tmp/%s\", 0)", text);
		break;
	case LOG_MAKE:
		put_make(out, op, number);
		break;
	case LOG_REMOVE:
		put_remove(out, op);
		break;
	case LOG_MOUNT:
		fprintf(out, "mount(\"none\", \"/tmp/%s\", \"tmpfs\", 0, 0)",
			text);
		break;
	case LOG_BIND:
	case LOG_CONNECT:
		fprintf(out, "port((void *)%s, %s, %s)",
			op->kind == LOG_BIND ? "bind" : "connect",
			op->flags ? "SOCK_DGRAM" : "SOCK_STREAM", text);
		break;
	case LOG_SEND:
		fprintf(out, "port(NULL, SOCK_DGRAM, %s)", text);
		break;
	case LOG_KILL:
		fprintf(out, "kill(all.process[%d], SIGURG)", target);
		break;
	case LOG_REACH:
		fputs("server((void *)connect)", out);
		break;
	case LOG_INSPECT:
		fprintf(out, "syscall(SYS_kcmp, getpid(), all.process[%d], 1, 0, 0)",
			target);
		break;
	case LOG_HEARD:
		put_heard(out, op);
		break;
	default:
		fprintf(out, "ended(\"%s\", \"%s\")", text, op->text[1]);
	}
}
