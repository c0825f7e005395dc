// SPDX-License-Identifier: GPL-2.0
/* Making sockets, which no right guards: what socket rules would change. */
#include <linux/netlink.h>
#include <netinet/in.h>

#include "landproof.h"

#define TCP_RIGHTS	(NET_BIND_TCP | NET_CONNECT_TCP)

/* The socket is there, and of the kind that was asked for. */
static int make(struct scene *scene, int family, int type, int protocol)
{
	const int fd = new_socket(family, type, protocol);
	int got = -1, ret = WORKED;
	socklen_t len = sizeof(got);

	(void)scene;
	if (fd < 0)
		return -fd;
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &got, &len) || got != family)
		ret = NO_EFFECT;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &got, &len) || got != type)
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

static int make_tcp(struct scene *scene)
{
	return make(scene, scene->variant->family, SOCK_STREAM, IPPROTO_TCP);
}

CASE("socket.create.tcp",
	.claim	  = "socket(2) of TCP",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.enforce  = deny_all_net,
	.witness  = witness_bind_tcp,
	.attempt  = make_tcp,
	.source	  = "security/landlock/net.c: no hook on socket_create");

static int make_udp(struct scene *scene)
{
	return make(scene, scene->variant->family, SOCK_DGRAM, IPPROTO_UDP);
}

CASE("socket.create.udp",
	.claim	  = "socket(2) of UDP",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.enforce  = deny_all_net,
	.witness  = witness_bind_tcp,
	.attempt  = make_udp,
	.source	  = "security/landlock/net.c: no hook on socket_create");

static int make_unix(struct scene *scene)
{
	return make(scene, AF_UNIX, scene->variant->arg, 0);
}

static const struct variant unix_types[] = {
	{ "", AF_UNIX, SOCK_STREAM },
	{ "dgram", AF_UNIX, SOCK_DGRAM },
	{ "seqpacket", AF_UNIX, SOCK_SEQPACKET },
	{ NULL }
};

CASE("socket.create.unix",
	.claim	  = "socket(2) of a UNIX socket",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.needs	  = "lab",
	.bare	  = true,
	.variants = unix_types,
	.enforce  = deny_all_net,
	.witness  = witness_bind_tcp,
	.attempt  = make_unix,
	.source	  = "security/landlock/net.c: no hook on socket_create");

static int make_netlink(struct scene *scene)
{
	return make(scene, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

CASE("socket.create.netlink",
	.claim	 = "socket(2) of a netlink socket",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#6",
	.needs	 = "lab",
	.bare	 = true,
	.enforce = deny_all_net,
	.witness = witness_bind_tcp,
	.attempt = make_netlink,
	.source	 = "security/landlock/net.c: no hook on socket_create");

static int make_raw(struct scene *scene)
{
	return make(scene, AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

CASE("socket.create.raw",
	.claim	 = "socket(2) of a raw socket, by root",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#50",
	.needs	 = "root lab",
	.bare	 = true,
	.root	 = true,
	.enforce = deny_all_net,
	.witness = witness_bind_tcp,
	.attempt = make_raw,
	.source	 = "security/landlock/net.c: no hook on socket_create");
