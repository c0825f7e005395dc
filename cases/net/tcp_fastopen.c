// SPDX-License-Identifier: GPL-2.0
/* TCP Fast Open: sending is connecting (landlock-lsm/linux#41). */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "net.h"

/* Names what is missing where the client may not use it. */
static int if_there(struct scene *scene)
{
	const int ret = scene->test->attempt(scene);

	return ret == EOPNOTSUPP ?
		cannot(scene, "TCP Fast Open (net.ipv4.tcp_fastopen)") : ret;
}

static int fastopen_sendto(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			call_fastopen });
}

CASE("net.tcp.fastopen_sendto",
	.claim	  = "sendto(2) with MSG_FASTOPEN, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.control  = if_there,
	.attempt  = fastopen_sendto,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");

static struct msghdr message(struct iovec *iov, const struct sockaddr *to,
			     socklen_t len)
{
	*iov = (struct iovec) { (void *)lab_token, sizeof(lab_token) };
	return (struct msghdr) {
		.msg_name = (void *)to,
		.msg_namelen = len,
		.msg_iov = iov,
		.msg_iovlen = 1,
	};
}

static int call_sendmsg(int fd, const struct sockaddr *to, socklen_t len)
{
	struct iovec iov;
	const struct msghdr msg = message(&iov, to, len);

	return sendmsg(fd, &msg, MSG_FASTOPEN | MSG_NOSIGNAL) < 0 ?
		errno : await_token(fd);
}

static int fastopen_sendmsg(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			call_sendmsg });
}

CASE("net.tcp.fastopen_sendmsg",
	.claim	  = "sendmsg(2) with MSG_FASTOPEN, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.control  = if_there,
	.attempt  = fastopen_sendmsg,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");

/* The hooks do not see the second one: it has the address of the first. */
static int call_sendmmsg(int fd, const struct sockaddr *to, socklen_t len)
{
	struct iovec iov;
	const struct msghdr msg = message(&iov, to, len);
	struct mmsghdr msgs[2] = { { msg }, { msg } };

	return sendmmsg(fd, msgs, 2, MSG_FASTOPEN | MSG_NOSIGNAL) < 0 ?
		errno : await_token(fd);
}

static int fastopen_sendmmsg(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			call_sendmmsg });
}

CASE("net.tcp.fastopen_sendmmsg",
	.claim	  = "sendmmsg(2) with MSG_FASTOPEN, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.control  = if_there,
	.attempt  = fastopen_sendmmsg,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");

/* The rule is for another port, and for binding to this one. */
static int fastopen_other(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP_OTHER, peer_address,
			call_fastopen });
}

CASE("net.tcp.fastopen_other_port",
	.claim	 = "sendto(2) with MSG_FASTOPEN when rules open other ports",
	.guard	 = NET(CONNECT_TCP),
	.uses	 = NET(BIND_TCP),
	.promise = { DENIED(EACCES) },
	.deny	 = { .net = TCP_RIGHTS,
		     .rules = { PORT(LAB_TCP, .access = NET_CONNECT_TCP),
				PORT(0, .access = TCP_RIGHTS),
				PORT(LAB_TCP_OTHER, .access = NET_BIND_TCP) } },
	.allow	 = { .net = TCP_RIGHTS,
		     .rules = { PORT(LAB_TCP_OTHER,
				     .access = NET_CONNECT_TCP) } },
	.labels	 = "bypass",
	.needs	 = "peer-tcp",
	.bare	 = true,
	.variants = ipv4_and_ipv6,
	.control = if_there,
	.attempt = fastopen_other,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");

/* connect(2) only notes the address; the first send does it. */
static int call_deferred(int fd, const struct sockaddr *to, socklen_t len)
{
	const int one = 1;

	return errno_of(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one,
				   sizeof(one))) ?: call_connect(fd, to, len);
}

static int fastopen_connect(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			call_deferred });
}

CASE("net.tcp.fastopen_connect",
	.claim	  = "connect(2) with TCP_FASTOPEN_CONNECT, done by the first send(2)",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "reach-tcp",
	.needs	  = "peer-tcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = fastopen_connect,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

/* A noted address that the sandbox allows: another one is not looked at. */
static int call_deferred_elsewhere(int fd, const struct sockaddr *to,
				   socklen_t len)
{
	struct sockaddr_storage other, peer;
	socklen_t peer_len = sizeof(peer);
	const int one = 1;

	peer_address(AF_INET, LAB_TCP_OTHER, &other);
	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one,
		       sizeof(one)) || connect(fd, to, len) ||
	    sendto(fd, lab_token, sizeof(lab_token), MSG_NOSIGNAL,
		   (struct sockaddr *)&other, len) < 0 ||
	    getpeername(fd, (struct sockaddr *)&peer, &peer_len))
		return errno;
	return memcmp(&peer, to, len) ? NO_EFFECT : await_token(fd);
}

static const struct variant ipv4[] = {
	{ "", AF_INET },
	{ NULL }
};

/* The sandbox may connect to LAB_TCP, and has. */
#define A_CONNECTED_CASE						\
	.guard	 = NET(CONNECT_TCP),					\
	.deny	 = { .net = NET_CONNECT_TCP,				\
		     .rules = { PORT(LAB_TCP) } },			\
	.needs	 = "peer-tcp",						\
	.bare	 = true,						\
	.variants = ipv4,						\
	.witness = witness_connect_tcp

static int fastopen_deferred(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_TCP, LAB_TCP, peer_address,
			call_deferred_elsewhere });
}

CASE("net.tcp.fastopen_deferred",
	.claim	 = "the first send(2) names another port than the connect(2) that it does",
	A_CONNECTED_CASE,
	.promise = { ALLOWED },
	.attempt = fastopen_deferred,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; net/ipv4/tcp.c: tcp_sendmsg_fastopen()");

static int send_without_address(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(scene->variant->family, LAB_TCP, &to);
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	if (connect(fd, (struct sockaddr *)&to, len))
		ret = broken(scene, "connect: %s", strerrorname_np(errno));
	else
		ret = errno_of(send(fd, lab_token, sizeof(lab_token),
				    MSG_FASTOPEN | MSG_NOSIGNAL));
	close(fd);
	return ret;
}

CASE("net.tcp.fastopen_no_address",
	.claim	 = "send(2) with MSG_FASTOPEN and no address, when connected",
	A_CONNECTED_CASE,
	.promise = { UNCHANGED },
	.attempt = send_without_address,
	.source	 = "security/landlock/net.c: hook_socket_sendmsg() looks at addresses only");
