// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_READ_FILE: opening a file for reading. */
#include <linux/openat2.h>
#include <sys/syscall.h>

#include "fs.h"

#define DOCUMENTED "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE"

CASE("fs.read_file.open",
	.claim	 = "open(2) of a file for reading",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_READ_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.scene	 = dir_file,
	.attempt = read_dir_file,
	.source	 = DOCUMENTED);

static int open_to_read_and_write(struct scene *scene)
{
	int fd, ret;

	(void)scene;
	fd = open("dir/file", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno;
	ret = reads_fd(fd);
	close(fd);
	return ret;
}

CASE("fs.read_file.open_rdwr",
	.claim	 = "open(2) of a writable file with O_RDWR",
	.guard	 = FS(READ_FILE),
	.uses	 = FS(WRITE_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_READ_FILE | FS_WRITE_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.scene	 = dir_file,
	.attempt = open_to_read_and_write,
	.source	 = DOCUMENTED);

static int open_beneath(struct scene *scene)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH,
	};
	const int fd = syscall(SYS_openat2, AT_FDCWD, "dir/file", &how,
			       sizeof(how));
	int ret;

	(void)scene;
	if (fd < 0)
		return errno;
	ret = reads_fd(fd);
	close(fd);
	return ret;
}

CASE("fs.read_file.openat2",
	.claim	 = "openat2(2) of a file for reading",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_READ_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.scene	 = dir_file,
	.attempt = open_beneath,
	.source	 = DOCUMENTED);

static const struct variant dir_flags[] = {
	{ "", .arg = O_RDONLY | O_DIRECTORY },
	{ "o_path", .arg = O_PATH | O_DIRECTORY },
	{ NULL }
};

static int opened_dir(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[0] = open("dir", scene->variant->arg);
	return errno_of(scene->fd[0]);
}

static int open_in_dir(struct scene *scene)
{
	const int fd = openat(scene->fd[0], "file", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : reads_fd(fd);
}

CASE("fs.read_file.dirfd_before",
	.claim	  = "openat(2) beneath a directory opened before the sandbox",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.allow	  = ONLY(FS_READ_FILE, "dir"),
	.extra	  = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.variants = dir_flags,
	.scene	  = opened_dir,
	.attempt  = open_in_dir,
	.source	  = DOCUMENTED);

static const struct variant file_flags[] = {
	{ "", .arg = O_RDONLY },
	{ "o_path", .arg = O_PATH },
	{ NULL }
};

static int opened_file(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[0] = open("dir/file", scene->variant->arg);
	return errno_of(scene->fd[0]);
}

static int reopen_to_read(struct scene *scene)
{
	const int fd = reopen(scene->fd[0], O_RDONLY);

	return fd < 0 ? -fd : reads_fd(fd);
}

CASE("fs.read_file.procfd_reopen",
	.claim	  = "reopening a descriptor from before the sandbox by /proc/self/fd",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.allow	  = ONLY(FS_READ_FILE, "dir"),
	.extra	  = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.variants = file_flags,
	.scene	  = opened_file,
	.attempt  = reopen_to_read,
	.source	  = DOCUMENTED);

/* The dentry of an unlinked file keeps its parent. */
static int unlinked_file(struct scene *scene)
{
	return opened_file(scene) ?: errno_of(unlink("dir/file"));
}

CASE("fs.read_file.unlinked",
	.claim	  = "reopening a file that was unlinked, by /proc/self/fd",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.allow	  = ONLY(FS_READ_FILE, "dir"),
	.extra	  = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.variants = file_flags,
	.scene	  = unlinked_file,
	.attempt  = reopen_to_read,
	.source	  = DOCUMENTED);

static int dir_fifo(struct scene *scene)
{
	const int error = make_dir("dir") ?: make_node("dir/fifo", S_IFIFO);

	if (error)
		return error;
	scene->fd[0] = open("dir/fifo", O_RDWR | O_NONBLOCK);
	if (scene->fd[0] < 0)
		return errno;
	return errno_of(write(scene->fd[0], SECRET, strlen(SECRET)));
}

static int read_fifo(struct scene *scene)
{
	(void)scene;
	return reads("dir/fifo");
}

CASE("fs.read_file.fifo",
	.claim	 = "open(2) of a named pipe for reading",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_READ_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.scene	 = dir_fifo,
	.attempt = read_fifo,
	.source	 = DOCUMENTED);

static int read_device(struct scene *scene)
{
	char byte = 1;
	int fd;

	(void)scene;
	fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, &byte, 1) != 1)
		return errno;
	return byte ? NO_EFFECT : WORKED;
}

CASE("fs.read_file.device",
	.claim	 = "open(2) of a device for reading",
	.guard	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_READ_FILE, "/dev"),
	.extra	 = RULESET {
		.fs = FS_WRITE_FILE | FS_READ_FILE,
		.rules = {
			PATH("/dev/zero", .access = FS_WRITE_FILE),
			PATH("/dev/null", .access = FS_READ_FILE),
		},
	},
	.attempt = read_device,
	.source	 = DOCUMENTED);
