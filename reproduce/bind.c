// SPDX-License-Identifier: GPL-2.0
/* Call: bind(2) and listen(2). */

static int call(int fd, const void *own, socklen_t len)
{
	return bind(fd, own, len) || listen(fd, 1);
}
