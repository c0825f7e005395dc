// SPDX-License-Identifier: GPL-2.0
/* Operations on ports that a domain denies; see denials.h. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "denials.h"

typedef int call(int fd, const struct sockaddr *address, socklen_t len);

/*
 * Does it with an address of this host where nobody listens: what the network
 * says to it is no matter, so only EACCES counts.
 */
static int try(struct scene *scene, int family, int type, sa_family_t address,
	       call *call)
{
	const int missing = scene_needs(scene, family == AF_INET6 ? "ipv6" :
					"inet");
	struct sockaddr_storage at;
	const socklen_t len = loopback_address(family, LAB_DECOY, &at);
	int fd, error;

	if (missing)
		return missing;
	fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	at.ss_family = address;
	/*
	 * On a bare host the lab's ports have other numbers than in the record.
	 */
	((struct sockaddr_in *)&at)->sin_port = htons(LAB_DECOY);
	error = errno_of(call(fd, (const struct sockaddr *)&at, len));
	close(fd);
	return error == EACCES ? EACCES : 0;
}

static int send_byte(int fd, const struct sockaddr *address, socklen_t len)
{
	return sendto(fd, "", 1, MSG_NOSIGNAL, address, len);
}

static int open_fast(int fd, const struct sockaddr *address, socklen_t len)
{
	return sendto(fd, "", 1, MSG_NOSIGNAL | MSG_FASTOPEN, address, len);
}

int do_bind(struct scene *scene)
{
	return try(scene, AF_INET, SOCK_STREAM, AF_INET, bind);
}

int do_bind_ipv6(struct scene *scene)
{
	return try(scene, AF_INET6, SOCK_STREAM, AF_INET6, bind);
}

int do_connect(struct scene *scene)
{
	return try(scene, AF_INET, SOCK_STREAM, AF_INET, connect);
}

int do_connect_ipv6(struct scene *scene)
{
	return try(scene, AF_INET6, SOCK_STREAM, AF_INET6, connect);
}

int do_fastopen(struct scene *scene)
{
	return try(scene, AF_INET, SOCK_STREAM, AF_INET, open_fast);
}

int do_bind_udp(struct scene *scene)
{
	return try(scene, AF_INET, SOCK_DGRAM, AF_INET, bind);
}

int do_bind_udp_ipv6(struct scene *scene)
{
	return try(scene, AF_INET6, SOCK_DGRAM, AF_INET6, bind);
}

int do_connect_udp(struct scene *scene)
{
	return try(scene, AF_INET, SOCK_DGRAM, AF_INET, connect);
}

int do_send_udp(struct scene *scene)
{
	return try(scene, AF_INET, SOCK_DGRAM, AF_INET, send_byte);
}

int do_send_udp_ipv6(struct scene *scene)
{
	return try(scene, AF_INET6, SOCK_DGRAM, AF_INET6, send_byte);
}

int do_send_unspec(struct scene *scene)
{
	return try(scene, AF_INET, SOCK_DGRAM, AF_UNSPEC, send_byte);
}

int do_send_unspec_ipv6(struct scene *scene)
{
	return try(scene, AF_INET6, SOCK_DGRAM, AF_UNSPEC, send_byte);
}
