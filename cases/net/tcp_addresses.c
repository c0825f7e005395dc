// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses that the network stack itself refuses, and those without a
 * family: Landlock must neither let them through nor answer in its stead.
 */
#include <netinet/in.h>
#include <sys/un.h>

#include "net.h"

/* Variants: the socket's family, how much of its address is passed. */
static const struct variant lengths[] = {
	{ "", AF_INET, sizeof(struct sockaddr_in) - 1 },
	{ "family", AF_INET, sizeof(sa_family_t) },
	{ "1", AF_INET, 1 },
	{ "ipv6", AF_INET6, 23 },
	{ NULL }
};

static int connect_short(struct scene *scene)
{
	struct sockaddr_storage to;
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	peer_address(scene->variant->family, LAB_TCP, &to);
	ret = errno_of(connect(fd, (struct sockaddr *)&to,
			       scene->variant->arg));
	close(fd);
	return ret;
}

static int stack_says_einval(struct scene *scene)
{
	return refused_by_stack(scene->test->attempt(scene), EINVAL);
}

CASE("net.tcp.connect_short",
	.claim	  = "connect(2) with an address that is too short",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(DENY),
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = lengths,
	.control  = stack_says_einval,
	.witness  = witness_connect_tcp,
	.attempt  = connect_short,
	.source	  = "connect(2), security/landlock/net.c: EINVAL as without Landlock");

static int bind_short(struct scene *scene)
{
	struct sockaddr_storage own;
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	own_address(scene->variant->family, LAB_FREE, &own);
	ret = errno_of(bind(fd, (struct sockaddr *)&own, scene->variant->arg));
	close(fd);
	return ret;
}

CASE("net.tcp.bind_short",
	.claim	  = "bind(2) with an address that is too short",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(DENY),
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = lengths,
	.control  = stack_says_einval,
	.witness  = witness_bind_tcp,
	.attempt  = bind_short,
	.source	  = "bind(2), security/landlock/net.c: EINVAL as without Landlock");

/* bind(2) takes AF_UNSPEC for AF_INET, if the address is "any". */
static int bind_unspec_to(int family, in_addr_t address)
{
	struct sockaddr_storage own = { 0 };
	struct sockaddr_in *const in = (struct sockaddr_in *)&own;
	const int fd = new_socket(family, SOCK_STREAM, IPPROTO_TCP);
	const int one = 1;
	int ret;

	if (fd < 0)
		return -fd;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	own.ss_family = AF_UNSPEC;
	in->sin_port = htons(lab_port(LAB_FREE));
	in->sin_addr.s_addr = htonl(address);
	ret = errno_of(bind(fd, (struct sockaddr *)&own,
			    family == AF_INET ? sizeof(struct sockaddr_in) :
						sizeof(struct sockaddr_in6)));
	if (!ret && local_port(fd) != lab_port(LAB_FREE))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

static int bind_unspec(struct scene *scene)
{
	(void)scene;
	return bind_unspec_to(AF_INET, INADDR_ANY);
}

CASE("net.tcp.bind_unspec",
	.claim	 = "bind(2) of an IPv4 socket with AF_UNSPEC, which means AF_INET",
	.guard	 = NET(BIND_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_FREE) },
	.needs	 = "lab",
	.lab	 = true,
	.bare	 = true,
	.attempt = bind_unspec,
	.source	 = "security/landlock/net.c: AF_UNSPEC of bind(2) is AF_INET");

static int stack_says_eafnosupport(struct scene *scene)
{
	return refused_by_stack(scene->test->attempt(scene), EAFNOSUPPORT);
}

static int bind_unspec_address(struct scene *scene)
{
	(void)scene;
	return bind_unspec_to(AF_INET, INADDR_LOOPBACK);
}

CASE("net.tcp.bind_unspec_address",
	.claim	 = "bind(2) of an IPv4 socket with AF_UNSPEC and an address",
	.guard	 = NET(BIND_TCP),
	.promise = { DENIED(EAFNOSUPPORT) },
	.worlds	 = W(CONTROL) | W(DENY),
	.needs	 = "lab",
	.lab	 = true,
	.bare	 = true,
	.control = stack_says_eafnosupport,
	.witness = witness_bind_tcp,
	.attempt = bind_unspec_address,
	.source	 = "security/landlock/net.c: EAFNOSUPPORT as without Landlock");

static int bind_unspec_ipv6(struct scene *scene)
{
	(void)scene;
	return bind_unspec_to(AF_INET6, INADDR_ANY);
}

/* Kernels before that answer EINVAL; their own tests expected it. */
CASE("net.tcp.bind_unspec_ipv6",
	.claim	 = "bind(2) of an IPv6 socket with AF_UNSPEC",
	.guard	 = NET(BIND_TCP),
	.promise = { FROM_ABI(10, DENY_WITH(EAFNOSUPPORT)),
		     DENIED(ANY_ERRNO) },
	.worlds	 = W(CONTROL) | W(DENY),
	.needs	 = "lab",
	.lab	 = true,
	.bare	 = true,
	.control = stack_says_eafnosupport,
	.witness = witness_bind_tcp,
	.attempt = bind_unspec_ipv6,
	.source	 = "security/landlock/net.c: EAFNOSUPPORT as without Landlock");

/*
 * An address of the other family, of the port that rules would open, in as
 * many bytes as either needs.
 */
static const struct variant mixed[] = {
	{ "", AF_INET6, AF_INET },
	{ "ipv6_on_ipv4", AF_INET, AF_INET6 },
	{ NULL }
};

static int connect_mixed(struct scene *scene)
{
	struct sockaddr_storage to;
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	peer_address(scene->variant->arg, LAB_TCP, &to);
	ret = errno_of(connect(fd, (struct sockaddr *)&to,
			       sizeof(struct sockaddr_in6)));
	close(fd);
	return ret;
}

CASE("net.tcp.connect_other_family",
	.claim	  = "connect(2) to an address of the other IP version",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(DENY) | W(EXTRA),
	.extra	  = { .net = NET_CONNECT_TCP, .rules = { PORT(LAB_TCP) } },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = mixed,
	.control  = stack_says_eafnosupport,
	.witness  = witness_connect_tcp,
	.attempt  = connect_mixed,
	.source	  = "security/landlock/net.c: EINVAL for a family that is not the socket's");

static int bind_mixed(struct scene *scene)
{
	struct sockaddr_storage own;
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	own_address(scene->variant->arg, LAB_FREE, &own);
	ret = errno_of(bind(fd, (struct sockaddr *)&own,
			    sizeof(struct sockaddr_in6)));
	close(fd);
	return ret;
}

CASE("net.tcp.bind_other_family",
	.claim	  = "bind(2) to an address of the other IP version",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(DENY) | W(EXTRA),
	.extra	  = { .net = NET_BIND_TCP, .rules = { PORT(LAB_FREE) } },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = mixed,
	.control  = stack_says_eafnosupport,
	.witness  = witness_bind_tcp,
	.attempt  = bind_mixed,
	.source	  = "security/landlock/net.c: EINVAL for a family that is not the socket's");

static int connect_unix(struct scene *scene)
{
	const struct sockaddr_un to = {
		.sun_family = AF_UNIX, .sun_path = "nothing"
	};
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = errno_of(connect(fd, (struct sockaddr *)&to, sizeof(to)));
	close(fd);
	return ret;
}

CASE("net.tcp.connect_unix_address",
	.claim	  = "connect(2) of a TCP socket to a UNIX socket's address",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EAFNOSUPPORT) },
	.worlds	  = W(CONTROL) | W(DENY),
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.control  = stack_says_eafnosupport,
	.witness  = witness_connect_tcp,
	.attempt  = connect_unix,
	.source	  = "security/landlock/net.c: unknown families are the stack's business");
