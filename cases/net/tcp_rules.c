// SPDX-License-Identifier: GPL-2.0
/* Which rule grants what: ports, rights and layers of TCP rules. */
#include <netinet/in.h>

#include "net.h"

static int connect_peer(struct scene *scene)
{
	(void)scene;
	return stream_echo(AF_INET, IPPROTO_TCP, LAB_TCP);
}

static int bind_free(struct scene *scene)
{
	(void)scene;
	return bind_port(AF_INET, SOCK_STREAM, IPPROTO_TCP, LAB_FREE);
}

CASE("net.tcp.connect_by_bind_rule",
	.claim	 = "connect(2) to a port that a rule opens for bind(2) only",
	.guard	 = NET(CONNECT_TCP),
	.uses	 = NET(BIND_TCP),
	.promise = { DENIED(EACCES) },
	.deny	 = { .net = TCP_RIGHTS,
		     .rules = { PORT(LAB_TCP, .access = NET_BIND_TCP),
				PORT(0, .access = TCP_RIGHTS) } },
	.allow	 = { .net = TCP_RIGHTS,
		     .rules = { PORT(LAB_TCP, .access = NET_CONNECT_TCP) } },
	.needs	 = "peer-tcp",
	.bare	 = true,
	.attempt = connect_peer,
	.source	 = "userspace-api/landlock: rule's allowed_access");

CASE("net.tcp.bind_by_connect_rule",
	.claim	 = "bind(2) to a port that a rule opens for connect(2) only",
	.guard	 = NET(BIND_TCP),
	.uses	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.deny	 = { .net = TCP_RIGHTS,
		     .rules = { PORT(LAB_FREE, .access = NET_CONNECT_TCP),
				PORT(0, .access = TCP_RIGHTS) } },
	.allow	 = { .net = TCP_RIGHTS,
		     .rules = { PORT(LAB_FREE, .access = NET_BIND_TCP) } },
	.needs	 = "lab",
	.bare	 = true,
	.attempt = bind_free,
	.source	 = "userspace-api/landlock: rule's allowed_access");

/* A port with one of its two bytes changed is another port. */
CASE("net.tcp.connect_other_port",
	.claim	 = "connect(2) to a port when rules open its neighbours",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.deny	 = { .net = NET_CONNECT_TCP,
		     .rules = { PORT(LAB_PLAIN_TCP), PORT(LAB_MPTCP), PORT(0),
				PORT(65535), PORT(LAB_TCP - 256),
				PORT(LAB_TCP & 0xff) } },
	.allow	 = { .net = NET_CONNECT_TCP,
		     .rules = { PORT(LAB_PLAIN_TCP), PORT(LAB_TCP),
				PORT(LAB_MPTCP), PORT(65535) } },
	.needs	 = "peer-tcp",
	.bare	 = true,
	.attempt = connect_peer,
	.source	 = "uapi/linux/landlock.h: struct landlock_net_port_attr");

CASE("net.tcp.bind_other_port",
	.claim	 = "bind(2) to a port when rules open its neighbours and port 0",
	.guard	 = NET(BIND_TCP),
	.promise = { DENIED(EACCES) },
	.deny	 = { .net = NET_BIND_TCP,
		     .rules = { PORT(LAB_FREE - 1), PORT(LAB_FREE_OTHER),
				PORT(0), PORT(65535), PORT(LAB_FREE - 256),
				PORT(LAB_FREE & 0xff) } },
	.allow	 = { .net = NET_BIND_TCP,
		     .rules = { PORT(LAB_FREE - 1), PORT(LAB_FREE),
				PORT(LAB_FREE_OTHER), PORT(65535) } },
	.needs	 = "lab",
	.bare	 = true,
	.attempt = bind_free,
	.source	 = "uapi/linux/landlock.h: struct landlock_net_port_attr");

/* The number in the rule is the host's, not the wire's. */
static int swapped_port(struct scene *scene)
{
	const int port = lab_port(LAB_TCP);
	const struct ruleset layers[] = {
		{ .net = NET_CONNECT_TCP,
		  .rules = { PORT(scene->world == WORLD_GRANT ? port :
				  __builtin_bswap16(port)) } },
		{ 0 },
	};

	return enforce_layers(scene, layers);
}

CASE("net.tcp.port_endianness",
	.claim	 = "a rule for the port in network byte order does not grant",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.enforce = swapped_port,
	.needs	 = "peer-tcp",
	.bare	 = true,
	.attempt = connect_peer,
	.source	 = "uapi/linux/landlock.h: port is in host endianness");

/* Both rights of one port, from two rules: they add up. */
static int bind_and_connect(struct scene *scene)
{
	const int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	ret = bind_own(fd, AF_INET, LAB_FREE) ?: errno_of(listen(fd, 1));
	if (!ret)
		ret = self_echo(fd, IPPROTO_TCP);
	close(fd);
	return ret;
}

CASE("net.tcp.same_port_twice",
	.claim	 = "bind(2) and connect(2) by two rules on one port",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { DENIED(EACCES) },
	.deny	 = { .net = TCP_RIGHTS,
		     .rules = { PORT(LAB_FREE, .access = NET_BIND_TCP),
				PORT(LAB_FREE, .access = NET_BIND_TCP) } },
	.allow	 = { .net = TCP_RIGHTS,
		     .rules = { PORT(LAB_FREE, .access = NET_BIND_TCP),
				PORT(LAB_FREE, .access = NET_CONNECT_TCP) } },
	.needs	 = "lab",
	.bare	 = true,
	.attempt = bind_and_connect,
	.source	 = "userspace-api/landlock: rules of one ruleset add up");

CASE("net.tcp.connect_layers",
	.claim	 = "connect(2) to a port that one of three layers denies",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) |
		   W(INHERITED) | W(EXTRA),
	.enforce = one_of_three_layers,
	.needs	 = "peer-tcp",
	.bare	 = true,
	.attempt = connect_peer,
	.source	 = "userspace-api/landlock: Layers of file path access rights");

CASE("net.tcp.bind_layers",
	.claim	 = "bind(2) to a port that one of three layers denies",
	.guard	 = NET(BIND_TCP),
	.promise = { DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) |
		   W(INHERITED) | W(EXTRA),
	.enforce = one_of_three_layers,
	.needs	 = "lab",
	.bare	 = true,
	.attempt = bind_free,
	.source	 = "userspace-api/landlock: Layers of file path access rights");

#define ALL_SCOPES (SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL)

/* A variant's structure: the policy of the layers beside the one about TCP */
#define BESIDE(...) .data = &(const struct ruleset) { __VA_ARGS__ }

/* Layers that handle other rights neither grant nor deny. */
static int other_layers(struct scene *scene)
{
	const struct ruleset *other = scene->variant->data;
	struct ruleset ours = { .net = NET_CONNECT_TCP };
	struct ruleset layers[4] = { *other, ours, *other };

	if (scene->world == WORLD_GRANT)
		layers[1].rules[0] = (struct rule)PORT(LAB_TCP);
	if (scene->world == WORLD_EXTRA)
		layers[2] = (struct ruleset) { .net = NET_BIND_TCP };
	return enforce_layers(scene, layers);
}

/* With a family, so that each variant has the granting world. */
static const struct variant layers_of_files[] = {
	{ "", AF_INET, BESIDE(.fs = FS_WRITE_FILE) },
	{ NULL }
};

CASE("net.tcp.layer_of_files",
	.claim	 = "connect(2) in a layer about TCP between layers about files",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) | W(EXTRA),
	.enforce = other_layers,
	.variants = layers_of_files,
	.needs	 = "peer-tcp",
	.bare	 = true,
	.attempt = connect_peer,
	.source	 = "userspace-api/landlock: handled_access_* of each layer");

static const struct variant layers_of_scopes[] = {
	{ "", AF_INET, BESIDE(.scoped = ALL_SCOPES) },
	{ "and_files", AF_INET,
	  BESIDE(.fs = FS_WRITE_FILE, .scoped = ALL_SCOPES) },
	{ NULL }
};

CASE("net.tcp.layer_of_scopes",
	.claim	 = "connect(2) in a layer about TCP between layers about scopes",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT) | W(EXTRA),
	.enforce = other_layers,
	.variants = layers_of_scopes,
	.covers	 = "scope.abstract_unix_socket scope.signal",
	.needs	 = "peer-tcp",
	.bare	 = true,
	.attempt = connect_peer,
	.source	 = "userspace-api/landlock: handled_access_* of each layer");

static int list_root(struct scene *scene)
{
	const int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)scene;
	if (fd < 0)
		return errno;
	close(fd);
	return WORKED;
}

/* Rights of the network can be handled where there is none. */
static int make_socket(struct scene *scene)
{
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);

	if (fd < 0)
		return -fd;
	close(fd);
	return WORKED;
}

CASE("net.tcp.without_inet",
	.claim	  = "socket(2) of TCP where the kernel has no TCP/IP: its own error",
	.guard	  = { .net = TCP_RIGHTS },
	.uses	  = FS(READ_DIR),
	.promise  = { UNCHANGED },
	.deny	  = { .fs = FS_READ_DIR, .net = TCP_RIGHTS },
	.needs	  = "no-inet",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = list_root,
	.attempt  = make_socket,
	.source	  = "userspace-api/landlock: Network support");
