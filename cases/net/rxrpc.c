// SPDX-License-Identifier: GPL-2.0
/* AF_RXRPC, whose UDP sockets are the kernel's own. */
#include <netinet/in.h>	/* before linux/in.h, which then yields */
#include <linux/rxrpc.h>

#include "net.h"

/* A call to service 1; nobody will ever answer it. */
static int begin_call(struct scene *scene)
{
	struct sockaddr_rxrpc to = {
		.srx_family = AF_RXRPC,
		.srx_service = 1,
		.transport_type = SOCK_DGRAM,
	};
	struct sockaddr_storage address;
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(unsigned long))];
	} control = { .header = {
		.cmsg_len = CMSG_LEN(sizeof(unsigned long)),
		.cmsg_level = SOL_RXRPC,
		.cmsg_type = RXRPC_USER_CALL_ID,
	} };
	struct iovec iov = { (void *)lab_token, sizeof(lab_token) };
	const struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const int fd = new_socket(AF_RXRPC, SOCK_DGRAM, AF_INET);
	int ret;

	if (fd < 0)
		return -fd;
	to.transport_len = own_address(AF_INET, LAB_FREE, &address);
	memcpy(&to.transport, &address, to.transport_len);
	ret = errno_of(sendmsg(fd, &msg, 0));
	/* Closing would abort the call before its packet is sent. */
	if (!ret && !datagram_arrived(scene))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

CASE("net.rxrpc.sendmsg",
	.claim	 = "an AF_RXRPC call, which sends UDP datagrams",
	.guard	 = { .net = UDP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "no public report was found (SECURITY.md)",
	.labels	 = "unreported bypass reach-udp",
	.needs	 = "rxrpc lab",
	.bare	 = true,
	.scene	 = udp_listener,
	.witness = witness_send_udp,
	.attempt = begin_call,
	.effect	 = datagram_arrived,
	.source	 = "net/rxrpc/output.c: udp_sendmsg(), which no hook sees");
