// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_REMOVE_DIR and REMOVE_FILE: removing, renaming. */
#include "refer.h"

#define REMOVE_DIR_DOCUMENTED						\
	"userspace-api/landlock: LANDLOCK_ACCESS_FS_REMOVE_DIR"
#define REMOVE_FILE_DOCUMENTED						\
	"userspace-api/landlock: LANDLOCK_ACCESS_FS_REMOVE_FILE"

/* Is what scene->text names gone? */
static bool gone(struct scene *scene)
{
	return !exists(scene->text);
}

static int empty_dir(struct scene *scene)
{
	strcpy(scene->text, "dir/empty");
	return make_dir("dir/empty") ?: make_dir("dir/other");
}

static int remove_empty(struct scene *scene)
{
	(void)scene;
	return errno_of(rmdir("dir/empty"));
}

CASE("fs.remove_dir.rmdir",
	.claim	 = "rmdir(2)",
	.guard	 = FS(REMOVE_DIR),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_REMOVE_DIR, "dir"),
	.extra	 = RULESET ALL_BUT(FS_REMOVE_DIR, "dir"),
	.scene	 = empty_dir,
	.attempt = remove_empty,
	.effect	 = gone,
	.source	 = REMOVE_DIR_DOCUMENTED);

/* "apply to the content of a directory, not the directory itself" */
CASE("fs.remove_dir.rule_on_itself",
	.claim	 = "rmdir(2) of the directory that has the rule",
	.guard	 = FS(REMOVE_DIR),
	.promise = { DENIED(EACCES) },
	.deny	 = { .fs = FS_REMOVE_DIR, .rules = { PATH("dir/empty") } },
	.allow	 = ONLY(FS_REMOVE_DIR, "."),
	.scene	 = empty_dir,
	.attempt = remove_empty,
	.effect	 = gone,
	.source	 = REMOVE_DIR_DOCUMENTED);

static int unlink_empty(struct scene *scene)
{
	const int fd = open("dir", O_PATH | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	return errno_of(unlinkat(fd, "empty", AT_REMOVEDIR));
}

CASE("fs.remove_dir.unlinkat",
	.claim	 = "unlinkat(2) with AT_REMOVEDIR",
	.guard	 = FS(REMOVE_DIR),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_REMOVE_DIR, "dir"),
	.extra	 = RULESET ALL_BUT(FS_REMOVE_DIR, "dir"),
	.scene	 = empty_dir,
	.attempt = unlink_empty,
	.effect	 = gone,
	.source	 = REMOVE_DIR_DOCUMENTED);

static int rename_dir(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("dir/empty", "dir/renamed"));
}

CASE("fs.remove_dir.rename",
	.claim	 = "rename(2) of a directory",
	.guard	 = FS(REMOVE_DIR),
	.uses	 = FS(MAKE_DIR),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_REMOVE_DIR | FS_MAKE_DIR, "dir"),
	.extra	 = RULESET ALL_BUT(FS_REMOVE_DIR, "dir"),
	.scene	 = empty_dir,
	.attempt = rename_dir,
	.effect	 = gone,
	.source	 = REMOVE_DIR_DOCUMENTED);

static int dir_file_to_remove(struct scene *scene)
{
	strcpy(scene->text, "dir/file");
	return make_dir("dir") ?:
	       make_node("dir/file", scene->variant->arg ?: S_IFREG) ?:
	       make_file("dir/other", "other");
}

static int unlink_file(struct scene *scene)
{
	(void)scene;
	return errno_of(unlink("dir/file"));
}

static const struct variant file_types[] = {
	{ "", .arg = S_IFREG },
	{ "symlink", .arg = S_IFLNK },
	{ "fifo", .arg = S_IFIFO },
	{ "socket", .arg = S_IFSOCK },
	{ NULL }
};

CASE("fs.remove_file.unlink",
	.claim	  = "unlink(2)",
	.guard	  = FS(REMOVE_FILE),
	.promise  = { DENIED(EACCES) },
	.allow	  = ONLY(FS_REMOVE_FILE, "dir"),
	.extra	  = RULESET ALL_BUT(FS_REMOVE_FILE, "dir"),
	.variants = file_types,
	.scene	  = dir_file_to_remove,
	.attempt  = unlink_file,
	.effect	  = gone,
	.source	  = REMOVE_FILE_DOCUMENTED);

static int rename_file(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("dir/file", "dir/renamed"));
}

CASE("fs.remove_file.rename_source",
	.claim	 = "rename(2) of a file within its directory",
	.guard	 = FS(REMOVE_FILE),
	.uses	 = FS(MAKE_REG),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_REMOVE_FILE | FS_MAKE_REG, "dir"),
	.extra	 = RULESET ALL_BUT(FS_REMOVE_FILE, "dir"),
	.scene	 = dir_file_to_remove,
	.attempt = rename_file,
	.effect	 = gone,
	.source	 = REMOVE_FILE_DOCUMENTED);

#define REFER_AND_DIR (FS_REFER | FS_REMOVE_DIR)
#define REFER_AND_FILE (FS_REFER | FS_REMOVE_FILE)

/* The source's directory grants all; only what is overwritten is in doubt. */
static int two_dirs(struct scene *scene)
{
	const mode_t type = scene->test->guard.fs & FS_REMOVE_DIR ?
		S_IFDIR : S_IFREG;

	strcpy(scene->text, "source/this");
	return make_dir("source") ?: make_dir("target") ?:
	       make_node("source/this", type) ?: make_node("target/this", type);
}

static int rename_over(struct scene *scene)
{
	(void)scene;
	return errno_of(rename("source/this", "target/this"));
}

CASE("fs.remove_dir.rename_over",
	.claim	 = "rename(2) over an empty directory elsewhere",
	.guard	 = { .fs = REFER_AND_DIR },
	.uses	 = FS(MAKE_DIR),
	.promise = { DENIED(EACCES) },
	.deny	 = ON_BOTH(REFER_AND_DIR, REFER_AND_DIR, FS_REFER),
	.allow	 = ON_BOTH(REFER_AND_DIR, REFER_AND_DIR, REFER_AND_DIR),
	.scene	 = two_dirs,
	.attempt = rename_over,
	.effect	 = gone,
	.source	 = REMOVE_DIR_DOCUMENTED);

CASE("fs.remove_file.rename_over",
	.claim	 = "rename(2) over a file elsewhere",
	.guard	 = { .fs = REFER_AND_FILE },
	.uses	 = FS(MAKE_REG),
	.promise = { DENIED(EACCES) },
	.deny	 = ON_BOTH(REFER_AND_FILE, REFER_AND_FILE, FS_REFER),
	.allow	 = ON_BOTH(REFER_AND_FILE, REFER_AND_FILE, REFER_AND_FILE),
	.scene	 = two_dirs,
	.attempt = rename_over,
	.effect	 = gone,
	.source	 = REMOVE_FILE_DOCUMENTED);
