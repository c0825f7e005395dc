// SPDX-License-Identifier: GPL-2.0
/* connect(2) by io_uring: the same hooks, reached another way. */
#include <netinet/in.h>
#include <sys/syscall.h>

#include "net_uring.h"

static int uring_connect(struct scene *scene, int fd, int port)
{
	struct sockaddr_storage to;
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_CONNECT,
		.fd = fd,
		.addr = (uintptr_t)&to,
		.off = peer_address(AF_INET, port, &to),
	};

	return uring_request(scene, &sqe, "IORING_OP_CONNECT", NULL);
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
	.claim	  = "IORING_OP_CONNECT of a TCP socket",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "reach-tcp",
	.needs	  = "io_uring peer-tcp",
	.bare	  = true,
	.variants = uring_ways,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

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
	.claim	  = "IORING_OP_CONNECT of a UDP socket",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.labels	  = "reach-udp",
	.needs	  = "io_uring peer-udp",
	.bare	  = true,
	.attempt  = connect_udp,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

/*
 * Four requests in one chain, and a socket that never has a descriptor: the
 * first file of the ring.
 */
static int chain(struct uring *ring)
{
	struct sockaddr_storage to;
	char answer[sizeof(lab_token)] = "";
	const struct io_uring_sqe sqes[] = {
		{
			.opcode = OP_SOCKET,
			.flags = IOSQE_IO_LINK,
			.fd = AF_INET,
			.off = SOCK_STREAM,
			.file_index = 1,
		}, {
			.opcode = IORING_OP_CONNECT,
			.flags = IOSQE_IO_LINK | IOSQE_FIXED_FILE,
			.addr = (uintptr_t)&to,
			.off = peer_address(AF_INET, LAB_TCP, &to),
		}, {
			.opcode = IORING_OP_SEND,
			.flags = IOSQE_IO_LINK | IOSQE_FIXED_FILE,
			.addr = (uintptr_t)lab_token,
			.len = sizeof(lab_token),
			.msg_flags = MSG_NOSIGNAL,
		}, {
			.opcode = IORING_OP_RECV,
			.flags = IOSQE_FIXED_FILE,
			.addr = (uintptr_t)answer,
			.len = sizeof(answer),
			.msg_flags = MSG_WAITALL,
		},
	};
	int results[4], i, ret = uring_submit_all(ring, sqes, 4, results);

	for (i = 0; i < 4 && ret == 0; i++)
		if (results[i] < 0 && results[i] != -ECANCELED)
			ret = results[i];
	if (ret)
		return -ret;
	return memcmp(answer, lab_token, sizeof(answer)) ? NO_EFFECT : WORKED;
}

static int connect_in_chain(struct scene *scene)
{
	const int none = -1;
	struct uring ring;
	int ret = uring_open(&ring, 0);

	if (ret)
		return ret;
	if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES,
		    &none, 1) < 0)
		ret = broken(scene, "files of the ring: %s",
			     strerrorname_np(errno));
	else
		ret = chain(&ring);
	uring_close(&ring);
	if (ret == EINVAL && scene->world == WORLD_CONTROL)
		return cannot(scene, "IORING_OP_SOCKET (Linux 5.19)");
	return ret;
}

CASE("net.io_uring.chain",
	.claim	  = "socket, connect, send and receive as one chain, without a descriptor",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.needs	  = "io_uring peer-tcp",
	.bare	  = true,
	.attempt  = connect_in_chain,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");
