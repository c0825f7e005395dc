// SPDX-License-Identifier: GPL-2.0
/* IPv4 on IPv6 sockets: rules are on ports, whichever version carries them. */
#include <netinet/in.h>

#include "net.h"

static const struct variant ipv6_only[] = {
	{ "", AF_INET6 },
	{ NULL }
};

static int connect_mapped(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			0, 0, LAB_TCP, mapped_peer, call_connect });
}

CASE("net.tcp.connect_mapped",
	.claim	  = "connect(2) of an IPv6 socket to an IPv4 peer (::ffff:a.b.c.d)",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv6_only,
	.attempt  = connect_mapped,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

static int udp_connect_mapped(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			0, 0, LAB_UDP, mapped_peer, call_connect });
}

static int udp_send_mapped(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			0, 0, LAB_UDP, mapped_peer, call_sendto });
}

static int bind_mapped(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			0, 0, LAB_FREE, mapped_own, call_bind });
}

static int bind_any(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			0, 0, LAB_FREE, any_address, call_bind });
}

static int by_variant(struct scene *scene)
{
	return scene->variant->op(scene);
}

static const struct variant send_or_connect[] = {
	{ "", AF_INET6, .op = udp_send_mapped },
	{ "connect", AF_INET6, .op = udp_connect_mapped },
	{ NULL }
};

CASE("net.udp.send_mapped",
	.claim	  = "sendto(2) or connect(2) of an IPv6 UDP socket to an IPv4 peer (::ffff:a.b.c.d)",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = send_or_connect,
	.attempt  = by_variant,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

/* To "::", an IPv6 socket is bound to the port of either version. */
static const struct variant mapped_or_both[] = {
	{ "", AF_INET6, .op = bind_mapped },
	{ "both", AF_INET6, .op = bind_any },
	{ NULL }
};

CASE("net.tcp.bind_mapped",
	.claim	  = "bind(2) of an IPv6 socket to an IPv4 address, or to both versions",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = mapped_or_both,
	.attempt  = by_variant,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");

CASE("net.udp.bind_mapped",
	.claim	  = "bind(2) of an IPv6 UDP socket to an IPv4 address, or to both versions",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = mapped_or_both,
	.attempt  = by_variant,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_UDP");

/*
 * IPV6_ADDRFORM makes an IPv4 socket of an IPv6 one that has an IPv4 peer,
 * here before the sandbox.
 */
static int turned_into_ipv4(struct scene *scene)
{
	const bool tcp = guarded_type(scene) == SOCK_STREAM;
	struct sockaddr_storage to;
	const socklen_t len = mapped_peer(AF_INET6, tcp ? LAB_TCP : LAB_UDP,
					  &to);
	const int inet = AF_INET;

	scene->fd[0] = lasting_socket(AF_INET6, guarded_type(scene), 0);
	return call_connect(scene->fd[0], (struct sockaddr *)&to, len) ?:
	       errno_of(setsockopt(scene->fd[0], IPPROTO_IPV6, IPV6_ADDRFORM,
				   &inet, sizeof(inet))) ?:
	       disconnect(scene->fd[0], sizeof(struct sockaddr_in));
}

static int connect_turned(struct scene *scene)
{
	return connect_echo(scene->fd[0], AF_INET, LAB_TCP);
}

CASE("net.tcp.addrform",
	.claim	  = "connect(2) of a socket that was IPv6 and is IPv4 (IPV6_ADDRFORM)",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv6_only,
	.scene	  = turned_into_ipv4,
	.attempt  = connect_turned,
	.source	  = "ipv6(7): IPV6_ADDRFORM; userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

static int send_turned(struct scene *scene)
{
	return udp_send_echo(scene->fd[0], AF_INET, LAB_UDP);
}

CASE("net.udp.addrform",
	.claim	  = "sendto(2) of a socket that was IPv6 and is IPv4 (IPV6_ADDRFORM)",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = ipv6_only,
	.scene	  = turned_into_ipv4,
	.attempt  = send_turned,
	.source	  = "ipv6(7): IPV6_ADDRFORM; userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");
