// SPDX-License-Identifier: GPL-2.0
/* Datagrams that are not sent at once: from a pipe, or in several parts. */
#include <netinet/in.h>
#include <netinet/udp.h>

#include "net.h"

/* splice(2) names no address, so connect(2) does. */
static int call_splice(int fd, const struct sockaddr *to, socklen_t len)
{
	int ends[2], ret;

	if (pipe2(ends, O_CLOEXEC))
		return BROKEN;
	if (connect(fd, to, len) ||
	    write(ends[1], lab_token, sizeof(lab_token)) < 0 ||
	    splice(ends[0], NULL, fd, NULL, sizeof(lab_token), 0) < 0)
		ret = errno;
	else
		ret = await_token(fd);
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static int splice_token(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_UDP, peer_address,
			call_splice });
}

CASE("net.udp.splice",
	.claim	  = "splice(2) into a UDP socket",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = splice_token,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");

#define HALF (sizeof(lab_token) / 2)

/* The first part names the address, the second ends the datagram. */
static int send_parts(int fd, const struct sockaddr *to, socklen_t len,
		      int flags)
{
	return sendto(fd, lab_token, HALF, flags, to, len) < 0 ||
	       send(fd, lab_token + HALF, HALF, 0) < 0 ? errno : 0;
}

static int call_more(int fd, const struct sockaddr *to, socklen_t len)
{
	return send_parts(fd, to, len, MSG_MORE) ?: await_token(fd);
}

static int call_corked(int fd, const struct sockaddr *to, socklen_t len)
{
	const int in = 1, out = 0;

	return errno_of(setsockopt(fd, IPPROTO_UDP, UDP_CORK, &in,
				   sizeof(in))) ?:
	       send_parts(fd, to, len, 0) ?:
	       errno_of(setsockopt(fd, IPPROTO_UDP, UDP_CORK, &out,
				   sizeof(out))) ?: await_token(fd);
}

static int send_more(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_UDP, peer_address,
			call_more });
}

static int send_corked(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_UDP, peer_address,
			call_corked });
}

static const struct variant corks[] = {
	{ "", AF_INET, .op = send_more },
	{ "ipv6", AF_INET6, .op = send_more },
	{ "udp_cork", AF_INET, .op = send_corked },
	{ "udp_cork_ipv6", AF_INET6, .op = send_corked },
	{ NULL }
};

static int corked(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("net.udp.cork",
	.claim	  = "a datagram of several parts, by MSG_MORE or UDP_CORK",
	.guard	  = NET(CONNECT_SEND_UDP),
	.uses	  = NET(BIND_UDP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_UDP) },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.bare	  = true,
	.variants = corks,
	.attempt  = corked,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_SEND_UDP");
