// SPDX-License-Identifier: GPL-2.0
/* The two ends of the lab's wire: namespaces and addresses. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lab/ends.h"
#include "landlock/port.h"

int attempts_ns = -1;
int peers_ns = -1;
const char *lab_wire = "";

/* The last number of a peer's address: peers of one protocol would collide. */
static int peer_number(int port)
{
	return lab_guarded && port > LAB_PLAIN_TCP && port <= LAB_SCTP_MANY ?
		FIRST_PEER + port - LAB_PLAIN_TCP : FIRST_PEER;
}

int lab_enter(void)
{
	if (attempts_ns >= 0 && setns(attempts_ns, CLONE_NEWNET))
		return errno;
	return 0;
}

static socklen_t lab_address(int family, const char *text, int port,
		      struct sockaddr_storage *to)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = family;
	if (family == AF_INET) {
		in->sin_port = htons(lab_port(port));
		inet_pton(AF_INET, text, &in->sin_addr);
		return sizeof(*in);
	}
	in6->sin6_port = htons(lab_port(port));
	inet_pton(AF_INET6, text, &in6->sin6_addr);
	return sizeof(*in6);
}

bool lab_crosses(void)
{
	return strcmp(lab_wire, "veth") == 0;
}

socklen_t loopback_address(int family, int port, struct sockaddr_storage *to)
{
	return lab_address(family, family == AF_INET ? "127.0.0.1" : "::1",
			   port, to);
}

socklen_t peer_address(int family, int port, struct sockaddr_storage *to)
{
	char text[32];

	if (!lab_crosses() && !lab_guarded)
		return loopback_address(family, port, to);
	snprintf(text, sizeof(text),
		 family == AF_INET ? "10.77.0.%d" : "fd77::%d",
		 peer_number(port));
	return lab_address(family, text, port, to);
}

socklen_t own_address(int family, int port, struct sockaddr_storage *to)
{
	if (!lab_crosses())
		return loopback_address(family, port, to);
	return lab_address(family, family == AF_INET ? "10.77.0.1" : "fd77::1",
			   port, to);
}

socklen_t fresh_address(struct sockaddr_storage *to)
{
	unsigned char host[2];
	char text[32];

	if (!lab_crosses() || getentropy(host, sizeof(host)))
		return own_address(AF_INET, 0, to);
	snprintf(text, sizeof(text), "10.76.%d.%d", host[0], host[1]);
	return lab_address(AF_INET, text, 0, to);
}

/* The peer's address as text. */
void peer_name(int family, int port, char *text)
{
	struct sockaddr_storage to;

	peer_address(family, port, &to);
	if (family == AF_INET)
		inet_ntop(family, &((struct sockaddr_in *)&to)->sin_addr, text,
			  INET6_ADDRSTRLEN);
	else
		inet_ntop(family, &((struct sockaddr_in6 *)&to)->sin6_addr,
			  text, INET6_ADDRSTRLEN);
}
