// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP.  Before erratum 1 was fixed, bind(2) and connect(2) of one-to-one
 * sockets were taken for TCP's; nothing else of SCTP ever met a check.
 */
#include <netinet/in.h>	/* before linux/sctp.h, which needs it */
#include <linux/sctp.h>

#include "net.h"

#define LEVEL_SCTP 132

static int sctp_socket(struct scene *scene, int type)
{
	return new_socket(scene->variant->family, type, IPPROTO_SCTP);
}

static int connect_peer(struct scene *scene)
{
	return stream_echo(scene->variant->family, IPPROTO_SCTP, LAB_SCTP);
}

CASE("net.sctp.connect",
	.claim	  = "connect(2) of a one-to-one SCTP socket",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { FIXED(1, LEAVE_OPEN), DENIED(EACCES) },
	.gap	  = "landlock-lsm/linux#40",
	.grant	  = { PORT(LAB_SCTP) },
	.labels	  = "bypass",
	.needs	  = "peer-sctp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: erratum 1, TCP socket identification");

static int bind_free(struct scene *scene)
{
	return bind_port(scene->variant->family, SOCK_STREAM, IPPROTO_SCTP,
			 LAB_FREE);
}

CASE("net.sctp.bind",
	.claim	  = "bind(2) of a one-to-one SCTP socket",
	.guard	  = NET(BIND_TCP),
	.promise  = { FIXED(1, LEAVE_OPEN), DENIED(EACCES) },
	.gap	  = "landlock-lsm/linux#40",
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "bypass",
	.needs	  = "sctp lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: erratum 1, TCP socket identification");

/* sctp_bindx(3) of libsctp */
static int bindx_free(struct scene *scene)
{
	struct sockaddr_storage own;
	const socklen_t len = own_address(scene->variant->family, LAB_FREE,
					  &own);
	const int fd = sctp_socket(scene, SOCK_STREAM);
	int ret;

	if (fd < 0)
		return -fd;
	ret = errno_of(setsockopt(fd, LEVEL_SCTP, SCTP_SOCKOPT_BINDX_ADD, &own,
				  len));
	if (!ret && local_port(fd) != lab_port(LAB_FREE))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

CASE("net.sctp.bindx",
	.claim	  = "sctp_bindx(3), which is a setsockopt(2)",
	.guard	  = NET(BIND_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass",
	.needs	  = "sctp lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = bindx_free,
	.source	  = "security/landlock/net.c: no hook on sctp_bind_connect");

static int connectx_peer(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(scene->variant->family, LAB_SCTP,
					   &to);
	const int fd = sctp_socket(scene, SOCK_STREAM);
	int ret;

	if (fd < 0)
		return -fd;
	ret = errno_of(setsockopt(fd, LEVEL_SCTP, SCTP_SOCKOPT_CONNECTX, &to,
				  len)) ?: echo_token(fd);
	close(fd);
	return ret;
}

CASE("net.sctp.connectx",
	.claim	  = "sctp_connectx(3), which is a setsockopt(2)",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass",
	.needs	  = "peer-sctp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = connectx_peer,
	.source	  = "security/landlock/net.c: no hook on sctp_bind_connect");

static int one_to_many(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(scene->variant->family,
					   LAB_SCTP_MANY, &to);
	const int fd = sctp_socket(scene, SOCK_SEQPACKET);
	int ret;

	if (fd < 0)
		return -fd;
	ret = sendto(fd, lab_token, sizeof(lab_token), MSG_NOSIGNAL,
		     (struct sockaddr *)&to, len) < 0 ? errno :
							await_token(fd);
	close(fd);
	return ret;
}

CASE("net.sctp.one_to_many",
	.claim	  = "sendto(2) of a one-to-many SCTP socket, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass",
	.needs	  = "peer-sctp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = one_to_many,
	.source	  = "security/landlock/net.c: one-to-many sockets were never TCP's type");

static int one_to_many_connect(struct scene *scene)
{
	const int family = scene->variant->family;
	struct sockaddr_storage to;
	const socklen_t len = peer_address(family, LAB_SCTP_MANY, &to);
	const int fd = sctp_socket(scene, SOCK_SEQPACKET);
	int ret;

	if (fd < 0)
		return -fd;
	/* Of its many peers, each message names one. */
	ret = errno_of(connect(fd, (struct sockaddr *)&to, len)) ?:
	      udp_send_echo(fd, family, LAB_SCTP_MANY);
	close(fd);
	return ret;
}

CASE("net.sctp.one_to_many_connect",
	.claim	  = "connect(2) of a one-to-many SCTP socket",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass",
	.needs	  = "peer-sctp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = one_to_many_connect,
	.source	  = "security/landlock/net.c: one-to-many sockets were never TCP's type");

static int one_to_many_bind(struct scene *scene)
{
	return bind_port(scene->variant->family, SOCK_SEQPACKET, IPPROTO_SCTP,
			 LAB_FREE);
}

CASE("net.sctp.one_to_many_bind",
	.claim	  = "bind(2) of a one-to-many SCTP socket",
	.guard	  = NET(BIND_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass",
	.needs	  = "sctp lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = one_to_many_bind,
	.source	  = "security/landlock/net.c: one-to-many sockets were never TCP's type");
