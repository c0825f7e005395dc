// SPDX-License-Identifier: GPL-2.0
/* bind(2) and listen(2) by io_uring. */
#include <netinet/in.h>

#include "net_uring.h"

static int uring_bind(struct scene *scene, int type)
{
	struct sockaddr_storage own;
	struct io_uring_sqe sqe = {
		.opcode = OP_BIND,
		.addr = (uintptr_t)&own,
		.off = own_address(AF_INET, LAB_FREE, &own),
	};
	const int one = 1;
	int ret;

	sqe.fd = new_socket(AF_INET, type, 0);
	if (sqe.fd < 0)
		return -sqe.fd;
	setsockopt(sqe.fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	ret = uring_request(scene, &sqe, "IORING_OP_BIND (Linux 6.11)", NULL);
	if (!ret && local_port(sqe.fd) != lab_port(LAB_FREE))
		ret = NO_EFFECT;
	close(sqe.fd);
	return ret;
}

static int bind_free(struct scene *scene)
{
	return uring_bind(scene, SOCK_STREAM);
}

CASE("net.io_uring.bind",
	.claim	  = "IORING_OP_BIND of a TCP socket",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "serve-tcp",
	.needs	  = "io_uring lab",
	.bare	  = true,
	.variants = uring_ways,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");

static int bind_udp(struct scene *scene)
{
	return uring_bind(scene, SOCK_DGRAM);
}

CASE("net.io_uring.bind_udp",
	.claim	  = "IORING_OP_BIND of a UDP socket",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "serve-udp",
	.needs	  = "io_uring lab",
	.bare	  = true,
	.attempt  = bind_udp,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_UDP");

static int listen_unbound(struct scene *scene)
{
	struct io_uring_sqe sqe = { .opcode = OP_LISTEN, .len = 1 };
	int ret;

	sqe.fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	if (sqe.fd < 0)
		return -sqe.fd;
	ret = uring_request(scene, &sqe, "IORING_OP_LISTEN (Linux 6.11)", NULL);
	if (!ret)
		ret = self_echo(sqe.fd, IPPROTO_TCP);
	close(sqe.fd);
	return ret;
}

CASE("net.io_uring.listen",
	.claim	  = "IORING_OP_LISTEN without bind(2), on a port that the kernel chooses",
	.guard	  = NET(BIND_TCP),
	.uses	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#15",
	.labels	  = "serve-tcp",
	.needs	  = "io_uring lab",
	.bare	  = true,
	.witness  = witness_bind_tcp,
	.variants = uring_ways,
	.attempt  = listen_unbound,
	.source	  = "security/landlock/net.c: no hook on socket_listen");
