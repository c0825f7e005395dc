// SPDX-License-Identifier: GPL-2.0
/* Operations on files that io_uring does for who is inside. */
#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bricks/uring.h"
#include "explore/parts/fs.h"

#define MODE 0755

static int opcode(const struct operation *op)
{
	switch (op->kind) {
	case FS_OPEN:
		return IORING_OP_OPENAT;
	case FS_RENAME:
		return IORING_OP_RENAMEAT;
	case FS_LINK:
		return IORING_OP_LINKAT;
	case FS_SYMLINK:
		return IORING_OP_SYMLINKAT;
	case FS_MKDIR:
		return IORING_OP_MKDIRAT;
	case FS_UNLINK:
	case FS_RMDIR:
		return IORING_OP_UNLINKAT;
	default:
		return -1;
	}
}

static bool is_known(const struct uring *ring, int code)
{
	char room[sizeof(struct io_uring_probe) +
		  256 * sizeof(struct io_uring_probe_op)] = { 0 };
	const struct io_uring_probe *probe = (void *)room;

	return syscall(SYS_io_uring_register, ring->fd, IORING_REGISTER_PROBE,
		       room, 256) == 0 && code <= probe->last_op &&
	       probe->ops[code].flags & IO_URING_OP_SUPPORTED;
}

/* The last of these operations came with Linux 5.15. */
static struct uring *ring(void)
{
	static struct uring one;
	static int state;	/* 1: open, -1: there is none */

	if (!state)
		state = uring_open(&one, 0) == 0 &&
			is_known(&one, IORING_OP_LINKAT) ? 1 : -1;
	return state > 0 ? &one : NULL;
}

bool fs_ring_can(const struct operation *op)
{
	return ring() && opcode(op) >= 0;
}

static int submit(const struct io_uring_sqe *sqe)
{
	const int result = uring_submit(ring(), sqe);

	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

int fs_ring_open(int dir, const char *path, int flags)
{
	const struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT, .fd = dir,
		.addr = (uintptr_t)path, .len = MODE, .open_flags = flags,
	};

	return submit(&sqe);
}

int fs_ring_do(const struct operation *op, int dir, const char *path,
	       int other_dir, const char *other)
{
	struct io_uring_sqe sqe = {
		.opcode = opcode(op), .fd = dir, .addr = (uintptr_t)path,
	};

	switch (op->kind) {
	case FS_MKDIR:
		sqe.len = MODE;
		break;
	case FS_RMDIR:
		sqe.unlink_flags = AT_REMOVEDIR;
		break;
	case FS_SYMLINK:
		sqe.addr = (uintptr_t)op->text[1];
		sqe.addr2 = (uintptr_t)path;
		break;
	case FS_LINK:
	case FS_RENAME:
		sqe.len = other_dir;
		sqe.addr2 = (uintptr_t)other;
		sqe.rename_flags = op->kind == FS_RENAME ?
				   fs_rename_flags(op->flags) : 0;
		break;
	}
	return submit(&sqe) < 0 ? errno : 0;
}
