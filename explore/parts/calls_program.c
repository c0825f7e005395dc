// SPDX-License-Identifier: GPL-2.0
/* Landlock's own calls as statements of C. */
#include <stdio.h>
#include <stdlib.h>

#include "explore/parts/calls.h"

const struct helper calls_helpers[] = {
	{ "slot[|create(", "static int slot[4] = { -1, -1, -1, -1 };\n" },
	{ NULL,
"static int other, file, pipes[2], memory;\n"
"\n" },
	{ "create(",
"static long create(int n, uint64_t *attr, long size, int last, int flags)\n"
"{\n"
"\tstatic char room[65537];\n"
"\tint fd;\n"
"\n"
"\tmemset(room, 0, sizeof(room));\n"
"\tif ((long)attr > 4096)\n"
"\t\tmemcpy(room, attr, 48), attr = (void *)room;\n"
"\troom[getpagesize() - 1] = last;\n"
"\tfd = syscall(444, attr, size, flags);\n"
"\tif (fd >= 0)\n"
"\t\tclose(slot[n]), slot[n] = fd;\n"
"\treturn fd;\n"
"}\n"
"\n" },
	{ "query(",
"static long query(void *attr, long size, unsigned int flags, int wanted)\n"
"{\n"
"\tint number = syscall(444, attr, size, flags);\n"
"\n"
"\tif (number < 0 || (number & wanted) == wanted)\n"
"\t\treturn number;\n"
"\terrno = ENODATA;\n"
"\treturn -1;\n"
"}\n"
"\n" },
	{ "on_path(",
"static long on_path(int set, uint64_t access, int fd, int null, int flags)\n"
"{\n"
"\tstruct { uint64_t access; int fd; } rule = { access, fd };\n"
"\n"
"\treturn syscall(445, set, 1, null ? NULL : &rule, flags);\n"
"}\n"
"\n" },
	{ "drop(",
"static long drop(void)\n"
"{\n"
"\tstruct __user_cap_header_struct h = { 0x20080522, 0 };\n"
"\tstruct __user_cap_data_struct caps[2];\n"
"\n"
"\tsyscall(SYS_capget, &h, caps);\n"
"\tcaps[0].effective = caps[0].permitted &= ~(1 << CAP_SYS_ADMIN);\n"
"\tcaps[0].inheritable = 0;\n"
"\treturn syscall(SYS_capset, &h, caps);\n"
"}\n"
"\n" },
	{ NULL, NULL }
};

/* All of it is done by one process. */
const struct helper calls_runner[] = { { NULL,
"\n"
"static int run(void)\n"
"{\n"
"\tint n, last = 0;\n"
"\n"
"\tother = open(\"/dev\", O_PATH);\n"
"\tfile = open(\"/dev/null\", O_PATH);\n"
"\tmemory = memfd_create(\"\", 0);\n"
"\tpipe(pipes);\n"
"\tif (unshare(CLONE_NEWNS))\n"
"\t\tunshare(CLONE_NEWUSER);\n"
"\tfor (n = 0; actors[n]; n++)\n"
"\t\tlast = step(n) < 0 ? errno : 0;\n"
"\treturn last;\n"
"}\n"
"\n" }, { NULL, NULL } };

static void put_create(FILE *out, const struct operation *op)
{
	static const char *const sizes[] = {
		"0", "7", "8", "16", "getpagesize()", "getpagesize()",
		"getpagesize() + 1"
	};
	const struct calls_attr attr = calls_attr(op->text[0],
						  calls_abi());
	const uint32_t flags = op->flags, size = flags & (CREATE_NULL - 1);
	int i;

	fprintf(out, "create(%u, ", op->slot);
	if (flags & (CREATE_NULL | CREATE_BAD)) {
		fputs(flags & CREATE_NULL ? "NULL" : "(void *)8", out);
	} else {
		fputs("(uint64_t[6]){ ", out);
		for (i = 0; i < SETS; i++)
			fprintf(out, "0x%llx, ",
				(unsigned long long)attr.handled[i] |
				(flags & CREATE_FS_BIT << i ? CALLS_BIT : 0));
		for (i = 0; i < SETS; i++)
			fprintf(out, "0x%x%s", attr.quiet[i],
				i < SETS - 1 ? ", " : " }");
	}
	fprintf(out, ", %s, %d, %s)",
		size ? sizes[__builtin_ctz(size)] : "48",
		!!(flags & CREATE_TAIL),
		flags & CREATE_UNKNOWN ? "1 << 31" : "0");
}

static void put_add(FILE *out, const struct operation *op)
{
	const bool path = op->kind == CALLS_ADD_PATH;
	const uint32_t flags = calls_add_flags(op->flags, calls_abi());
	const unsigned long long access =
		calls_access(path ? SET_FS : SET_NET, op->text[0],
			     calls_abi()) | (flags & ADD_BIT ? CALLS_BIT : 0);
	const unsigned int given = (flags & ADD_QUIETLY ? 1 : 0) |
				   (flags & ADD_UNKNOWN ? 1U << 31 : 0);
	char set[16] = "pipes[0]";

	if (!(flags & ADD_NO_RULESET))
		snprintf(set, sizeof(set), "slot[%u]", op->slot);
	if (path)
		fprintf(out, "on_path(%s, 0x%llx, %s, %d, 0x%x)", set, access,
			flags & ADD_FILE ? "file" : flags & ADD_CLOSED ? "-1" :
			flags & ADD_PIPE ? "pipes[0]" :
			flags & ADD_MEMFD ? "memory" : "other",
			!!(flags & ADD_NULL), given);
	else if (flags & ADD_NULL)
		fprintf(out, "syscall(445, %s, 2, NULL, 0x%x)", set, given);
	else
		fprintf(out, "syscall(445, %s, 2, (uint64_t[2]){ 0x%llx, %s }, 0x%x)",
			set, access, op->text[1], given);
}

static void put_restrict(FILE *out, const struct operation *op)
{
	const uint32_t flags = calls_restrict_flags(op->flags, calls_abi());
	char set[16];

	snprintf(set, sizeof(set), "slot[%u]", op->slot);
	fprintf(out, "syscall(446, %s, 0x%xU)",
		flags & RESTRICT_OTHER ? "pipes[0]" : flags & RESTRICT_MINUS ?
		"-2" : flags & RESTRICT_NONE ? "-1" : set,
		(flags & (RESTRICT_LAST - 1)) |
		(flags & RESTRICT_LAST ? 1U << 31 : 0));
}

void calls_statement(FILE *out, const struct scenario *scenario, int number)
{
	const struct operation *op = &scenario->operations[number];
	static const char *const others[CALLS_KINDS] = {
		[CALLS_SET_NNP] = "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)",
		[CALLS_IS_NNP] = "prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) ? 0 : (errno = ENODATA, -1)",
		[CALLS_DROP] = "drop()",
		[CALLS_USERNS] = "unshare(CLONE_NEWUSER)",
		[CALLS_READ] = "open(\"/dev/null\", O_RDONLY)",
		[CALLS_BIND] = "bind(socket(AF_INET, SOCK_STREAM, 0), (void *)&(struct sockaddr_in){ .sin_family = AF_INET }, 16)",
	};

	switch (op->kind) {
	case CALLS_CREATE:
		put_create(out, op);
		break;
	case CALLS_QUERY:
		fprintf(out, "query(%s, %s, 0x%xU, 0x%x)",
			op->flags & QUERY_ATTR ? "(long[6]){ 0 }" : "NULL",
			op->flags & QUERY_SIZE ? "48" : "0",
			(op->flags & (QUERY_VERSION | QUERY_ERRATA)) |
			(op->flags & QUERY_UNKNOWN ? 1U << 31 : 0),
			op->flags & QUERY_ERRATA ?
			calls_errata(calls_abi()) : 0);
		break;
	case CALLS_ADD_PATH:
	case CALLS_ADD_PORT:
		put_add(out, op);
		break;
	case CALLS_RESTRICT:
		put_restrict(out, op);
		break;
	case CALLS_CLOSE:
		fprintf(out, "close(slot[%u])", op->slot);
		break;
	default:
		fputs(others[op->kind], out);
	}
}
