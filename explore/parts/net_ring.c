// SPDX-License-Identifier: GPL-2.0
/* Operations on sockets that io_uring does for who is inside. */
#include <errno.h>
#include <sys/socket.h>

#include "explore/parts/net.h"
#include "explore/parts/ring.h"

#define BACKLOG 1024

/* Linux 6.11 */
enum { OP_BIND = 56, OP_LISTEN = 57 };

static int opcode(const struct operation *op)
{
	switch (op->kind) {
	case NET_BIND:
		return OP_BIND;
	case NET_LISTEN:
		return OP_LISTEN;
	case NET_CONNECT:
		return IORING_OP_CONNECT;
	case NET_SENDMSG:
		return IORING_OP_SENDMSG;
	default:
		return -1;
	}
}

bool net_ring_can(const struct operation *op)
{
	return opcode(op) >= 0 && ring_has(opcode(op));
}

long net_ring_do(const struct operation *op, int fd, const void *address,
		 int length, const struct msghdr *message)
{
	struct io_uring_sqe sqe = { .opcode = opcode(op), .fd = fd };

	if (op->kind == NET_LISTEN) {
		sqe.len = BACKLOG;
	} else if (op->kind == NET_SENDMSG) {
		sqe.addr = (uintptr_t)message;
		sqe.len = 1;
		sqe.msg_flags = MSG_NOSIGNAL;
	} else {
		sqe.addr = (uintptr_t)address;
		sqe.addr2 = length;
	}
	return ring_submit(&sqe);
}
