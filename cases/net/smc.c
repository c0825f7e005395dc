// SPDX-License-Identifier: GPL-2.0
/* SMC, which speaks plain TCP where the other end does not know it. */
#include <linux/netlink.h>
#include <linux/smc_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include "net.h"

static int diag_socket(void)
{
	const struct {
		struct nlmsghdr header;
		struct smc_diag_req request;
	} message = {
		.header = {
			.nlmsg_len = sizeof(message),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.request = { .diag_family = AF_SMC },
	};
	const int fd = new_socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);

	if (fd >= 0 && send(fd, &message, sizeof(message), 0) < 0) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* The kernel's own word on how @inode's connection is made, or -1. */
static int diag_mode(ino_t inode)
{
	union {
		struct nlmsghdr header;
		char bytes[16384];
	} buf;
	const int fd = diag_socket();
	struct nlmsghdr *header;
	int mode = -1;
	ssize_t got;
	bool more = fd >= 0;

	while (more && (got = recv(fd, &buf, sizeof(buf), 0)) > 0) {
		for (header = &buf.header; NLMSG_OK(header, got);
		     header = NLMSG_NEXT(header, got)) {
			const struct smc_diag_msg *msg = NLMSG_DATA(header);

			if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY) {
				more = false;
				break;
			}
			if (msg->diag_inode == inode)
				mode = msg->diag_mode;
		}
	}
	if (fd >= 0)
		close(fd);
	return mode;
}

/* That the connection is of @wanted kind is for the kernel to say. */
static int proved(struct scene *scene, int fd, int wanted)
{
	struct stat st;
	int mode;

	if (fstat(fd, &st))
		return broken(scene, "fstat: %s", strerrorname_np(errno));
	mode = diag_mode(st.st_ino);
	if (mode == wanted)
		return WORKED;
	return cannot(scene, mode < 0 ? "SMC sockets in sock_diag (module smc_diag)" :
			     wanted == SMC_DIAG_MODE_FALLBACK_TCP ?
					"an SMC connection that falls back" :
					"SMC-D over a loopback (SMC_LO, DIBS_LO)");
}

static int connect_as(struct scene *scene, int family, int protocol, int port,
		      int mode)
{
	const int fd = new_socket(family, SOCK_STREAM, protocol);
	int ret;

	if (fd < 0)
		return -fd;
	ret = connect_echo(fd, AF_INET, port) ?: proved(scene, fd, mode);
	close(fd);
	return ret;
}

static int connect_plain_peer(struct scene *scene)
{
	return connect_as(scene, AF_SMC, 0, LAB_PLAIN_TCP,
			  SMC_DIAG_MODE_FALLBACK_TCP);
}

/* EINVAL: the address is AF_INET, the socket AF_SMC (net.c of 6.7). */
CASE("net.smc.connect_plain_peer",
	.claim	 = "connect(2) of an AF_SMC socket to a plain TCP listener",
	.guard	 = NET(CONNECT_TCP),
	.promise = { FIXED(1, OPEN), DENIED(EINVAL) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(INHERITED),
	.gap	 = "landlock-lsm/linux#6",
	.labels	 = "bypass reach-tcp",
	.needs	 = "smc peer-socat",
	.bare	 = true,
	.witness = witness_connect_tcp,
	.attempt = connect_plain_peer,
	.source	 = "userspace-api/landlock: erratum 1, TCP socket identification");

static int inet_connect_plain_peer(struct scene *scene)
{
	return connect_as(scene, AF_INET, PROTOCOL_SMC, LAB_PLAIN_TCP,
			  SMC_DIAG_MODE_FALLBACK_TCP);
}

CASE("net.smc.inet_connect_plain_peer",
	.claim	 = "connect(2) of an IPPROTO_SMC socket to a plain TCP listener",
	.guard	 = NET(CONNECT_TCP),
	.promise = { FIXED(1, OPEN), DENIED(EACCES) },
	.gap	 = "landlock-lsm/linux#6",
	.grant	 = { PORT(LAB_PLAIN_TCP) },
	.labels	 = "bypass reach-tcp",
	.needs	 = "smc-inet peer-socat",
	.bare	 = true,
	.witness = witness_connect_tcp,
	.attempt = inet_connect_plain_peer,
	.source	 = "userspace-api/landlock: erratum 1, TCP socket identification");

static int connect_smc_peer(struct scene *scene)
{
	return connect_as(scene, AF_SMC, 0, LAB_SMC, SMC_DIAG_MODE_SMCD);
}

CASE("net.smc.connect_smc_peer",
	.claim	 = "connect(2) of an AF_SMC socket to an SMC listener, which speaks SMC-D",
	.guard	 = NET(CONNECT_TCP),
	.promise = { FIXED(1, OPEN), DENIED(EINVAL) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY),
	.gap	 = "landlock-lsm/linux#6",
	.labels	 = "bypass reach-tcp",
	.needs	 = "smc peer-smc",
	.bare	 = true,
	.witness = witness_connect_tcp,
	.attempt = connect_smc_peer,
	.source	 = "userspace-api/landlock: erratum 1, TCP socket identification");

static int inet_connect_smc_peer(struct scene *scene)
{
	return connect_as(scene, AF_INET, PROTOCOL_SMC, LAB_SMC,
			  SMC_DIAG_MODE_SMCD);
}

CASE("net.smc.inet_connect_smc_peer",
	.claim	 = "connect(2) of an IPPROTO_SMC socket to an SMC listener, which speaks SMC-D",
	.guard	 = NET(CONNECT_TCP),
	.promise = { FIXED(1, OPEN), DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.gap	 = "landlock-lsm/linux#6",
	.grant	 = { PORT(LAB_SMC) },
	.labels	 = "bypass reach-tcp",
	.needs	 = "smc-inet peer-smc",
	.bare	 = true,
	.witness = witness_connect_tcp,
	.attempt = inet_connect_smc_peer,
	.source	 = "userspace-api/landlock: erratum 1, TCP socket identification");

static int bind_smc(int family, int protocol)
{
	const int fd = new_socket(family, SOCK_STREAM, protocol);
	int ret;

	if (fd < 0)
		return -fd;
	ret = bind_own(fd, AF_INET, LAB_FREE) ?: errno_of(listen(fd, 1));
	if (!ret && local_port(fd) != lab_port(LAB_FREE))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

static int bind_free(struct scene *scene)
{
	(void)scene;
	return bind_smc(AF_SMC, 0);
}

CASE("net.smc.bind",
	.claim	 = "bind(2) and listen(2) of an AF_SMC socket, on a TCP port",
	.guard	 = NET(BIND_TCP),
	.promise = { FIXED(1, OPEN), DENIED(EINVAL) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(INHERITED),
	.gap	 = "landlock-lsm/linux#6",
	.labels	 = "bypass serve-tcp",
	.needs	 = "smc lab",
	.bare	 = true,
	.witness = witness_bind_tcp,
	.attempt = bind_free,
	.source	 = "userspace-api/landlock: erratum 1, TCP socket identification");

static int inet_bind_free(struct scene *scene)
{
	(void)scene;
	return bind_smc(AF_INET, PROTOCOL_SMC);
}

CASE("net.smc.inet_bind",
	.claim	 = "bind(2) and listen(2) of an IPPROTO_SMC socket, on a TCP port",
	.guard	 = NET(BIND_TCP),
	.promise = { FIXED(1, OPEN), DENIED(EACCES) },
	.worlds	 = W(CONTROL) | W(BYSTANDER) | W(DENY) | W(GRANT),
	.gap	 = "landlock-lsm/linux#6",
	.grant	 = { PORT(LAB_FREE) },
	.labels	 = "bypass serve-tcp",
	.needs	 = "smc-inet lab",
	.bare	 = true,
	.witness = witness_bind_tcp,
	.attempt = inet_bind_free,
	.source	 = "userspace-api/landlock: erratum 1, TCP socket identification");

static const struct variant sockets[] = {
	{ "", AF_SMC, 0 },
	{ "inet", AF_INET, PROTOCOL_SMC },
	{ NULL }
};

/* MSG_FASTOPEN connects by sending, for which SMC falls back to plain TCP. */
static int fastopen(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(AF_INET, LAB_PLAIN_TCP, &to);
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  scene->variant->arg);
	int ret;

	if (fd == -EPROTONOSUPPORT)
		return cannot(scene, "IPPROTO_SMC (SMC of Linux 6.11 or later)");
	if (fd < 0)
		return -fd;
	if (sendto(fd, lab_token, sizeof(lab_token),
		   MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&to,
		   len) < 0)
		ret = errno;
	else
		ret = await_token(fd);
	close(fd);
	return ret;
}

CASE("net.smc.fastopen",
	.claim	  = "sendto(2) with MSG_FASTOPEN on an SMC socket to a plain TCP listener",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { FIXED(1, OPEN), OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.labels	  = "bypass reach-tcp",
	.needs	  = "smc peer-socat",
	.bare	  = true,
	.variants = sockets,
	.witness  = witness_connect_tcp,
	.attempt  = fastopen,
	.source	  = "security/landlock/net.c: hook_socket_sendmsg() looks at TCP sockets only");
