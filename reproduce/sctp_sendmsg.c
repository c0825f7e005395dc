// SPDX-License-Identifier: GPL-2.0
/* Call: sendmsg(2) with SCTP_INIT. */
/* SCTP_INIT says how the association is to begin: with two streams. */
static int call(int fd)
{
	struct { struct cmsghdr head; short init[4]; } control = {
		{ CMSG_LEN(8), IPPROTO_SCTP, 0 /* SCTP_INIT */ }, { 2 } };
	struct iovec part = { MESSAGE, sizeof(MESSAGE) };

	return sendmsg(fd, &(struct msghdr) {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof(control) }, MSG_NOSIGNAL);
}
