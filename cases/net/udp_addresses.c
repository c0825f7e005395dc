// SPDX-License-Identifier: GPL-2.0
/* UDP addresses without a family, too short, or of the other IP version. */
#include <netinet/in.h>

#include "net.h"

static int send_bytes(int fd, const struct sockaddr_storage *to, socklen_t len)
{
	return errno_of(sendto(fd, lab_token, sizeof(lab_token), 0,
			       (struct sockaddr *)to, len));
}

/* IPv4 sockets take AF_UNSPEC for AF_INET. */
static int send_unspec(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(AF_INET, LAB_UDP, &to);
	const int fd = new_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	to.ss_family = AF_UNSPEC;
	ret = send_bytes(fd, &to, len) ?: await_token(fd);
	close(fd);
	return ret;
}

CASE("net.udp.sendto_unspec",
	.claim	 = "sendto(2) of an IPv4 socket with AF_UNSPEC, which means AF_INET",
	.guard	 = NET(CONNECT_SEND_UDP),
	.uses	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_UDP) },
	.needs	 = "peer-udp",
	.lab	 = true,
	.bare	 = true,
	.attempt = send_unspec,
	.source	 = "security/landlock/net.c: AF_UNSPEC of sendmsg(2) is AF_INET");

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
	struct sockaddr_storage to;
	const socklen_t len = peer_address(AF_INET6, LAB_UDP, &to);

	to.ss_family = AF_UNSPEC;
	return send_bytes(scene->fd[0], &to, len) ?:
	       await_token(scene->fd[0]);
}

CASE("net.udp.sendto_unspec_ipv6",
	.claim	 = "sendto(2) of a connected IPv6 socket with AF_UNSPEC",
	.guard	 = NET(CONNECT_SEND_UDP),
	.uses	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.extra	 = { .net = NET_CONNECT_SEND_UDP, .rules = { PORT(LAB_UDP) } },
	.needs	 = "peer-udp",
	.lab	 = true,
	.bare	 = true,
	.scene	 = connected_before,
	.attempt = send_unspec_ipv6,
	.source	 = "uapi/linux/landlock.h: note on AF_UNSPEC and IPv6 UDP sockets");

static int bind_unspec(struct scene *scene)
{
	struct sockaddr_storage own = { 0 };
	const int fd = new_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	((struct sockaddr_in *)&own)->sin_port = htons(lab_port(LAB_FREE));
	ret = errno_of(bind(fd, (struct sockaddr *)&own,
			    sizeof(struct sockaddr_in)));
	if (!ret && local_port(fd) != lab_port(LAB_FREE))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

CASE("net.udp.bind_unspec",
	.claim	 = "bind(2) of an IPv4 UDP socket with AF_UNSPEC, which means AF_INET",
	.guard	 = NET(BIND_UDP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_FREE) },
	.needs	 = "lab",
	.lab	 = true,
	.bare	 = true,
	.attempt = bind_unspec,
	.source	 = "security/landlock/net.c: AF_UNSPEC of bind(2) is AF_INET");

/* Variants: the socket's family, how much of its address is passed. */
static const struct variant lengths[] = {
	{ "", AF_INET, sizeof(struct sockaddr_in) - 1 },
	{ "1", AF_INET, 1 },
	{ "ipv6", AF_INET6, 23 },
	{ NULL }
};

static int send_short(struct scene *scene)
{
	struct sockaddr_storage to;
	const int fd = new_socket(scene->variant->family, SOCK_DGRAM,
				  IPPROTO_UDP);
	int ret;

	if (fd < 0)
		return -fd;
	peer_address(scene->variant->family, LAB_UDP, &to);
	ret = send_bytes(fd, &to, scene->variant->arg);
	close(fd);
	return ret;
}

static int stack_says_einval(struct scene *scene)
{
	return refused_by_stack(scene->test->attempt(scene), EINVAL);
}

CASE("net.udp.sendto_short",
	.claim	  = "sendto(2) with an address that is too short",
	.guard	  = NET(CONNECT_SEND_UDP),
	.promise  = { DENIED(EINVAL) },
	.worlds	  = W(CONTROL) | W(DENY),
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = lengths,
	.control  = stack_says_einval,
	.witness  = witness_send_udp,
	.attempt  = send_short,
	.source	  = "sendto(2), security/landlock/net.c: EINVAL as without Landlock");

/*
 * An IPv6 socket may send to an IPv4 address, its own port's rule says so, and
 * the answer is EINVAL (no public report was found: SECURITY.md).
 */
static int send_v4_on_v6(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(AF_INET, LAB_UDP, &to);
	const int fd = new_socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	int ret;

	if (fd < 0)
		return -fd;
	if (scene->variant->arg)
		ret = connect(fd, (struct sockaddr *)&to, len) ? errno :
			echo_token(fd);
	else
		ret = send_bytes(fd, &to, len) ?: await_token(fd);
	close(fd);
	return ret;
}

static const struct variant send_or_connect[] = {
	{ "", AF_INET6 },
	{ "connect", AF_INET6, 1 },
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
	.lab	  = true,
	.bare	  = true,
	.variants = send_or_connect,
	.witness  = witness_send_udp,
	.attempt  = send_v4_on_v6,
	.source	  = "userspace-api/landlock: a rule grants its port; net/ipv6/udp.c: udpv6_sendmsg()");
