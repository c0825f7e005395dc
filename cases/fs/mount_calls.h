/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The mount system calls of Linux 5.2 and later: no libc of an old
 * distribution has them.  The numbers are the same on every architecture.
 */
#ifndef MOUNT_CALLS_H
#define MOUNT_CALLS_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR_OPEN_TREE		428
#define NR_MOVE_MOUNT		429
#define NR_FSOPEN		430
#define NR_FSCONFIG		431
#define NR_FSMOUNT		432
#define NR_FSPICK		433
#define NR_MOUNT_SETATTR	442
#define NR_OPEN_TREE_ATTR	467

/* include/uapi/linux/mount.h */
#define LP_OPEN_TREE_CLONE	1
#define LP_OPEN_TREE_NAMESPACE	2
#define LP_MOVE_FROM_EMPTY	0x004
#define LP_MOVE_SET_GROUP	0x100
#define LP_MOVE_BENEATH		0x200
#define LP_FSCONFIG_SET_FLAG	0
#define LP_FSCONFIG_CREATE	6
#define LP_FSCONFIG_RECONFIGURE	7
#define LP_FSMOUNT_NAMESPACE	2
#define LP_ATTR_RDONLY		1

/* include/uapi/linux/sched.h */
#define LP_UNSHARE_EMPTY_MNTNS	0x00100000

struct lp_mount_attr {
	uint64_t attr_set, attr_clr, propagation, userns_fd;
};

static inline int lp_open_tree(const char *path, unsigned int flags)
{
	return syscall(NR_OPEN_TREE, AT_FDCWD, path, flags);
}

static inline int lp_move_mount(int from, const char *path, const char *to,
				unsigned int flags)
{
	return syscall(NR_MOVE_MOUNT, from, path, AT_FDCWD, to, flags);
}

static inline int lp_fsopen(const char *type)
{
	return syscall(NR_FSOPEN, type, 0);
}

static inline int lp_fspick(const char *path)
{
	return syscall(NR_FSPICK, AT_FDCWD, path, 0);
}

static inline int lp_fsconfig(int fd, unsigned int command, const char *key)
{
	return syscall(NR_FSCONFIG, fd, command, key, NULL, 0);
}

static inline int lp_fsmount(int fd, unsigned int flags)
{
	return syscall(NR_FSMOUNT, fd, flags, 0);
}

static inline int lp_mount_setattr(const char *path, uint64_t set,
				   uint64_t clear, uint64_t propagation)
{
	struct lp_mount_attr attr = {
		.attr_set = set,
		.attr_clr = clear,
		.propagation = propagation,
	};

	return syscall(NR_MOUNT_SETATTR, AT_FDCWD, path, 0, &attr,
		       sizeof(attr));
}

static inline int lp_open_tree_attr(const char *path, uint64_t set)
{
	struct lp_mount_attr attr = { .attr_set = set };

	return syscall(NR_OPEN_TREE_ATTR, AT_FDCWD, path, 0, &attr,
		       sizeof(attr));
}

#endif
