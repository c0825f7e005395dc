// SPDX-License-Identifier: GPL-2.0
/* The lab: which number does the peer's port have? */
#include <netinet/in.h>

#include "landproof.h"

/* What the connection says of itself, not what the lab wanted. */
static int name_port(struct scene *scene)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	const int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = connect_echo(fd, AF_INET, LAB_TCP);
	if (!ret && getpeername(fd, (struct sockaddr *)&peer, &len))
		ret = errno;
	if (!ret)
		remark(scene, "port %d",
		       ntohs(((struct sockaddr_in *)&peer)->sin_port));
	close(fd);
	return ret;
}

CASE("selftest.lab.port",
	.claim	 = "the number of the port that the TCP peer listens on",
	.labels	 = "selftest",
	.worlds	 = W(CONTROL) | W(DENY) | W(GRANT),
	.guard	 = NET(CONNECT_TCP),
	.promise = { DENIED(EACCES) },
	.grant	 = { PORT(LAB_TCP) },
	.needs	 = "peer-tcp",
	.bare	 = true,
	.attempt = name_port,
	.source	 = "harness/lab.h: lab_guard()");
