// SPDX-License-Identifier: GPL-2.0
/* Changes of the mount tree that no hook sees; see SECURITY.md first. */
#include <linux/magic.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#include "topology.h"

static int make_read_only(struct scene *scene)
{
	(void)scene;
	if (lp_mount_setattr("mnt", LP_ATTR_RDONLY, 0, 0))
		return errno;
	return write_file("mnt/file", "x") == EROFS ? WORKED : NO_EFFECT;
}

static int make_writable(struct scene *scene)
{
	const int error = make_read_only(scene);

	if (error)
		return error;
	if (lp_mount_setattr("mnt", 0, LP_ATTR_RDONLY, 0))
		return errno;
	return write_file("mnt/file", "x") ? NO_EFFECT : WORKED;
}

static int make_shared(struct scene *scene)
{
	(void)scene;
	return errno_of(lp_mount_setattr("mnt", 0, 0, MS_SHARED));
}

static int open_tree_read_only(struct scene *scene)
{
	(void)scene;
	if (lp_open_tree_attr("mnt", LP_ATTR_RDONLY) < 0)
		return errno;
	return write_file("mnt/file", "x") == EROFS ? WORKED : NO_EFFECT;
}

static int set_attributes(struct scene *scene)
{
	return scene->variant->op(scene);
}

static const struct variant attributes[] = {
	{ "", .op = make_read_only },
	{ "writable", .op = make_writable },
	{ "shared", .op = make_shared },
	{ "open_tree_attr", .op = open_tree_read_only },
	{ NULL }
};

CASE("fs.topology.mount_setattr",
	TOPOLOGY,
	.claim	  = "mount_setattr(2), which does what a remount does",
	.promise  = { OPEN },
	.gap	  = "no LSM hook in fs/namespace.c, do_mount_setattr()",
	.labels	  = "unreported bypass",
	.variants = attributes,
	.scene	  = topology_scene,
	.attempt  = set_attributes,
	.witness  = topology_remount,
	.source	  = "fs/namespace.c: mount_setattr(2)");

/* What a mount hides: nobody can open it by its path. */
static int hidden_file(struct scene *scene)
{
	int error;

	error = make_dir("dir/mnt") ?:
		make_file("dir/mnt/file", "hidden");
	if (error)
		return error;
	if (mount("scene", "dir/mnt", "tmpfs", 0, NULL))
		return cannot(scene, "mount of a tmpfs: %s",
			      strerrorname_np(errno));
	return 0;
}

/* A copy of the tree without what is mounted in it. */
static int read_hidden(struct scene *scene)
{
	const int tree = lp_open_tree("dir", LP_OPEN_TREE_CLONE);
	char text[16] = "";
	int fd;

	(void)scene;
	if (tree < 0)
		return errno;
	fd = openat(tree, "mnt/file", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	if (read(fd, text, sizeof(text) - 1) < 0)
		return errno;
	return strcmp(text, "hidden") ? NO_EFFECT : WORKED;
}

static int unmount_cover(struct scene *scene)
{
	(void)scene;
	return errno_of(umount2("dir/mnt", 0));
}

CASE("fs.topology.open_tree_reveals",
	.claim	 = "open_tree(2) of a copy that shows what a mount hides",
	.guard	 = FS(READ_FILE),
	.uses	 = { .fs = ~0U },
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH("dir") } },
	.promise = { OPEN },
	.gap	 = "no LSM hook in fs/namespace.c, open_tree(2)",
	.labels	 = "unreported bypass",
	.root	 = true,
	.needs	 = "namespaces",
	.scene	 = hidden_file,
	.attempt = read_hidden,
	.witness = unmount_cover,
	.source	 = "fs/namespace.c: vfs_open_tree()");

/* In the namespace that @fd stands for, is @path there? */
static int enter_and_look(int fd, const char *path)
{
	if (setns(fd, CLONE_NEWNS))
		return errno;
	return !path || exists(path) ? WORKED : NO_EFFECT;
}

static int namespace_of_tree(struct scene *scene)
{
	const int fd = lp_open_tree("mnt", LP_OPEN_TREE_NAMESPACE);

	(void)scene;
	return fd < 0 ? errno : enter_and_look(fd, "/file");
}

static int namespace_of_fsmount(struct scene *scene)
{
	const int context = lp_fsopen("tmpfs");
	struct statfs fs;
	int fd, error;

	(void)scene;
	if (context < 0 || lp_fsconfig(context, LP_FSCONFIG_CREATE, NULL))
		return errno;
	fd = lp_fsmount(context, LP_FSMOUNT_NAMESPACE);
	if (fd < 0)
		return errno;
	error = enter_and_look(fd, NULL);
	if (error)
		return error;
	return statfs("/", &fs) == 0 && fs.f_type == TMPFS_MAGIC ?
		WORKED : NO_EFFECT;
}

/* A namespace with a root and nothing mounted on it (Linux 7.1). */
static int empty_namespace(struct scene *scene)
{
	(void)scene;
	if (unshare(LP_UNSHARE_EMPTY_MNTNS))
		return errno;
	return exists("/proc/self") ? NO_EFFECT : WORKED;
}

static int namespace_op(struct scene *scene)
{
	return scene->variant->op(scene);
}

static const struct variant new_namespaces[] = {
	{ "", .op = namespace_of_tree },
	{ "fsmount", .op = namespace_of_fsmount },
	{ "empty", .op = empty_namespace },
	{ NULL }
};

CASE("fs.topology.new_namespace",
	TOPOLOGY,
	.claim	  = "open_tree(2), fsmount(2), unshare(2) that make a mount namespace",
	.promise  = { OPEN },
	.gap	  = "no LSM hook where a mount namespace is made of a tree",
	.labels	  = "unreported bypass",
	.variants = new_namespaces,
	.scene	  = topology_scene,
	.attempt  = namespace_op,
	.witness  = topology_mount,
	.source	  = "fs/namespace.c: OPEN_TREE_NAMESPACE, FSMOUNT_NAMESPACE");
