// SPDX-License-Identifier: GPL-2.0
/* ioctl(2) on whatever is no device: IOCTL_DEV has no say in it. */
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "device.h"

#define SPARED_SOURCE "security/landlock/fs.c: is_device() in hook_file_ioctl_common()"

static int all_kinds(struct scene *scene)
{
	(void)scene;
	return make_dir("dir") ?: make_file("dir/file", "12345") ?:
	       errno_of(mkfifo("dir/fifo", 0644)) ?:
	       errno_of(chmod("dir/fifo", 0666));
}

static int regular(struct scene *scene)
{
	(void)scene;
	return open("dir/file", O_RDONLY | O_CLOEXEC);
}

static int directory(struct scene *scene)
{
	(void)scene;
	return open("dir", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int named_pipe(struct scene *scene)
{
	(void)scene;
	return open("dir/fifo", O_RDWR | O_CLOEXEC);
}

static int unnamed_pipe(struct scene *scene)
{
	int ends[2];

	(void)scene;
	return pipe2(ends, O_CLOEXEC) ? -1 : ends[0];
}

static int network_socket(struct scene *scene)
{
	(void)scene;
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int memory_file(struct scene *scene)
{
	const int fd = memfd_create("memory", MFD_CLOEXEC);

	(void)scene;
	return write(fd, "12345", 5) == 5 && lseek(fd, 0, SEEK_SET) == 0 ?
		fd : -1;
}

/* FIONREAD says how much is there to be read. */
static int count(struct scene *scene)
{
	const int fd = scene->variant->op(scene);
	int there = -1;

	if (fd < 0)
		return errno;
	if (ioctl(fd, FIONREAD, &there))
		return errno;
	return there == scene->variant->arg ? WORKED : NO_EFFECT;
}

static const struct variant countable[] = {
	{ "", .op = regular, .arg = 5 },
	{ "memfd", .op = memory_file, .arg = 5 },
	{ "fifo", .op = named_pipe, .arg = 0 },
	{ "pipe", .op = unnamed_pipe, .arg = 0 },
	{ NULL }
};

CASE("ioctl.regular.any",
	.claim	  = "ioctl(FIONREAD) on files that are no devices",
	.guard	  = FS(IOCTL_DEV),
	.promise  = { ALLOWED },
	.needs	  = "pty",
	.variants = countable,
	.scene	  = all_kinds,
	.attempt  = count,
	.witness  = tcgets_ptmx,
	.source	  = SPARED_SOURCE);

/* A command that nobody knows is refused by the file itself. */
static int unknown_command(struct scene *scene)
{
	static const struct command unknown = { 0xdeadbeef, NOTHING };
	const int fd = scene->variant->op(scene);
	int error;

	if (fd < 0)
		return errno;
	error = command_issue(fd, &unknown);
	close(fd);
	return error;
}

static int native_unknown(struct scene *scene)
{
	return all_kinds(scene) ?: native_result(scene, unknown_command);
}

static int compare_unknown(struct scene *scene)
{
	return same_as_native(scene, unknown_command(scene));
}

static const struct variant every_kind[] = {
	{ "", .op = regular },
	{ "directory", .op = directory },
	{ "fifo", .op = named_pipe },
	{ "pipe", .op = unnamed_pipe },
	{ "socket", .op = network_socket },
	{ "memfd", .op = memory_file },
	{ NULL }
};

CASE("ioctl.regular.unknown",
	.claim	  = "ioctl(2) with an unknown command on files that are no devices",
	.guard	  = FS(IOCTL_DEV),
	.promise  = { ALLOWED },
	.needs	  = "pty",
	.variants = every_kind,
	.scene	  = native_unknown,
	.attempt  = compare_unknown,
	.witness  = tcgets_ptmx,
	.source	  = SPARED_SOURCE);

/* O_PATH opens nothing that could take a command, not even in a sandbox. */
static int path_only(struct scene *scene)
{
	static const struct command command = { FIONREAD, ZEROES };

	(void)scene;
	return command_issue(open(PTMX, O_PATH | O_CLOEXEC), &command);
}

static int native_path_only(struct scene *scene)
{
	return native_result(scene, path_only);
}

static int compare_path_only(struct scene *scene)
{
	return same_as_native(scene, path_only(scene));
}

CASE("ioctl.device.o_path",
	.claim	 = "ioctl(2) on a device that was opened with O_PATH",
	.guard	 = FS(IOCTL_DEV),
	.promise = { ALLOWED },
	.needs	 = "pty",
	.scene	 = native_path_only,
	.attempt = compare_path_only,
	.witness = tcgets_ptmx,
	.source	 = "man 2 open: O_PATH");
