// SPDX-License-Identifier: GPL-2.0
/*
 * MPTCP subflows.  The sandbox connects to one port; where the administrator
 * allows it, the kernel connects to others that the peer announces.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "net.h"

/* <linux/mptcp.h>: newer than the system's headers may be. */
#define LEVEL_MPTCP		284
#define OPTION_TCPINFO		2
#define OPTION_SUBFLOW_ADDRS	3

#define SUBFLOWS 4

struct subflow_data {
	uint32_t size_of_this, number, size_kernel, size_of_one;
};

/* What both options list, in the same order, of each subflow */
struct addresses {
	struct subflow_data head;
	struct { struct sockaddr_storage local, remote; } of[SUBFLOWS];
};

struct states {
	struct subflow_data head;
	uint8_t of[SUBFLOWS];	/* the first byte of struct tcp_info */
};

/* Is there an established subflow to @port?  1, 0, or -1: it cannot be told. */
static int has_subflow(int fd, int port)
{
	struct addresses to = { { sizeof(to.head), 0, 0, sizeof(to.of[0]) } };
	struct states is = { { sizeof(is.head), 0, 0, sizeof(is.of[0]) } };
	socklen_t to_len = sizeof(to), is_len = sizeof(is);
	uint32_t i;

	if (getsockopt(fd, LEVEL_MPTCP, OPTION_SUBFLOW_ADDRS, &to, &to_len) ||
	    getsockopt(fd, LEVEL_MPTCP, OPTION_TCPINFO, &is, &is_len))
		return -1;
	for (i = 0; i < to.head.number && i < SUBFLOWS; i++) {
		/* The port lies at the same place for both families. */
		const struct sockaddr_in *in = (void *)&to.of[i].remote;

		if (i < is.head.number && ntohs(in->sin_port) == port &&
		    is.of[i] == TCP_ESTABLISHED)
			return 1;
	}
	return 0;
}

/*
 * Has any announcement reached this network namespace?  Linux counts them as
 * AddAddr: net/mptcp/mib.c.
 */
static bool is_announced(void)
{
	static char names[4096], values[4096];
	FILE *const file = fopen("/proc/net/netstat", "re");
	char *name, *value, *of_names, *of_values;
	bool announced = false;

	if (!file)
		return true;	/* a policy on files: the control could look */
	while (fgets(names, sizeof(names), file) &&
	       fgets(values, sizeof(values), file)) {
		name = strtok_r(names, " \n", &of_names);
		value = strtok_r(values, " \n", &of_values);
		for (; name && value;
		     name = strtok_r(NULL, " \n", &of_names),
		     value = strtok_r(NULL, " \n", &of_values))
			if (strcmp(name, "AddAddr") == 0)
				announced = strcmp(value, "0") != 0;
	}
	fclose(file);
	return announced;
}

/*
 * Announcing and joining go on while data flows on the first subflow.  What gets
 * lost of it, as on a busy machine, is sent again after a second or two, but an
 * announcement after two minutes (net.mptcp.add_addr_timeout): another
 * connection has one of its own.
 */
#define JOIN_MS		3000
#define CONNECTIONS	2

static int await_subflow(struct scene *scene, int fd)
{
	const double start = now_ms(), end = start + JOIN_MS;
	const double announced = start + patience_ms / 3.;
	int ret, found;

	do {
		ret = echo_token(fd);
		if (ret)
			return ret;
		found = has_subflow(fd, lab_port(LAB_SUBFLOW));
		if (found < 0)
			return cannot(scene, "MPTCP_SUBFLOW_ADDRS (Linux 5.16)");
	} while (!found && now_ms() < end &&
		 (now_ms() < announced || is_announced()));
	return found ? WORKED : NO_EFFECT;
}

static int join_once(struct scene *scene)
{
	const int family = scene->variant->family;
	struct sockaddr_storage to;
	const socklen_t len = peer_address(family, LAB_MPTCP_OTHER, &to);
	const int fd = new_socket(family, SOCK_STREAM, PROTOCOL_MPTCP);
	int ret;

	if (fd < 0)
		return -fd;
	ret = connect(fd, (struct sockaddr *)&to, len) ? errno :
		await_subflow(scene, fd);
	close(fd);
	return ret;
}

static int join(struct scene *scene)
{
	int tries = CONNECTIONS, ret;

	do
		ret = join_once(scene);
	while (ret == NO_EFFECT && --tries);
	/* 6.18.15 takes such an endpoint, and announces nothing. */
	if (ret == NO_EFFECT && scene->world == WORLD_CONTROL &&
	    !is_announced())
		return cannot(scene, "a path manager that announces a port");
	return ret;
}

CASE("net.mptcp.subflow",
	.claim	  = "a subflow to a port that the MPTCP peer announces, when a rule opens the first one's",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#54",
	.deny	  = { .net = NET_CONNECT_TCP,
		      .rules = { PORT(LAB_MPTCP_OTHER) } },
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-mptcp peer-subflow",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.witness  = witness_connect_tcp,
	.attempt  = join,
	.source	  = "net/mptcp/subflow.c: __mptcp_subflow_connect() calls kernel_connect(), which no hook sees");
