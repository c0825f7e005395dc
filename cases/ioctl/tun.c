// SPDX-License-Identifier: GPL-2.0
/* Network devices made by ioctl(2) on a device that was opened before. */
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include "device.h"

static int tun_opened(struct scene *scene)
{
	scene->fd[0] = open("/dev/net/tun", O_RDWR);
	scene->fd[1] = open("/dev/net/tun", O_RDWR);
	return errno_of(scene->fd[0] | scene->fd[1]);
}

static int attach(int fd)
{
	struct ifreq request = {
		.ifr_name = "sandbox0",
		.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_MULTI_QUEUE,
	};

	return errno_of(ioctl(fd, TUNSETIFF, &request));
}

/* The device goes with its last queue. */
static int make_device(struct scene *scene)
{
	struct ifreq request = { .ifr_name = "sandbox0" };

	return attach(scene->fd[0]) ?:
	       errno_of(ioctl(scene->fd[0], TUNGETIFF, &request)) ?:
	       strcmp(request.ifr_name, "sandbox0") ? NO_EFFECT : WORKED;
}

/* A second queue of the same device, taken off and put back */
static int second_queue(struct scene *scene)
{
	struct ifreq off = { .ifr_flags = IFF_DETACH_QUEUE };
	struct ifreq on = { .ifr_flags = IFF_ATTACH_QUEUE };

	return attach(scene->fd[0]) ?: attach(scene->fd[1]) ?:
	       errno_of(ioctl(scene->fd[1], TUNSETQUEUE, &off)) ?:
	       errno_of(ioctl(scene->fd[1], TUNSETQUEUE, &on));
}

static const struct variant ways[] = {
	{ "", .op = make_device },
	{ "queue", .op = second_queue },
	{ NULL }
};

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

static int open_again(struct scene *scene)
{
	const int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	int result;

	(void)scene;
	if (fd < 0)
		return errno;
	result = attach(fd);
	close(fd);
	return result;
}

CASE("ioctl.device.tun",
	.claim	  = "TUNSETIFF and TUNSETQUEUE on a device opened before the sandbox, by root",
	.guard	  = FS(IOCTL_DEV),
	.promise  = { ALLOWED },
	.needs	  = "root tun",
	.root	  = true,
	.newnet	  = true,
	.variants = ways,
	.scene	  = tun_opened,
	.attempt  = by_variant,
	.witness  = open_again,
	.source	  = "userspace-api/landlock: IOCTL support: pre-existing descriptors");
