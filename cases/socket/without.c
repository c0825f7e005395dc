// SPDX-License-Identifier: GPL-2.0
/* Sockets that come about without socket(2). */
#include <netinet/in.h>	/* before linux/sctp.h, which needs it */
#include <linux/sctp.h>

#include "landproof.h"

#define TCP_RIGHTS	(NET_BIND_TCP | NET_CONNECT_TCP)

#define LEVEL_SCTP	132

static int pair(struct scene *scene)
{
	int ends[2], ret;

	if (socketpair(AF_UNIX, scene->variant->arg, 0, ends))
		return errno;
	if (send(ends[0], lab_token, sizeof(lab_token), 0) < 0)
		ret = errno;
	else
		ret = await_token(ends[1]);
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static const struct variant unix_types[] = {
	{ "", AF_UNIX, SOCK_STREAM },
	{ "dgram", AF_UNIX, SOCK_DGRAM },
	{ "seqpacket", AF_UNIX, SOCK_SEQPACKET },
	{ NULL }
};

CASE("socket.socketpair.unix",
	.claim	  = "socketpair(2) of UNIX sockets",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = unix_types,
	.enforce  = deny_all_net,
	.witness  = witness_bind_tcp,
	.attempt  = pair,
	.source	  = "security/landlock/net.c: no hook on socket_create or socket_socketpair");

/* A listener older than the sandbox; its client has sent the token. */
static int listener_with_client(struct scene *scene)
{
	struct sockaddr_storage own;
	socklen_t len = own_address(scene->variant->family, 0, &own);

	scene->fd[0] = lasting_socket(own.ss_family, SOCK_STREAM, IPPROTO_TCP);
	scene->fd[1] = lasting_socket(own.ss_family, SOCK_STREAM, IPPROTO_TCP);
	if (bind(scene->fd[0], (struct sockaddr *)&own, len) ||
	    listen(scene->fd[0], 1) ||
	    getsockname(scene->fd[0], (struct sockaddr *)&own, &len) ||
	    connect(scene->fd[1], (struct sockaddr *)&own, len) ||
	    send(scene->fd[1], lab_token, sizeof(lab_token), 0) < 0)
		return errno;
	return 0;
}

static int accept_client(struct scene *scene)
{
	const int fd = accept(scene->fd[0], NULL, NULL);
	int ret;

	if (fd < 0)
		return errno;
	ret = await_token(fd);
	close(fd);
	return ret;
}

CASE("socket.accept.tcp",
	.claim	  = "accept(2) of a TCP connection",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.enforce  = deny_all_net,
	.scene	  = listener_with_client,
	.witness  = witness_bind_tcp,
	.attempt  = accept_client,
	.source	  = "security/landlock/net.c: no hook on socket_accept");

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

CASE("socket.peeloff.sctp",
	.claim	 = "sctp_peeloff(3) of an association",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#6",
	.labels	 = "reach-tcp",
	.needs	 = "peer-sctp",
	.lab	 = true,
	.bare	 = true,
	.enforce = deny_all_net,
	.scene	 = associated,
	.witness = witness_bind_tcp,
	.attempt = peel_off,
	.source	 = "security/landlock/net.c: no hook on socket_create");
