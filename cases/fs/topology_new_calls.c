// SPDX-License-Identifier: GPL-2.0
/* Changes of the mount tree by move_mount(2), fsopen(2) and their family. */
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "topology.h"

int detached_tmpfs(void)
{
	const int context = lp_fsopen("tmpfs");
	int fd;

	if (context < 0 || lp_fsconfig(context, LP_FSCONFIG_CREATE, NULL))
		return -errno;
	fd = lp_fsmount(context, 0);
	if (fd < 0)
		fd = -errno;
	close(context);
	return fd;
}

int topology_move_mount(struct scene *scene)
{
	(void)scene;
	if (lp_move_mount(AT_FDCWD, "mnt", "dir", 0))
		return errno;
	return file_is("dir/file", "mounted") ? WORKED : NO_EFFECT;
}

static int attach_new(struct scene *scene)
{
	const int fd = detached_tmpfs();

	if (fd < 0)
		return broken(scene, "fsmount: %s", strerrorname_np(-fd));
	if (lp_move_mount(fd, "", "dir", LP_MOVE_FROM_EMPTY))
		return errno;
	return exists("dir/file") ? NO_EFFECT : WORKED;
}

static int attach_clone(struct scene *scene)
{
	const int fd = lp_open_tree("mnt", LP_OPEN_TREE_CLONE);

	if (fd < 0)
		return broken(scene, "open_tree: %s", strerrorname_np(errno));
	if (lp_move_mount(fd, "", "dir", LP_MOVE_FROM_EMPTY))
		return errno;
	return file_is("dir/file", "mounted") ? WORKED : NO_EFFECT;
}

/* What is put beneath a mount shows when that is taken away. */
static int attach_beneath(struct scene *scene)
{
	const int fd = detached_tmpfs();

	if (fd < 0)
		return broken(scene, "fsmount: %s", strerrorname_np(-fd));
	if (mkdirat(fd, "beneath", 0755))
		return broken(scene, "mkdirat: %s", strerrorname_np(errno));
	if (lp_move_mount(fd, "", "mnt",
			  LP_MOVE_FROM_EMPTY | LP_MOVE_BENEATH))
		return errno == EINVAL && scene->world == WORLD_CONTROL ?
			cannot(scene, "MOVE_MOUNT_BENEATH (Linux 6.5)") : errno;
	if (umount2("mnt", 0))
		return broken(scene, "umount: %s", strerrorname_np(errno));
	return exists("mnt/beneath") ? WORKED : NO_EFFECT;
}

static int move_op(struct scene *scene)
{
	return scene->variant->op(scene);
}

static const struct variant moves[] = {
	{ "", .op = topology_move_mount },
	{ "fsmount", .op = attach_new },
	{ "open_tree", .op = attach_clone },
	{ "beneath", .op = attach_beneath },
	{ NULL }
};

CASE("fs.topology.move_mount",
	TOPOLOGY,
	.claim	  = "move_mount(2) of an attached or a new mount",
	.promise  = { DENIED(EPERM) },
	.variants = moves,
	.extra	  = RULESET { .fs = FS_MAKE_SOCK, .rules = { PATH("/") } },
	.scene	  = topology_scene,
	.attempt  = move_op,
	.source	  = TOPOLOGY_SOURCE);

/* A mount and its copy, of which only one is in a peer group. */
static int two_mounts(struct scene *scene)
{
	const int ret = topology_scene(scene);

	if (ret)
		return ret;
	return errno_of(mount("mnt", "dir", NULL, MS_BIND, NULL)) ?:
	       errno_of(mount(NULL, "mnt", NULL, MS_SHARED, NULL)) ?:
	       make_dir("mnt/old/deep");
}

/* In one group, a mount on one is a mount on the other. */
static int set_group(struct scene *scene)
{
	if (lp_move_mount(AT_FDCWD, "mnt", "dir", LP_MOVE_SET_GROUP))
		return errno;
	if (mount("probe", "mnt/old", "tmpfs", 0, NULL))
		return broken(scene, "mount: %s", strerrorname_np(errno));
	return exists("dir/old/deep") ? NO_EFFECT : WORKED;
}

CASE("fs.topology.set_group",
	TOPOLOGY,
	.claim	 = "move_mount(2) that joins a peer group (MOVE_MOUNT_SET_GROUP)",
	.promise = { DENIED(EPERM) },
	.scene	 = two_mounts,
	.attempt = set_group,
	.source	 = TOPOLOGY_SOURCE);

int topology_reconfigure(struct scene *scene)
{
	const int context = lp_fspick("mnt");

	if (context < 0)
		return broken(scene, "fspick: %s", strerrorname_np(errno));
	if (lp_fsconfig(context, LP_FSCONFIG_SET_FLAG, "ro"))
		return broken(scene, "fsconfig: %s", strerrorname_np(errno));
	if (lp_fsconfig(context, LP_FSCONFIG_RECONFIGURE, NULL))
		return errno;
	return write_file("mnt/file", "x") == EROFS ? WORKED : NO_EFFECT;
}

CASE("fs.topology.fsconfig_reconfigure",
	TOPOLOGY,
	.claim	 = "fsconfig(2) that makes a file system read-only",
	.promise = { DENIED(EPERM) },
	.extra	 = RULESET { .fs = FS_MAKE_SOCK, .rules = { PATH("/") } },
	.scene	 = topology_scene,
	.attempt = topology_reconfigure,
	.source	 = TOPOLOGY_SOURCE);

static int pick(struct scene *scene)
{
	(void)scene;
	return errno_of(lp_fspick("mnt"));
}

CASE("fs.topology.fspick",
	TOPOLOGY,
	.claim	 = "fspick(2), which changes nothing yet",
	.promise = { ALLOWED },
	.scene	 = topology_scene,
	.attempt = pick,
	.witness = topology_reconfigure,
	.source	 = "security/landlock/fs.c: hook_sb_remount()");

static int make_detached(struct scene *scene)
{
	struct statfs fs;
	const int fd = detached_tmpfs();

	(void)scene;
	if (fd < 0)
		return -fd;
	if (fstatfs(fd, &fs))
		return errno;
	return fs.f_type == TMPFS_MAGIC ? WORKED : NO_EFFECT;
}

CASE("fs.topology.fsmount",
	TOPOLOGY,
	.claim	 = "fsopen(2) and fsmount(2) of a file system that is attached nowhere",
	.promise = { ALLOWED },
	.scene	 = topology_scene,
	.attempt = make_detached,
	.witness = topology_mount,
	.source	 = "security/landlock/fs.c: hook_move_mount()");

/* Nothing above the root of a detached mount can carry a rule. */
static int detached(struct scene *scene)
{
	int fd;

	scene->fd[0] = detached_tmpfs();
	if (scene->fd[0] < 0)
		return cannot(scene, "fsmount: %s",
			      strerrorname_np(-scene->fd[0]));
	fd = openat(scene->fd[0], "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0 || dup2(scene->fd[0], 100) < 0)
		return errno;
	return close(fd);
}

static int open_detached(struct scene *scene)
{
	return errno_of(openat(scene->fd[0], "file", O_RDONLY | O_CLOEXEC));
}

CASE("fs.topology.detached_file",
	.claim	 = "open(2) of a file in a mount that is attached nowhere",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/proc/self/fd/100") },
	.extra	 = RULESET { .fs = FS_READ_FILE, .rules = { PATH("/"), PATH(".") } },
	.needs	 = "namespaces",
	.scene	 = detached,
	.attempt = open_detached,
	.source	 = "security/landlock/fs.c: is_access_to_paths_allowed()");
