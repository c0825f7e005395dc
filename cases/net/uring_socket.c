// SPDX-License-Identifier: GPL-2.0
/* Making and accepting sockets by io_uring, and their options. */
#include <netinet/in.h>

#include "net_uring.h"

#define OF_OTHER_CALLS \
	"userspace-api/landlock: LANDLOCK_ACCESS_NET_* are of bind(2), connect(2), send*(2)"

/* There is no file yet that could be fixed. */
static const struct variant ways_to_make[] = {
	{ "", AF_INET, BY_RING(DIRECTLY) },
	{ "linked", AF_INET, BY_RING(LINKED) },
	{ "async", AF_INET, BY_RING(ASYNC) },
	{ "polled", AF_INET, BY_RING(POLLED) },
	{ NULL }
};

static int make_socket(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = OP_SOCKET,
		.fd = AF_INET,
		.off = SOCK_STREAM,
		.len = IPPROTO_TCP,
	};
	int fd, ret;

	ret = uring_request(scene, &sqe, "IORING_OP_SOCKET (Linux 5.19)", &fd);
	if (ret)
		return ret;
	ret = local_port(fd) == 0 ? WORKED : NO_EFFECT;
	close(fd);
	return ret;
}

CASE("net.io_uring.socket",
	.claim	  = "IORING_OP_SOCKET of a TCP socket",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "io_uring lab",
	.bare	  = true,
	.enforce  = deny_all_net,
	.witness  = witness_bind_tcp,
	.variants = ways_to_make,
	.attempt  = make_socket,
	.source	  = OF_OTHER_CALLS);

static const struct variant ways_to_accept[] = {
	{ "", AF_INET, BY_RING(DIRECTLY) },
	{ "fixed_file", AF_INET, BY_RING(FIXED_FILE) },
	{ "linked", AF_INET, BY_RING(LINKED) },
	{ "async", AF_INET, BY_RING(ASYNC) },
	{ "polled", AF_INET, BY_RING(POLLED) },
	{ "multishot", AF_INET, BY_RING(.multishot = true) },
	{ NULL }
};

static int accept_client(struct scene *scene)
{
	const struct by_ring *by = scene->variant->data;
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_ACCEPT,
		.fd = scene->fd[0],
		/* IORING_ACCEPT_MULTISHOT, 5.19 */
		.ioprio = by->multishot ? 1 : 0,
	};
	int fd, ret;

	ret = uring_request(scene, &sqe, "IORING_OP_ACCEPT", &fd);
	if (ret)
		return ret;
	ret = await_token(fd);
	close(fd);
	return ret;
}

CASE("net.io_uring.accept",
	.claim	  = "IORING_OP_ACCEPT on a listener that is older than the sandbox",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "io_uring lab",
	.bare	  = true,
	.enforce  = deny_all_net,
	.scene	  = listener_with_client,
	.witness  = witness_bind_tcp,
	.variants = ways_to_accept,
	.attempt  = accept_client,
	.source	  = OF_OTHER_CALLS);

/* struct io_uring_sqe of 6.7: optlen in splice_fd_in, optval behind it. */
static int set_option(struct scene *scene)
{
	enum { SETSOCKOPT = 3, OPTVAL = 48 };
	const int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	const int one = 1;
	const uint64_t optval = (uintptr_t)&one;
	struct io_uring_sqe sqe = {
		.opcode = OP_URING_CMD,
		.fd = fd,
		.splice_fd_in = sizeof(one),
	};
	int value = 0, ret;
	socklen_t len = sizeof(value);

	if (fd < 0)
		return -fd;
	sqe_set(&sqe, SQE_CMD_OP, SETSOCKOPT);
	sqe_set(&sqe, SQE_LEVEL, SOL_SOCKET);
	sqe_set(&sqe, SQE_OPTNAME, SO_REUSEPORT);
	memcpy((char *)&sqe + OPTVAL, &optval, sizeof(optval));
	ret = uring_request(scene, &sqe,
			    "SOCKET_URING_OP_SETSOCKOPT (Linux 6.7)", NULL) ?:
	      errno_of(getsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &value, &len));
	close(fd);
	return ret ?: value == 1 ? WORKED : NO_EFFECT;
}

CASE("net.io_uring.setsockopt",
	.claim	  = "IORING_OP_URING_CMD with SOCKET_URING_OP_SETSOCKOPT",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "io_uring lab",
	.bare	  = true,
	.enforce  = deny_all_net,
	.witness  = witness_bind_tcp,
	.variants = uring_ways,
	.attempt  = set_option,
	.source	  = OF_OTHER_CALLS);
