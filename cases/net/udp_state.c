// SPDX-License-Identifier: GPL-2.0
/* UDP sockets that exist before the sandbox, and what stays free in it. */
#include <netinet/in.h>
#include <poll.h>

#include "net.h"

static int socket_before(struct scene *scene)
{
	scene->fd[0] = lasting_socket(scene->variant->family, SOCK_DGRAM,
				      IPPROTO_UDP);
	return scene->fd[0] < 0 ? -scene->fd[0] : 0;
}

static int connected_before(struct scene *scene)
{
	return socket_before(scene) ?:
	       connect_echo(scene->fd[0], scene->variant->family, LAB_UDP);
}

static int still_echoes(struct scene *scene)
{
	return echo_token(scene->fd[0]);
}

CASE("net.udp.connected_before",
	.claim	  = "send(2) on a UDP socket that was connected before the sandbox",
	.guard	  = { .net = UDP_RIGHTS },
	.promise  = { ALLOWED },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = connected_before,
	.witness  = witness_send_udp,
	.attempt  = still_echoes,
	.source	  = "uapi/linux/landlock.h: CONNECT_SEND_UDP, a remote port or an explicit one");

static int send_with_address(struct scene *scene)
{
	return udp_send_echo(scene->fd[0], scene->variant->family, LAB_UDP);
}

CASE("net.udp.sendto_old_socket",
	.claim	  = "sendto(2) by a socket connected to that very port before the sandbox",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = connected_before,
	.attempt  = send_with_address,
	.source	  = "uapi/linux/landlock.h: CONNECT_SEND_UDP, ignoring any pre-set destination");

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

CASE("net.udp.connect_unspec",
	.claim	  = "connect(2) with AF_UNSPEC, which forgets the peer",
	.guard	  = { .net = UDP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = connected_before,
	.witness  = witness_send_udp,
	.attempt  = dissolve,
	.source	  = "security/landlock/net.c: dissolving is dropping a privilege, always allowed");

/* No peer and no port: nothing to forget, and no port is taken for it. */
CASE("net.udp.connect_unspec_unbound",
	.claim	  = "connect(2) with AF_UNSPEC on a socket that never had a peer",
	.guard	  = { .net = UDP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = socket_before,
	.witness  = witness_bind_udp,
	.attempt  = dissolve,
	.source	  = "security/landlock/net.c: connect(AF_UNSPEC) should never be restricted");

static int bound_before(struct scene *scene)
{
	return socket_before(scene) ?:
	       bind_own(scene->fd[0], scene->variant->family, LAB_FREE);
}

/* Somebody outside, who sends when told to. */
static int bound_with_sender(struct scene *scene)
{
	struct sockaddr_storage own;
	const socklen_t len = own_address(scene->variant->family, LAB_FREE,
					  &own);
	const int error = bound_before(scene);
	pid_t pid;

	if (error)
		return error;
	meeting_init(scene);
	pid = scene_fork(scene);
	if (pid == 0) {
		const int fd = new_socket(scene->variant->family, SOCK_DGRAM,
					  IPPROTO_UDP);

		_exit(await(scene, 0) ||
		      sendto(fd, lab_token, sizeof(lab_token), 0,
			     (struct sockaddr *)&own, len) < 0);
	}
	return pid < 0 ? errno : 0;
}

static int receive(struct scene *scene)
{
	wake(scene, 0);
	return await_token(scene->fd[0]);
}

CASE("net.udp.receive",
	.claim	  = "a datagram from outside, on a port bound before the sandbox",
	.guard	  = { .net = UDP_RIGHTS },
	.promise  = { ALLOWED },
	.labels	  = "serve-udp",
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = bound_with_sender,
	.witness  = witness_bind_udp,
	.attempt  = receive,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_*_UDP are of bind(2), connect(2), send*(2)");

static int bind_connect_and_send(struct scene *scene)
{
	const int family = scene->variant->family;

	return bind_own(scene->fd[0], family, LAB_FREE) ?:
	       connect_echo(scene->fd[0], family, LAB_UDP) ?:
	       udp_send_echo(scene->fd[0], family, LAB_UDP);
}

CASE("net.udp.in_tcp_domain",
	.claim	  = "UDP where both TCP rights are denied",
	.guard	  = { .net = TCP_RIGHTS },
	.uses	  = { .net = UDP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = socket_before,
	.witness  = witness_bind_tcp,
	.attempt  = bind_connect_and_send,
	.source	  = "userspace-api/landlock: TCP rights are of TCP sockets");

static int tcp_both(struct scene *scene)
{
	const int family = scene->variant->family;

	return bind_port(family, SOCK_STREAM, IPPROTO_TCP, LAB_FREE) ?:
	       stream_echo(family, IPPROTO_TCP, LAB_TCP);
}

CASE("net.tcp.in_udp_domain",
	.claim	  = "TCP where both UDP rights are denied",
	.guard	  = { .net = UDP_RIGHTS },
	.uses	  = { .net = TCP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_udp,
	.attempt  = tcp_both,
	.source	  = "userspace-api/landlock: UDP rights are of UDP sockets");
