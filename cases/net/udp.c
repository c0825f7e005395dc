// SPDX-License-Identifier: GPL-2.0
/* UDP rules, ABI 10: the ways to bind, to connect and to send. */
#include <netinet/in.h>

#include "net.h"

static int bind_free(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_FREE, own_address,
			call_bind });
}

CASE("net.udp.bind",
	.claim	  = "bind(2) of a UDP socket",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "serve-udp",
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_UDP");

static int bind_zero(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, 0, own_address, call_bind });
}

CASE("net.udp.bind_port_zero",
	.claim	  = "bind(2) of a UDP socket to port 0, any free one",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_zero,
	.source	  = "uapi/linux/landlock.h: struct landlock_net_port_attr, port 0");

static int connect_peer(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_UDP, peer_address,
			call_connect });
}

CASE("net.udp.connect",
	.claim	  = "connect(2) of a UDP socket",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

static int send_to_peer(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_UDP, peer_address,
			call_sendto });
}

CASE("net.udp.sendto",
	.claim	  = "sendto(2) of a datagram to an address",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = send_to_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

/* Nobody has port 0: the stack refuses it when the sandbox does not. */
static int call_sendto_nobody(int fd, const struct sockaddr *to, socklen_t len)
{
	return refused_by_stack(call_sendto(fd, to, len), EINVAL);
}

static int send_to_zero(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, 0, peer_address,
			call_sendto_nobody });
}

CASE("net.udp.sendto_port_zero",
	.claim	  = "sendto(2) to port 0, where nobody can be",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = send_to_zero,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

/*
 * An address of its own overrides the connection's.  The echo of another peer
 * does not reach a connected socket, so it is sent once more without.
 */
static int call_elsewhere(int fd, const struct sockaddr *other, socklen_t len)
{
	return connect_echo(fd, other->sa_family, LAB_UDP_OTHER) ?:
	       (sendto(fd, lab_token, sizeof(lab_token), 0, other, len) < 0 ?
			errno : WORKED) ?:
	       disconnect(fd, sizeof(sa_family_t)) ?:
	       call_sendto(fd, other, len);
}

static int send_elsewhere(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_UDP, peer_address,
			call_elsewhere });
}

CASE("net.udp.sendto_connected",
	.claim	  = "sendto(2) of a connected socket to another port than its peer's",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP_OTHER) } },
	.allow	  = { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP), PORT(LAB_UDP_OTHER) } },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = send_elsewhere,
	.source	  = "uapi/linux/landlock.h: CONNECT_SEND_UDP, ignoring any pre-set destination");
