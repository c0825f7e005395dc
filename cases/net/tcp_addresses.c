// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses that the network stack itself refuses, and those without a
 * family: Landlock must neither let them through nor answer in its stead.
 */
#include "addresses.h"

static int connect_peer(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			call_connect });
}

static int bind_free(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_FREE, own_address,
			call_bind });
}

static int bind_any(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_FREE, any_address,
			call_bind });
}

static int fastopen_peer(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			call_fastopen });
}

static const struct variant invalid[] = {
	INVALID_ADDRESSES,
	{ NULL }
};

CASE("net.tcp.connect_invalid",
	.claim	  = "connect(2) with an address that is no TCP address: the stack's own error",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { UNCHANGED },
	.extra	  = RULESET { .net = NET_CONNECT_TCP, .rules = { PORT(LAB_TCP) } },
	.needs	  = "lab",
	.bare	  = true,
	.variants = invalid,
	.witness  = witness_connect_tcp,
	.attempt  = connect_peer,
	.source	  = AS_STACK);

/* bind(2) knows AF_UNSPEC, if the socket is IPv4 and the address "any". */
const struct variant invalid_to_bind[] = {
	INVALID_ADDRESSES,
	{ "unspec", AF_INET, SHAPE(AF_UNSPEC, sizeof(struct sockaddr_in)) },
	{ "unspec_short", AF_INET, SHAPE(AF_UNSPEC, 15) },
	{ "unspec_family", AF_INET, SHAPE(AF_UNSPEC, 2) },
	{ "unspec_ipv6", AF_INET6, SHAPE(AF_UNSPEC, 28) },
	{ "unspec_ipv6_24", AF_INET6, SHAPE(AF_UNSPEC, 24) },
	{ "unspec_ipv6_23", AF_INET6, SHAPE(AF_UNSPEC, 23) },
	{ "unspec_ipv6_16", AF_INET6, SHAPE(AF_UNSPEC, 16) },
	{ NULL }
};

/*
 * Before "Fix TCP handling of short AF_UNSPEC addresses" (6.12.92) the answer
 * to AF_UNSPEC on IPv6 was EINVAL in the stack's stead: a bug, not a promise.
 */
CASE("net.tcp.bind_invalid",
	.claim	  = "bind(2) with an address that is no TCP address: the stack's own error",
	.guard	  = NET(BIND_TCP),
	.promise  = { UNCHANGED },
	.extra	  = RULESET { .net = NET_BIND_TCP, .rules = { PORT(LAB_FREE) } },
	.needs	  = "lab",
	.bare	  = true,
	.variants = invalid_to_bind,
	.witness  = witness_bind_tcp,
	.attempt  = bind_free,
	.source	  = AS_STACK);

static const struct variant invalid_to_open[] = {
	INVALID_ADDRESSES,
	{ "none", AF_INET, NO_ADDRESS },
	{ "none_ipv6", AF_INET6, NO_ADDRESS },
	{ "unspec", AF_INET, SHAPE(AF_UNSPEC, sizeof(struct sockaddr_in)) },
	{ "unspec_family", AF_INET, SHAPE(AF_UNSPEC, 2) },
	{ "unspec_ipv6", AF_INET6, SHAPE(AF_UNSPEC, 28) },
	{ NULL }
};

CASE("net.tcp.fastopen_invalid",
	.claim	  = "MSG_FASTOPEN with no address that TCP knows: the stack's own error",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { UNCHANGED },
	.extra	  = RULESET { .net = NET_CONNECT_TCP, .rules = { PORT(LAB_TCP) } },
	.needs	  = "lab",
	.bare	  = true,
	.variants = invalid_to_open,
	.witness  = witness_connect_tcp,
	.attempt  = fastopen_peer,
	.source	  = AS_STACK);

static const struct variant unspec[] = {
	{ "", AF_INET, SHAPE(AF_UNSPEC, sizeof(struct sockaddr_in)) },
	{ NULL }
};

CASE("net.tcp.bind_unspec",
	.claim	  = "bind(2) of an IPv4 socket with AF_UNSPEC, which means AF_INET",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = unspec,
	.attempt  = bind_any,
	.source	  = "security/landlock/net.c: AF_UNSPEC of bind(2) is AF_INET");

/*
 * An address of the other family, of the port that rules would open, in as
 * many bytes as either needs.  This error is Landlock's own.
 */
const struct variant other_family[] = {
	{ "", AF_INET6, SHAPE(AF_INET, sizeof(struct sockaddr_in6)) },
	{ "ipv6_on_ipv4", AF_INET,
	  SHAPE(AF_INET6, sizeof(struct sockaddr_in6)) },
	{ NULL }
};

int stack_says_eafnosupport(struct scene *scene)
{
	return refused_by_stack(scene->test->attempt(scene), EAFNOSUPPORT);
}

CASE("net.tcp.connect_other_family",
	.claim	  = "connect(2) to an address of the other IP version",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(DENY) | W(EXTRA),
	.extra	  = RULESET { .net = NET_CONNECT_TCP, .rules = { PORT(LAB_TCP) } },
	.needs	  = "lab ipv6",
	.bare	  = true,
	.variants = other_family,
	.control  = stack_says_eafnosupport,
	.witness  = witness_connect_tcp,
	.attempt  = connect_peer,
	.source	  = "security/landlock/net.c: EINVAL for a family that is not the socket's");

CASE("net.tcp.bind_other_family",
	.claim	  = "bind(2) to an address of the other IP version",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(DENY) | W(EXTRA),
	.extra	  = RULESET { .net = NET_BIND_TCP, .rules = { PORT(LAB_FREE) } },
	.needs	  = "lab ipv6",
	.bare	  = true,
	.variants = other_family,
	.control  = stack_says_eafnosupport,
	.witness  = witness_bind_tcp,
	.attempt  = bind_free,
	.source	  = "security/landlock/net.c: EINVAL for a family that is not the socket's");

/* A domain that handles the other right only has no say in it. */
CASE("net.tcp.connect_other_family_unhandled",
	.claim	  = "connect(2) to an address of the other IP version, where only bind(2) is handled",
	.guard	  = NET(BIND_TCP),
	.promise  = { UNCHANGED },
	.worlds	  = W(CONTROL) | W(DENY),
	.needs	  = "lab ipv6",
	.bare	  = true,
	.variants = other_family,
	.witness  = witness_bind_tcp,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: Backward and forward compatibility");

CASE("net.tcp.bind_other_family_unhandled",
	.claim	  = "bind(2) to an address of the other IP version, where only connect(2) is handled",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { UNCHANGED },
	.worlds	  = W(CONTROL) | W(DENY),
	.needs	  = "lab ipv6",
	.bare	  = true,
	.variants = other_family,
	.witness  = witness_connect_tcp,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: Backward and forward compatibility");

/* What lies behind an address is no part of it; RFC 2133 had it shorter. */
const struct variant long_address[] = {
	{ "", AF_INET, SHAPE(AF_INET, sizeof(struct sockaddr_storage)) },
	{ "28", AF_INET, SHAPE(AF_INET, sizeof(struct sockaddr_in6)) },
	{ "ipv6", AF_INET6, SHAPE(AF_INET6, sizeof(struct sockaddr_storage)) },
	{ "ipv6_24", AF_INET6, SHAPE(AF_INET6, 24) },
	{ NULL }
};

CASE("net.tcp.connect_long",
	.claim	  = "connect(2) with more bytes, or fewer, than the address usually has",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = long_address,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

CASE("net.tcp.bind_long",
	.claim	  = "bind(2) with more bytes, or fewer, than the address usually has",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = long_address,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");
