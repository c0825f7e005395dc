// SPDX-License-Identifier: GPL-2.0
/* Operations on files that io_uring does for who is inside. */
#include <errno.h>
#include <fcntl.h>

#include "explore/parts/fs.h"
#include "explore/parts/ring.h"

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

bool fs_ring_can(const struct operation *op)
{
	return opcode(op) >= 0 && ring_has(opcode(op));
}

int fs_ring_open(int dir, const char *path, int flags)
{
	const struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT, .fd = dir,
		.addr = (uintptr_t)path, .len = MODE, .open_flags = flags,
	};

	return ring_submit(&sqe);
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
	return ring_submit(&sqe) < 0 ? errno : 0;
}
