// SPDX-License-Identifier: GPL-2.0
/* The lab: the numbers of its ports. */
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
	.source	 = "harness/landlock/port.h: lab_guard()");

/* "Any port" of a range of one: refused where the lab has reserved that one. */
static int choose_first_ephemeral(struct scene *scene)
{
	const struct sockaddr_in any = { .sin_family = AF_INET };
	const int fd = new_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	ret = choose_only(fd, LAB_FIRST_EPHEMERAL) ?:
	      errno_of(bind(fd, (const struct sockaddr *)&any, sizeof(any)));
	close(fd);
	return ret;
}

CASE("selftest.lab.reserved",
	.claim	 = "the kernel chooses a port that a case names for another socket",
	.labels	 = "selftest",
	.worlds	 = W(CONTROL),
	.promise = { DENIED(EACCES) },
	.needs	 = "lab",
	.bare	 = true,
	.attempt = choose_first_ephemeral,
	.source	 = "Documentation/networking/ip-sysctl: ip_local_reserved_ports");
