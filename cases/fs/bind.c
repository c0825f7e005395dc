// SPDX-License-Identifier: GPL-2.0
/* Bind mounts: one inode, two paths, and the rules met on each of them. */
#include <sys/mount.h>

#include "landproof.h"

#define BIND_SOURCE "userspace-api/landlock: Bind mounts and OverlayFS"

/* A rule on the directory that the mount covers, through this descriptor. */
#define COVERED "/proc/self/fd/100"

static int cover(const char *path)
{
	const int fd = open(path, O_PATH);

	if (fd < 0 || dup2(fd, 100) < 0)
		return errno;
	return close(fd);
}

static int bind_mount(struct scene *scene, const char *from, const char *to)
{
	if (mount(from, to, NULL, MS_BIND | MS_REC, NULL))
		return cannot(scene, "bind mount: %s", strerrorname_np(errno));
	return 0;
}

/* src/base, with sub/file in it, is seen at dst/mnt too. */
static int bound(struct scene *scene)
{
	return make_dir("src/base/sub") ?:
	       make_file("src/base/sub/file", "bound") ?:
	       make_dir("dst/mnt") ?: cover("dst/mnt") ?:
	       bind_mount(scene, "src/base", "dst/mnt");
}

static int read_as(const char *path, const char *text)
{
	char got[16];
	const int len = read_file(path, got, sizeof(got));

	if (len < 0)
		return -len;
	return strcmp(got, text) ? NO_EFFECT : WORKED;
}

static int read_at_destination(struct scene *scene)
{
	(void)scene;
	return read_as("dst/mnt/sub/file", "bound");
}

CASE("fs.bind.rule_on_source",
	.claim	 = "open(2) through a bind mount, with a rule on its source",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("src/base") },
	.extra	 = RULESET { .fs = FS_READ_FILE,
		     .rules = { PATH("src"), PATH(COVERED) } },
	.needs	 = "namespaces",
	.scene	 = bound,
	.attempt = read_at_destination,
	.source	 = BIND_SOURCE);

CASE("fs.bind.rule_above_destination",
	.claim	 = "open(2) through a bind mount, with a rule above its mount point",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("dst") },
	.needs	 = "namespaces",
	.scene	 = bound,
	.attempt = read_at_destination,
	.source	 = BIND_SOURCE);

CASE("fs.bind.covered_rule",
	.claim	 = "open(2) through a bind mount, with a rule on the directory that the mount covers",
	.guard	 = FS(READ_FILE),
	.deny	 = { .fs = FS_READ_FILE, .rules = { PATH(COVERED) } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("dst/mnt") },
	.needs	 = "namespaces",
	.scene	 = bound,
	.attempt = read_at_destination,
	.source	 = "security/landlock/fs.c: is_access_to_paths_allowed() ignores hidden mount points");

static int read_at_source(struct scene *scene)
{
	(void)scene;
	return read_as("src/base/sub/file", "bound");
}

CASE("fs.bind.rule_on_destination",
	.claim	 = "open(2) at the source, with a rule on the mounted directory",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("dst/mnt") },
	.extra	 = RULESET { .fs = FS_READ_FILE, .rules = { PATH("dst") } },
	.needs	 = "namespaces",
	.scene	 = bound,
	.attempt = read_at_source,
	.source	 = BIND_SOURCE);

/* A file on a file */
static int bound_file(struct scene *scene)
{
	return make_dir("src") ?: make_file("src/file", "bound") ?:
	       make_dir("dst") ?: make_file("dst/file", "covered") ?:
	       cover("dst/file") ?:
	       bind_mount(scene, "src/file", "dst/file");
}

static int read_bound_file(struct scene *scene)
{
	(void)scene;
	return read_as("dst/file", "bound");
}

CASE("fs.bind.file",
	.claim	 = "open(2) of a file that is mounted on another",
	.guard	 = FS(READ_FILE),
	.deny	 = { .fs = FS_READ_FILE,
		     .rules = { PATH("src"), PATH(COVERED) } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("src/file") },
	.needs	 = "namespaces",
	.scene	 = bound_file,
	.attempt = read_bound_file,
	.source	 = BIND_SOURCE);

CASE("fs.bind.file_rule_above",
	.claim	 = "open(2) of a file that is mounted on another, with a rule above",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("dst") },
	.needs	 = "namespaces",
	.scene	 = bound_file,
	.attempt = read_bound_file,
	.source	 = BIND_SOURCE);

/* A mount in a mount in a mount: dst/mnt/sub/one/two */
static int nested(struct scene *scene)
{
	int ret = bound(scene);

	ret = ret ?: make_dir("deep/one/two") ?:
	      bind_mount(scene, "deep", "dst/mnt/sub");
	if (ret)
		return ret;
	if (mount("scene", "dst/mnt/sub/one", "tmpfs", 0, NULL))
		return cannot(scene, "tmpfs: %s", strerrorname_np(errno));
	return make_file("dst/mnt/sub/one/file", "nested");
}

static int read_nested(struct scene *scene)
{
	(void)scene;
	return read_as("dst/mnt/sub/one/file", "nested");
}

CASE("fs.bind.nested",
	.claim	 = "open(2) below three mounts, with a rule above them all",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("dst") },
	.extra	 = RULESET { .fs = FS_READ_FILE, .rules = {
			PATH("deep/one"), PATH("src"), PATH(COVERED) } },
	.needs	 = "namespaces",
	.scene	 = nested,
	.attempt = read_nested,
	.source	 = BIND_SOURCE);

CASE("fs.bind.between_mounts",
	.claim	 = "open(2) below three mounts, with a rule between them",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("deep") },
	.needs	 = "namespaces",
	.scene	 = nested,
	.attempt = read_nested,
	.source	 = BIND_SOURCE);

/* Two directories under one mount; the mount point's parent carries REFER. */
static int rename_below_mount(struct scene *scene)
{
	(void)scene;
	if (rename("dst/mnt/sub/file", "dst/mnt/file"))
		return errno;
	return file_is("src/base/file", "bound") ? WORKED : NO_EFFECT;
}

static bool renamed_in_source(struct scene *scene)
{
	(void)scene;
	return exists("src/base/file") && !exists("src/base/sub/file");
}

CASE("fs.bind.rename",
	.claim	 = "rename(2) to another directory below a bind mount",
	.guard	 = FS(REFER),
	.promise = { DENIED(EXDEV) },
	.grant	 = { PATH("dst") },
	.extra	 = RULESET { .fs = FS_REFER, .rules = { PATH("src"), PATH(COVERED) } },
	.needs	 = "namespaces",
	.scene	 = bound,
	.attempt = rename_below_mount,
	.effect	 = renamed_in_source,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_REFER");

/*
 * A directory cannot be linked: EPERM says that, once Landlock lets the call
 * pass.
 */
static int link_mount_root(struct scene *scene)
{
	const int error = errno_of(link("dst/mnt", "dst/mnt/sub/linked"));

	(void)scene;
	return error == EPERM ? WORKED : error;
}

CASE("fs.bind.link_root",
	.claim	 = "link(2) of a mount's root, with REFER above its source and on the target",
	.guard	 = FS(REFER),
	.promise = { DENIED(EXDEV) },
	.deny	 = { .fs = FS_REFER,
		     .rules = { PATH("src"), PATH("dst/mnt/sub") } },
	.grant	 = { PATH("dst/mnt") },
	.needs	 = "namespaces",
	.scene	 = bound,
	.attempt = link_mount_root,
	.source	 = "security/landlock/fs.c, current_check_refer_path: the root is its own parent");

static int create_below_mount(struct scene *scene)
{
	(void)scene;
	return make_dir("dst/mnt/sub/new");
}

static bool created_in_source(struct scene *scene)
{
	(void)scene;
	return exists("src/base/sub/new");
}

CASE("fs.bind.create",
	.claim	 = "mkdir(2) below a bind mount",
	.guard	 = FS(MAKE_DIR),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("dst") },
	.extra	 = RULESET { .fs = FS_MAKE_DIR,
		     .rules = { PATH("src"), PATH(COVERED) } },
	.needs	 = "namespaces",
	.scene	 = bound,
	.attempt = create_below_mount,
	.effect	 = created_in_source,
	.source	 = BIND_SOURCE);

/* Somebody outside mounts after the sandbox stands. */
static int mounter(struct scene *scene)
{
	int error;

	error = make_dir("src/base/sub") ?:
		make_file("src/base/sub/file", "bound") ?:
		make_dir("dst/mnt");
	if (error)
		return error;
	meeting_init(scene);
	if (scene_fork(scene) == 0) {
		await(scene, 0);
		scene->value[0] = mount("src/base", "dst/mnt", NULL, MS_BIND,
					NULL) ? errno : 0;
		wake(scene, 1);
		_exit(0);
	}
	return 0;
}

static int read_after_mount(struct scene *scene)
{
	wake(scene, 0);
	await(scene, 1);
	if (scene->value[0])
		return cannot(scene, "bind mount: %s",
			      strerrorname_np(scene->value[0]));
	return read_at_destination(scene);
}

CASE("fs.bind.mounted_later",
	.claim	 = "open(2) below a mount that was made after enforcement",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("src/base") },
	.extra	 = RULESET { .fs = FS_READ_FILE, .rules = { PATH("dst/mnt") } },
	.needs	 = "namespaces",
	.scene	 = mounter,
	.attempt = read_after_mount,
	.source	 = BIND_SOURCE);
