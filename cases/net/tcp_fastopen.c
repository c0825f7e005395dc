// SPDX-License-Identifier: GPL-2.0
/* TCP Fast Open: sending is connecting (landlock-lsm/linux#41). */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "net.h"

static ssize_t by_sendto(int fd, const struct sockaddr_storage *to,
			 socklen_t len)
{
	return sendto(fd, lab_token, sizeof(lab_token),
		      MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)to, len);
}

static struct msghdr message(struct iovec *iov,
			     const struct sockaddr_storage *to, socklen_t len)
{
	iov->iov_base = (void *)lab_token;
	iov->iov_len = sizeof(lab_token);
	return (struct msghdr) {
		.msg_name = (void *)to,
		.msg_namelen = len,
		.msg_iov = iov,
		.msg_iovlen = 1,
	};
}

static ssize_t by_sendmsg(int fd, const struct sockaddr_storage *to,
			  socklen_t len)
{
	struct iovec iov;
	const struct msghdr msg = message(&iov, to, len);

	return sendmsg(fd, &msg, MSG_FASTOPEN | MSG_NOSIGNAL);
}

static ssize_t by_sendmmsg(int fd, const struct sockaddr_storage *to,
			   socklen_t len)
{
	struct iovec iov;
	struct mmsghdr msg = { .msg_hdr = message(&iov, to, len) };

	return sendmmsg(fd, &msg, 1, MSG_FASTOPEN | MSG_NOSIGNAL);
}

static int fastopen(struct scene *scene, int port,
		    ssize_t (*send_by)(int, const struct sockaddr_storage *,
				       socklen_t))
{
	const int family = scene->variant->family;
	struct sockaddr_storage to;
	const socklen_t len = peer_address(family, port, &to);
	const int fd = new_socket(family, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = send_by(fd, &to, len) < 0 ? errno : await_token(fd);
	close(fd);
	if (ret == EOPNOTSUPP)
		return cannot(scene, "TCP Fast Open (net.ipv4.tcp_fastopen)");
	return ret;
}

static int fastopen_sendto(struct scene *scene)
{
	return fastopen(scene, LAB_TCP, by_sendto);
}

CASE("net.tcp.fastopen_sendto",
	.claim	  = "sendto(2) with MSG_FASTOPEN, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "bypass",
	.needs	  = "peer-tcp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = fastopen_sendto,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");

static int fastopen_sendmsg(struct scene *scene)
{
	return fastopen(scene, LAB_TCP, by_sendmsg);
}

CASE("net.tcp.fastopen_sendmsg",
	.claim	  = "sendmsg(2) with MSG_FASTOPEN, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "bypass",
	.needs	  = "peer-tcp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = fastopen_sendmsg,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");

static int fastopen_sendmmsg(struct scene *scene)
{
	return fastopen(scene, LAB_TCP, by_sendmmsg);
}

CASE("net.tcp.fastopen_sendmmsg",
	.claim	  = "sendmmsg(2) with MSG_FASTOPEN, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.labels	  = "bypass",
	.needs	  = "peer-tcp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = fastopen_sendmmsg,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");

/* The rule is for another port, and for binding to this one. */
static int fastopen_other(struct scene *scene)
{
	return fastopen(scene, LAB_TCP_OTHER, by_sendto);
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
	.lab	 = true,
	.bare	 = true,
	.variants = ipv4_and_ipv6,
	.attempt = fastopen_other,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; landlock-lsm/linux#41");

/* connect(2) only notes the address; the first send does it. */
static int fastopen_connect(struct scene *scene)
{
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);
	const int one = 1;
	int ret;

	if (fd < 0)
		return -fd;
	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one,
		       sizeof(one)))
		ret = cannot(scene, "TCP_FASTOPEN_CONNECT: %s",
			     strerrorname_np(errno));
	else
		ret = connect_echo(fd, scene->variant->family, LAB_TCP);
	close(fd);
	return ret;
}

CASE("net.tcp.fastopen_connect",
	.claim	  = "connect(2) with TCP_FASTOPEN_CONNECT, done by the first send(2)",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.needs	  = "peer-tcp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = fastopen_connect,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

/* A noted address that the sandbox allows: another one is not looked at. */
static int fastopen_deferred(struct scene *scene)
{
	struct sockaddr_storage to, other, peer;
	const socklen_t len = peer_address(AF_INET, LAB_TCP, &to);
	socklen_t peer_len = sizeof(peer);
	const int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	const int one = 1;
	int ret;

	if (fd < 0)
		return -fd;
	peer_address(AF_INET, LAB_TCP_OTHER, &other);
	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one,
		       sizeof(one)))
		ret = cannot(scene, "TCP_FASTOPEN_CONNECT: %s",
			     strerrorname_np(errno));
	else if (connect(fd, (struct sockaddr *)&to, len) ||
		 sendto(fd, lab_token, sizeof(lab_token), MSG_NOSIGNAL,
			(struct sockaddr *)&other, len) < 0 ||
		 getpeername(fd, (struct sockaddr *)&peer, &peer_len))
		ret = errno;
	else
		ret = memcmp(&peer, &to, len) ? NO_EFFECT : await_token(fd);
	close(fd);
	return ret;
}

CASE("net.tcp.fastopen_deferred",
	.claim	 = "the first send(2) names another port than the connect(2) that it does",
	.guard	 = NET(CONNECT_TCP),
	.promise = { ALLOWED },
	.deny	 = { .net = NET_CONNECT_TCP, .rules = { PORT(LAB_TCP) } },
	.needs	 = "peer-tcp",
	.lab	 = true,
	.bare	 = true,
	.witness = witness_connect_tcp,
	.attempt = fastopen_deferred,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; net/ipv4/tcp.c: tcp_sendmsg_fastopen()");
