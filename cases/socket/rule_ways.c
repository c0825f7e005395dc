// SPDX-License-Identifier: GPL-2.0
/* Proposed socket rules: the other ways to a new socket, which count too. */
#include <netinet/in.h>	/* before linux/sctp.h, which needs it */
#include <linux/sctp.h>

#include "rule.h"
#include "bricks/uring.h"

#define LEVEL_SCTP	132

/* struct pair_kind - of the sockets, and of the rule that is not for them */
struct pair_kind {
	struct socket_kind made, other;
};

#define PAIR(...) .data = &(const struct pair_kind) { __VA_ARGS__ }

static const struct variant unix_variants[] = {
	{ "", AF_UNIX, PAIR(UNIX_STREAM, UNIX_DGRAM) },
	{ "dgram", AF_UNIX, PAIR(UNIX_DGRAM, UNIX_SEQPACKET) },
	{ "seqpacket", AF_UNIX, PAIR(UNIX_SEQPACKET, UNIX_STREAM) },
	{ NULL }
};

static int enforce_unix(struct scene *scene)
{
	const struct pair_kind *pair = scene->variant->data;
	const struct socket_kind rules[] = {
		scene->world == WORLD_GRANT ? pair->made : pair->other, { 0 }
	};

	return allow_sockets(scene, rules);
}

static int make_pair(struct scene *scene)
{
	const struct pair_kind *pair = scene->variant->data;
	const struct socket_kind *kind = &pair->made;
	int ends[2], ret;

	if (socketpair(kind->family, kind->type, kind->protocol, ends))
		return errno;
	if (send(ends[0], lab_token, sizeof(lab_token), 0) < 0)
		ret = errno;
	else
		ret = await_token(ends[1]);
	close(ends[0]);
	close(ends[1]);
	return ret;
}

CASE("socket.rule.socketpair",
	.claim	  = "socketpair(2) under the proposed socket rules",
	.covers	  = "proposed.socket",
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.bare	  = true,
	.variants = unix_variants,
	.enforce  = enforce_unix,
	.attempt  = make_pair,
	.source	  = RFC "12/19: Test socketpair(2) restriction");

/* One rule: for TCP in the grant world, for datagrams of the type elsewhere. */
static int enforce_tcp(struct scene *scene)
{
	static const struct socket_kind tcp[] = { TCP, { 0 } };
	static const struct socket_kind others[] = { UDP, MPTCP, { 0 } };

	return allow_sockets(scene, scene->world == WORLD_GRANT ? tcp : others);
}

/* <linux/io_uring.h>: newer than the system's headers may be. */
#define OP_SOCKET 45	/* 5.19 */

static int uring_create(struct scene *scene)
{
	struct io_uring_sqe sqe = {
		.opcode = OP_SOCKET,
		.fd = AF_INET,
		.off = SOCK_STREAM,
		.len = IPPROTO_TCP,
	};
	const int fd = uring_one(&sqe);
	int type = -1, ret;
	socklen_t len = sizeof(type);

	if (fd == -EINVAL && scene->world == WORLD_CONTROL)
		return cannot(scene, "IORING_OP_SOCKET (Linux 5.19)");
	if (fd < 0)
		return -fd;
	ret = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) ||
	      type != SOCK_STREAM ? NO_EFFECT : WORKED;
	close(fd);
	return ret;
}

CASE("socket.rule.io_uring",
	.claim	 = "IORING_OP_SOCKET under the proposed socket rules",
	.covers	 = "proposed.socket",
	.promise = { DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.needs	 = "io_uring",
	.bare	 = true,
	.enforce = enforce_tcp,
	.attempt = uring_create,
	.source	 = RFC "00/19: socket(2), socketpair(2), io_uring(7) are subject to this check");

/* One association of a one-to-many socket becomes a socket of its own. */
static int associated(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(AF_INET, LAB_SCTP_MANY, &to);

	scene->fd[0] = lasting_socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	if (scene->fd[0] < 0)
		return -scene->fd[0];
	/* It returns the association's number. */
	scene->value[0] = setsockopt(scene->fd[0], LEVEL_SCTP,
				     SCTP_SOCKOPT_CONNECTX, &to, len);
	return scene->value[0] < 0 ? errno : 0;
}

static int enforce_sctp(struct scene *scene)
{
	static const struct socket_kind many[] = {
		{ AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP }, { 0 }
	};
	static const struct socket_kind one[] = {
		{ AF_INET, SOCK_STREAM, IPPROTO_SCTP }, { 0 }
	};

	return allow_sockets(scene, scene->world == WORLD_GRANT ? many : one);
}

static int peel_off(struct scene *scene)
{
	sctp_peeloff_arg_t peeloff = { .associd = scene->value[0] };
	socklen_t len = sizeof(peeloff);
	int ret;

	if (getsockopt(scene->fd[0], LEVEL_SCTP, SCTP_SOCKOPT_PEELOFF,
		       &peeloff, &len) < 0)
		return errno;
	ret = echo_token(peeloff.sd);
	close(peeloff.sd);
	return ret;
}

/*
 * The kernel called the hook here, as for any socket of user space, until
 * sctp_do_peeloff() took to sock_create_lite(), which calls it with kern = 1.
 */
CASE("socket.rule.peeloff",
	.claim	 = "sctp_peeloff(3) under the proposed socket rules",
	.covers	 = "proposed.socket",
	.promise = { DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.needs	 = "peer-sctp",
	.bare	 = true,
	.scene	 = associated,
	.enforce = enforce_sctp,
	.attempt = peel_off,
	.source	 = RFC "13/19: Test SCTP peeloff restriction");
