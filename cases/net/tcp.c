// SPDX-License-Identifier: GPL-2.0
/* TCP rules against ordinary TCP sockets: the ways to bind and to connect. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "net.h"

static int connect_peer(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			call_connect });
}

CASE("net.tcp.connect",
	.claim	  = "connect(2) of a TCP socket",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "reach-tcp",
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

static int bind_free(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_FREE, own_address,
			call_bind });
}

CASE("net.tcp.bind",
	.claim	  = "bind(2) of a TCP socket",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "serve-tcp",
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");

static int bind_zero(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, 0, own_address, call_bind });
}

CASE("net.tcp.bind_port_zero",
	.claim	  = "bind(2) of a TCP socket to port 0, any free one",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_zero,
	.source	  = "uapi/linux/landlock.h: struct landlock_net_port_attr, port 0");

static int call_nobody(int fd, const struct sockaddr *to, socklen_t len)
{
	return refused_by_stack(errno_of(connect(fd, to, len)), ECONNREFUSED);
}

static int connect_zero(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, 0, loopback_address,
			call_nobody });
}

CASE("net.tcp.connect_port_zero",
	.claim	  = "connect(2) to port 0, where nobody can listen",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_zero,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

/* connect(2) will choose the port: bind(2) asks for port 0 all the same. */
static int call_bind_only(int fd, const struct sockaddr *own, socklen_t len)
{
	const int one = 1;

	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	if (bind(fd, own, len))
		return errno;
	return local_port(fd) == 0 ? WORKED : NO_EFFECT;
}

static int bind_without_port(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, 0, own_address,
			call_bind_only });
}

CASE("net.tcp.bind_no_port",
	.claim	  = "bind(2) of a TCP socket to an address only (IP_BIND_ADDRESS_NO_PORT)",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_without_port,
	.source	  = "uapi/linux/landlock.h: struct landlock_net_port_attr, port 0");

static int call_nonblocking(int fd, const struct sockaddr *to, socklen_t len)
{
	int ret;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	ret = errno_of(connect(fd, to, len));
	fcntl(fd, F_SETFL, 0);
	/* The second call waits for the first one's end. */
	return ret == EINPROGRESS ? call_connect(fd, to, len) :
				    ret ?: echo_token(fd);
}

static int connect_nonblocking(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			call_nonblocking });
}

CASE("net.tcp.connect_nonblocking",
	.claim	  = "connect(2) of a TCP socket that does not wait",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_nonblocking,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

/*
 * A socket under repair is connected without a packet: nobody need be there,
 * and nobody hears of it.
 */
static int call_repairing(int fd, const struct sockaddr *to, socklen_t len)
{
	struct sockaddr_storage peer;
	socklen_t peer_len = sizeof(peer);
	const int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &one, sizeof(one)) ||
	    connect(fd, to, len) ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_len))
		return errno;
	return memcmp(&peer, to, peer_len) ? NO_EFFECT : WORKED;
}

static int connect_repair(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_FREE, peer_address,
			call_repairing });
}

CASE("net.tcp.connect_repair",
	.claim	  = "connect(2) of root's TCP socket under repair (TCP_REPAIR)",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.needs	  = "root lab",
	.bare	  = true,
	.root	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_repair,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; net/socket.c: __sys_connect_file()");
