// SPDX-License-Identifier: GPL-2.0
/* Call: sctp_connectx(3) in its third form, then a message. */
/* SCTP_SOCKOPT_CONNECTX3 */
static int call(int fd)
{
	struct { int association, size; void *address; } peer = { 0, sizeof(to), &to };
	socklen_t len = sizeof(peer);

	return getsockopt(fd, IPPROTO_SCTP, 111, &peer, &len) < 0 ? -1 :
	       send(fd, MESSAGE, sizeof(MESSAGE), 0);
}
