// SPDX-License-Identifier: GPL-2.0
/* Sending by io_uring, to an address. */
#include <netinet/in.h>

#include "net_uring.h"

static const struct variant ways_to_send[] = {
	{ "", AF_INET, BY_RING(DIRECTLY, IORING_OP_SENDMSG) },
	{ "fixed_file", AF_INET, BY_RING(FIXED_FILE, IORING_OP_SENDMSG) },
	{ "linked", AF_INET, BY_RING(LINKED, IORING_OP_SENDMSG) },
	{ "async", AF_INET, BY_RING(ASYNC, IORING_OP_SENDMSG) },
	{ "polled", AF_INET, BY_RING(POLLED, IORING_OP_SENDMSG) },
	{ "send", AF_INET, BY_RING(.opcode = IORING_OP_SEND) },
	{ "send_zc", AF_INET, BY_RING(.opcode = OP_SEND_ZC) },
	{ "sendmsg_zc", AF_INET, BY_RING(.opcode = OP_SENDMSG_ZC) },
	{ NULL }
};

static const struct variant ways_to_open[] = {
	{ "", AF_INET, BY_RING(.opcode = IORING_OP_SENDMSG) },
	{ "send", AF_INET, BY_RING(.opcode = IORING_OP_SEND) },
	{ "send_zc", AF_INET, BY_RING(.opcode = OP_SEND_ZC) },
	{ NULL }
};

static int uring_send(struct scene *scene, int type, int port, int flags)
{
	const struct by_ring *by = scene->variant->data;
	struct sockaddr_storage to;
	struct iovec iov = { (void *)lab_token, sizeof(lab_token) };
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = peer_address(AF_INET, port, &to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	struct io_uring_sqe sqe = {
		.opcode = by->opcode,
		.fd = new_socket(AF_INET, type, 0),
		.addr = (uintptr_t)&msg,
		.len = 1,
		.msg_flags = flags,
	};
	const int fd = sqe.fd;
	int ret;

	if (fd < 0)
		return -fd;
	if (sqe.opcode == IORING_OP_SEND || sqe.opcode == OP_SEND_ZC) {
		sqe.addr = (uintptr_t)lab_token;
		sqe.len = sizeof(lab_token);
		sqe.addr2 = (uintptr_t)&to;
		sqe.addr_len = msg.msg_namelen;
	}
	ret = uring_request(scene, &sqe, "sending by io_uring to an address (Linux 6.1)",
			    NULL);
	/* It does not wait for the connection that it began. */
	if (ret == EINPROGRESS)
		ret = echo_token(fd);
	else if (!ret)
		ret = await_token(fd);
	close(fd);
	return ret;
}

static int sendmsg_udp(struct scene *scene)
{
	return uring_send(scene, SOCK_DGRAM, LAB_UDP, 0);
}

CASE("net.io_uring.sendmsg_udp",
	.claim	  = "IORING_OP_SENDMSG of a datagram to an address",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.labels	  = "reach-udp",
	.needs	  = "io_uring peer-udp",
	.bare	  = true,
	.variants = ways_to_send,
	.attempt  = sendmsg_udp,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

static int sendmsg_fastopen(struct scene *scene)
{
	return uring_send(scene, SOCK_STREAM, LAB_TCP,
			  MSG_FASTOPEN | MSG_NOSIGNAL);
}

CASE("net.io_uring.sendmsg_fastopen",
	.claim	  = "IORING_OP_SENDMSG with MSG_FASTOPEN, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "bypass reach-tcp",
	.needs	  = "io_uring peer-tcp",
	.bare	  = true,
	.variants = ways_to_open,
	.attempt  = sendmsg_fastopen,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");
