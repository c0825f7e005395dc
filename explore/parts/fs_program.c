// SPDX-License-Identifier: GPL-2.0
/* Operations on files as statements of C. */
#include <stdio.h>

#include "explore/parts/fs.h"
#include "explore/parts/ring.h"

const struct helper fs_helpers[] = {
	{ ", room)", "static int room[16] = { 1 };\n\n" },
	{ "ioctl_32(",
"/* To be compiled with -static -no-pie: pointers have 32 bits there. */\n"
"static long ioctl_32(int fd, unsigned int command, void *argument)\n"
"{\n"
"\tlong ret;\n"
"\n"
"\tasm volatile(\"int $0x80\" : \"=a\"(ret) : \"a\"(54L), \"b\"((long)fd),\n"
"\t\t     \"c\"((long)command), \"d\"(argument)\n"
"\t\t     : \"memory\", \"r8\", \"r9\", \"r10\", \"r11\");\n"
"\terrno = ret < 0 ? -ret : 0;\n"
"\treturn ret;\n"
"}\n"
"\n" },
	{ "slot[",
"static int slot[6] = { -1, -1, -1, -1, -1, -1 };\n"
"\n" },
	{ "restrict_self",
"struct rule { long long access; int fd; const char *path; };\n"
"\n"
"static long restrict_self(long long handled, struct rule *rule)\n"
"{\n"
"\tint set = syscall(444, &handled, sizeof(handled), 0);\n"
"\n"
"\tfor (; rule->path; rule++) {\n"
"\t\trule->fd = open(rule->path, O_PATH | O_NOFOLLOW);\n"
"\t\tsyscall(445, set, 1, rule, 0);\n"
"\t}\n"
"\treturn syscall(446, set, 0);\n"
"}\n"
"\n" },
	{ "proc(",
"static char *proc(int fd, const char *rest)\n"
"{\n"
"\tstatic char path[99];\n"
"\n"
"\tsprintf(path, \"/proc/self/fd/%d%s\", fd, rest);\n"
"\treturn path;\n"
"}\n"
"\n" },
	{ "name(",
"static void *name(const char *path)\n"
"{\n"
"\tstatic struct sockaddr_un of = { .sun_family = AF_UNIX };\n"
"\n"
"\tstrcpy(of.sun_path, path);\n"
"\treturn &of;\n"
"}\n"
"\n" },
	{ "ring(", ring_helper },
	{ NULL,
"static void own_place(void)\n"
"{\n"
"\tif (unshare(CLONE_NEWNS))\n"
"\t\tunshare(CLONE_NEWUSER | CLONE_NEWNS);\n"
"\tmount(NULL, \"/\", NULL, MS_REC | MS_PRIVATE, NULL);\n"
"\tmount(\"tmpfs\", \"/tmp\", \"tmpfs\", 0, NULL);\n"
"\tchdir(\"/tmp\");\n"
"\tumask(0);\n"
"}\n\n" },
	{ NULL, NULL }
};

/* A path as arguments of a call of the *at family */
static void put_at(FILE *out, const char *text)
{
	if (text[0] == '@')
		fprintf(out, "slot[%c], \"%s\"", text[1],
			text[2] ? text + 3 : "");
	else if (text[0] == '%')
		fprintf(out, "AT_FDCWD, proc(slot[%c], \"%s\")", text[1],
			text + 2);
	else
		fprintf(out, "AT_FDCWD, \"%s\"", text);
}

static void put_whole(FILE *out, const char *text)
{
	if (text[0] == '@' || text[0] == '%')
		fprintf(out, "proc(slot[%c], \"%s\")", text[1], text + 2);
	else
		fprintf(out, "\"%s\"", text);
}

static void put_policy(FILE *out, const struct policy *policy)
{
	int i;

	fprintf(out, "restrict_self(0x%x, (struct rule[]){",
		policy->handled[SET_FS]);
	for (i = 0; i < policy->grants_count; i++)
		fprintf(out, "\n\t\t\t{ 0x%x, 0, \"%s\" },",
			policy->grants[i].access & policy->handled[SET_FS],
			policy->grants[i].path);
	fprintf(out, "%s{ 0 } })", i ? "\n\t\t\t" : " ");
}

/* Directory and path, as the ring takes them */
static void put_ring_at(FILE *out, const char *code, const char *text)
{
	fprintf(out, "ring(%s, ", code);
	put_at(out, text);
}

/* The second path's directory is where a mode would be. */
static void put_ring_two(FILE *out, const char *code,
			 const struct operation *op, const char *flags)
{
	const char *const other = op->text[1];

	put_ring_at(out, code, op->text[0]);
	if (other[0] == '@')
		fprintf(out, ", (long)\"%s\", slot[%c], %s)",
			other[2] ? other + 3 : "", other[1], flags);
	else
		fprintf(out, ", (long)\"%s\", AT_FDCWD, %s)", other, flags);
}

static void put_ioctl(FILE *out, const struct operation *op)
{
	static const struct {
		const char *command, *argument;
	} commands[] = {
		{ "TCGETS", "room" }, { "FIONBIO", "room" },
		{ "FIONREAD", "room" }, { "2 /* FIGETBSZ */", "room" },
		{ "0xc0045878 /* FITHAW */", "room" },
		{ "0x80111500 /* FS_IOC_GETFSUUID */", "0" },
		{ "0x40049409 /* FICLONE */", "(void *)-1" },
		{ "0xc0189436 /* FIDEDUPERANGE */", "0" },
	};
	const uint32_t which = op->flags & ~IOCTL_COMPAT;
	const int i = which ? 1 + __builtin_ctz(which) : 0;

	fprintf(out, "%s(slot[%u], %s, %s)", op->flags & IOCTL_COMPAT ?
		"ioctl_32" : "ioctl", op->slot, commands[i].command,
		commands[i].argument);
}

static void put_open_flags(FILE *out, uint32_t flags)
{
	static const char *const names[] = {
		"O_WRONLY", "O_RDWR", "O_PATH", "O_CREAT", "O_EXCL",
		"O_TRUNC", "O_DIRECTORY", "O_NOFOLLOW",
	};
	size_t i;

	fputs("O_NONBLOCK", out);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags >> i & 1)
			fprintf(out, " | %s", names[i]);
}

static const char *rename_flag(const struct operation *op)
{
	return op->flags & RENAME_SWAP ? "RENAME_EXCHANGE" :
	       op->flags & RENAME_KEEP ? "RENAME_NOREPLACE" : "0";
}

/* The directory of the new link, and the target first */
static void put_ring_link(FILE *out, const struct operation *op)
{
	const char *const path = op->text[0];

	if (path[0] == '@')
		fprintf(out, "slot[%c], \"%s\", (long)\"%s\", 0, 0)", path[1],
			op->text[1], path[2] ? path + 3 : "");
	else
		fprintf(out, "AT_FDCWD, \"%s\", (long)\"%s\", 0, 0)",
			op->text[1], path);
}

/* What io_uring is asked for */
static void put_ring(FILE *out, const struct operation *op)
{
	switch (op->kind) {
	case FS_OPEN:
		fprintf(out, "slot[%u] = ", op->slot);
		put_ring_at(out, "IORING_OP_OPENAT", op->text[0]);
		fputs(", 0, 0755, ", out);
		put_open_flags(out, op->flags);
		fputs(")", out);
		break;
	case FS_RENAME:
		put_ring_two(out, "IORING_OP_RENAMEAT", op, rename_flag(op));
		break;
	case FS_LINK:
		put_ring_two(out, "IORING_OP_LINKAT", op, "0");
		break;
	case FS_SYMLINK:
		fputs("ring(IORING_OP_SYMLINKAT, ", out);
		put_ring_link(out, op);
		break;
	case FS_MKDIR:
		put_ring_at(out, "IORING_OP_MKDIRAT", op->text[0]);
		fputs(", 0, 0755, 0)", out);
		break;
	default:
		put_ring_at(out, "IORING_OP_UNLINKAT", op->text[0]);
		fprintf(out, ", 0, 0, %s)", op->kind == FS_RMDIR ?
			"AT_REMOVEDIR" : "0");
	}
}

static void put_open(FILE *out, const struct operation *op)
{
	fprintf(out, "slot[%u] = openat(", op->slot);
	put_at(out, op->text[0]);
	fputs(", ", out);
	put_open_flags(out, op->flags);
	fputs(", 0755)", out);
}

static void put_call(FILE *out, const char *call, const char *path,
		     const char *more)
{
	fprintf(out, "%s(", call);
	put_at(out, path);
	fprintf(out, "%s)", more);
}

static void put_file(FILE *out, const char *path)
{
	fprintf(out, "write(open(\"%s\", O_WRONLY | O_CREAT, 0755), \"x\", 1)",
		path);
}

void fs_statement(FILE *out, const struct scenario *scenario, int number)
{
	const struct operation *op = &scenario->operations[number];
	const struct policy *policy = &scenario->policies[op->policy];
	const char *const path = op->text[0], *const other = op->text[1];

	if (op->actor == FS_RING) {
		put_ring(out, op);
		return;
	}
	switch (op->kind) {
	case FS_ENFORCE:
		put_policy(out, policy);
		break;
	case FS_MKDIR:
		put_call(out, "mkdirat", path, ", 0755");
		break;
	case FS_FILE:
		put_file(out, path);
		break;
	case FS_SYMLINK:
		fprintf(out, "symlinkat(\"%s\", ", other);
		put_at(out, path);
		fputs(")", out);
		break;
	case FS_LINK:
		fputs("linkat(", out);
		put_at(out, path);
		fputs(", ", out);
		put_at(out, other);
		fputs(", 0)", out);
		break;
	case FS_FIFO:
		put_call(out, "mknodat", path, ", S_IFIFO | 0755, 0");
		break;
	case FS_SOCKET:
		put_call(out, "mknodat", path, ", S_IFSOCK | 0755, 0");
		break;
	case FS_WHITEOUT:
		put_call(out, "mknodat", path, ", S_IFCHR | 0755, 0");
		break;
	case FS_MKNOD:
		put_call(out, "mknodat", path, op->flags & MKNOD_CHAR ?
			 ", S_IFCHR | 0755, 1" : op->flags & MKNOD_BLOCK ?
			 ", S_IFBLK | 0755, 1" : op->flags & MKNOD_REGULAR ?
			 ", S_IFREG | 0755, 0" : ", 0755, 0");
		break;
	case FS_DEVICE:
		put_file(out, path);
		fprintf(out, " < 0 ? -1 : mount(\"/dev/null\", \"%s\", NULL, MS_BIND, NULL)",
			path);
		break;
	case FS_SERVE:
	case FS_CONNECT:
		fprintf(out, "%s(socket(AF_UNIX, SOCK_DGRAM, 0), name(",
			op->kind == FS_SERVE ? "bind" : "connect");
		put_whole(out, path);
		fputs("), 110)", out);
		break;
	case FS_BIND:
		fprintf(out, "mount(\"%s\", \"%s\", NULL, MS_BIND, NULL)",
			path, other);
		break;
	case FS_OVERLAY:
		fprintf(out, "mkdir(\"w\", 0755) ?: mount(\"overlay\", \"%s\", \"overlay\", 0, \"lowerdir=%s,upperdir=u,workdir=w\")",
			other, path);
		break;
	case FS_UNMOUNT:
		fprintf(out, "umount2(\"%s\", MNT_DETACH)", path);
		break;
	case FS_UNLINK:
		put_call(out, "unlinkat", path, ", 0");
		break;
	case FS_RMDIR:
		put_call(out, "unlinkat", path, ", AT_REMOVEDIR");
		break;
	case FS_RENAME:
		fputs("renameat2(", out);
		put_at(out, path);
		fputs(", ", out);
		put_at(out, other);
		fprintf(out, ", %s)", rename_flag(op));
		break;
	case FS_OPEN:
		put_open(out, op);
		break;
	case FS_CLOSE:
		fprintf(out, "close(slot[%u])", op->slot);
		break;
	case FS_TRUNCATE_PATH:
		fputs("truncate(", out);
		put_whole(out, path);
		fputs(", 0)", out);
		break;
	case FS_FTRUNCATE:
		fprintf(out, "ftruncate(slot[%u], 0)", op->slot);
		break;
	case FS_READ:
		fprintf(out, "read(slot[%u], (char[1]){ 0 }, 1)", op->slot);
		break;
	case FS_WRITE:
		fprintf(out, "write(slot[%u], \"x\", 1)", op->slot);
		break;
	case FS_IOCTL:
		put_ioctl(out, op);
		break;
	case FS_EXEC:
		put_call(out, "execveat", path,
			 ", (char *[]){ \"x\", NULL }, (char *[]){ NULL }, 0");
		break;
	case FS_STAT:
		put_call(out, "fstatat", path, ", &(struct stat){ 0 }, 0");
		break;
	case FS_ACCESS:
		put_call(out, "faccessat", path, ", F_OK, 0");
		break;
	case FS_CHDIR:
		fputs("chdir(", out);
		put_whole(out, path);
		fputs(")", out);
		break;
	case FS_CHROOT:
		fprintf(out, "chroot(\"%s\") ?: chdir(\"/\")", path);
		break;
	case FS_CHOWN:
		put_call(out, "fchownat", path, ", -1, -1, 0");
		break;
	}
}
