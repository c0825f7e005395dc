// SPDX-License-Identifier: GPL-2.0
/* Call: connect(2), then a message. */
static int call(int fd)
{
	if (connect(fd, (void *)&to, sizeof(to)))
		return -1;
	return send(fd, MESSAGE, sizeof(MESSAGE), MSG_NOSIGNAL);
}
