// SPDX-License-Identifier: GPL-2.0
/* Call: sendmsg(2). */
static int call(int fd)
{
	return sendmsg(fd, &message, FLAGS | MSG_NOSIGNAL);
}
