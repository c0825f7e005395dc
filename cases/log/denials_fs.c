// SPDX-License-Identifier: GPL-2.0
/* Operations on files that a domain denies; see denials.h. */
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "denials.h"

int open_null(int flags)
{
	const int fd = open("/dev/null", flags | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int open_root(void)
{
	const int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

int do_read(struct scene *scene)
{
	(void)scene;
	return open_null(O_RDONLY);
}

int do_write(struct scene *scene)
{
	(void)scene;
	return open_null(O_WRONLY);
}

int do_list(struct scene *scene)
{
	(void)scene;
	return open_root();
}

int do_execute(struct scene *scene)
{
	char *const argv[] = { "/tmp/program", NULL };
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(errno);
	}
	if (pid < 0 || waitpid_retry(pid, &status) || !WIFEXITED(status))
		return broken(scene, "no child");
	return WEXITSTATUS(status) == EXEC_STATUS ? 0 : WEXITSTATUS(status);
}

int do_rmdir(struct scene *scene)
{
	(void)scene;
	return errno_of(rmdir("a/empty"));
}

int do_unlink(struct scene *scene)
{
	(void)scene;
	return errno_of(unlink("file"));
}

static int do_mknod(mode_t type, dev_t device)
{
	return errno_of(mknod("new", type | 0600, device));
}

int do_char(struct scene *scene)
{
	(void)scene;
	return do_mknod(S_IFCHR, makedev(1, 3));
}

int do_block(struct scene *scene)
{
	(void)scene;
	return do_mknod(S_IFBLK, makedev(7, 0));
}

int do_fifo(struct scene *scene)
{
	(void)scene;
	return do_mknod(S_IFIFO, 0);
}

int do_reg(struct scene *scene)
{
	(void)scene;
	return do_mknod(S_IFREG, 0);
}

int do_mkdir(struct scene *scene)
{
	(void)scene;
	return errno_of(mkdir("new", 0700));
}

int do_symlink(struct scene *scene)
{
	(void)scene;
	return errno_of(symlink("file", "new"));
}

int do_socket(struct scene *scene)
{
	const struct sockaddr_un address = { AF_UNIX, "new" };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	(void)scene;
	error = errno_of(bind(fd, (const struct sockaddr *)&address,
			      sizeof(address)));
	close(fd);
	return error;
}

int do_link(struct scene *scene)
{
	(void)scene;
	return errno_of(link("a/file", "b/link"));
}

int do_truncate(struct scene *scene)
{
	(void)scene;
	return errno_of(truncate("file", 0));
}

/* Denied by what the file was when it was opened. */
int do_ftruncate(struct scene *scene)
{
	const int fd = open("file", O_WRONLY | O_CLOEXEC);
	int error;

	(void)scene;
	if (fd < 0)
		return errno;
	error = errno_of(ftruncate(fd, 0));
	close(fd);
	return error;
}

/*
 * The record has the lower half of the request, 0x5401 on every architecture:
 * security/lsm_audit.c, LSM_AUDIT_DATA_IOCTL_OP.
 */
#define REQUEST		_IO(0x54, 1)

int do_ioctl(struct scene *scene)
{
	const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int error;

	(void)scene;
	if (fd < 0)
		return errno;
	error = errno_of(ioctl(fd, REQUEST, 0));
	close(fd);
	return error == ENOTTY ? 0 : error;
}

int do_resolve(struct scene *scene)
{
	const struct sockaddr_un address = { AF_UNIX, "socket" };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	(void)scene;
	error = errno_of(connect(fd, (const struct sockaddr *)&address,
				 sizeof(address)));
	close(fd);
	return error;
}
