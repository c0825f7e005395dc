// SPDX-License-Identifier: GPL-2.0
/* The message and its address, for sendmsg(2). */
static struct iovec part = { MESSAGE, sizeof(MESSAGE) };
static struct msghdr message = { &to, sizeof(to), &part, 1, 0, 0, 0 };
