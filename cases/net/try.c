// SPDX-License-Identifier: GPL-2.0
/* One call with one address: what most of the network cases come down to. */
#include <netinet/in.h>

#include "net.h"

int guarded_type(const struct scene *scene)
{
	return scene->test->guard.net & TCP_RIGHTS ? SOCK_STREAM : SOCK_DGRAM;
}

int net_try(struct scene *scene, const struct net_try *try)
{
	const int family = scene->variant->family;
	const struct shape *shape = scene->variant->data;
	const int given = shape ? shape->family : family;
	/* Two, for an address that is longer than any. */
	struct sockaddr_storage to[2] = { 0 };
	const int fd = new_socket(family, try->type ?: guarded_type(scene),
				  try->protocol);
	socklen_t len;
	int ret;

	if (fd < 0)
		return -fd;
	len = try->whose(given == AF_INET || given == AF_INET6 ? given : family,
			 try->port, to);
	to[0].ss_family = given;
	if (shape)
		len = shape->len;
	ret = try->call(fd, shape && shape->none ? NULL : (void *)to, len);
	close(fd);
	return ret;
}

socklen_t any_address(int family, int port, struct sockaddr_storage *to)
{
	struct sockaddr_in *const in = (struct sockaddr_in *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = family;
	/* The port lies at the same place for both families. */
	in->sin_port = htons(lab_port(port));
	return family == AF_INET ? sizeof(*in) : sizeof(struct sockaddr_in6);
}

static socklen_t mapped(const struct sockaddr_storage *v4,
			struct sockaddr_storage *to)
{
	const struct sockaddr_in *const in = (struct sockaddr_in *)v4;
	struct sockaddr_in6 *const in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	in6->sin6_family = AF_INET6;
	in6->sin6_port = in->sin_port;
	in6->sin6_addr.s6_addr[10] = 0xff;
	in6->sin6_addr.s6_addr[11] = 0xff;
	memcpy(&in6->sin6_addr.s6_addr[12], &in->sin_addr, 4);
	return sizeof(*in6);
}

socklen_t mapped_peer(int family, int port, struct sockaddr_storage *to)
{
	struct sockaddr_storage v4;

	(void)family;
	peer_address(AF_INET, port, &v4);
	return mapped(&v4, to);
}

socklen_t mapped_own(int family, int port, struct sockaddr_storage *to)
{
	struct sockaddr_storage v4;

	(void)family;
	own_address(AF_INET, port, &v4);
	return mapped(&v4, to);
}

int call_bind(int fd, const struct sockaddr *own, socklen_t len)
{
	const int port = ntohs(((struct sockaddr_in *)own)->sin_port);
	const int one = 1;
	int bound;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, own, len))
		return errno;
	bound = local_port(fd);
	return bound > 0 && (!port || bound == port) ? WORKED : NO_EFFECT;
}

int call_connect(int fd, const struct sockaddr *to, socklen_t len)
{
	return connect(fd, to, len) ? errno : echo_token(fd);
}

static int send_token(int fd, const struct sockaddr *to, socklen_t len,
		      int flags)
{
	return sendto(fd, lab_token, sizeof(lab_token), flags | MSG_NOSIGNAL,
		      to, len) < 0 ? errno : await_token(fd);
}

int call_sendto(int fd, const struct sockaddr *to, socklen_t len)
{
	return send_token(fd, to, len, 0);
}

int call_fastopen(int fd, const struct sockaddr *to, socklen_t len)
{
	return send_token(fd, to, len, MSG_FASTOPEN);
}
