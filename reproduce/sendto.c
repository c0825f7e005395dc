// SPDX-License-Identifier: GPL-2.0
/* Call: sendto(2). */
static int call(int fd)
{
	return sendto(fd, MESSAGE, sizeof(MESSAGE), FLAGS | MSG_NOSIGNAL,
		      (void *)&to, sizeof(to));
}
