// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_READ_DIR: opening a directory to list it. */
#include <dirent.h>

#include "fs.h"

#define DOCUMENTED "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_DIR"

/* Lists "file" in the directory @fd, and closes it. */
static int lists(int fd)
{
	const struct dirent *entry;
	int ret = NO_EFFECT;
	DIR *dir;

	if (fd < 0)
		return errno;
	dir = fdopendir(fd);
	if (!dir)
		return errno;
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, "file") == 0)
			ret = WORKED;
	closedir(dir);
	return ret;
}

static int list_dir(struct scene *scene)
{
	(void)scene;
	return lists(open("dir", O_RDONLY | O_DIRECTORY));
}

CASE("fs.read_dir.open",
	.claim	 = "open(2) of a directory",
	.guard	 = FS(READ_DIR),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_READ_DIR, "dir"),
	.extra	 = RULESET ALL_BUT(FS_READ_DIR, "dir"),
	.scene	 = dir_file,
	.attempt = list_dir,
	.source	 = DOCUMENTED);

static int list_sub(struct scene *scene)
{
	(void)scene;
	return lists(open("dir/sub", O_RDONLY));
}

CASE("fs.read_dir.beneath",
	.claim	 = "open(2) of a directory beneath the one of the rule",
	.guard	 = FS(READ_DIR),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_READ_DIR, "dir"),
	.extra	 = RULESET ALL_BUT(FS_READ_DIR, "dir"),
	.scene	 = dir_file,
	.attempt = list_sub,
	.source	 = DOCUMENTED);

CASE("fs.read_dir.above",
	.claim	 = "open(2) of the parent of the directory of the rule",
	.guard	 = FS(READ_DIR),
	.promise = { DENIED(EACCES) },
	.deny	 = { .fs = FS_READ_DIR, .rules = { PATH("dir/sub") } },
	.allow	 = ONLY(FS_READ_DIR, "/"),
	.scene	 = dir_file,
	.attempt = list_dir,
	.source	 = DOCUMENTED);

static int opened_dir(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[0] = open("dir", O_PATH);
	return errno_of(scene->fd[0]);
}

static int list_dot(struct scene *scene)
{
	return lists(openat(scene->fd[0], ".", O_RDONLY));
}

static int list_procfd(struct scene *scene)
{
	const int fd = reopen(scene->fd[0], O_RDONLY | O_DIRECTORY);

	return fd < 0 ? -fd : lists(fd);
}

static const struct variant ways[] = {
	{ "", .op = list_dot },
	{ "procfd", .op = list_procfd },
	{ NULL }
};

CASE("fs.read_dir.reopen",
	.claim	  = "reopening an O_PATH descriptor of a directory",
	.guard	  = FS(READ_DIR),
	.promise  = { DENIED(EACCES) },
	.allow	  = ONLY(FS_READ_DIR, "dir"),
	.extra	  = RULESET ALL_BUT(FS_READ_DIR, "dir"),
	.variants = ways,
	.scene	  = opened_dir,
	.attempt  = variant_op,
	.source	  = DOCUMENTED);
