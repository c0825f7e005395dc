// SPDX-License-Identifier: GPL-2.0
/* Call: sendmmsg(2) of two messages. */
static int call(int fd)
{
	struct mmsghdr two[2] = { { message, 0 }, { message, 0 } };

	return sendmmsg(fd, two, 2, FLAGS | MSG_NOSIGNAL);
}
