// SPDX-License-Identifier: GPL-2.0
/* The part "fs": its words, and what the model says of a scenario. */
#include <string.h>

#include "bricks/compat.h"
#include "explore/parts/fs.h"

static const char *const open_flags[] = {
	"write", "both", "path", "create", "exclusive", "truncate",
	"directory", "nofollow", NULL,
};
static const char *const rename_flags[] = { "exchange", "noreplace", NULL };
static const char *const ioctl_flags[] = {
	"common", "nread", "blocksize", "thaw", "uuid", "clone", "dedupe",
	"compat", NULL
};
static const char *const mknod_flags[] = { "char", "block", "regular", NULL };

const struct kind fs_kinds[FS_KINDS] = {
	[FS_ENFORCE]	= { "enforce", .enforces = true },
	[FS_MKDIR]	= { "mkdir", 1 },
	[FS_FILE]	= { "file", 1 },
	[FS_SYMLINK]	= { "symlink", 2 },
	[FS_LINK]	= { "link", 2 },
	[FS_FIFO]	= { "fifo", 1 },
	[FS_SOCKET]	= { "socket", 1 },
	[FS_WHITEOUT]	= { "whiteout", 1 },
	[FS_MKNOD]	= { "mknod", 1, .flags = mknod_flags },
	[FS_DEVICE]	= { "device", 1 },
	[FS_SERVE]	= { "serve", 1 },
	[FS_BIND]	= { "bind", 2 },
	[FS_UNMOUNT]	= { "unmount", 1 },
	[FS_OVERLAY]	= { "overlay", 2 },
	[FS_UNLINK]	= { "unlink", 1 },
	[FS_RMDIR]	= { "rmdir", 1 },
	[FS_RENAME]	= { "rename", 2, .flags = rename_flags },
	[FS_OPEN]	= { "open", 1, .slot = true, .flags = open_flags },
	[FS_CLOSE]	= { "close", .slot = true },
	[FS_TRUNCATE_PATH]	= { "truncate", 1 },
	[FS_FTRUNCATE]	= { "ftruncate", .slot = true },
	[FS_READ]	= { "read", .slot = true },
	[FS_WRITE]	= { "write", .slot = true },
	[FS_IOCTL]	= { "ioctl", .slot = true, .flags = ioctl_flags },
	[FS_EXEC]	= { "exec", 1 },
	[FS_CONNECT]	= { "connect", 1 },
	[FS_STAT]	= { "stat", 1 },
	[FS_ACCESS]	= { "access", 1 },
	[FS_CHDIR]	= { "chdir", 1 },
	[FS_CHROOT]	= { "chroot", 1 },
	[FS_CHOWN]	= { "chown", 1 },
};

const char *const fs_actors[] = {
	[FS_OUTSIDE] = "outside", [FS_INSIDE] = "inside", [FS_RING] = "ring",
};

static const char *needs(const struct claim *claim,
			 const struct scenario *scenario)
{
	int i;

	if (!claim->abi)
		return "Landlock";
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];

		if (op->actor == FS_RING && !fs_ring_can(op))
			return "io_uring";
		if (op->kind == FS_MKNOD && !fs_can_mknod() &&
		    op->flags & (MKNOD_CHAR | MKNOD_BLOCK))
			return "CAP_MKNOD";
		if (op->kind == FS_IOCTL && op->flags & IOCTL_COMPAT &&
		    !compat_is_there())
			return "32-bit system calls";
	}
	if (fs_can_mount())
		return NULL;
	for (i = 0; i < scenario->count; i++)
		if (scenario->operations[i].kind == FS_BIND ||
		    scenario->operations[i].kind == FS_DEVICE ||
		    scenario->operations[i].kind == FS_UNMOUNT ||
		    scenario->operations[i].kind == FS_CHROOT)
			return "namespaces (root, or user namespaces)";
	return NULL;
}

void fs_predict(const struct claim *claim, const struct scenario *scenario,
		struct prediction *prediction)
{
	static struct fs_state state;
	int i;

	fs_init(&state, claim);
	prediction->decisions = 0;
	prediction->digested = false;
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];
		const bool judged = state.layers_count &&
				    op->actor != FS_OUTSIDE;

		prediction->expected[i] = fs_apply(&state, op,
			&scenario->policies[op->policy]);
		if (prediction->expected[i].unspecified)
			break;
		prediction->decisions += judged && op->kind != FS_ENFORCE;
	}
	prediction->count = i;
	if (i < scenario->count)
		return;
	prediction->digested = true;
	prediction->digest = fs_digest(&state);
}

const struct part part_fs = {
	.name = "fs",
	.actors = fs_actors,
	.actors_count = FS_ACTORS,
	.kinds = fs_kinds,
	.kinds_count = FS_KINDS,
	.slots = HANDLES_MAX,
	.prepare = fs_prepare,
	.needs = needs,
	.generate = fs_generate,
	.predict = fs_predict,
	.run = fs_run,
	.statement = fs_statement,
	.helpers = { fs_helpers },
};
