// SPDX-License-Identifier: GPL-2.0
/* UDP addresses without a family, too short, or of the other IP version. */
#include "addresses.h"

static int connect_peer(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_UDP, peer_address,
			call_connect });
}

static int send_to_peer(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_UDP, peer_address,
			call_sendto });
}

static int bind_free(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_FREE, own_address,
			call_bind });
}

static int bind_any(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_FREE, any_address,
			call_bind });
}

static const struct variant invalid[] = {
	INVALID_ADDRESSES,
	{ NULL }
};

CASE("net.udp.connect_invalid",
	.claim	  = "connect(2) with an address that is no UDP address: the stack's own error",
	.guard	  = NET(CONNECT_SEND_UDP),
	.promise  = { UNCHANGED },
	.extra	  = RULESET { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP) } },
	.needs	  = "lab",
	.bare	  = true,
	.variants = invalid,
	.witness  = witness_send_udp,
	.attempt  = connect_peer,
	.source	  = AS_STACK);

/* AF_UNSPEC is AF_INET on IPv4; on IPv6 it is net.udp.sendto_unspec_ipv6's. */
static const struct variant invalid_to_send[] = {
	INVALID_ADDRESSES,
	{ "none", AF_INET, NO_ADDRESS },
	{ "none_ipv6", AF_INET6, NO_ADDRESS },
	{ "unspec_short", AF_INET, SHAPE(AF_UNSPEC, 15) },
	{ "unspec_family", AF_INET, SHAPE(AF_UNSPEC, 2) },
	{ NULL }
};

CASE("net.udp.sendto_invalid",
	.claim	  = "sendto(2) with no address that UDP knows: the stack's own error",
	.guard	  = NET(CONNECT_SEND_UDP),
	.promise  = { UNCHANGED },
	.extra	  = RULESET { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP) } },
	.needs	  = "lab",
	.bare	  = true,
	.variants = invalid_to_send,
	.witness  = witness_send_udp,
	.attempt  = send_to_peer,
	.source	  = AS_STACK);

CASE("net.udp.bind_invalid",
	.claim	  = "bind(2) with an address that is no UDP address: the stack's own error",
	.guard	  = NET(BIND_UDP),
	.promise  = { UNCHANGED },
	.extra	  = RULESET { .net = NET_BIND_UDP, .rules = { PORT(LAB_FREE) } },
	.needs	  = "lab",
	.bare	  = true,
	.variants = invalid_to_bind,
	.witness  = witness_bind_udp,
	.attempt  = bind_free,
	.source	  = AS_STACK);

/*
 * A call that fails by itself takes no port, but it is the port that Landlock
 * speaks of (no public report was found: SECURITY.md).
 */
static const struct variant fails_unbound[] = {
	{ "", AF_INET, NO_ADDRESS, .op = send_to_peer },
	{ "ipv6", AF_INET6, NO_ADDRESS, .op = send_to_peer },
	{ "unix", AF_INET, SHAPE(AF_UNIX, 110), .op = connect_peer },
	{ "unix_ipv6", AF_INET6, SHAPE(AF_UNIX, 110), .op = connect_peer },
	{ NULL }
};

static int fail_unbound(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("net.udp.autobind_invalid",
	.claim	  = "a send or connect(2) without an address, and without a port: the stack's own error",
	.guard	  = NET(BIND_UDP),
	.promise  = { UNCHANGED },
	.labels	  = "unreported",
	.needs	  = "lab",
	.bare	  = true,
	.variants = fails_unbound,
	.witness  = witness_bind_udp,
	.attempt  = fail_unbound,
	.source	  = AS_STACK);

static const struct variant unspec[] = {
	{ "", AF_INET, SHAPE(AF_UNSPEC, sizeof(struct sockaddr_in)) },
	{ NULL }
};

CASE("net.udp.sendto_unspec",
	.claim	  = "sendto(2) of an IPv4 socket with AF_UNSPEC, which means AF_INET",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = unspec,
	.attempt  = send_to_peer,
	.source	  = "security/landlock/net.c: AF_UNSPEC of sendmsg(2) is AF_INET");

CASE("net.udp.bind_unspec",
	.claim	  = "bind(2) of an IPv4 UDP socket with AF_UNSPEC, which means AF_INET",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = unspec,
	.attempt  = bind_any,
	.source	  = "security/landlock/net.c: AF_UNSPEC of bind(2) is AF_INET");

static int connected_before(struct scene *scene)
{
	scene->fd[0] = lasting_socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	if (scene->fd[0] < 0)
		return -scene->fd[0];
	return connect_echo(scene->fd[0], AF_INET6, LAB_UDP);
}

/* For IPv6 sockets it means no address: the peer gets it. */
static int send_unspec_ipv6(struct scene *scene)
{
	const struct sockaddr_in6 to = { .sin6_family = AF_UNSPEC };

	return call_sendto(scene->fd[0], (struct sockaddr *)&to,
			   scene->variant->arg);
}

static const struct variant unspec_ipv6[] = {
	{ "", AF_INET6, sizeof(struct sockaddr_in6) },
	{ "family", AF_INET6, sizeof(sa_family_t) },
	{ NULL }
};

CASE("net.udp.sendto_unspec_ipv6",
	.claim	  = "sendto(2) of a connected IPv6 socket with AF_UNSPEC",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.extra	  = RULESET { .net = NET_CONNECT_SEND_UDP, .rules = { PORT(LAB_UDP) } },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = unspec_ipv6,
	.scene	  = connected_before,
	.attempt  = send_unspec_ipv6,
	.source	  = "uapi/linux/landlock.h: note on AF_UNSPEC and IPv6 UDP sockets");

CASE("net.udp.bind_other_family",
	.claim	  = "bind(2) to an address of the other IP version",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(DENY) | W(EXTRA),
	.extra	  = RULESET { .net = NET_BIND_UDP, .rules = { PORT(LAB_FREE) } },
	.needs	  = "lab ipv6",
	.bare	  = true,
	.variants = other_family,
	.control  = stack_says_eafnosupport,
	.witness  = witness_bind_udp,
	.attempt  = bind_free,
	.source	  = "security/landlock/net.c: EINVAL for a family that is not the socket's");

static const struct variant v6_on_v4[] = {
	{ "", AF_INET, SHAPE(AF_INET6, 28), .op = send_to_peer },
	{ "connect", AF_INET, SHAPE(AF_INET6, 28), .op = connect_peer },
	{ NULL }
};

static int send_or_connect(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("net.udp.v6_on_v4",
	.claim	  = "sendto(2) or connect(2) of an IPv4 UDP socket to an IPv6 address",
	.guard	  = NET(CONNECT_SEND_UDP),
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(DENY) | W(EXTRA),
	.extra	  = RULESET { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP) } },
	.needs	  = "lab ipv6",
	.bare	  = true,
	.variants = v6_on_v4,
	.control  = stack_says_eafnosupport,
	.witness  = witness_send_udp,
	.attempt  = send_or_connect,
	.source	  = "security/landlock/net.c: EINVAL for a family that is not the socket's");

/*
 * An IPv6 socket may send to an IPv4 address, its own port's rule says so, and
 * the answer is EINVAL (no public report was found: SECURITY.md).
 */
static const struct variant v4_on_v6[] = {
	{ "", AF_INET6, SHAPE(AF_INET, 16), .op = send_to_peer },
	{ "connect", AF_INET6, SHAPE(AF_INET, 16), .op = connect_peer },
	{ NULL }
};

CASE("net.udp.v4_on_v6",
	.claim	  = "an IPv6 UDP socket to an IPv4 address that a rule opens",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { ALLOWED },
	.worlds	  = W(CONTROL) | W(BYSTANDER) | W(DENY),
	.deny	  = { .net = NET_CONNECT_SEND_UDP, .rules = { PORT(LAB_UDP) } },
	.labels	  = "unreported",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = v4_on_v6,
	.witness  = witness_send_udp,
	.attempt  = send_or_connect,
	.source	  = "userspace-api/landlock: a rule grants its port; net/ipv6/udp.c: udpv6_sendmsg()");

CASE("net.udp.sendto_long",
	.claim	  = "sendto(2) with more bytes, or fewer, than the address usually has",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = long_address,
	.attempt  = send_to_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");
