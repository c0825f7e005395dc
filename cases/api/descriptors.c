// SPDX-License-Identifier: GPL-2.0
/* Descriptors that are no ruleset and, most of them, no place in a tree. */
#include <limits.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "api.h"

static int a_pipe(struct scene *scene)
{
	int ends[2];

	(void)scene;
	return pipe2(ends, O_CLOEXEC) ? -1 : ends[0];
}

static int a_socket(struct scene *scene)
{
	(void)scene;
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int a_memfd(struct scene *scene)
{
	(void)scene;
	return memfd_create("landproof", MFD_CLOEXEC);
}

static int a_pidfd(struct scene *scene)
{
	(void)scene;
	return syscall(SYS_pidfd_open, getpid(), 0);
}

static int an_eventfd(struct scene *scene)
{
	(void)scene;
	return eventfd(0, EFD_CLOEXEC);
}

static int an_epoll(struct scene *scene)
{
	(void)scene;
	return epoll_create1(EPOLL_CLOEXEC);
}

static int a_timerfd(struct scene *scene)
{
	(void)scene;
	return timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
}

static int an_inotify(struct scene *scene)
{
	(void)scene;
	return inotify_init1(IN_CLOEXEC);
}

static int a_namespace(struct scene *scene)
{
	(void)scene;
	return open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
}

/* What pseudo file systems hold: neither a ruleset nor in any tree. */
const struct variant foreign_fds[] = {
	{ "", .op = a_pipe },
	{ "socket", .op = a_socket },
	{ "memfd", .op = a_memfd },
	{ "pidfd", .op = a_pidfd },
	{ "eventfd", .op = an_eventfd },
	{ "epoll", .op = an_epoll },
	{ "timerfd", .op = a_timerfd },
	{ "inotify", .op = an_inotify },
	{ "namespace", .op = a_namespace },
	{ NULL }
};

int foreign_fd(struct scene *scene)
{
	const int fd = scene->variant->op(scene);

	return fd >= 0 ? fd :
		cannot(scene, "the descriptor: %s", strerrorname_np(errno));
}

enum bad { MINUS_ONE, MINUS_TWO, CLOSED_FD, TOO_LARGE, WORKING_DIR, PATH_ONLY };

const struct variant bad_fds[] = {
	{ "", .arg = MINUS_ONE },
	{ "minus_two", .arg = MINUS_TWO },
	{ "closed", .arg = CLOSED_FD },
	{ "too_large", .arg = TOO_LARGE },
	{ "at_fdcwd", .arg = WORKING_DIR },
	{ "o_path", .arg = PATH_ONLY },
	{ NULL }
};

/* A ruleset opened with O_PATH is no open ruleset (file.c, fdget). */
static int path_only(struct scene *scene, int ruleset, int *fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", ruleset);
	*fd = open(path, O_PATH | O_CLOEXEC);
	return *fd >= 0 ? 0 : cannot(scene, "%s with O_PATH: %s", path,
				     strerrorname_np(errno));
}

int bad_fd(struct scene *scene, int ruleset, int *fd)
{
	switch (scene->variant->arg) {
	case MINUS_ONE:
		*fd = -1;
		break;
	case MINUS_TWO:
		*fd = -2;
		break;
	case CLOSED_FD:
		*fd = fcntl(ruleset, F_DUPFD_CLOEXEC, 200);
		close(*fd);
		break;
	case TOO_LARGE:
		*fd = INT_MAX;
		break;
	case WORKING_DIR:
		*fd = AT_FDCWD;
		break;
	default:
		return path_only(scene, ruleset, fd);
	}
	return 0;
}
