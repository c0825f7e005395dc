// SPDX-License-Identifier: GPL-2.0
/* Bricks of network cases: connections that are proved by an echo. */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/time.h"
#include "bricks/net.h"
#include "cases/enforce.h"
#include "cases/outcome.h"
#include "landlock/abi.h"
#include "landlock/exercise.h"
#include "landlock/landlock.h"

const char lab_token[16] = "landproof-token";

int await_token(int fd)
{
	char buf[sizeof(lab_token)];
	ssize_t got;

	if (!await_input(fd))
		return NO_EFFECT;
	got = recv(fd, buf, sizeof(buf), 0);
	if (got < 0)
		return errno;
	return got == sizeof(buf) && memcmp(buf, lab_token, got) == 0 ?
		WORKED : NO_EFFECT;
}

int echo_token(int fd)
{
	if (send(fd, lab_token, sizeof(lab_token), MSG_NOSIGNAL) < 0)
		return errno;
	return await_token(fd);
}

int new_socket(int family, int type, int protocol)
{
	const int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	return fd < 0 ? -errno : fd;
}

int lasting_socket(int family, int type, int protocol)
{
	const int fd = socket(family, type, protocol);

	return fd < 0 ? -errno : fd;
}

/* bind(2) or connect(2) of a socket: the right of its protocol */
static void exercise_port(int fd, uint32_t of_tcp, uint32_t of_udp)
{
	int protocol = 0;
	socklen_t len = sizeof(protocol);

	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len);
	if (protocol == IPPROTO_TCP)
		exercises(FEATURE_NET, of_tcp);
	else if (protocol == IPPROTO_UDP)
		exercises(FEATURE_NET, of_udp);
}

int connect_echo(int fd, int family, int port)
{
	struct sockaddr_storage to;
	const socklen_t len = peer_address(family, port, &to);

	exercise_port(fd, NET_CONNECT_TCP, NET_CONNECT_SEND_UDP);
	if (connect(fd, (struct sockaddr *)&to, len))
		return errno;
	return echo_token(fd);
}

int stream_echo(int family, int protocol, int port)
{
	const int fd = new_socket(family, SOCK_STREAM, protocol);
	int ret;

	if (fd < 0)
		return -fd;
	ret = connect_echo(fd, family, port);
	close(fd);
	return ret;
}

int choose_only(int fd, uint16_t port)
{
	enum { LOCAL_PORT_RANGE = 51 };	/* IP_, 6.3 */
	const uint32_t range = (uint32_t)port << 16 | port;

	return errno_of(setsockopt(fd, IPPROTO_IP, LOCAL_PORT_RANGE, &range,
				   sizeof(range)));
}

int bind_port(int family, int type, int protocol, int port)
{
	struct sockaddr_storage own, bound;
	socklen_t len = own_address(family, port, &own);
	const int fd = new_socket(family, type, protocol);
	const int one = 1;
	int ret = 0;

	if (fd < 0)
		return -fd;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	exercise_port(fd, NET_BIND_TCP, NET_BIND_UDP);
	if (bind(fd, (struct sockaddr *)&own, len) ||
	    (type == SOCK_STREAM && listen(fd, 1)))
		ret = errno;
	else if (getsockname(fd, (struct sockaddr *)&bound, &len))
		ret = errno;
	/* The port lies at the same place for both families. */
	else if (((struct sockaddr_in *)&bound)->sin_port == 0 ||
		 (port && ((struct sockaddr_in *)&bound)->sin_port !=
			  ((struct sockaddr_in *)&own)->sin_port))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

int witness_bind_tcp(struct scene *scene)
{
	(void)scene;
	return bind_port(AF_INET, SOCK_STREAM, IPPROTO_TCP, LAB_WITNESS);
}

int witness_bind_udp(struct scene *scene)
{
	(void)scene;
	return bind_port(AF_INET, SOCK_DGRAM, IPPROTO_UDP, LAB_WITNESS);
}

/* Nobody listens there: that it is refused by the stack is no refusal. */
int witness_connect_tcp(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = loopback_address(AF_INET, LAB_WITNESS, &to);
	const int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	ret = errno_of(connect(fd, (struct sockaddr *)&to, len));
	close(fd);
	return ret == ECONNREFUSED ? WORKED : ret;
}

int witness_send_udp(struct scene *scene)
{
	struct sockaddr_storage to;
	const socklen_t len = loopback_address(AF_INET, LAB_WITNESS, &to);
	const int fd = new_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	ret = errno_of(sendto(fd, "", 1, 0, (struct sockaddr *)&to, len));
	close(fd);
	return ret;
}

int deny_all_net(struct scene *scene)
{
	const struct ruleset set = { .net = kernel.net };

	return enforce_ruleset(scene, &set);
}
