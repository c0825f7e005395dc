// SPDX-License-Identifier: GPL-2.0
/* sendmsg(2) and sendmmsg(2) of datagrams: each message has its own address. */
#include <netinet/in.h>

#include "net.h"

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
	const int family = scene->variant->family;
	struct sockaddr_storage to;
	struct iovec iov;
	const struct msghdr msg = message_to(family, LAB_UDP, &to, &iov);
	const int fd = new_socket(family, SOCK_DGRAM, IPPROTO_UDP);
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
	{ "zerocopy", AF_INET, MSG_ZEROCOPY },
	{ "confirm", AF_INET, MSG_CONFIRM },
	{ NULL }
};

CASE("net.udp.sendmsg",
	.claim	  = "sendmsg(2) of a datagram to an address",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = messages,
	.attempt  = sendmsg_to_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

/*
 * Destinations in hexadecimal, the first one in the last digit: 1 is open, 2
 * is not.  The kernel checks no address twice in a row (___sys_sendmsg()).
 */
static const struct variant mixtures[] = {
	{ "", AF_INET, 0x21 },
	{ "ipv6", AF_INET6, 0x21 },
	{ "denied_first", AF_INET, 0x12 },
	{ "denied_twice", AF_INET, 0x22 },
	{ "denied_between", AF_INET, 0x121 },
	{ "denied_last", AF_INET, 0x211 },
	{ NULL }
};

#define MESSAGES_MAX 3

/* All messages, as far as they get; who got none must not have been sent to. */
static int send_all(int fd, struct mmsghdr *msgs, int count, int *done)
{
	int sent;

	for (*done = 0; *done < count; *done += sent) {
		sent = sendmmsg(fd, msgs + *done, count - *done, 0);
		if (sent < 0)
			return errno;
	}
	return WORKED;
}

static int sendmmsg_to_all(struct scene *scene)
{
	const int family = scene->variant->family;
	const int fd = new_socket(family, SOCK_DGRAM, IPPROTO_UDP);
	struct mmsghdr msgs[MESSAGES_MAX] = { 0 };
	struct sockaddr_storage to[MESSAGES_MAX];
	struct iovec iov[MESSAGES_MAX];
	long rest = scene->variant->arg;
	int count, open = 0, done, ret;

	if (fd < 0)
		return -fd;
	for (count = 0; rest; count++, rest >>= 4) {
		const int port = (rest & 0xf) == 1 ? LAB_UDP_OTHER : LAB_UDP;

		msgs[count].msg_hdr = message_to(family, port, &to[count],
						 &iov[count]);
		if (open == count && port == LAB_UDP_OTHER)
			open++;
	}
	ret = send_all(fd, msgs, count, &done);
	if (ret == EACCES && done != open)
		ret = NO_EFFECT;
	while (done-- > 0 && ret >= 0)
		ret = await_token(fd) ?: ret;
	close(fd);
	return ret;
}

CASE("net.udp.sendmmsg",
	.claim	  = "sendmmsg(2) to several ports, of which a rule opens one",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.deny	  = { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP_OTHER) } },
	.allow	  = { .net = NET_CONNECT_SEND_UDP,
		      .rules = { PORT(LAB_UDP), PORT(LAB_UDP_OTHER) } },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = mixtures,
	.attempt  = sendmmsg_to_all,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");
