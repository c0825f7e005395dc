// SPDX-License-Identifier: GPL-2.0
/* UDP rules, ABI 10: the ways to bind, to connect and to send. */
#include <netinet/in.h>

#include "net.h"

static int udp_socket(struct scene *scene)
{
	return new_socket(scene->variant->family, SOCK_DGRAM, IPPROTO_UDP);
}

static int bind_free(struct scene *scene)
{
	return bind_port(scene->variant->family, SOCK_DGRAM, IPPROTO_UDP,
			 LAB_FREE);
}

CASE("net.udp.bind",
	.claim	  = "bind(2) of a UDP socket",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_UDP");

static int bind_zero(struct scene *scene)
{
	return bind_port(scene->variant->family, SOCK_DGRAM, IPPROTO_UDP, 0);
}

CASE("net.udp.bind_port_zero",
	.claim	  = "bind(2) of a UDP socket to port 0, any free one",
	.guard	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_zero,
	.source	  = "uapi/linux/landlock.h: struct landlock_net_port_attr, port 0");

static int connect_peer(struct scene *scene)
{
	const int fd = udp_socket(scene);
	int ret;

	if (fd < 0)
		return -fd;
	ret = connect_echo(fd, scene->variant->family, LAB_UDP);
	close(fd);
	return ret;
}

CASE("net.udp.connect",
	.claim	  = "connect(2) of a UDP socket",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.needs	  = "peer-udp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

static int send_to_peer(struct scene *scene)
{
	const int fd = udp_socket(scene);
	int ret;

	if (fd < 0)
		return -fd;
	ret = udp_send_echo(fd, scene->variant->family, LAB_UDP);
	close(fd);
	return ret;
}

CASE("net.udp.sendto",
	.claim	  = "sendto(2) of a datagram to an address",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.needs	  = "peer-udp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = send_to_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

static struct msghdr message_to(int family, int port,
				struct sockaddr_storage *to, struct iovec *iov)
{
	iov->iov_base = (void *)lab_token;
	iov->iov_len = sizeof(lab_token);
	return (struct msghdr) {
		.msg_name = to,
		.msg_namelen = peer_address(family, port, to),
		.msg_iov = iov,
		.msg_iovlen = 1,
	};
}

static int sendmsg_to_peer(struct scene *scene)
{
	struct sockaddr_storage to;
	struct iovec iov;
	const struct msghdr msg = message_to(scene->variant->family, LAB_UDP,
					     &to, &iov);
	const int fd = udp_socket(scene);
	int ret;

	if (fd < 0)
		return -fd;
	ret = sendmsg(fd, &msg, scene->variant->arg) < 0 ? errno :
							   await_token(fd);
	close(fd);
	return ret;
}

/* UDP ignores MSG_FASTOPEN; the right must not. */
static const struct variant messages[] = {
	{ "", AF_INET },
	{ "ipv6", AF_INET6 },
	{ "fastopen", AF_INET, MSG_FASTOPEN },
	{ NULL }
};

CASE("net.udp.sendmsg",
	.claim	  = "sendmsg(2) of a datagram to an address",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.needs	  = "peer-udp",
	.lab	  = true,
	.bare	  = true,
	.variants = messages,
	.attempt  = sendmsg_to_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

/* Two messages, the second to another port: both must have been sent. */
static int sendmmsg_to_two(struct scene *scene)
{
	const int family = scene->variant->family;
	struct sockaddr_storage to[2];
	struct iovec iov[2];
	struct mmsghdr msgs[2] = {
		{ message_to(family, LAB_UDP, &to[0], &iov[0]) },
		{ message_to(family, LAB_UDP_OTHER, &to[1], &iov[1]) },
	};
	const int fd = udp_socket(scene);
	int sent, ret;

	if (fd < 0)
		return -fd;
	sent = sendmmsg(fd, msgs, 2, 0);
	if (sent == 1)
		sent = sendmmsg(fd, msgs + 1, 1, 0);
	ret = sent < 0 ? errno : await_token(fd) ?: await_token(fd);
	close(fd);
	return ret;
}

CASE("net.udp.sendmmsg",
	.claim	  = "sendmmsg(2) of two datagrams, when a rule opens the first one's port",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP) } },
	.allow	  = { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP), PORT(LAB_UDP_OTHER) } },
	.needs	  = "peer-udp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = sendmmsg_to_two,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

/* An address of its own overrides the connection's. */
static int send_elsewhere(struct scene *scene)
{
	const int fd = udp_socket(scene);
	int ret;

	if (fd < 0)
		return -fd;
	ret = connect_echo(fd, scene->variant->family, LAB_UDP);
	/* The echo of another peer does not reach a connected socket. */
	if (!ret) {
		struct sockaddr_storage to;
		const socklen_t len = peer_address(scene->variant->family,
						   LAB_UDP_OTHER, &to);

		ret = sendto(fd, lab_token, sizeof(lab_token), 0,
			     (struct sockaddr *)&to, len) < 0 ? errno : WORKED;
	}
	if (!ret)
		ret = disconnect(fd, sizeof(sa_family_t)) ?:
		      udp_send_echo(fd, scene->variant->family,
				    LAB_UDP_OTHER);
	close(fd);
	return ret;
}

CASE("net.udp.sendto_connected",
	.claim	  = "sendto(2) of a connected socket to another port than its peer's",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP) } },
	.allow	  = { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP), PORT(LAB_UDP_OTHER) } },
	.needs	  = "peer-udp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = send_elsewhere,
	.source	  = "uapi/linux/landlock.h: CONNECT_SEND_UDP, ignoring any pre-set destination");
