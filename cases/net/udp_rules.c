// SPDX-License-Identifier: GPL-2.0
/* Which rule grants what: ports, rights and layers of UDP rules. */
#include <netinet/in.h>

#include "net.h"

static int send_to_peer(struct scene *scene)
{
	const int fd = new_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	ret = udp_send_echo(fd, AF_INET, LAB_UDP);
	close(fd);
	return ret;
}

static int bind_free(struct scene *scene)
{
	(void)scene;
	return bind_port(AF_INET, SOCK_DGRAM, IPPROTO_UDP, LAB_FREE);
}

/* Every right but the one that counts, and that one for every port but this. */
CASE("net.udp.sendto_by_other_rules",
	.claim	 = "sendto(2) to a port that rules open for anything else",
	.guard	 = NET(CONNECT_SEND_UDP),
	.uses	 = { .net = NET_BIND_UDP | TCP_RIGHTS },
	.promise = { DENIED(EACCES) },
	.deny	 = { .net = TCP_RIGHTS | UDP_RIGHTS,
		     .rules = { PORT(LAB_UDP, .access = NET_BIND_UDP |
						       TCP_RIGHTS),
				PORT(LAB_UDP_OTHER, .access = UDP_RIGHTS),
				PORT(0, .access = UDP_RIGHTS),
				PORT(LAB_UDP - 1, .access = UDP_RIGHTS) } },
	.allow	 = { .net = TCP_RIGHTS | UDP_RIGHTS,
		     .rules = { PORT(LAB_UDP, .access = NET_CONNECT_SEND_UDP),
				PORT(0, .access = NET_BIND_UDP) } },
	.needs	 = "peer-udp",
	.bare	 = true,
	.attempt = send_to_peer,
	.source	 = "userspace-api/landlock: rule's allowed_access");

CASE("net.udp.bind_by_other_rules",
	.claim	 = "bind(2) of a UDP socket to a port that rules open for anything else",
	.guard	 = NET(BIND_UDP),
	.uses	 = { .net = NET_CONNECT_SEND_UDP | TCP_RIGHTS },
	.promise = { DENIED(EACCES) },
	.deny	 = { .net = TCP_RIGHTS | UDP_RIGHTS,
		     .rules = { PORT(LAB_FREE, .access = NET_CONNECT_SEND_UDP |
							TCP_RIGHTS),
				PORT(LAB_FREE_OTHER, .access = UDP_RIGHTS),
				PORT(0, .access = UDP_RIGHTS) } },
	.allow	 = { .net = TCP_RIGHTS | UDP_RIGHTS,
		     .rules = { PORT(LAB_FREE, .access = NET_BIND_UDP) } },
	.needs	 = "lab",
	.bare	 = true,
	.attempt = bind_free,
	.source	 = "userspace-api/landlock: rule's allowed_access");

static int tcp_connect_peer(struct scene *scene)
{
	(void)scene;
	return stream_echo(AF_INET, IPPROTO_TCP, LAB_TCP);
}

CASE("net.tcp.connect_by_udp_rule",
	.claim	 = "TCP connect(2) to a port that rules open for UDP",
	.guard	 = NET(CONNECT_TCP),
	.uses	 = { .net = NET_BIND_TCP | UDP_RIGHTS },
	.covers	 = "net.connect_send_udp",
	.promise = { DENIED(EACCES) },
	.deny	 = { .net = TCP_RIGHTS | UDP_RIGHTS,
		     .rules = { PORT(LAB_TCP, .access = UDP_RIGHTS |
						       NET_BIND_TCP) } },
	.allow	 = { .net = TCP_RIGHTS | UDP_RIGHTS,
		     .rules = { PORT(LAB_TCP, .access = NET_CONNECT_TCP) } },
	.needs	 = "peer-tcp",
	.bare	 = true,
	.attempt = tcp_connect_peer,
	.source	 = "userspace-api/landlock: rule's allowed_access");

CASE("net.udp.sendto_layers",
	.claim	 = "sendto(2) to a port that one of three layers denies",
	.guard	 = NET(CONNECT_SEND_UDP),
	.uses	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) |
		   W(INHERITED) | W(EXTRA),
	.enforce = one_of_three_layers,
	.needs	 = "peer-udp",
	.bare	 = true,
	.attempt = send_to_peer,
	.source	 = "userspace-api/landlock: Layers of file path access rights");

CASE("net.udp.bind_layers",
	.claim	 = "bind(2) of a UDP socket to a port that one of three layers denies",
	.guard	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) |
		   W(INHERITED) | W(EXTRA),
	.enforce = one_of_three_layers,
	.needs	 = "lab",
	.bare	 = true,
	.attempt = bind_free,
	.source	 = "userspace-api/landlock: Layers of file path access rights");
