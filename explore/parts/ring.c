// SPDX-License-Identifier: GPL-2.0
/*
 * The ring of io_uring by which lists are done, too: made once, by who is
 * outside; what is submitted counts as done by who submits it.
 */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "explore/parts/ring.h"

#define OPCODES 256

static struct uring ring;
static bool known[OPCODES];

static void probe(void)
{
	char room[sizeof(struct io_uring_probe) +
		  OPCODES * sizeof(struct io_uring_probe_op)] = { 0 };
	const struct io_uring_probe *probe = (void *)room;
	int i;

	if (uring_open(&ring, 0) ||
	    syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PROBE,
		    room, OPCODES))
		return;
	for (i = 0; i <= probe->last_op; i++)
		known[i] = probe->ops[i].flags & IO_URING_OP_SUPPORTED;
}

bool ring_has(int opcode)
{
	static bool probed;

	if (!probed)
		probe();
	probed = true;
	return known[opcode];
}

long ring_submit(const struct io_uring_sqe *sqe)
{
	const int result = uring_submit(&ring, sqe);

	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

const char ring_helper[] =
"static long ring(int op, int fd, const void *at, long o, long n, int flags)\n"
"{\n"
"\tstruct io_uring_params p = { 0 };\n"
"\tint set = syscall(425, 1, &p);\n"
"\tchar *rings = mmap(0, 4096, 3, MAP_SHARED, set, 0);\n"
"\tstruct io_uring_cqe *end = (void *)(rings + p.cq_off.cqes);\n"
"\tstruct io_uring_sqe *to = mmap(0, 4096, 3, 1, set, IORING_OFF_SQES);\n"
"\n"
"\t*to = (struct io_uring_sqe){ .opcode = op, .fd = fd, .off = o,\n"
"\t\t.addr = (long)at, .len = n, .open_flags = flags };\n"
"\t*(int *)(rings + p.sq_off.tail) = 1;\n"
"\tsyscall(426, set, 1, 1, IORING_ENTER_GETEVENTS, 0, 0);\n"
"\treturn errno = -end->res, end->res;\n"
"}\n"
"\n";
