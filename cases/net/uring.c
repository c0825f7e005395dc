// SPDX-License-Identifier: GPL-2.0
/* The network by io_uring: the same hooks, reached another way. */
#include <netinet/in.h>
#include <poll.h>

#include "net.h"
#include "uring.h"

/* <linux/io_uring.h>: newer than the system's headers may be. */
enum {
	OP_SOCKET	= 45,	/* 5.19 */
	OP_BIND		= 56,	/* 6.11 */
	OP_LISTEN	= 57,	/* 6.11 */
};

/*
 * Errno or outcome of a request; @result is what it returned.  EINVAL is the
 * answer to an operation that the kernel does not know: without a sandbox it
 * can mean nothing else here.
 */
static int request(struct scene *scene, struct io_uring_sqe *sqe,
		   const char *name, int *result)
{
	const int ret = uring_one(sqe);

	if (result)
		*result = ret;
	if (ret == -EINVAL && scene->world == WORLD_CONTROL)
		return cannot(scene, "%s", name);
	return ret < 0 ? -ret : 0;
}

static int uring_connect(struct scene *scene, int fd, int port)
{
	struct sockaddr_storage to;
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_CONNECT,
		.fd = fd,
		.addr = (uintptr_t)&to,
		.off = peer_address(AF_INET, port, &to),
	};

	return request(scene, &sqe, "IORING_OP_CONNECT", NULL);
}

static int connect_peer(struct scene *scene)
{
	const int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = uring_connect(scene, fd, LAB_TCP) ?: echo_token(fd);
	close(fd);
	return ret;
}

CASE("net.io_uring.connect",
	.claim	 = "IORING_OP_CONNECT of a TCP socket",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_TCP) },
	.needs	 = "io_uring peer-tcp",
	.lab	 = true,
	.bare	 = true,
	.attempt = connect_peer,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

static int connect_udp(struct scene *scene)
{
	const int fd = new_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = uring_connect(scene, fd, LAB_UDP) ?: echo_token(fd);
	close(fd);
	return ret;
}

CASE("net.io_uring.connect_udp",
	.claim	 = "IORING_OP_CONNECT of a UDP socket",
	.guard	 = NET(CONNECT_SEND_UDP),
	.uses	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_UDP) },
	.needs	 = "io_uring peer-udp",
	.lab	 = true,
	.bare	 = true,
	.attempt = connect_udp,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

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
	ret = request(scene, &sqe, "IORING_OP_BIND (Linux 6.11)", NULL);
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
	.claim	 = "IORING_OP_BIND of a TCP socket",
	.guard	 = NET(BIND_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_FREE) },
	.needs	 = "io_uring lab",
	.lab	 = true,
	.bare	 = true,
	.attempt = bind_free,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");

static int bind_udp(struct scene *scene)
{
	return uring_bind(scene, SOCK_DGRAM);
}

CASE("net.io_uring.bind_udp",
	.claim	 = "IORING_OP_BIND of a UDP socket",
	.guard	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_FREE) },
	.needs	 = "io_uring lab",
	.lab	 = true,
	.bare	 = true,
	.attempt = bind_udp,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_UDP");

static int listen_unbound(struct scene *scene)
{
	struct io_uring_sqe sqe = { .opcode = OP_LISTEN, .len = 1 };
	int ret;

	sqe.fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	if (sqe.fd < 0)
		return -sqe.fd;
	ret = request(scene, &sqe, "IORING_OP_LISTEN (Linux 6.11)", NULL);
	if (!ret)
		ret = self_echo(sqe.fd, IPPROTO_TCP);
	close(sqe.fd);
	return ret;
}

CASE("net.io_uring.listen",
	.claim	 = "IORING_OP_LISTEN without bind(2), on a port that the kernel chooses",
	.guard	 = NET(BIND_TCP),
	.uses	 = NET(CONNECT_TCP),
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#15",
	.needs	 = "io_uring lab",
	.lab	 = true,
	.bare	 = true,
	.witness = witness_bind_tcp,
	.attempt = listen_unbound,
	.source	 = "security/landlock/net.c: no hook on socket_listen");

static int make_socket(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = OP_SOCKET,
		.fd = AF_INET,
		.off = SOCK_STREAM,
		.len = IPPROTO_TCP,
	};
	int fd, ret;

	ret = request(scene, &sqe, "IORING_OP_SOCKET (Linux 5.19)", &fd);
	if (ret)
		return ret;
	ret = local_port(fd) == 0 ? WORKED : NO_EFFECT;
	close(fd);
	return ret;
}

CASE("net.io_uring.socket",
	.claim	 = "IORING_OP_SOCKET of a TCP socket",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#6",
	.needs	 = "io_uring lab",
	.lab	 = true,
	.bare	 = true,
	.enforce = deny_all_net,
	.witness = witness_bind_tcp,
	.attempt = make_socket,
	.source	 = "security/landlock/net.c: no hook on socket_create");

static int accept_client(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_ACCEPT,
		.fd = scene->fd[0],
	};
	int fd, ret;

	ret = request(scene, &sqe, "IORING_OP_ACCEPT", &fd);
	if (ret)
		return ret;
	ret = await_token(fd);
	close(fd);
	return ret;
}

CASE("net.io_uring.accept",
	.claim	 = "IORING_OP_ACCEPT on a listener that is older than the sandbox",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { ALLOWED },
	.needs	 = "io_uring lab",
	.lab	 = true,
	.bare	 = true,
	.enforce = deny_all_net,
	.scene	 = listener_with_client,
	.witness = witness_bind_tcp,
	.attempt = accept_client,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_* are of bind(2), connect(2), send*(2)");

static int uring_sendmsg(struct scene *scene, int type, int port, int flags)
{
	struct sockaddr_storage to;
	struct iovec iov = { (void *)lab_token, sizeof(lab_token) };
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = peer_address(AF_INET, port, &to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SENDMSG,
		.addr = (uintptr_t)&msg,
		.len = 1,
		.msg_flags = flags,
	};
	int ret;

	sqe.fd = new_socket(AF_INET, type, 0);
	if (sqe.fd < 0)
		return -sqe.fd;
	ret = request(scene, &sqe, "IORING_OP_SENDMSG", NULL);
	/* It does not wait for the connection that it began. */
	if (ret == EINPROGRESS)
		ret = echo_token(sqe.fd);
	else if (!ret)
		ret = await_token(sqe.fd);
	close(sqe.fd);
	return ret;
}

static int sendmsg_udp(struct scene *scene)
{
	return uring_sendmsg(scene, SOCK_DGRAM, LAB_UDP, 0);
}

CASE("net.io_uring.sendmsg_udp",
	.claim	 = "IORING_OP_SENDMSG of a datagram to an address",
	.guard	 = NET(CONNECT_SEND_UDP),
	.uses	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_UDP) },
	.needs	 = "io_uring peer-udp",
	.lab	 = true,
	.bare	 = true,
	.attempt = sendmsg_udp,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

static int sendmsg_fastopen(struct scene *scene)
{
	return uring_sendmsg(scene, SOCK_STREAM, LAB_TCP,
			     MSG_FASTOPEN | MSG_NOSIGNAL);
}

CASE("net.io_uring.sendmsg_fastopen",
	.claim	 = "IORING_OP_SENDMSG with MSG_FASTOPEN, which connects",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_TCP) },
	.labels	 = "bypass",
	.needs	 = "io_uring peer-tcp",
	.lab	 = true,
	.bare	 = true,
	.attempt = sendmsg_fastopen,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");
