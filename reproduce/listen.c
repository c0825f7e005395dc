// SPDX-License-Identifier: GPL-2.0
/* Call: listen(2) without bind(2). */

/* No bind(2): the kernel chooses a port. */
static int call(int fd, void *own, socklen_t len)
{
	return listen(fd, 1);
}
