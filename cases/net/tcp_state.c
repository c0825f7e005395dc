// SPDX-License-Identifier: GPL-2.0
/* TCP sockets that exist before the sandbox, and what stays free in it. */
#include <netinet/in.h>

#include "net.h"

static int socket_before(struct scene *scene)
{
	scene->fd[0] = lasting_socket(scene->variant->family, SOCK_STREAM,
				      IPPROTO_TCP);
	return scene->fd[0] < 0 ? -scene->fd[0] : 0;
}

static int connect_it(struct scene *scene)
{
	return connect_echo(scene->fd[0], scene->variant->family, LAB_TCP);
}

CASE("net.tcp.connect_old_socket",
	.claim	  = "connect(2) of a TCP socket that is older than the sandbox",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "reach-tcp",
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = socket_before,
	.attempt  = connect_it,
	.source	  = "userspace-api/landlock: the restriction is that of the calling thread");

static int bind_it(struct scene *scene)
{
	const int ret = bind_own(scene->fd[0], scene->variant->family,
				 LAB_FREE);

	if (ret)
		return ret;
	return local_port(scene->fd[0]) == lab_port(LAB_FREE) ? WORKED :
								NO_EFFECT;
}

CASE("net.tcp.bind_old_socket",
	.claim	  = "bind(2) of a TCP socket that is older than the sandbox",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "serve-tcp",
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = socket_before,
	.attempt  = bind_it,
	.source	  = "userspace-api/landlock: the restriction is that of the calling thread");

static int connected_before(struct scene *scene)
{
	return socket_before(scene) ?: connect_it(scene);
}

static int still_echoes(struct scene *scene)
{
	return echo_token(scene->fd[0]);
}

CASE("net.tcp.connected_before",
	.claim	  = "data on a TCP connection that is older than the sandbox",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { ALLOWED },
	.labels	  = "reach-tcp",
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = connected_before,
	.witness  = witness_connect_tcp,
	.attempt  = still_echoes,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_* are of bind(2) and connect(2)");

static int reconnect(struct scene *scene)
{
	return disconnect(scene->fd[0], sizeof(struct sockaddr_in)) ?:
	       connect_it(scene);
}

CASE("net.tcp.reconnect",
	.claim	  = "connect(2) again after the old connection is dissolved",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "reach-tcp",
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = connected_before,
	.attempt  = reconnect,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

/* What a listener accepts is a TCP socket like any other. */
static int reuse_accepted(struct scene *scene)
{
	const int fd = accept(scene->fd[0], NULL, NULL);
	int ret;

	if (fd < 0)
		return errno;
	ret = disconnect(fd, sizeof(struct sockaddr_in)) ?:
	      connect_echo(fd, AF_INET, LAB_TCP);
	close(fd);
	return ret;
}

CASE("net.tcp.accepted_reconnect",
	.claim	 = "connect(2) of an accepted socket after its connection is dissolved",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_TCP) },
	.labels	 = "reach-tcp",
	.needs	 = "peer-tcp",
	.bare	 = true,
	.scene	 = listener_with_client,
	.attempt = reuse_accepted,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

static int dissolve(struct scene *scene)
{
	struct sockaddr_storage to;
	socklen_t len = sizeof(to);
	const int ret = disconnect(scene->fd[0], sizeof(struct sockaddr_in6));

	if (ret)
		return ret;
	return getpeername(scene->fd[0], (struct sockaddr *)&to, &len) &&
	       errno == ENOTCONN ? WORKED : NO_EFFECT;
}

CASE("net.tcp.connect_unspec",
	.claim	  = "connect(2) with AF_UNSPEC, which dissolves a connection",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { ALLOWED },
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = connected_before,
	.witness  = witness_connect_tcp,
	.attempt  = dissolve,
	.source	  = "security/landlock/net.c: dissolving is dropping a privilege, always allowed");

static int dissolve_short(struct scene *scene)
{
	return disconnect(scene->fd[0], sizeof(sa_family_t));
}

CASE("net.tcp.connect_unspec_short",
	.claim	  = "connect(2) with AF_UNSPEC and nothing behind it",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { ALLOWED },
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = connected_before,
	.witness  = witness_connect_tcp,
	.attempt  = dissolve_short,
	.source	  = "landlock: Fix TCP handling of short AF_UNSPEC addresses (7.1, 6.12.92); connect(2): AF_UNSPEC");

/* The source port that connect(2) chooses is no bind(2). */
static int connect_peer(struct scene *scene)
{
	return stream_echo(scene->variant->family, IPPROTO_TCP, LAB_TCP);
}

CASE("net.tcp.connect_autobind",
	.claim	  = "connect(2) from a port that the kernel chooses",
	.guard	  = NET(BIND_TCP),
	.promise  = { ALLOWED },
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP, bind(2) alone");

static int bound_before(struct scene *scene)
{
	return socket_before(scene) ?:
	       bind_own(scene->fd[0], scene->variant->family, LAB_FREE);
}

static int listen_there(struct scene *scene)
{
	return errno_of(listen(scene->fd[0], 1)) ?:
	       self_echo(scene->fd[0], IPPROTO_TCP);
}

CASE("net.tcp.listen_bound_before",
	.claim	  = "listen(2) on a port that was bound before the sandbox",
	.guard	  = NET(BIND_TCP),
	.uses	  = NET(CONNECT_TCP),
	.promise  = { ALLOWED },
	.labels	  = "serve-tcp",
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = bound_before,
	.witness  = witness_bind_tcp,
	.attempt  = listen_there,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP, bind(2) alone");

/* The kernel binds a socket that listens without an address: no hook. */
static int listen_unbound(struct scene *scene)
{
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = errno_of(listen(fd, 1));
	if (!ret)
		ret = local_port(fd) > 0 ? self_echo(fd, IPPROTO_TCP) :
					   NO_EFFECT;
	close(fd);
	return ret;
}

CASE("net.tcp.listen_autobind",
	.claim	  = "listen(2) without bind(2), on a port that the kernel chooses",
	.guard	  = NET(BIND_TCP),
	.uses	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#15",
	.labels	  = "serve-tcp",
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = listen_unbound,
	.source	  = "security/landlock/net.c: no hook on socket_listen");
