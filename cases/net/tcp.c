// SPDX-License-Identifier: GPL-2.0
/* TCP rules against ordinary TCP sockets: the ways to bind and to connect. */
#include <netinet/in.h>

#include "net.h"

static int connect_peer(struct scene *scene)
{
	return stream_echo(scene->variant->family, IPPROTO_TCP, LAB_TCP);
}

CASE("net.tcp.connect",
	.claim	  = "connect(2) of a TCP socket",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.needs	  = "peer-tcp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_peer,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

static int bind_free(struct scene *scene)
{
	return bind_port(scene->variant->family, SOCK_STREAM, IPPROTO_TCP,
			 LAB_FREE);
}

CASE("net.tcp.bind",
	.claim	  = "bind(2) of a TCP socket",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE) },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_free,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");

static int bind_zero(struct scene *scene)
{
	return bind_port(scene->variant->family, SOCK_STREAM, IPPROTO_TCP, 0);
}

CASE("net.tcp.bind_port_zero",
	.claim	  = "bind(2) of a TCP socket to port 0, any free one",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_zero,
	.source	  = "uapi/linux/landlock.h: struct landlock_net_port_attr, port 0");

static int connect_zero(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = loopback_address(scene->variant->family, 0, &to);
	const int fd = new_socket(to.ss_family, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = errno_of(connect(fd, (struct sockaddr *)&to, len));
	close(fd);
	return refused_by_stack(ret, ECONNREFUSED);
}

CASE("net.tcp.connect_port_zero",
	.claim	  = "connect(2) to port 0, where nobody can listen",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_zero,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

/* connect(2) will choose the port: bind(2) asks for port 0 all the same. */
static int bind_without_port(struct scene *scene)
{
	const int fd = new_socket(scene->variant->family, SOCK_STREAM,
				  IPPROTO_TCP);
	const int one = 1;
	int ret;

	if (fd < 0)
		return -fd;
	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	ret = bind_own(fd, scene->variant->family, 0);
	if (!ret && local_port(fd) != 0)
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

CASE("net.tcp.bind_no_port",
	.claim	  = "bind(2) of a TCP socket to an address only (IP_BIND_ADDRESS_NO_PORT)",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(0) },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = bind_without_port,
	.source	  = "uapi/linux/landlock.h: struct landlock_net_port_attr, port 0");

static const struct variant reuse[] = {
	{ "", AF_INET, SO_REUSEADDR },
	{ "port", AF_INET, SO_REUSEPORT },
	{ NULL }
};

static int bind_sharing(struct scene *scene, int fd)
{
	struct sockaddr_storage own;
	const socklen_t len = own_address(AF_INET, LAB_FREE_OTHER, &own);
	const int one = 1;

	setsockopt(fd, SOL_SOCKET, scene->variant->arg, &one, sizeof(one));
	return errno_of(bind(fd, (struct sockaddr *)&own, len));
}

/* The first one is there before the sandbox; the second shares its port. */
static int bound_and_shared(struct scene *scene)
{
	scene->fd[0] = lasting_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	/* Sockets share a port with those of their own user only. */
	if (fchown(scene->fd[0], subject_uid(), subject_gid()))
		return errno;
	return bind_sharing(scene, scene->fd[0]);
}

static int bind_shared(struct scene *scene)
{
	const int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = bind_sharing(scene, fd);
	if (!ret && local_port(fd) != lab_port(LAB_FREE_OTHER))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

CASE("net.tcp.bind_shared",
	.claim	  = "bind(2) to a TCP port that another socket shares",
	.guard	  = NET(BIND_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_FREE_OTHER) },
	.needs	  = "lab",
	.lab	  = true,
	.bare	  = true,
	.variants = reuse,
	.scene	  = bound_and_shared,
	.attempt  = bind_shared,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_BIND_TCP");

static int connect_mapped(struct scene *scene)
{
	struct sockaddr_storage v4;
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
	const int fd = new_socket(AF_INET6, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	peer_address(AF_INET, LAB_TCP, &v4);
	to.sin6_port = ((struct sockaddr_in *)&v4)->sin_port;
	to.sin6_addr.s6_addr[10] = 0xff;
	to.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&to.sin6_addr.s6_addr[12],
	       &((struct sockaddr_in *)&v4)->sin_addr, 4);
	ret = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno :
								echo_token(fd);
	close(fd);
	return ret;
}

CASE("net.tcp.connect_mapped",
	.claim	 = "connect(2) of an IPv6 socket to an IPv4 peer (::ffff:a.b.c.d)",
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_TCP) },
	.needs	 = "peer-tcp",
	.lab	 = true,
	.bare	 = true,
	.attempt = connect_mapped,
	.source	 = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");

static int connect_nonblocking(struct scene *scene)
{
	const int family = scene->variant->family;
	struct sockaddr_storage to;
	const socklen_t len = peer_address(family, LAB_TCP, &to);
	const int fd = new_socket(family, SOCK_STREAM | SOCK_NONBLOCK,
				  IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = errno_of(connect(fd, (struct sockaddr *)&to, len));
	if (ret == EINPROGRESS) {
		/* The second call waits for the first one's end. */
		fcntl(fd, F_SETFL, 0);
		ret = errno_of(connect(fd, (struct sockaddr *)&to, len));
	}
	if (!ret)
		ret = echo_token(fd);
	close(fd);
	return ret;
}

CASE("net.tcp.connect_nonblocking",
	.claim	  = "connect(2) of a TCP socket that does not wait",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { DENIED(EACCES) },
	.grant	  = { PORT(LAB_TCP) },
	.needs	  = "peer-tcp",
	.lab	  = true,
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.attempt  = connect_nonblocking,
	.source	  = "userspace-api/landlock: LANDLOCK_ACCESS_NET_CONNECT_TCP");
