// SPDX-License-Identifier: GPL-2.0
/* Changes of the mount tree by mount(2), umount2(2) and pivot_root(2). */
#include <limits.h>
#include <sys/mount.h>

#include "topology.h"

int topology_scene(struct scene *scene)
{
	int error;

	error = make_dir("dir") ?: make_file("dir/file", "covered") ?:
		make_dir("mnt");
	if (error)
		return error;
	if (mount("scene", "mnt", "tmpfs", 0, NULL))
		return cannot(scene, "mount of a tmpfs: %s",
			      strerrorname_np(errno));
	return make_file("mnt/file", "mounted") ?: make_dir("mnt/old");
}

static int covered(void)
{
	return exists("dir/file") ? NO_EFFECT : WORKED;
}

int topology_mount(struct scene *scene)
{
	(void)scene;
	return errno_of(mount("attempt", "dir", "tmpfs", 0, NULL)) ?:
	       covered();
}

CASE("fs.topology.mount",
	TOPOLOGY,
	.claim	 = "mount(2) of a new file system",
	.promise = { DENIED(EPERM) },
	.extra	 = RULESET { .fs = FS_MAKE_SOCK, .rules = { PATH("/") } },
	.scene	 = topology_scene,
	.attempt = topology_mount,
	.source	 = TOPOLOGY_SOURCE);

int topology_bind(struct scene *scene)
{
	(void)scene;
	if (mount("mnt", "dir", NULL, MS_BIND | scene->variant->arg, NULL))
		return errno;
	return file_is("dir/file", "mounted") ? WORKED : NO_EFFECT;
}

static const struct variant recursion[] = {
	{ "" },
	{ "recursive", .arg = MS_REC },
	{ NULL }
};

CASE("fs.topology.bind",
	TOPOLOGY,
	.claim	  = "mount(2) of a directory on another (MS_BIND)",
	.promise  = { DENIED(EPERM) },
	.variants = recursion,
	.scene	  = topology_scene,
	.attempt  = topology_bind,
	.source	  = TOPOLOGY_SOURCE);

static int move_by_mount(struct scene *scene)
{
	(void)scene;
	if (mount("mnt", "dir", NULL, MS_MOVE, NULL))
		return errno;
	return file_is("dir/file", "mounted") && !exists("mnt/file") ?
		WORKED : NO_EFFECT;
}

CASE("fs.topology.move",
	TOPOLOGY,
	.claim	 = "mount(2) that moves a mount elsewhere (MS_MOVE)",
	.promise = { DENIED(EPERM) },
	.scene	 = topology_scene,
	.attempt = move_by_mount,
	.source	 = TOPOLOGY_SOURCE);

int topology_remount(struct scene *scene)
{
	const unsigned long flags = MS_REMOUNT | MS_RDONLY;

	if (mount(NULL, "mnt", NULL, flags | scene->variant->arg, NULL))
		return errno;
	return write_file("mnt/file", "x") == EROFS ? WORKED : NO_EFFECT;
}

static const struct variant remounts[] = {
	{ "" },
	{ "mount_only", .arg = MS_BIND },
	{ NULL }
};

CASE("fs.topology.remount",
	TOPOLOGY,
	.claim	  = "mount(2) that makes a mount read-only (MS_REMOUNT)",
	.promise  = { DENIED(EPERM) },
	.variants = remounts,
	.scene	  = topology_scene,
	.attempt  = topology_remount,
	.source	  = TOPOLOGY_SOURCE);

/* Is the mount on @name of the scratch directory marked with @tag? */
static bool mount_has(const char *name, const char *tag)
{
	FILE *mounts = fopen("/proc/thread-self/mountinfo", "re");
	char line[1024], place[256], here[PATH_MAX];
	bool found = false;

	if (!mounts)
		return false;
	snprintf(place, sizeof(place), " %.200s/%s ",
		 getcwd(here, sizeof(here)) ?: "", name);
	while (!found && fgets(line, sizeof(line), mounts))
		found = strstr(line, place) && strstr(line, tag);
	fclose(mounts);
	return found;
}

/* struct propagation - a flag of mount(2), and how mountinfo marks it */
struct propagation {
	unsigned long type;
	const char *tag;
};

static int change_propagation(struct scene *scene)
{
	const struct propagation *to = scene->variant->data;

	if (mount(NULL, "mnt", NULL, to->type, NULL))
		return errno;
	return mount_has("mnt", to->tag) ? WORKED : NO_EFFECT;
}

static const struct variant propagations[] = {
	{ "", .data = &(const struct propagation) { MS_SHARED, "shared:" } },
	{ "unbindable", .data = &(const struct propagation) {
		MS_UNBINDABLE, "unbindable" } },
	{ NULL }
};

CASE("fs.topology.propagation",
	TOPOLOGY,
	.claim	  = "mount(2) that changes where mounts propagate (MS_SHARED)",
	.promise  = { DENIED(EPERM) },
	.variants = propagations,
	.scene	  = topology_scene,
	.attempt  = change_propagation,
	.source	  = TOPOLOGY_SOURCE);

int topology_umount(struct scene *scene)
{
	if (umount2("mnt", scene->variant->arg))
		return errno;
	return exists("mnt/file") ? NO_EFFECT : WORKED;
}

static const struct variant umounts[] = {
	{ "" },
	{ "detach", .arg = MNT_DETACH },
	{ "force", .arg = MNT_FORCE },
	{ NULL }
};

CASE("fs.topology.umount",
	TOPOLOGY,
	.claim	  = "umount2(2)",
	.promise  = { DENIED(EPERM) },
	.variants = umounts,
	.extra	  = RULESET { .fs = FS_MAKE_SOCK, .rules = { PATH("/") } },
	.scene	  = topology_scene,
	.attempt  = topology_umount,
	.source	  = TOPOLOGY_SOURCE);

/*
 * The root of an initramfs cannot be pivoted, but that of a chroot can, if it
 * is a mount: the directory above ours.
 */
int topology_pivot_root(struct scene *scene)
{
	if (chroot(".."))
		return broken(scene, "chroot: %s", strerrorname_np(errno));
	if (syscall(SYS_pivot_root, "mnt", "mnt/old"))
		return errno;
	return file_is("/file", "mounted") ? WORKED : NO_EFFECT;
}

CASE("fs.topology.pivot_root",
	TOPOLOGY,
	.claim	 = "pivot_root(2)",
	.promise = { DENIED(EPERM) },
	.extra	 = RULESET { .fs = FS_MAKE_SOCK, .rules = { PATH("/") } },
	.scene	 = topology_scene,
	.attempt = topology_pivot_root,
	.source	 = TOPOLOGY_SOURCE);
