// SPDX-License-Identifier: GPL-2.0
/* Call: connect(2), then a message with an address. */
/* Of its many peers, each message names one. */
static int call(int fd)
{
	return connect(fd, (void *)&to, sizeof(to)) ? -1 :
	       sendto(fd, MESSAGE, sizeof(MESSAGE), 0, (void *)&to, sizeof(to));
}
