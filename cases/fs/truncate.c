// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_TRUNCATE: shortening a file. */
#include <sys/mman.h>

#include "fs.h"

#define TRUNCATES							\
	.guard	 = FS(TRUNCATE),					\
	.promise = { DENIED(EACCES) },					\
	.extra	 = RULESET ALL_BUT(FS_TRUNCATE, "dir"),				\
	.scene	 = dir_file,						\
	.effect	 = truncated,						\
	.source	 = "userspace-api/landlock, Truncating files"

static bool truncated(struct scene *scene)
{
	(void)scene;
	return file_is("dir/file", "");
}

static int truncate_path(struct scene *scene)
{
	(void)scene;
	return errno_of(truncate("dir/file", 0));
}

/* WRITE_FILE is not needed. */
CASE("fs.truncate.truncate",
	.claim	 = "truncate(2)",
	.allow	 = ONLY(FS_TRUNCATE, "dir"),
	.attempt = truncate_path,
	TRUNCATES);

static int truncate_descriptor(struct scene *scene)
{
	const int fd = open("dir/file", O_WRONLY | O_CLOEXEC);

	return fd < 0 ? not_opened(scene) : errno_of(ftruncate(fd, 0));
}

CASE("fs.truncate.ftruncate",
	.claim	 = "ftruncate(2) of a file opened in the sandbox",
	.uses	 = FS(WRITE_FILE),
	.allow	 = ONLY(FS_TRUNCATE | FS_WRITE_FILE, "dir"),
	.attempt = truncate_descriptor,
	TRUNCATES);

static const struct variant open_flags[] = {
	{ "", .arg = O_WRONLY | O_TRUNC },
	{ "rdwr", .arg = O_RDWR | O_TRUNC },
	{ "o_creat", .arg = O_WRONLY | O_CREAT | O_TRUNC },
	{ NULL }
};

static int open_truncating(struct scene *scene)
{
	return errno_of(open("dir/file", scene->variant->arg, 0644));
}

CASE("fs.truncate.open_trunc",
	.claim	  = "open(2) for writing with O_TRUNC",
	.uses	  = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.allow	  = ONLY(FS_TRUNCATE | FS_READ_FILE | FS_WRITE_FILE, "dir"),
	.variants = open_flags,
	.attempt  = open_truncating,
	TRUNCATES);

static int open_reading_and_truncating(struct scene *scene)
{
	(void)scene;
	return errno_of(open("dir/file", O_RDONLY | O_TRUNC));
}

CASE("fs.truncate.open_rdonly_trunc",
	.claim	 = "open(2) with O_RDONLY and O_TRUNC",
	.uses	 = FS(READ_FILE),
	.allow	 = ONLY(FS_TRUNCATE | FS_READ_FILE, "dir"),
	.attempt = open_reading_and_truncating,
	TRUNCATES);

static int creat_existing(struct scene *scene)
{
	(void)scene;
	return errno_of(creat("dir/file", 0644));
}

CASE("fs.truncate.creat",
	.claim	 = "creat(2) of a file that exists",
	.uses	 = FS(WRITE_FILE),
	.allow	 = ONLY(FS_TRUNCATE | FS_WRITE_FILE, "dir"),
	.attempt = creat_existing,
	TRUNCATES);

static int truncate_unnamed(struct scene *scene)
{
	const int fd = open("dir", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);

	return fd < 0 ? not_opened(scene) : errno_of(ftruncate(fd, 100));
}

CASE("fs.truncate.tmpfile",
	.claim	 = "ftruncate(2) of an O_TMPFILE file",
	.guard	 = FS(TRUNCATE),
	.uses	 = { .fs = FS_WRITE_FILE | FS_MAKE_REG },
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_TRUNCATE | FS_WRITE_FILE | FS_MAKE_REG, "dir"),
	.extra	 = RULESET ALL_BUT(FS_TRUNCATE, "dir"),
	.scene	 = dir_file,
	.attempt = truncate_unnamed,
	.source	 = "userspace-api/landlock, Rights associated with file descriptors");

static int opened_to_write(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[0] = open("dir/file", O_RDWR);
	return errno_of(scene->fd[0]);
}

static int truncate_opened(struct scene *scene)
{
	return errno_of(ftruncate(scene->fd[0], 0));
}

CASE("fs.truncate.before_enforcement",
	.claim	 = "ftruncate(2) of a file opened before the sandbox",
	.guard	 = FS(TRUNCATE),
	.promise = { ALLOWED },
	.scene	 = opened_to_write,
	.attempt = truncate_opened,
	.witness = truncate_path,
	.effect	 = truncated,
	.source	 = "userspace-api/landlock, Rights associated with file descriptors");

static int truncate_memory(struct scene *scene)
{
	const int fd = memfd_create("memory", MFD_CLOEXEC);

	(void)scene;
	return fd < 0 ? errno : errno_of(ftruncate(fd, 100));
}

CASE("fs.truncate.memfd",
	.claim	 = "ftruncate(2) of a memfd made in the sandbox",
	.guard	 = FS(TRUNCATE),
	.promise = { ALLOWED },
	.scene	 = dir_file,
	.attempt = truncate_memory,
	.witness = truncate_path,
	.source	 = "security/landlock/fs.c: hook_file_alloc_security()");

static int punch(struct scene *scene)
{
	const int fd = open("dir/file", O_WRONLY | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	return errno_of(fallocate(fd, FALLOC_FL_PUNCH_HOLE |
				  FALLOC_FL_KEEP_SIZE, 0, strlen(SECRET)));
}

CASE("fs.truncate.fallocate",
	.claim	 = "fallocate(2) with FALLOC_FL_PUNCH_HOLE",
	.guard	 = FS(TRUNCATE),
	.uses	 = FS(WRITE_FILE),
	.promise = { OPEN },
	.gap	 = "userspace-api/landlock, Truncating files",
	.scene	 = dir_file,
	.attempt = punch,
	.witness = truncate_path,
	.effect	 = written,
	.source	 = "userspace-api/landlock, Truncating files");
