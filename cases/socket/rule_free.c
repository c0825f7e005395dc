// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: what they leave alone. */
#include <linux/io_uring.h>
#include <netinet/in.h>

#include "rule.h"
#include "bricks/uring.h"

/* A listener older than the sandbox; its client has sent the token. */
static int listener_with_client(struct scene *scene)
{
	struct sockaddr_storage own;
	socklen_t len = own_address(AF_INET, 0, &own);

	scene->fd[0] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	scene->fd[1] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	if (bind(scene->fd[0], (struct sockaddr *)&own, len) ||
	    listen(scene->fd[0], 1) ||
	    getsockname(scene->fd[0], (struct sockaddr *)&own, &len) ||
	    connect(scene->fd[1], (struct sockaddr *)&own, len) ||
	    send(scene->fd[1], lab_token, sizeof(lab_token), 0) < 0)
		return errno;
	return 0;
}

static int take(int fd)
{
	int ret;

	if (fd < 0)
		return -fd;
	ret = await_token(fd);
	close(fd);
	return ret;
}

static int by_accept(struct scene *scene)
{
	const int fd = accept(scene->fd[0], NULL, NULL);

	return take(fd < 0 ? -errno : fd);
}

static int by_accept4(struct scene *scene)
{
	const int fd = accept4(scene->fd[0], NULL, NULL, SOCK_CLOEXEC);

	return take(fd < 0 ? -errno : fd);
}

static int by_uring(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_ACCEPT,
		.fd = scene->fd[0],
	};

	return take(uring_one(&sqe));
}

static const struct variant accepting[] = {
	{ "", .op = by_accept },
	{ "accept4", .op = by_accept4 },
	{ "io_uring", .op = by_uring },
	{ NULL }
};

static int accept_client(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("socket.rule.accept",
	.claim	  = "accept(2) under the proposed socket rules",
	.covers	  = "proposed.socket",
	.promise  = { ALLOWED },
	.needs	  = "lab",
	.bare	  = true,
	.variants = accepting,
	.scene	  = listener_with_client,
	.enforce  = deny_sockets,
	.witness  = witness_tcp_socket,
	.attempt  = accept_client,
	.source	  = RFC "14/19: Test that accept(2) is not restricted");

static int older_socket(struct scene *scene)
{
	scene->fd[0] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	return scene->fd[0] < 0 ? -scene->fd[0] : 0;
}

static int use_older(struct scene *scene)
{
	return connect_echo(scene->fd[0], AF_INET, LAB_TCP);
}

CASE("socket.rule.older",
	.claim	 = "use of a socket that is older than the sandbox",
	.covers	 = "proposed.socket",
	.promise = { ALLOWED },
	.needs	 = "peer-tcp",
	.bare	 = true,
	.scene	 = older_socket,
	.enforce = deny_sockets,
	.witness = witness_tcp_socket,
	.attempt = use_older,
	.source	 = RFC "01/19: does not affect sockets which were created before sandboxing");

/* What the kernel makes for its own use is not the task's. */
static int enforce_mptcp(struct scene *scene)
{
	static const struct socket_kind mptcp[] = { MPTCP, { 0 } };

	return allow_sockets(scene, mptcp);
}

static int echo_mptcp(struct scene *scene)
{
	(void)scene;
	return stream_echo(AF_INET, PROTOCOL_MPTCP, LAB_MPTCP);
}

CASE("socket.rule.kernel_mptcp",
	.claim	 = "the kernel's TCP sockets below an MPTCP socket that is allowed",
	.covers	 = "proposed.socket",
	.promise = { ALLOWED },
	.needs	 = "peer-mptcp",
	.bare	 = true,
	.enforce = enforce_mptcp,
	.witness = witness_tcp_socket,
	.attempt = echo_mptcp,
	.source	 = RFC "10/19: Test that kernel space sockets are not restricted; net/mptcp/subflow.c");

#define SMC	{ AF_SMC, SOCK_STREAM, 0 }

static int enforce_smc(struct scene *scene)
{
	static const struct socket_kind smc[] = { SMC, { 0 } };

	return allow_sockets(scene, smc);
}

static int create_smc(struct scene *scene)
{
	static const struct trial smc = { SMC };

	(void)scene;
	return try_socket(&smc);
}

CASE("socket.rule.kernel_smc",
	.claim	 = "the kernel's TCP socket below an SMC socket that is allowed",
	.covers	 = "proposed.socket",
	.promise = { ALLOWED },
	.needs	 = "smc",
	.bare	 = true,
	.enforce = enforce_smc,
	.witness = witness_tcp_socket,
	.attempt = create_smc,
	.source	 = RFC "10/19: Test that kernel space sockets are not restricted; smc_create_clcsk");

static int open_file(struct scene *scene)
{
	const int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

static int bind_older(struct scene *scene)
{
	struct sockaddr_storage own, bound;
	socklen_t len = own_address(AF_INET, 0, &own);

	if (bind(scene->fd[0], (struct sockaddr *)&own, len) ||
	    getsockname(scene->fd[0], (struct sockaddr *)&bound, &len))
		return errno;
	return ((struct sockaddr_in *)&bound)->sin_port ? WORKED : NO_EFFECT;
}

static const struct variant others[] = {
	{ "", .op = open_file },
	{ "bind", .op = bind_older },
	{ NULL }
};

static int do_other(struct scene *scene)
{
	return scene->variant->op(scene);
}

/* Its right must not be taken for one of another kind (RFC v2 did that). */
CASE("socket.rule.only",
	.claim	  = "other operations in a domain that handles socket creation only",
	.covers	  = "proposed.socket",
	.promise  = { ALLOWED },
	.needs	  = "lab",
	.bare	  = true,
	.variants = others,
	.scene	  = older_socket,
	.enforce  = deny_sockets,
	.witness  = witness_tcp_socket,
	.attempt  = do_other,
	.source	  = RFC "01/19: does not restrict any other socket-related actions");
