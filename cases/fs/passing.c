// SPDX-License-Identifier: GPL-2.0
/* Descriptors that cross the border of the sandbox, both ways. */
#include "fs.h"
#include "bricks/unix.h"

/* Someone outside truncates what is sent, and answers with an errno. */
static void truncate_what_comes(int over)
{
	const int fd = unix_receive(over);
	const int error = fd < 0 ? -fd : errno_of(ftruncate(fd, 0));

	if (write(over, &error, sizeof(error)) < 0)
		_exit(1);
	_exit(0);
}

/* Someone outside sends what the variant names, opened there. */
static void send_opened(int over, const struct variant *variant)
{
	const int dir = variant->arg & O_DIRECTORY;
	const int fd = open(dir ? "dir" : "dir/file", variant->arg);

	_exit(unix_pass(over, fd) != 0);
}

static int with_outsider(struct scene *scene, bool sends)
{
	int error, ends[2];

	error = dir_file(scene) ?:
		errno_of(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends));
	if (error)
		return error;
	scene->fd[0] = ends[0];
	scene->pid[0] = scene_fork(scene);
	if (scene->pid[0] == 0) {
		if (sends)
			send_opened(ends[1], scene->variant);
		truncate_what_comes(ends[1]);
	}
	close(ends[1]);
	return scene->pid[0] < 0 ? errno : 0;
}

static int outsider_truncates(struct scene *scene)
{
	return with_outsider(scene, false);
}

static int outsider_sends(struct scene *scene)
{
	return with_outsider(scene, true);
}

static bool truncated(struct scene *scene)
{
	(void)scene;
	return file_is("dir/file", "");
}

static int let_outsider_truncate(struct scene *scene)
{
	const int fd = open("dir/file", O_WRONLY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return not_opened(scene);
	error = unix_pass(scene->fd[0], fd);
	if (!error && read(scene->fd[0], &error, sizeof(error)) < 0)
		error = errno;
	return error;
}

CASE("fs.passing.truncate_outside",
	.claim	 = "ftruncate(2) outside of a file opened in the sandbox",
	.guard	 = FS(TRUNCATE),
	.uses	 = FS(WRITE_FILE),
	.promise = { DENIED(EACCES) },
	.allow	 = ONLY(FS_TRUNCATE | FS_WRITE_FILE, "dir"),
	.extra	 = RULESET ALL_BUT(FS_TRUNCATE, "dir"),
	.scene	 = outsider_truncates,
	.attempt = let_outsider_truncate,
	.effect	 = truncated,
	.source	 = "userspace-api/landlock, Rights associated with file descriptors");

static int truncate_received(struct scene *scene)
{
	const int fd = unix_receive(scene->fd[0]);

	return fd < 0 ? -fd : errno_of(ftruncate(fd, 0));
}

static int truncate_path(struct scene *scene)
{
	(void)scene;
	return errno_of(truncate("dir/file", 0));
}

static const struct variant for_writing[] = {
	{ "", .arg = O_WRONLY },
	{ NULL }
};

CASE("fs.passing.truncate_received",
	.claim	  = "ftruncate(2) of a file opened outside and received",
	.guard	  = FS(TRUNCATE),
	.promise  = { ALLOWED },
	.variants = for_writing,
	.scene	  = outsider_sends,
	.attempt  = truncate_received,
	.witness  = truncate_path,
	.effect	  = truncated,
	.source	  = "userspace-api/landlock, Rights associated with file descriptors");

static int read_received(struct scene *scene)
{
	const int fd = unix_receive(scene->fd[0]);

	return fd < 0 ? -fd : reads_fd(fd);
}

static const struct variant for_reading[] = {
	{ "", .arg = O_RDONLY },
	{ NULL }
};

CASE("fs.passing.read_received",
	.claim	  = "read(2) of a file opened outside and received",
	.guard	  = FS(READ_FILE),
	.promise  = { ALLOWED },
	.variants = for_reading,
	.scene	  = outsider_sends,
	.attempt  = read_received,
	.witness  = read_dir_file,
	.source	  = "userspace-api/landlock, Rights associated with file descriptors");

static int reopen_received(struct scene *scene)
{
	const int received = unix_receive(scene->fd[0]);
	const int fd = received < 0 ? received : reopen(received, O_RDONLY);

	return fd < 0 ? -fd : reads_fd(fd);
}

static int open_beneath_received(struct scene *scene)
{
	const int received = unix_receive(scene->fd[0]);
	const int fd = openat(received, "file", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? errno : reads_fd(fd);
}

static const struct variant received[] = {
	{ "", .op = reopen_received, .arg = O_RDONLY },
	{ "o_path", .op = reopen_received, .arg = O_PATH },
	{ "dir", .op = open_beneath_received, .arg = O_DIRECTORY | O_RDONLY },
	{ NULL }
};

CASE("fs.passing.open_received",
	.claim	  = "opening a file anew by a descriptor that was received",
	.guard	  = FS(READ_FILE),
	.promise  = { DENIED(EACCES) },
	.allow	  = ONLY(FS_READ_FILE, "dir"),
	.extra	  = RULESET ALL_BUT(FS_READ_FILE, "dir"),
	.variants = received,
	.scene	  = outsider_sends,
	.attempt  = variant_op,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_FS_READ_FILE");
