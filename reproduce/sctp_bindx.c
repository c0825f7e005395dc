// SPDX-License-Identifier: GPL-2.0
/* Call: sctp_bindx(3) as a system call, and listen(2). */

/* sctp_bindx(3) of libsctp: SCTP_SOCKOPT_BINDX_ADD */
static int call(int fd, const void *own, socklen_t len)
{
	return setsockopt(fd, IPPROTO_SCTP, 100, own, len) || listen(fd, 1);
}
