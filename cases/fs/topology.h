/* SPDX-License-Identifier: GPL-2.0 */
/* The ways to change the mount tree, for the cases that try them. */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include "landproof.h"
#include "mount_calls.h"

/*
 * A domain that handles any access right of the file system may not change the
 * mount tree, so the guard can be any of them.  The bystander world must handle
 * none: .uses names them all, which leaves it rights of the network and scopes.
 */
#define TOPOLOGY							\
	.guard	= FS(MAKE_SOCK),					\
	.uses	= { .fs = ~0U },				\
	.root	= true,							\
	.needs	= "namespaces"

#define TOPOLOGY_SOURCE							\
	"userspace-api/landlock: Filesystem topology modification"

/* dir/file; mnt, a mounted tmpfs, with file and old/ in it */
int topology_scene(struct scene *scene);

/* Each changes that tree: WORKED when the change is seen, or the errno. */
int topology_mount(struct scene *scene);
int topology_bind(struct scene *scene);
int topology_remount(struct scene *scene);
int topology_umount(struct scene *scene);
int topology_pivot_root(struct scene *scene);
int topology_move_mount(struct scene *scene);
int topology_reconfigure(struct scene *scene);

/* A tmpfs that is mounted nowhere: descriptor or -errno */
int detached_tmpfs(void);

#endif
