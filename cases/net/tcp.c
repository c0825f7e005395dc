// SPDX-License-Identifier: GPL-2.0
/* TCP rules against ordinary TCP sockets. */
#include <netinet/in.h>

#include "landproof.h"

static int connect_peer(struct scene *scene)
{
	return stream_echo(scene->variant->family, IPPROTO_TCP, LAB_TCP);
}

CASE("net.tcp.connect",
	.claim	  = "connect(2) of a TCP socket",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.needs	  = "peer-tcp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

static int bind_free(struct scene *scene)
{
	return bind_port(scene->variant->family, SOCK_STREAM, IPPROTO_TCP,
			 LAB_FREE);
}

CASE("net.tcp.bind",
	.claim	  = "bind(2) of a TCP socket",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");
