// SPDX-License-Identifier: GPL-2.0
/* Loop devices, for what needs a block device. */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bricks/loop.h"

int loop_attach(struct scene *scene, int backing)
{
	struct loop_info64 info = { .lo_flags = LO_FLAGS_AUTOCLEAR };
	const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	int number;

	if (control < 0)
		return cannot(scene, "loop devices: %s",
			      strerrorname_np(errno));
	number = ioctl(control, LOOP_CTL_GET_FREE);
	close(control);
	if (number < 0)
		return cannot(scene, "a free loop device: %s",
			      strerrorname_np(errno));
	snprintf(scene->text, sizeof(scene->text), "/dev/loop%d", number);
	scene->fd[0] = open(scene->text, O_RDWR);
	if (scene->fd[0] < 0 ||
	    ioctl(scene->fd[0], LOOP_SET_FD, backing) ||
	    ioctl(scene->fd[0], LOOP_SET_STATUS64, &info))
		return cannot(scene, "%s: %s", scene->text,
			      strerrorname_np(errno));
	return 0;
}
