// SPDX-License-Identifier: GPL-2.0
/* Scene and attempt: a datagram of RDS to another network namespace. */
#include <fcntl.h>
#include <netinet/in.h>

static struct sockaddr_in own, to;
static int server, here;

static void scene(void)
{
	own = (struct sockaddr_in) { AF_INET, htons(getpid()), { htonl(0x0a4d0001) }, "" };
	to = (struct sockaddr_in) { AF_INET, htons(4000), { htonl(0x0a4d0002) }, "" };
	if (NETWORK(here = open("/proc/self/ns/net", O_RDONLY)) < 0 ||
	    setns(open("/run/netns/repro", O_RDONLY), CLONE_NEWNET) ||
	    (server = socket(21 /* AF_RDS */, SOCK_SEQPACKET, 0)) < 0 ||
	    bind(server, (void *)&to, sizeof(to)) || setns(here, CLONE_NEWNET))
		err(CANNOT, "RDS in another namespace");
}

/* It worked if a datagram came to the peer.  Linux 6.12 loses some. */
static int attempt(void)
{
	const int fd = socket(21, SOCK_SEQPACKET, 0);
	char text[99] = "";

	if (fd < 0 || bind(fd, (void *)&own, sizeof(own)))
		return errno;
	for (int i = 90; i-- && strcmp(text, MESSAGE); usleep(100000))
		if (recv(server, text, 98, MSG_DONTWAIT) < 0 &&
		    sendto(fd, MESSAGE, sizeof(MESSAGE), 0, (void *)&to, 16) < 0)
			return errno;
	return strcmp(text, MESSAGE) ? NO_EFFECT : 0;
}
