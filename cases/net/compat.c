// SPDX-License-Identifier: GPL-2.0
/* The guarded operations on ports, called as 32-bit programs do. */
#include <netinet/in.h>

#include "bricks/compat.h"
#include "net.h"

static int bind_compat(int fd, const struct sockaddr *own, socklen_t len)
{
	const int one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return compat_socketcall(COMPAT_BIND, fd, own, len, NULL, 0) ?:
	       local_port(fd) > 0 ? WORKED : NO_EFFECT;
}

static int connect_compat(int fd, const struct sockaddr *to, socklen_t len)
{
	return compat_socketcall(COMPAT_CONNECT, fd, to, len, NULL, 0) ?:
	       echo_token(fd);
}

static int sendto_compat(int fd, const struct sockaddr *to, socklen_t len)
{
	return compat_socketcall(COMPAT_SENDTO, fd, to, len, lab_token,
				 sizeof(lab_token)) ?: await_token(fd);
}

static int sendmsg_compat(int fd, const struct sockaddr *to, socklen_t len)
{
	return compat_socketcall(COMPAT_SENDMSG, fd, to, len, lab_token,
				 sizeof(lab_token)) ?: await_token(fd);
}

static int bind_tcp(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_FREE, own_address,
			bind_compat });
}

#define COMPAT(right)							\
	.guard	  = NET(right),						\
	.promise  = { DENIED(EACCES) },					\
	.bare	  = true,						\
	.scene	  = compat_scene,					\
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_" #right

static const struct variant ipv4[] = { { "", AF_INET }, { NULL } };

CASE("net.tcp.bind_compat",
	.claim	  = "bind(2) of a 32-bit program's TCP socket",
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "serve-tcp",
	.needs	  = "lab",
	.variants = ipv4,
	.attempt  = bind_tcp,
	COMPAT(BIND_TCP));

static int connect_tcp(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			connect_compat });
}

CASE("net.tcp.connect_compat",
	.claim	  = "connect(2) of a 32-bit program's TCP socket",
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "reach-tcp",
	.needs	  = "peer-tcp",
	.variants = ipv4,
	.attempt  = connect_tcp,
	COMPAT(CONNECT_TCP));

static int bind_udp(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_FREE, own_address,
			bind_compat });
}

CASE("net.udp.bind_compat",
	.claim	  = "bind(2) of a 32-bit program's UDP socket",
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "serve-udp",
	.needs	  = "lab",
	.variants = ipv4,
	.attempt  = bind_udp,
	COMPAT(BIND_UDP));

static int send_udp(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_DGRAM, IPPROTO_UDP, LAB_UDP, peer_address,
			scene->variant->arg == COMPAT_SENDTO ? sendto_compat :
							       sendmsg_compat });
}

static const struct variant ways_to_send[] = {
	{ "", AF_INET, COMPAT_SENDTO },
	{ "sendmsg", AF_INET, COMPAT_SENDMSG },
	{ NULL }
};

CASE("net.udp.send_compat",
	.claim	  = "sendto(2) and sendmsg(2) of a 32-bit program's UDP socket",
	.uses	  = NET(BIND_UDP),
	.grant	  = { PORT(LAB_UDP) },
	.labels	  = "reach-udp",
	.needs	  = "peer-udp",
	.variants = ways_to_send,
	.attempt  = send_udp,
	COMPAT(CONNECT_SEND_UDP));
