// SPDX-License-Identifier: GPL-2.0
/* Changes of the mount tree, called as 32-bit programs do. */
#include <sys/mount.h>

#include "bricks/compat.h"
#include "topology.h"

static int mount_compat(const char *source, const char *type, long flags)
{
	return -compat_call5(COMPAT_MOUNT, (long)source, (long)"dir",
			     (long)type, flags, 0);
}

static int mount_new(struct scene *scene)
{
	(void)scene;
	return mount_compat("attempt", "tmpfs", 0) ?:
	       (exists("dir/file") ? NO_EFFECT : WORKED);
}

static int bind_other(struct scene *scene)
{
	(void)scene;
	return mount_compat("mnt", NULL, MS_BIND) ?:
	       (file_is("dir/file", "mounted") ? WORKED : NO_EFFECT);
}

static int unmount(struct scene *scene)
{
	(void)scene;
	return -compat_path(COMPAT_UMOUNT2, "mnt", 0, 0) ?:
	       (exists("mnt/file") ? NO_EFFECT : WORKED);
}

static const struct variant calls[] = {
	{ "", .op = mount_new },
	{ "bind", .op = bind_other },
	{ "umount", .op = unmount },
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

static int scene(struct scene *scene)
{
	return compat_scene(scene) ?: topology_scene(scene);
}

CASE("fs.topology.compat",
	TOPOLOGY,
	.claim	  = "mount(2) and umount2(2) of a 32-bit program",
	.promise  = { DENIED(EPERM) },
	.variants = calls,
	.scene	  = scene,
	.attempt  = by_variant,
	.source	  = TOPOLOGY_SOURCE);
