// SPDX-License-Identifier: GPL-2.0
/* Scene and attempt: a frame that the kernel sends on in a datagram. */
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>

static int server;

static void scene(void)
{
	const struct sockaddr_in own = { AF_INET, htons(4000), { 0 }, "" };

	if (NETWORK(server = socket(AF_INET, SOCK_DGRAM, 0)) < 0 ||
	    bind(server, (void *)&own, sizeof(own)) ||
	    setns(open("/run/netns/repro", O_RDONLY), CLONE_NEWNET))
		err(CANNOT, "a socket in another namespace");
}

/* It worked if the frame arrives, behind what the device itself says. */
static int attempt(void)
{
	struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_halen = 6 };
	const int fd = socket(AF_PACKET, SOCK_RAW, 0);
	char text[999] = "", frame[64] = "target" "sender" "99" MESSAGE;

	if (system("/sbin/ip link add vx up type vxlan id 1 dstport 4000 "
		   "local 10.77.0.2 remote 10.77.0.1"))
		errx(CANNOT, "a vxlan device");
	all.sll_ifindex = if_nametoindex("vx");
	if (sendto(fd, frame, sizeof(frame), 0, (void *)&all, sizeof(all)) < 0)
		return errno;
	while (!memmem(text, sizeof(text), MESSAGE, sizeof(MESSAGE)))
		recv(server, text, sizeof(text), 0);
	return 0;
}
