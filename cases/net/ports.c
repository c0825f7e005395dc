// SPDX-License-Identifier: GPL-2.0
/* Which numbers are ports, and what port 0 stands for: TCP and UDP alike. */
#include <netinet/in.h>

#include "net.h"

#define DOC_PORT_ZERO \
	"uapi/linux/landlock.h: struct landlock_net_port_attr, port 0"

static const struct variant reuse[] = {
	{ "", AF_INET, SO_REUSEADDR },
	{ "port", AF_INET, SO_REUSEPORT },
	{ NULL }
};

static int bind_sharing(struct scene *scene, int fd)
{
	struct sockaddr_storage own;
	const socklen_t len = own_address(AF_INET, LAB_SHARED, &own);
	const int one = 1;

	setsockopt(fd, SOL_SOCKET, scene->variant->arg, &one, sizeof(one));
	return errno_of(bind(fd, (struct sockaddr *)&own, len));
}

/* The first one is there before the sandbox; the second shares its port. */
static int bound_and_shared(struct scene *scene)
{
	scene->fd[0] = lasting_socket(AF_INET, guarded_type(scene), 0);
	/* Sockets share a port with those of their own user only. */
	if (fchown(scene->fd[0], subject_uid(), subject_gid()))
		return errno;
	return bind_sharing(scene, scene->fd[0]);
}

static int bind_shared(struct scene *scene)
{
	const int fd = new_socket(AF_INET, guarded_type(scene), 0);
	int ret;

	if (fd < 0)
		return -fd;
	ret = bind_sharing(scene, fd);
	if (!ret && local_port(fd) != lab_port(LAB_SHARED))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

CASE("net.tcp.bind_shared",
	.claim	  = "bind(2) to a TCP port that another socket shares",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_SHARED) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = reuse,
	.scene	  = bound_and_shared,
	.attempt  = bind_shared,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");

CASE("net.udp.bind_shared",
	.claim	  = "bind(2) to a UDP port that another socket shares",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_SHARED) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = reuse,
	.scene	  = bound_and_shared,
	.attempt  = bind_shared,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_UDP");

/*
 * One port asked of the kernel as "any": documented (UAPI, port 0).  Another
 * socket may have it, which no reservation can prevent: then the next one.
 */
static int call_bind_one_of_one(int fd, const struct sockaddr *own,
				socklen_t len)
{
	int port, ret = 0;

	for (port = LAB_EPHEMERAL + 1; port < LAB_EPHEMERAL + 9; port++) {
		ret = choose_only(fd, port) ?: call_bind(fd, own, len);
		if (ret != EADDRINUSE)
			break;
	}
	return ret ?: (local_port(fd) == port ? WORKED : NO_EFFECT);
}

static int try_one_of_one(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			0, 0, 0, own_address, call_bind_one_of_one });
}

static int bind_one_of_one(struct scene *scene)
{
	const int ret = try_one_of_one(scene);

	return ret == ENOPROTOOPT ?
		cannot(scene, "IP_LOCAL_PORT_RANGE (Linux 6.3)") : ret;
}

CASE("net.tcp.bind_zero_range",
	.claim	  = "bind(2) to a port of one's choice by a rule for port 0 (IP_LOCAL_PORT_RANGE)",
	.guard	  = NET(BIND_TCP),
	.promise  = { OPEN },
	.gap	  = "documented: port 0 is any port that the socket may choose",
	.deny	  = { .net = NET_BIND_TCP, .rules = { PORT(0) } },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = bind_one_of_one,
	.source	  = DOC_PORT_ZERO);

CASE("net.udp.bind_zero_range",
	.claim	  = "bind(2) to a UDP port of one's choice by a rule for port 0 (IP_LOCAL_PORT_RANGE)",
	.guard	  = NET(BIND_UDP),
	.promise  = { OPEN },
	.gap	  = "documented: port 0 is any port that the socket may choose",
	.deny	  = { .net = NET_BIND_UDP, .rules = { PORT(0) } },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_udp,
	.attempt  = bind_one_of_one,
	.source	  = DOC_PORT_ZERO);

/* A rule for port 0 is for the port 0; a named port needs one of its own. */
static int bind_ephemeral(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			0, 0, LAB_EPHEMERAL, own_address, call_bind });
}

CASE("net.tcp.bind_ephemeral",
	.claim	  = "bind(2) to the number of an ephemeral port by a rule for port 0",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .net = NET_BIND_TCP, .rules = { PORT(0) } },
	.grant	  = { PORT(LAB_EPHEMERAL) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_ephemeral,
	.source	  = DOC_PORT_ZERO);

CASE("net.udp.bind_ephemeral",
	.claim	  = "bind(2) to the number of an ephemeral UDP port by a rule for port 0",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .net = NET_BIND_UDP, .rules = { PORT(0) } },
	.grant	  = { PORT(LAB_EPHEMERAL) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_ephemeral,
	.source	  = DOC_PORT_ZERO);

static const struct variant edges[] = {
	{ "", AF_INET, 1024 },
	{ "32767", AF_INET, 32767 },
	{ "32768", AF_INET, LAB_FIRST_EPHEMERAL },
	{ "65535", AF_INET, 65535 },
	{ NULL }
};

static int edge_port(struct scene *scene)
{
	const int port = scene->variant->arg;
	const struct ruleset layers[] = {
		{ .net = scene->test->guard.net,
		  .rules = { PORT(scene->world == WORLD_GRANT ? port :
				  port - 1) } },
		{ 0 },
	};

	return enforce_layers(scene, layers);
}

static int bind_edge(struct scene *scene)
{
	return bind_port(AF_INET, guarded_type(scene), 0, scene->variant->arg);
}

CASE("net.tcp.bind_edges",
	.claim	  = "bind(2) to the ports at which number ranges end",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(DENY) | W(GRANT) | W(INHERITED),
	.enforce  = edge_port,
	.needs	  = "lab",
	.bare	  = true,
	.variants = edges,
	.attempt  = bind_edge,
	.source	  = "uapi/linux/landlock.h: struct landlock_net_port_attr");

CASE("net.udp.bind_edges",
	.claim	  = "bind(2) of a UDP socket to the ports at which number ranges end",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.worlds	  = W(CONTROL) | W(DENY) | W(GRANT) | W(INHERITED),
	.enforce  = edge_port,
	.needs	  = "lab",
	.bare	  = true,
	.variants = edges,
	.attempt  = bind_edge,
	.source	  = "uapi/linux/landlock.h: struct landlock_net_port_attr");

static int bind_privileged(struct scene *scene)
{
	return bind_port(AF_INET, guarded_type(scene), 0, 1023);
}

CASE("net.tcp.bind_privileged",
	.claim	 = "bind(2) of root to a privileged port",
	.guard	 = NET(BIND_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(1023) },
	.needs	 = "root lab",
	.bare	 = true,
	.root	 = true,
	.attempt = bind_privileged,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");

CASE("net.udp.bind_privileged",
	.claim	 = "bind(2) of root to a privileged UDP port",
	.guard	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(1023) },
	.needs	 = "root lab",
	.bare	 = true,
	.root	 = true,
	.attempt = bind_privileged,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_UDP");
