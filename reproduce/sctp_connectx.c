// SPDX-License-Identifier: GPL-2.0
/* Call: sctp_connectx(3) as a system call, then a message. */
/* sctp_connectx(3) of libsctp */
static int call(int fd)
{
	return setsockopt(fd, IPPROTO_SCTP, OPTION, &to, sizeof(to)) < 0 ? -1 :
	       send(fd, MESSAGE, sizeof(MESSAGE), 0);
}
