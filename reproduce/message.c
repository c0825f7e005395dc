// SPDX-License-Identifier: GPL-2.0
/* The message and its address, for sendmsg(2). */
static struct iovec part = { MESSAGE, sizeof(MESSAGE) };
static struct msghdr message = { .msg_name = &to, .msg_namelen = sizeof(to),
	.msg_iov = &part, .msg_iovlen = 1 };
