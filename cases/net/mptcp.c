// SPDX-License-Identifier: GPL-2.0
/*
 * MPTCP, which speaks plain TCP where the other end or the path knows nothing
 * else.  Erratum 1 took it out of the TCP rights; before, they guarded it.
 */
#include <netinet/in.h>

#include "net.h"

/* <linux/mptcp.h> */
#define LEVEL_MPTCP		284
#define OPTION_INFO		1
#define INFO_FALLBACK		(1 << 0)

/* The flags of struct mptcp_info, or -1 if the socket does not give them */
static int info_flags(int fd)
{
	struct {
		uint8_t counts[8];	/* subflows, addresses, limits */
		uint32_t flags;
		uint8_t rest[116];
	} info = { 0 };
	socklen_t len = sizeof(info);

	return getsockopt(fd, LEVEL_MPTCP, OPTION_INFO, &info, &len) ?
		-1 : (int)info.flags;
}

/* Linux 5.15 and older give these flags of no socket. */
static bool kernel_has_info(int family)
{
	const int fd = new_socket(family, SOCK_STREAM, PROTOCOL_MPTCP);
	const bool has = info_flags(fd) >= 0;

	close(fd);
	return has;
}

/*
 * A socket that fell back to TCP says so, or passes its options on to TCP,
 * which does not know this one.
 */
static bool fell_back(int fd)
{
	const int flags = info_flags(fd);

	return flags < 0 || (flags & INFO_FALLBACK);
}

static int echo_with_fallback(struct scene *scene, int fd, bool wanted)
{
	int ret = echo_token(fd);
	const bool found = fell_back(fd);

	if (ret)
		return ret;
	if (!kernel_has_info(scene->variant->family))
		return cannot(scene, "MPTCP_INFO (Linux 5.16)");
	if (found != wanted)
		return cannot(scene, "the connection %s to TCP",
			      found ? "fell back" : "did not fall back");
	return WORKED;
}

static int mptcp_connect(struct scene *scene, int port, bool fallback)
{
	const int family = scene->variant->family;
	struct sockaddr_storage to;
	const socklen_t len = peer_address(family, port, &to);
	const int fd = new_socket(family, SOCK_STREAM, PROTOCOL_MPTCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = connect(fd, (struct sockaddr *)&to, len) ? errno :
		echo_with_fallback(scene, fd, fallback);
	close(fd);
	return ret;
}

static int connect_native(struct scene *scene)
{
	return mptcp_connect(scene, LAB_MPTCP, 0);
}

CASE("net.mptcp.connect_native",
	.claim	  = "MPTCP connect(2) to an MPTCP listener",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { FIXED(1, OPEN), DENIED(EACCES) },
	.gap	  = "landlock-lsm/linux#54",
	.grant	  = { PORT(LAB_MPTCP) },
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-mptcp",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = connect_native,
	.source	  = "userspace-api/landlock: erratum 1, TCP socket identification");

static int connect_plain_peer(struct scene *scene)
{
	return mptcp_connect(scene, LAB_PLAIN_TCP, 1);
}

CASE("net.mptcp.connect_plain_peer",
	.claim	  = "MPTCP connect(2) to a plain TCP listener",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { FIXED(1, OPEN), DENIED(EACCES) },
	.gap	  = "landlock-lsm/linux#54",
	.grant	  = { PORT(LAB_PLAIN_TCP) },
	.labels	  = "bypass reach-tcp",
	.needs	  = "mptcp peer-socat",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = connect_plain_peer,
	.source	  = "userspace-api/landlock: erratum 1, TCP socket identification");

static int connect_stripped(struct scene *scene)
{
	return mptcp_connect(scene, LAB_STRIPPED, 1);
}

CASE("net.mptcp.connect_stripped",
	.claim	  = "MPTCP connect(2) through a path that removes the MPTCP option",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { FIXED(1, OPEN), DENIED(EACCES) },
	.gap	  = "landlock-lsm/linux#54",
	.grant	  = { PORT(LAB_STRIPPED) },
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-stripped",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = connect_stripped,
	.source	  = "userspace-api/landlock: erratum 1, TCP socket identification");

/* Bound, listening, and reached by a plain TCP client. */
static int listen_mptcp(struct scene *scene)
{
	const int family = scene->variant->family;
	const int fd = new_socket(family, SOCK_STREAM, PROTOCOL_MPTCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = bind_own(fd, family, LAB_FREE) ?: errno_of(listen(fd, 1));
	if (!ret)
		ret = self_echo(fd, IPPROTO_TCP);
	close(fd);
	return ret;
}

CASE("net.mptcp.bind",
	.claim	  = "bind(2) of an MPTCP socket, which then serves plain TCP clients",
	.guard	  = NET(BIND_TCP),
	.uses	  = NET(CONNECT_TCP),
	.promise  = { FIXED(1, OPEN), DENIED(EACCES) },
	.gap	  = "landlock-lsm/linux#54",
	.grant	  = { PORT(LAB_FREE) },
	.labels	  = "bypass serve-tcp",
	.needs	  = "mptcp lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = listen_mptcp,
	.source	  = "userspace-api/landlock: erratum 1, TCP socket identification");

/* The kernel binds what listens without an address: no hook. */
static int listen_unbound(struct scene *scene)
{
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  PROTOCOL_MPTCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = errno_of(listen(fd, 1)) ?: self_echo(fd, IPPROTO_TCP);
	close(fd);
	return ret;
}

CASE("net.mptcp.listen_autobind",
	.claim	  = "listen(2) of an MPTCP socket, on a port that the kernel chooses",
	.guard	  = NET(BIND_TCP),
	.uses	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#54",
	.labels	  = "bypass serve-tcp",
	.needs	  = "mptcp lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_bind_tcp,
	.attempt  = listen_unbound,
	.source	  = "security/landlock/net.c: no hook on socket_listen");

/*
 * sendto(2) connects without a call of the connect hook, on every kernel: so a
 * kernel without the fix of erratum 1 does not refuse it either.
 */
static int fastopen(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(AF_INET, LAB_PLAIN_TCP, &to);
	const int fd = new_socket(AF_INET, SOCK_STREAM, PROTOCOL_MPTCP);
	int ret;

	if (fd < 0)
		return -fd;
	if (sendto(fd, lab_token, sizeof(lab_token),
		   MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&to,
		   len) < 0)
		ret = errno;
	else
		ret = await_token(fd);
	close(fd);
	if (ret == EOPNOTSUPP || ret == EPIPE || ret == ENOTCONN)
		return cannot(scene, "MSG_FASTOPEN on MPTCP (Linux 6.2)");
	return ret;
}

CASE("net.mptcp.fastopen",
	.claim	 = "sendto(2) with MSG_FASTOPEN on an MPTCP socket to a plain TCP listener",
	.guard	 = NET(CONNECT_TCP),
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#54",
	.labels	 = "bypass reach-tcp",
	.needs	 = "mptcp peer-socat",
	.bare	 = true,
	.witness = witness_connect_tcp,
	.attempt = fastopen,
	.source	 = "security/landlock/net.c: hook_socket_sendmsg() looks at TCP sockets only");

/* A listener that a TCP client has called: what it accepts is a TCP socket. */
static int called_by_tcp(struct scene *scene)
{
	struct sockaddr_storage to;
	socklen_t len = sizeof(to);

	scene->fd[0] = lasting_socket(AF_INET, SOCK_STREAM, PROTOCOL_MPTCP);
	if (scene->fd[0] < 0)
		return -scene->fd[0];
	scene->fd[1] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	if (bind_own(scene->fd[0], AF_INET, LAB_FREE) ||
	    listen(scene->fd[0], 1) ||
	    getsockname(scene->fd[0], (struct sockaddr *)&to, &len) ||
	    connect(scene->fd[1], (struct sockaddr *)&to, len))
		return errno;
	return 0;
}

static int reuse_accepted(struct scene *scene)
{
	const int fd = accept(scene->fd[0], NULL, NULL);
	int protocol = 0, ret;
	socklen_t len = sizeof(protocol);

	if (fd < 0)
		return errno;
	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len);
	if (protocol != IPPROTO_TCP)
		ret = cannot(scene, "an accepted socket that is plain TCP");
	else
		ret = disconnect(fd, sizeof(struct sockaddr_in)) ?:
		      connect_echo(fd, AF_INET, LAB_TCP);
	close(fd);
	return ret;
}

CASE("net.mptcp.accepted_reconnect",
	.claim	 = "connect(2) of the TCP socket that an MPTCP listener accepted",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_TCP) },
	.labels	 = "reach-tcp",
	.needs	 = "mptcp peer-tcp",
	.bare	 = true,
	.scene	 = called_by_tcp,
	.attempt = reuse_accepted,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP; net/mptcp/protocol.c: mptcp_accept()");
