// SPDX-License-Identifier: GPL-2.0
/* Opened devices that pass into a sandbox and out of it. */
#include "device.h"

#define OPENED_SOURCE							\
	"userspace-api/landlock: Rights associated with file descriptors"

static int send_descriptor(int to, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { .header = {
		.cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	} };
	struct iovec data = { "", 1 };
	const struct msghdr msg = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.space),
	};

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return errno_of(sendmsg(to, &msg, 0));
}

static int receive_descriptor(int from)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control.space),
	};
	int fd;

	if (recvmsg(from, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		return -1;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

static int connect_outside(struct scene *scene)
{
	meeting_init(scene);
	return errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fd));
}

/* Somebody outside, who uses what is passed to them. */
static int user_outside(struct scene *scene)
{
	const int error = connect_outside(scene);

	if (error)
		return error;
	if (scene_fork(scene) == 0) {
		const int fd = receive_descriptor(scene->fd[1]);

		scene->value[0] = fd < 0 ? -1 : tcgets(fd);
		wake(scene, 0);
		_exit(0);
	}
	return 0;
}

static int pass_out(struct scene *scene)
{
	const int fd = open_ptmx();
	int error;

	if (fd < 0)
		return errno;
	error = send_descriptor(scene->fd[0], fd) ?: await(scene, 0);
	if (error || scene->value[0] < 0)
		return broken(scene, "the device did not arrive");
	return scene->value[0];
}

CASE("ioctl.device.passed_out",
	.claim	 = "ioctl(TCGETS) outside on a device that was opened in the sandbox",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.promise = { DENIED(EACCES) },
	.grant	 = { PATH("/dev") },
	.needs	 = "pty",
	.scene	 = user_outside,
	.attempt = pass_out,
	.source	 = OPENED_SOURCE);

/* Somebody outside, who opens a device for the sandbox when asked to. */
static int opener_outside(struct scene *scene)
{
	const int error = connect_outside(scene);

	if (error)
		return error;
	if (scene_fork(scene) == 0) {
		await(scene, 0);
		_exit(send_descriptor(scene->fd[1], open_ptmx()));
	}
	close(scene->fd[1]);
	return 0;
}

static int pass_in(struct scene *scene)
{
	int fd;

	wake(scene, 0);
	fd = receive_descriptor(scene->fd[0]);
	if (fd < 0)
		return broken(scene, "no device arrived");
	return tcgets(fd);
}

CASE("ioctl.device.passed_in",
	.claim	 = "ioctl(TCGETS) on a device that somebody outside opened",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.promise = { ALLOWED },
	.needs	 = "pty",
	.scene	 = opener_outside,
	.attempt = pass_in,
	.witness = tcgets_ptmx,
	.source	 = OPENED_SOURCE);

/* Opened in a domain that grants; then comes a layer that does not. */
static int between_layers(struct scene *scene)
{
	const struct ruleset second = { .fs = FS_IOCTL_DEV };
	const int fd = open_ptmx();
	const int ret = enforce_ruleset(scene, &second);

	if (fd < 0)
		return broken(scene, "/dev/ptmx");
	if (ret)
		return ret;
	if (tcgets_ptmx(scene) != EACCES)
		return UNENFORCED;
	return tcgets(fd);
}

CASE("ioctl.device.between_layers",
	.claim	 = "ioctl(TCGETS) on a device that was opened before the second layer",
	.guard	 = FS(IOCTL_DEV),
	.uses	 = OPENING,
	.deny	 = { .fs = FS_IOCTL_DEV, .rules = { PATH(PTMX) } },
	.promise = { ALLOWED },
	.needs	 = "pty",
	.control = tcgets_ptmx,
	.attempt = between_layers,
	.source	 = OPENED_SOURCE);
