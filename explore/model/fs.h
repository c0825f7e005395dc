/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files: one process that sandboxes itself, and one outside that acts in
 * between.  What each operation answers, by the documentation.
 */
#ifndef LANDPROOF_MODEL_FS_H
#define LANDPROOF_MODEL_FS_H

#include "scenario.h"
#include "tree.h"

/* The ring is that of who is inside: io_uring does what it is asked for. */
enum fs_actor { FS_OUTSIDE, FS_INSIDE, FS_RING, FS_ACTORS };

/* "path" is the first text, "other" the second. */
enum fs_kind {
	FS_ENFORCE,	/* landlock_restrict_self(2) */
	FS_MKDIR,
	FS_FILE,	/* a file with something in it; outside only */
	FS_SYMLINK,	/* path, that leads to other */
	FS_LINK,	/* path, as other */
	FS_FIFO,
	FS_SOCKET,	/* a node that nobody serves */
	FS_WHITEOUT,
	FS_MKNOD,	/* mknod(2) of what the flags say */
	FS_DEVICE,	/* a file with /dev/null mounted on it; outside only */
	FS_SERVE,	/* a UNIX socket bound to path */
	FS_BIND,	/* path is mounted at other */
	FS_UNMOUNT,	/* outside only */
	FS_OVERLAY,	/* lower layer, with "u" and "w", at other; outside only */
	FS_UNLINK,
	FS_RMDIR,
	FS_RENAME,	/* path to other */
	FS_OPEN,	/* path, as descriptor slot */
	FS_CLOSE,
	FS_TRUNCATE_PATH,
	FS_FTRUNCATE,
	FS_READ,
	FS_WRITE,
	FS_IOCTL,
	FS_EXEC,	/* a file that is no program: ENOEXEC */
	FS_CONNECT,	/* to the UNIX socket at path */
	FS_STAT,
	FS_ACCESS,
	FS_CHDIR,	/* and back */
	FS_CHROOT,	/* and into it; inside only */
	FS_CHOWN,	/* to whom it belongs */
	FS_KINDS
};

/* Of FS_OPEN; without any, it opens for reading. */
enum fs_open_flag {
	OPEN_WRITE	= 1 << 0,	/* and not for reading */
	OPEN_BOTH	= 1 << 1,
	OPEN_PATH	= 1 << 2,
	OPEN_CREATE	= 1 << 3,
	OPEN_EXCLUSIVE	= 1 << 4,
	OPEN_TRUNCATE	= 1 << 5,
	OPEN_DIRECTORY	= 1 << 6,
	OPEN_NOFOLLOW	= 1 << 7,
};

enum fs_rename_flag {
	RENAME_SWAP	= 1 << 0,	/* RENAME_EXCHANGE */
	RENAME_KEEP	= 1 << 1,	/* RENAME_NOREPLACE */
};

/* At most one; without, TCGETS.  Only the first is for other files, too. */
enum fs_ioctl_flag {
	IOCTL_COMMON	= 1 << 0,	/* FIONBIO */
	IOCTL_NREAD	= 1 << 1,	/* FIONREAD */
	IOCTL_BLOCKSIZE	= 1 << 2,	/* FIGETBSZ */
	IOCTL_THAW	= 1 << 3,	/* FITHAW, of what is not frozen */
	IOCTL_UUID	= 1 << 4,	/* FS_IOC_GETFSUUID, to nowhere */
	IOCTL_CLONE	= 1 << 5,	/* FICLONE, of nothing */
	IOCTL_DEDUPE	= 1 << 6,	/* FIDEDUPERANGE, without arguments */
	IOCTL_COMPAT	= 1 << 7,	/* as a 32-bit program does */
};

/* Of FS_MKNOD; without any, the type is 0, which means a regular file. */
enum fs_mknod_flag {
	MKNOD_CHAR	= 1 << 0,
	MKNOD_BLOCK	= 1 << 1,
	MKNOD_REGULAR	= 1 << 2,
};

#define FS_LAYERS_MAX 8

struct fs_rule {
	int16_t inode, entry;
	uint32_t access;
};

struct fs_layer {
	uint32_t handled;
	struct fs_rule rules[GRANTS_MAX];
	int count;
};

struct fs_state {
	struct claim claim;
	struct tree tree;
	struct fs_layer layers[FS_LAYERS_MAX];
	int layers_count;
	/* Where paths begin, and whether who is inside has another root */
	struct place outside, inside;
	bool rooted;
	bool by_ring;		/* the operation that is judged */
	bool merge_changed;	/* and with it the upper layer */
};

/* From here on paths are those of this actor. */
void fs_look_as(struct fs_state *state, enum fs_actor actor);
void fs_init(struct fs_state *state, const struct claim *claim);

/* What @operation answers, and makes of the state */
struct expected fs_apply(struct fs_state *state,
			 const struct operation *operation,
			 const struct policy *policy);

/* A number for the whole tree, of which fs_mix() makes one for each entry */
uint64_t fs_digest(const struct fs_state *state);
uint64_t fs_mix(const char *path, enum node type, bool filled);

#endif
