// SPDX-License-Identifier: GPL-2.0
/* The port that UDP takes by itself is asked for like bind(2) to port 0. */
#include <netinet/in.h>

#include "net.h"

static int by_sendto(struct scene *scene)
{
	return udp_send_echo(scene->fd[0], scene->variant->family, LAB_UDP);
}

static int by_connect(struct scene *scene)
{
	return connect_echo(scene->fd[0], scene->variant->family, LAB_UDP);
}

static const struct variant first_use[] = {
	{ "", AF_INET, .op = by_sendto },
	{ "ipv6", AF_INET6, .op = by_sendto },
	{ "connect", AF_INET, .op = by_connect },
	{ "connect_ipv6", AF_INET6, .op = by_connect },
	{ NULL }
};

static int unbound(struct scene *scene)
{
	scene->fd[0] = lasting_socket(scene->variant->family, SOCK_DGRAM,
				      IPPROTO_UDP);
	return scene->fd[0] < 0 ? -scene->fd[0] : 0;
}

static int first_datagram(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("net.udp.autobind",
	.claim	  = "the first datagram or connect(2) of a UDP socket without a port",
	.guard	  = NET(BIND_UDP),
	.uses	  = NET(CONNECT_SEND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.labels	  = "serve-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = first_use,
	.scene	  = unbound,
	.attempt  = first_datagram,
	.source	  = "uapi/linux/landlock.h: note on auto-binding of UDP sockets");

/* With both rights handled, a rule for the destination is not enough. */
CASE("net.udp.autobind_with_destination",
	.claim	  = "the first datagram or connect(2) of a UDP socket without a port, when a rule opens the destination",
	.guard	  = NET(BIND_UDP),
	.uses	  = NET(CONNECT_SEND_UDP),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .net = UDP_RIGHTS,
		      .rules = { PORT(LAB_UDP,
				      .access = NET_CONNECT_SEND_UDP),
				 PORT(LAB_FREE, .access = NET_BIND_UDP),
				 PORT(LAB_UDP, .access = NET_BIND_UDP) } },
	.allow	  = { .net = UDP_RIGHTS,
		      .rules = { PORT(LAB_UDP,
				      .access = NET_CONNECT_SEND_UDP),
				 PORT(0, .access = NET_BIND_UDP) } },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = first_use,
	.scene	  = unbound,
	.attempt  = first_datagram,
	.source	  = "uapi/linux/landlock.h: note on auto-binding of UDP sockets");

static int bind_then_use(struct scene *scene)
{
	return bind_own(scene->fd[0], scene->variant->family, LAB_FREE) ?:
	       scene->variant->op(scene);
}

/* The destination's rule may be wrong, the port's is right: one layer each. */
CASE("net.udp.bound_then_send",
	.claim	  = "a datagram or connect(2) from a port that a rule opens",
	.guard	  = { .net = UDP_RIGHTS },
	.promise  = { DENIED(EACCES) },
	.deny	  = { .net = UDP_RIGHTS,
		      .rules = { PORT(LAB_FREE, .access = NET_BIND_UDP),
				 PORT(LAB_UDP_OTHER,
				      .access = NET_CONNECT_SEND_UDP),
				 PORT(0, .access = UDP_RIGHTS) } },
	.allow	  = { .net = UDP_RIGHTS,
		      .rules = { PORT(LAB_FREE, .access = NET_BIND_UDP),
				 PORT(LAB_UDP,
				      .access = NET_CONNECT_SEND_UDP) } },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = first_use,
	.scene	  = unbound,
	.attempt  = bind_then_use,
	.source	  = "uapi/linux/landlock.h: note on auto-binding of UDP sockets");

static int autobound(struct scene *scene)
{
	return unbound(scene) ?: by_sendto(scene);
}

CASE("net.udp.autobound_before",
	.claim	  = "datagrams from a port that the kernel chose before the sandbox",
	.guard	  = NET(BIND_UDP),
	.promise  = { ALLOWED },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = first_use,
	.scene	  = autobound,
	.witness  = witness_bind_udp,
	.attempt  = first_datagram,
	.source	  = "uapi/linux/landlock.h: note on auto-binding of UDP sockets");

/* A port that the kernel chose goes back to it when the peer is dissolved. */
static int autobound_by_connect(struct scene *scene)
{
	int ret = unbound(scene);

	/* Port 0 is the kernel's choice, too. */
	if (!ret && scene->variant->arg)
		ret = bind_own(scene->fd[0], scene->variant->family, 0);
	return ret ?: by_connect(scene);
}

static const struct variant second_use[] = {
	{ "", AF_INET, .op = by_sendto },
	{ "ipv6", AF_INET6, .op = by_sendto },
	{ "connect", AF_INET, .op = by_connect },
	{ "connect_ipv6", AF_INET6, .op = by_connect },
	{ "bound_to_zero", AF_INET, true, .op = by_sendto },
	{ NULL }
};

static int lose_port(struct scene *scene)
{
	const int ret = disconnect(scene->fd[0], sizeof(struct sockaddr_in6));

	if (ret)
		return ret;
	if (local_port(scene->fd[0]) != 0)
		return cannot(scene, "a port that connect(AF_UNSPEC) gives back");
	return scene->variant->op(scene);
}

CASE("net.udp.autobind_again",
	.claim	  = "a datagram or connect(2) after connect(AF_UNSPEC) gave the port back",
	.guard	  = NET(BIND_UDP),
	.uses	  = NET(CONNECT_SEND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = second_use,
	.scene	  = autobound_by_connect,
	.attempt  = lose_port,
	.source	  = "uapi/linux/landlock.h: note on auto-binding of UDP sockets");

/* One that was asked for is kept. */
static int bound_and_connected(struct scene *scene)
{
	return unbound(scene) ?:
	       bind_own(scene->fd[0], scene->variant->family, LAB_FREE) ?:
	       by_connect(scene);
}

static int keep_port(struct scene *scene)
{
	return disconnect(scene->fd[0], sizeof(struct sockaddr_in6)) ?:
	       (local_port(scene->fd[0]) == lab_port(LAB_FREE) ?
			scene->variant->op(scene) : NO_EFFECT);
}

CASE("net.udp.port_kept",
	.claim	  = "a datagram or connect(2) after connect(AF_UNSPEC) that left the port of bind(2)",
	.guard	  = NET(BIND_UDP),
	.promise  = { ALLOWED },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = first_use,
	.scene	  = bound_and_connected,
	.witness  = witness_bind_udp,
	.attempt  = keep_port,
	.source	  = "uapi/linux/landlock.h: note on auto-binding of UDP sockets");
