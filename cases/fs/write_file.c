// SPDX-License-Identifier: GPL-2.0
/* LANDLOCK_ACCESS_FS_WRITE_FILE: opening a file for writing. */
#include <stdlib.h>
#include <sys/swap.h>

#include "bricks/loop.h"
#include "fs.h"

static const struct variant write_flags[] = {
	{ "", .arg = O_WRONLY },
	{ "append", .arg = O_WRONLY | O_APPEND },
	/* An existing file is not made: MAKE_REG has no say. */
	{ "o_creat", .arg = O_WRONLY | O_CREAT },
	{ NULL }
};

static int open_to_write(struct scene *scene)
{
	return writes("dir/file", scene->variant->arg);
}

CASE("fs.write_file.open",
	.claim	  = "open(2) of a file for writing",
	.guard	  = FS(WRITE_FILE),
	.promise  = { DENIED(EACCES) },
	.allow	  = ONLY(FS_WRITE_FILE, "dir"),
	.extra	  = RULESET ALL_BUT(FS_WRITE_FILE, "dir"),
	.variants = write_flags,
	.scene	  = dir_file,
	.attempt  = open_to_write,
	.effect	  = written,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_FS_WRITE_FILE");

static int open_to_read_and_write(struct scene *scene)
{
	(void)scene;
	return writes("dir/file", O_RDWR);
}

CASE("fs.write_file.open_rdwr",
	.claim	 = "open(2) of a readable file with O_RDWR",
	.guard	 = FS(WRITE_FILE),
	.uses	 = FS(READ_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_READ_FILE | FS_WRITE_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_WRITE_FILE, "dir"),
	.scene	 = dir_file,
	.attempt = open_to_read_and_write,
	.effect	 = written,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_WRITE_FILE");

static int creat_existing(struct scene *scene)
{
	(void)scene;
	return errno_of(creat("dir/file", 0644));
}

CASE("fs.write_file.creat_existing",
	.claim	 = "creat(2) of a file that exists",
	.guard	 = FS(WRITE_FILE),
	.uses	 = FS(TRUNCATE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_WRITE_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_WRITE_FILE, "dir"),
	.scene	 = dir_file,
	.attempt = creat_existing,
	.effect	 = written,
	.source	 = "userspace-api/landlock, Truncating files");

static int dir_fifo(struct scene *scene)
{
	const int error = make_dir("dir") ?: make_node("dir/fifo", S_IFIFO);

	if (error)
		return error;
	scene->fd[0] = open("dir/fifo", O_RDWR | O_NONBLOCK);
	return errno_of(scene->fd[0]);
}

static int write_fifo(struct scene *scene)
{
	(void)scene;
	return writes("dir/fifo", O_WRONLY | O_NONBLOCK);
}

static bool came_through(struct scene *scene)
{
	char text[16];

	return read(scene->fd[0], text, sizeof(text)) > 0;
}

CASE("fs.write_file.fifo",
	.claim	 = "open(2) of a named pipe for writing",
	.guard	 = FS(WRITE_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_WRITE_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_WRITE_FILE, "dir"),
	.scene	 = dir_fifo,
	.attempt = write_fifo,
	.effect	 = came_through,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_WRITE_FILE");

static int write_device(struct scene *scene)
{
	(void)scene;
	return writes("/dev/null", O_WRONLY);
}

CASE("fs.write_file.device",
	.claim	 = "open(2) of a device for writing",
	.guard	 = FS(WRITE_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_WRITE_FILE, "/dev/null"),
	.extra	 = RULESET {
		.fs = FS_WRITE_FILE | FS_READ_FILE,
		.rules = {
			PATH("/dev/null", .access = FS_READ_FILE),
			PATH("/dev/zero", .access = FS_WRITE_FILE),
		},
	},
	.attempt = write_device,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_WRITE_FILE");

static int opened_to_read(struct scene *scene)
{
	const int error = dir_file(scene);

	if (error)
		return error;
	scene->fd[0] = open("dir/file", O_RDONLY);
	return errno_of(scene->fd[0]);
}

static int reopen_to_write(struct scene *scene)
{
	const int fd = reopen(scene->fd[0], O_WRONLY);

	if (fd < 0)
		return -fd;
	return errno_of(write(fd, "x", 1));
}

CASE("fs.write_file.procfd_reopen",
	.claim	 = "reopening a readable descriptor for writing by /proc/self/fd",
	.guard	 = FS(WRITE_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_WRITE_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_WRITE_FILE, "dir"),
	.scene	 = opened_to_read,
	.attempt = reopen_to_write,
	.effect	 = written,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_FS_WRITE_FILE");

/* The kernel writes there about every process that ends. */
static int account(struct scene *scene)
{
	if (acct("dir/file")) {
		if (errno == ENOSYS && scene->world == WORLD_CONTROL)
			return cannot(scene, "acct(2) (CONFIG_BSD_PROCESS_ACCT)");
		return errno;
	}
	return errno_of(acct(NULL));
}

#define ACCOUNTING							\
	.guard	 = FS(WRITE_FILE),					\
	.promise = { DENIED(EACCES) },					\
	.needs	 = "root guest",					\
	.root	 = true,						\
	.scene	 = dir_file,						\
	.attempt = account,						\
	.source	 = "kernel/acct.c: acct_on() opens the file for writing"

CASE("fs.write_file.acct",
	.claim	 = "acct(2), by root, with a rule on the file",
	.grant	 = { PATH("dir/file") },
	ACCOUNTING);

/*
 * acct(2) opens the file twice: the second time through a mount of its own,
 * which has no parent.
 */
CASE("fs.write_file.acct_rule_above",
	.claim	 = "acct(2), by root, with a rule on the directory",
	.grant	 = { PATH("dir") },
	ACCOUNTING);

/* A loop device with what mkswap(8) writes: the version, the last page */
static int swap_device(struct scene *scene)
{
	const size_t size = 64 << 10;
	const long page = sysconf(_SC_PAGESIZE);
	const uint32_t header[2] = { 1, size / page - 1 };
	char *const data = calloc(1, size);
	int backing, error;

	if (!data)
		return ENOMEM;
	memcpy(data + 1024, header, sizeof(header));
	memcpy(data + page - 10, "SWAPSPACE2", 10);
	backing = open("backing", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	error = backing < 0 ? errno : errno_of(write(backing, data, size));
	free(data);
	if (error)
		return error;
	error = loop_attach(scene, backing);
	close(backing);
	return error;
}

static int swap(struct scene *scene)
{
	if (swapon(scene->text, 0)) {
		if (errno == ENOSYS && scene->world == WORLD_CONTROL)
			return cannot(scene, "swapon(2) (CONFIG_SWAP)");
		return errno;
	}
	return errno_of(swapoff(scene->text));
}

CASE("fs.write_file.swapon",
	.claim	 = "swapon(2) of a block device, by root, and swapoff(2)",
	.guard	 = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev") },
	.needs	 = "root guest loop",
	.root	 = true,
	.scene	 = swap_device,
	.attempt = swap,
	.source	 = "mm/swapfile.c: swapon() opens the file for reading and writing");
