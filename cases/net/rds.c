// SPDX-License-Identifier: GPL-2.0
/* RDS, whose TCP connections are the kernel's own. */
#include <netinet/in.h>

#include "net.h"

/*
 * poll(2) wakes up for news of congestion too, and a blocking call would wait
 * for ever where the kernel cannot connect.
 */
static int await_datagram(int fd)
{
	char buf[sizeof(lab_token)];
	ssize_t got;

	while (await_input(fd)) {
		got = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (got < 0 && errno == EAGAIN)
			continue;
		if (got < 0)
			return errno;
		return got == sizeof(buf) && !memcmp(buf, lab_token, got) ?
			WORKED : NO_EFFECT;
	}
	return NO_EFFECT;
}

/*
 * RDS keeps the connection between two addresses for ever, so each world binds
 * an address that was not used before.
 */
static int send_datagram(struct scene *scene)
{
	const int fd = new_socket(AF_RDS, SOCK_SEQPACKET, 0);
	struct sockaddr_storage own, to;
	const socklen_t len = peer_address(AF_INET, LAB_RDS, &to);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	ret = errno_of(bind(fd, (struct sockaddr *)&own, fresh_address(&own)));
	if (!ret)
		ret = sendto(fd, lab_token, sizeof(lab_token), MSG_DONTWAIT,
			     (struct sockaddr *)&to, len) < 0 ? errno :
			await_datagram(fd);
	close(fd);
	return ret;
}

CASE("net.rds.sendmsg_tcp",
	.claim	 = "a datagram over RDS, for which the kernel connects by TCP",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#6",
	.labels	 = "bypass reach-tcp",
	.needs	 = "peer-rds",
	.bare	 = true,
	.enforce = deny_all_net,
	.witness = witness_connect_tcp,
	.attempt = send_datagram,
	.source	 = "net/rds/tcp_connect.c: kernel_connect(), which no hook sees");
