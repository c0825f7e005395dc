// SPDX-License-Identifier: GPL-2.0
/*
 * SCTP.  Before erratum 1 was fixed, bind(2) and connect(2) of one-to-one
 * sockets were taken for TCP's; nothing else of SCTP ever met a check.
 */
#include <netinet/in.h>	/* before linux/sctp.h, which needs it */
#include <linux/sctp.h>

#include "net.h"

#define LEVEL_SCTP 132

static int connect_peer(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_SCTP, LAB_SCTP, peer_address,
			call_connect });
}

CASE("net.sctp.connect",
	.claim	  = "connect(2) of a one-to-one SCTP socket",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { FIXED(1, OPEN), DENIED(EACCES) },
	.gap	  = "landlock-lsm/linux#40",
	.grant	  = { PORT(LAB_SCTP) },
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-sctp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: erratum 1, TCP socket identification");

static int bind_free(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_SCTP, LAB_FREE, own_address,
			call_bind });
}

CASE("net.sctp.bind",
	.claim	  = "bind(2) of a one-to-one SCTP socket",
	.guard	  = NET(BIND_TCP),
	.promise  = { FIXED(1, OPEN), DENIED(EACCES) },
	.gap	  = "landlock-lsm/linux#40",
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "bypass serve-tcp",
	.needs	  = "sctp lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: erratum 1, TCP socket identification");

/* sctp_bindx(3) of libsctp */
static int call_bindx(int fd, const struct sockaddr *own, socklen_t len)
{
	if (setsockopt(fd, LEVEL_SCTP, SCTP_SOCKOPT_BINDX_ADD, own, len))
		return errno;
	return local_port(fd) == lab_port(LAB_FREE) ? WORKED : NO_EFFECT;
}

static int bindx_free(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_SCTP, LAB_FREE, own_address,
			call_bindx });
}

CASE("net.sctp.bindx",
	.claim	  = "sctp_bindx(3), which is a setsockopt(2)",
	.guard	  = NET(BIND_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass serve-tcp",
	.needs	  = "sctp lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = bindx_free,
	.source	  = "security/landlock/net.c: no hook on sctp_bind_connect");

/* sctp_connectx(3) has had three forms; each is a call of its own. */
static int call_connectx(int fd, const struct sockaddr *to, socklen_t len)
{
	return errno_of(setsockopt(fd, LEVEL_SCTP, SCTP_SOCKOPT_CONNECTX, to,
				   len)) ?: echo_token(fd);
}

static int call_connectx_old(int fd, const struct sockaddr *to, socklen_t len)
{
	return errno_of(setsockopt(fd, LEVEL_SCTP, SCTP_SOCKOPT_CONNECTX_OLD,
				   to, len)) ?: echo_token(fd);
}

static int call_connectx3(int fd, const struct sockaddr *to, socklen_t len)
{
	struct sctp_getaddrs_old peer = {
		.addr_num = len,	/* in bytes, here */
		.addrs = (struct sockaddr *)to,
	};
	socklen_t peer_len = sizeof(peer);

	return errno_of(getsockopt(fd, LEVEL_SCTP, SCTP_SOCKOPT_CONNECTX3,
				   &peer, &peer_len)) ?: echo_token(fd);
}

static int by_connectx(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_SCTP, LAB_SCTP, peer_address,
			call_connectx });
}

static int by_connectx_old(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_SCTP, LAB_SCTP, peer_address,
			call_connectx_old });
}

static int by_connectx3(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_SCTP, LAB_SCTP, peer_address,
			call_connectx3 });
}

static const struct variant forms[] = {
	{ "", AF_INET, .op = by_connectx },
	{ "ipv6", AF_INET6, .op = by_connectx },
	{ "old", AF_INET, .op = by_connectx_old },
	{ "getsockopt", AF_INET, .op = by_connectx3 },
	{ NULL }
};

static int connectx_peer(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("net.sctp.connectx",
	.claim	  = "sctp_connectx(3), which is a setsockopt(2) or a getsockopt(2)",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-sctp",
	.bare	  = true,
	.variants = forms,
	.witness  = witness_connect_tcp,
	.attempt  = connectx_peer,
	.source	  = "security/landlock/net.c: no hook on sctp_bind_connect");

static int one_to_many(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_SEQPACKET, IPPROTO_SCTP, LAB_SCTP_MANY,
			peer_address, call_sendto });
}

CASE("net.sctp.one_to_many",
	.claim	  = "sendto(2) of a one-to-many SCTP socket, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-sctp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = one_to_many,
	.source	  = "security/landlock/net.c: one-to-many sockets were never TCP's type");

/* A one-to-many socket has many peers: each message names one of them. */
static int call_connect_many(int fd, const struct sockaddr *to, socklen_t len)
{
	return errno_of(connect(fd, to, len)) ?: call_sendto(fd, to, len);
}

static int one_to_many_connect(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_SEQPACKET, IPPROTO_SCTP, LAB_SCTP_MANY,
			peer_address, call_connect_many });
}

CASE("net.sctp.one_to_many_connect",
	.claim	  = "connect(2) of a one-to-many SCTP socket",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-sctp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = one_to_many_connect,
	.source	  = "security/landlock/net.c: one-to-many sockets were never TCP's type");

static int one_to_many_bind(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_SEQPACKET, IPPROTO_SCTP, LAB_FREE, own_address,
			call_bind });
}

CASE("net.sctp.one_to_many_bind",
	.claim	  = "bind(2) of a one-to-many SCTP socket",
	.guard	  = NET(BIND_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass serve-tcp",
	.needs	  = "sctp lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = one_to_many_bind,
	.source	  = "security/landlock/net.c: one-to-many sockets were never TCP's type");

static int connected_before(struct scene *scene)
{
	scene->fd[0] = lasting_socket(scene->variant->family, SOCK_STREAM,
				      IPPROTO_SCTP);
	if (scene->fd[0] < 0)
		return -scene->fd[0];
	return connect_echo(scene->fd[0], scene->variant->family, LAB_SCTP);
}

/* SCTP calls the hook of bind(2) and connect(2) for this option too. */
static int choose_primary(struct scene *scene)
{
	struct sctp_prim primary = { 0 };
	struct sockaddr_storage peer;

	peer_address(scene->variant->family, LAB_SCTP, &peer);
	memcpy(&primary.ssp_addr, &peer, sizeof(peer));
	return errno_of(setsockopt(scene->fd[0], LEVEL_SCTP, SCTP_PRIMARY_ADDR,
				   &primary, sizeof(primary))) ?:
	       echo_token(scene->fd[0]);
}

CASE("net.sctp.primary_addr",
	.claim	  = "SCTP_PRIMARY_ADDR of an association, which is a setsockopt(2)",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.needs	  = "peer-sctp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.scene	  = connected_before,
	.witness  = witness_connect_tcp,
	.attempt  = choose_primary,
	.source	  = "security/landlock/net.c: no hook on sctp_bind_connect");
