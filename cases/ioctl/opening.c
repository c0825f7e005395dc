// SPDX-License-Identifier: GPL-2.0
/* IOCTL_DEV belongs to the opened file: how, when and by whom it was opened. */
#include <asm/termbits.h>
#include <linux/random.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "device.h"

/* Where the verdict of an opened file is promised to stay with it. */
#define OPENED_SOURCE							\
	"userspace-api/landlock: Rights associated with file descriptors"

static int ptmx_before(struct scene *scene)
{
	scene->fd[0] = open(PTMX, O_RDWR | O_NOCTTY);
	return errno_of(scene->fd[0]);
}

static int tcgets_before(struct scene *scene)
{
	return tcgets(scene->fd[0]);
}

CASE("ioctl.device.preopened",
	.claim	 = "ioctl(TCGETS) on a device that was opened before enforcement",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.promise = { ALLOWED },
	.needs	 = "pty",
	.scene	 = ptmx_before,
	.attempt = tcgets_before,
	.witness = tcgets_ptmx,
	.source	 = OPENED_SOURCE);

static int reopen(struct scene *scene)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", scene->fd[0]);
	return tcgets(open(path, O_RDWR | O_NOCTTY | O_CLOEXEC));
}

/* The master of a pseudo-terminal cannot be reopened, its other side can. */
static int pts_before(struct scene *scene)
{
	const int master = open(PTMX, O_RDWR | O_NOCTTY);
	const int unlock = 0;
	int number;

	scene->fd[1] = master;
	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) ||
	    ioctl(master, TIOCGPTN, &number))
		return errno;
	snprintf(scene->text, sizeof(scene->text), "/dev/pts/%d", number);
	scene->fd[0] = open(scene->text, O_RDWR | O_NOCTTY);
	if (scene->fd[0] < 0)
		return cannot(scene, "%s: %s", scene->text,
			      strerrorname_np(errno));
	/* Root opened it; the attempt opens it again as somebody else. */
	if (fchmod(scene->fd[0], 0666))
		return errno;
	return 0;
}

CASE("ioctl.device.reopened",
	.claim	 = "ioctl(TCGETS) on an inherited terminal, opened again through /proc",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev/pts") },
	.needs	 = "pty",
	.scene	 = pts_before,
	.attempt = reopen,
	.source	 = OPENED_SOURCE);

static int tcgets_pts(struct scene *scene)
{
	return tcgets(open(scene->text, O_RDWR | O_NOCTTY | O_CLOEXEC));
}

CASE("ioctl.device.pts",
	.claim	 = "ioctl(TCGETS) on the terminal side of a pseudo-terminal",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.deny	 = { .fs = FS_IOCTL_DEV, .rules = { PATH(PTMX) } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev/pts") },
	.needs	 = "pty",
	.scene	 = pts_before,
	.attempt = tcgets_pts,
	.source	 = IOCTL_SOURCE);

static int open_peer(struct scene *scene)
{
	return ioctl(scene->fd[1], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
}

static int tcgets_peer(struct scene *scene)
{
	return tcgets(open_peer(scene));
}

CASE("ioctl.device.peer",
	.claim	 = "ioctl(TCGETS) on the terminal that ioctl(TIOCGPTPEER) opens",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev/pts") },
	.needs	 = "pty",
	.scene	 = pts_before,
	.attempt = tcgets_peer,
	.source	 = IOCTL_SOURCE);

static int only_open_peer(struct scene *scene)
{
	return errno_of(open_peer(scene));
}

CASE("ioctl.device.peer_open",
	.claim	 = "ioctl(TIOCGPTPEER), which opens a terminal for reading",
	.guard	 = FS(READ_FILE),
	.uses	 = { .fs = FS_WRITE_FILE },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev/pts") },
	.needs	 = "pty",
	.scene	 = pts_before,
	.attempt = only_open_peer,
	.source	 = "include/uapi/linux/landlock.h: LANDLOCK_ACCESS_FS_READ_FILE");

/* Open mode 3 asks for neither reading nor writing, but for commands. */
#define NEITHER_MODE 3

static int tcgets_mode_3(struct scene *scene)
{
	(void)scene;
	return tcgets(open(PTMX, NEITHER_MODE | O_NOCTTY | O_CLOEXEC));
}

CASE("ioctl.device.open_mode_3",
	.claim	 = "ioctl(TCGETS) on a device opened with mode 3",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev") },
	.needs	 = "pty",
	.attempt = tcgets_mode_3,
	.source	 = IOCTL_SOURCE);

static int open_to_read(struct scene *scene)
{
	(void)scene;
	return errno_of(open(PTMX, O_RDONLY | O_NOCTTY | O_CLOEXEC));
}

CASE("ioctl.device.open_mode_3_unhandled",
	.claim	 = "open(2) with mode 3 and ioctl(2) where only reading and writing are denied",
	.guard	 = { .fs = FS_READ_FILE | FS_WRITE_FILE },
	.uses	 = FS(IOCTL_DEV),
	.promise = { OPEN },
	.gap	 = "mode 3 needs no right (fs.c, get_required_file_open_access())",
	.labels	 = "limit",
	.needs	 = "pty",
	.attempt = tcgets_mode_3,
	.witness = open_to_read,
	.source	 = "security/landlock/fs.c: get_required_file_open_access()");

static int entropy(const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	int bits = -1, error;

	if (fd < 0)
		return errno;
	error = errno_of(ioctl(fd, RNDGETENTCNT, &bits));
	close(fd);
	return error ? error : bits < 0 ? NO_EFFECT : WORKED;
}

static int read_entropy(struct scene *scene)
{
	(void)scene;
	return entropy("/dev/urandom");
}

CASE("ioctl.device.random",
	.claim	 = "ioctl(RNDGETENTCNT) on /dev/urandom",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.deny	 = { .fs = FS_IOCTL_DEV, .rules = { PATH("/dev/null") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev/urandom") },
	.attempt = read_entropy,
	.source	 = IOCTL_SOURCE);

static int node_elsewhere(struct scene *scene)
{
	const int error = make_dir("dir") ?:
		errno_of(mknod("dir/random", S_IFCHR | 0666, makedev(1, 9)));

	return error ? cannot(scene, "mknod of a device: %s",
			      strerrorname_np(error)) : 0;
}

static int read_entropy_elsewhere(struct scene *scene)
{
	(void)scene;
	return entropy("dir/random");
}

CASE("ioctl.device.other_node",
	.claim	 = "ioctl(2) on another node of a device that a rule names",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.deny	 = { .fs = FS_IOCTL_DEV, .rules = { PATH("/dev/urandom") } },
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("dir") },
	.needs	 = "root",
	.scene	 = node_elsewhere,
	.attempt = read_entropy_elsewhere,
	.source	 = IOCTL_SOURCE);
