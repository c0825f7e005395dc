// SPDX-License-Identifier: GPL-2.0
/* Loop devices, for what needs a block device. */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "machine/guest.h"
#include "machine/loop.h"

int loop_device(int backing, char *name, size_t size, int *fd)
{
	struct loop_info64 info = { .lo_flags = LO_FLAGS_AUTOCLEAR };
	int control, number, error;

	guest_load("loop");
	control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		return errno;
	number = ioctl(control, LOOP_CTL_GET_FREE);
	error = errno;
	close(control);
	if (number < 0)
		return error;
	snprintf(name, size, "/dev/loop%d", number);
	*fd = open(name, O_RDWR | O_CLOEXEC);
	if (*fd < 0)
		return errno;
	if (ioctl(*fd, LOOP_SET_FD, backing) ||
	    ioctl(*fd, LOOP_SET_STATUS64, &info)) {
		error = errno;
		close(*fd);
		return error;
	}
	return 0;
}
