// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that come about without socket(2).  Today's rights are about what
 * is done with a socket, never about having one.
 */
#include <netinet/in.h>	/* before linux/sctp.h, which needs it */
#include <linux/sctp.h>

#include "bricks/unix.h"
#include "landproof.h"

#define TCP_RIGHTS	(NET_BIND_TCP | NET_CONNECT_TCP)

#define LEVEL_SCTP	132

#define NO_SOCKET_RIGHT \
	"userspace-api/landlock: access rights are of bind(2), connect(2), send*(2); landlock-lsm/linux#6"

/* Every right that a socket could meet, as far as the kernel has it */
static int deny_all_sockets(struct scene *scene)
{
	const struct ruleset set = {
		.fs = kernel.fs & (FS_RESOLVE_UNIX | FS_MAKE_SOCK),
		.net = kernel.net,
		.scoped = kernel.scoped,
	};

	return enforce_ruleset(scene, &set);
}

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
	.promise  = { ALLOWED },
	.needs	  = "lab",
	.bare	  = true,
	.variants = unix_types,
	.enforce  = deny_all_sockets,
	.witness  = witness_bind_tcp,
	.attempt  = pair,
	.source	  = NO_SOCKET_RIGHT);

/* A listener older than the sandbox; its client has sent the token. */
static int waiting_client(struct scene *scene, int type,
			  const struct sockaddr *own, socklen_t len)
{
	struct sockaddr_storage bound;
	socklen_t bound_len = sizeof(bound);

	scene->fd[0] = lasting_socket(own->sa_family, type, 0);
	scene->fd[1] = lasting_socket(own->sa_family, type, 0);
	if (bind(scene->fd[0], own, len) || listen(scene->fd[0], 1) ||
	    getsockname(scene->fd[0], (struct sockaddr *)&bound, &bound_len) ||
	    connect(scene->fd[1], (struct sockaddr *)&bound, bound_len) ||
	    send(scene->fd[1], lab_token, sizeof(lab_token), 0) < 0)
		return errno;
	return 0;
}

static int tcp_client(struct scene *scene)
{
	struct sockaddr_storage own;
	const socklen_t len = own_address(scene->variant->family, 0, &own);

	return waiting_client(scene, SOCK_STREAM, (struct sockaddr *)&own,
			      len);
}

static int unix_client(struct scene *scene)
{
	struct sockaddr_un own;
	const socklen_t len = unix_address("@", &own);

	return waiting_client(scene, scene->variant->family,
			      (struct sockaddr *)&own, len);
}

static int accept_client(struct scene *scene)
{
	const bool flags = scene->variant->arg;
	const int fd = flags ? accept4(scene->fd[0], NULL, NULL, SOCK_CLOEXEC) :
			       accept(scene->fd[0], NULL, NULL);
	int ret;

	if (fd < 0)
		return errno;
	ret = await_token(fd);
	close(fd);
	return ret;
}

static const struct variant ways_to_accept[] = {
	{ "", AF_INET },
	{ "ipv6", AF_INET6 },
	{ "accept4", AF_INET, true },
	{ NULL }
};

CASE("socket.accept.tcp",
	.claim	  = "accept(2) of a TCP connection",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ways_to_accept,
	.enforce  = deny_all_sockets,
	.scene	  = tcp_client,
	.witness  = witness_bind_tcp,
	.attempt  = accept_client,
	.source	  = NO_SOCKET_RIGHT);

static const struct variant unix_ways_to_accept[] = {
	{ "", SOCK_STREAM },
	{ "seqpacket", SOCK_SEQPACKET },
	{ "accept4", SOCK_STREAM, true },
	{ NULL }
};

CASE("socket.accept.unix",
	.claim	  = "accept(2) of a UNIX connection",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "lab",
	.bare	  = true,
	.variants = unix_ways_to_accept,
	.enforce  = deny_all_sockets,
	.scene	  = unix_client,
	.witness  = witness_bind_tcp,
	.attempt  = accept_client,
	.source	  = NO_SOCKET_RIGHT);

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
	sctp_peeloff_flags_arg_t peeloff = {
		.p_arg.associd = scene->value[0],
		.flags = SOCK_CLOEXEC,
	};
	const int option = scene->variant->arg;
	socklen_t len = option == SCTP_SOCKOPT_PEELOFF ?
		sizeof(peeloff.p_arg) : sizeof(peeloff);
	int ret;

	if (getsockopt(scene->fd[0], LEVEL_SCTP, option, &peeloff, &len) < 0)
		return errno;
	ret = echo_token(peeloff.p_arg.sd);
	close(peeloff.p_arg.sd);
	return ret;
}

static const struct variant ways_to_peel_off[] = {
	{ "", AF_INET, SCTP_SOCKOPT_PEELOFF },
	{ "flags", AF_INET, SCTP_SOCKOPT_PEELOFF_FLAGS },
	{ NULL }
};

CASE("socket.peeloff.sctp",
	.claim	  = "sctp_peeloff(3) of an association",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { ALLOWED },
	.labels	  = "reach-tcp",
	.needs	  = "peer-sctp",
	.bare	  = true,
	.variants = ways_to_peel_off,
	.enforce  = deny_all_sockets,
	.scene	  = associated,
	.witness  = witness_bind_tcp,
	.attempt  = peel_off,
	.source	  = NO_SOCKET_RIGHT);

/* Sockets of somebody outside: what is sent waits in the channel. */
static int socket_in_flight(struct scene *scene)
{
	const struct variant *const kind = scene->variant;
	const int fd = lasting_socket(kind->family, kind->arg, 0);
	const int ret = fd < 0 ? -fd :
		errno_of(socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fd)) ?:
		unix_pass(scene->fd[1], fd);

	close(fd);
	return ret;
}

static int receive_socket(struct scene *scene)
{
	const int fd = unix_receive(scene->fd[0]);
	int family = -1, type = -1;
	socklen_t len = sizeof(int);

	if (fd < 0)
		return -fd;
	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
	getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len);
	close(fd);
	return family == scene->variant->family &&
	       type == scene->variant->arg ? WORKED : NO_EFFECT;
}

static const struct variant kinds_to_receive[] = {
	{ "", AF_INET, SOCK_STREAM },
	{ "udp", AF_INET, SOCK_DGRAM },
	{ "unix", AF_UNIX, SOCK_STREAM },
	{ NULL }
};

CASE("socket.passing.scm_rights",
	.claim	  = "a socket received by SCM_RIGHTS",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "lab",
	.bare	  = true,
	.variants = kinds_to_receive,
	.enforce  = deny_all_sockets,
	.scene	  = socket_in_flight,
	.witness  = witness_bind_tcp,
	.attempt  = receive_socket,
	.source	  = NO_SOCKET_RIGHT);
