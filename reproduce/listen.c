// SPDX-License-Identifier: GPL-2.0
/* Call: listen(2) without bind(2). */

/* No bind(2): the kernel chooses a port. */
static int call(int fd, __attribute__((unused)) void *own, __attribute__((unused)) socklen_t len)
{
	return listen(fd, 1);
}
