// SPDX-License-Identifier: GPL-2.0
/* Call: IORING_OP_LISTEN without bind(2). */

/* IORING_OP_LISTEN, of Linux 6.11.  The kernel chooses a port. */
static int call(int fd, void *own, socklen_t len)
{
	return uring((struct io_uring_sqe) { .fd = fd, .opcode = 57 });
}
