// SPDX-License-Identifier: GPL-2.0
/* SCTP: sending is connecting, and UDP may carry it. */
#include <netinet/in.h>	/* before linux/sctp.h, which needs it */
#include <linux/sctp.h>

#include "net.h"

#define LEVEL_SCTP 132

/* Room for what a message says beside its data: struct, then address. */
union ancillary {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(struct sctp_sndinfo)) +
		   CMSG_SPACE(sizeof(struct in_addr))];
};

/* The first message that @fd ever sends, and what it says beside its data */
static int send_first(int fd, const struct sockaddr *to, socklen_t len,
		      union ancillary *control, size_t size)
{
	struct iovec iov = { (void *)lab_token, sizeof(lab_token) };
	const struct msghdr msg = {
		.msg_name = (void *)to,
		.msg_namelen = len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = size,
	};

	return sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 ? errno : await_token(fd);
}

/* SCTP_INIT says how the association is to begin: two streams will do. */
static int call_init(int fd, const struct sockaddr *to, socklen_t len)
{
	const struct sctp_initmsg init = { .sinit_num_ostreams = 2 };
	union ancillary control = { .header = {
		.cmsg_len = CMSG_LEN(sizeof(init)),
		.cmsg_level = LEVEL_SCTP,
		.cmsg_type = SCTP_INIT,
	} };

	memcpy(CMSG_DATA(&control.header), &init, sizeof(init));
	return send_first(fd, to, len, &control, CMSG_SPACE(sizeof(init)));
}

/*
 * What sctp_sendv(3) makes of its arguments: one more address of the peer.  It
 * has no such address, and takes none that is the first one again.
 */
static int call_sendv(int fd, const struct sockaddr *to, socklen_t len)
{
	union ancillary control = { .header = {
		.cmsg_len = CMSG_LEN(sizeof(struct sctp_sndinfo)),
		.cmsg_level = LEVEL_SCTP,
		.cmsg_type = SCTP_SNDINFO,
	} };
	struct cmsghdr *const second = (struct cmsghdr *)
		(control.space + CMSG_SPACE(sizeof(struct sctp_sndinfo)));
	struct in_addr other = ((struct sockaddr_in *)to)->sin_addr;

	other.s_addr ^= htonl(0x40);
	second->cmsg_len = CMSG_LEN(sizeof(other));
	second->cmsg_level = LEVEL_SCTP;
	second->cmsg_type = SCTP_DSTADDRV4;
	memcpy(CMSG_DATA(second), &other, sizeof(other));
	return send_first(fd, to, len, &control, sizeof(control));
}

static int by_one_to_many(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_SEQPACKET, IPPROTO_SCTP, LAB_SCTP_MANY,
			peer_address, call_init });
}

static int by_one_to_one(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM, IPPROTO_SCTP, LAB_SCTP, peer_address,
			call_init });
}

static int by_sendv(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_SEQPACKET, IPPROTO_SCTP, LAB_SCTP_MANY,
			peer_address, call_sendv });
}

static const struct variant first_messages[] = {
	{ "", AF_INET, .op = by_one_to_many },
	{ "ipv6", AF_INET6, .op = by_one_to_many },
	{ "one_to_one", AF_INET, .op = by_one_to_one },
	{ "sendv", AF_INET, .op = by_sendv },
	{ NULL }
};

static int first_message(struct scene *scene)
{
	return scene->variant->op(scene);
}

CASE("net.sctp.sendmsg",
	.claim	  = "sendmsg(2) of an SCTP socket with SCTP_INIT, which connects",
	.guard	  = NET(CONNECT_TCP),
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass reach-tcp",
	.needs	  = "peer-sctp",
	.bare	  = true,
	.variants = first_messages,
	.witness  = witness_connect_tcp,
	.attempt  = first_message,
	.source	  = "security/landlock/net.c: no hook on sctp_bind_connect");

/*
 * The administrator has to set this, or else SCTP is not encapsulated in UDP.
 */
#define UDP_PORT "/proc/sys/net/sctp/udp_port"

/* <linux/sctp.h>: newer (5.11) than the system's headers may be. */
#define OPTION_UDP_ENCAPS_PORT 132
struct udp_encapsulation {
	int32_t association;
	struct sockaddr_storage address;
	uint16_t port;
};

static int encapsulation(struct scene *scene)
{
	char port[16];

	snprintf(port, sizeof(port), "%d", lab_port(LAB_FREE_OTHER));
	if (write_file(UDP_PORT, port))
		return cannot(scene, "SCTP over UDP (Linux 5.11, net.sctp.udp_port)");
	return udp_listener(scene);
}

static bool packet_arrived(struct scene *scene)
{
	write_file(UDP_PORT, "0");
	return datagram_arrived(scene);
}

/* The INIT chunk; nobody will answer it. */
static int call_over_udp(int fd, const struct sockaddr *to, socklen_t len)
{
	const struct udp_encapsulation all = {
		.port = htons(lab_port(LAB_FREE)),
	};

	if (setsockopt(fd, LEVEL_SCTP, OPTION_UDP_ENCAPS_PORT, &all,
		       sizeof(all)) == 0 && connect(fd, to, len) == 0)
		return NO_EFFECT;
	return errno == EINPROGRESS ? WORKED : errno;
}

static int connect_over_udp(struct scene *scene)
{
	return net_try(scene, &(const struct net_try) {
			SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_SCTP, LAB_FREE,
			own_address, call_over_udp });
}

static const struct variant ipv4[] = { { "", AF_INET }, { NULL } };

CASE("net.sctp.udp_encapsulated",
	.claim	  = "SCTP to a UDP port of one's choice, where the system encapsulates it",
	.guard	  = { .net = UDP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#40",
	.labels	  = "bypass reach-udp",
	.needs	  = "namespaces sctp lab",
	.bare	  = true,
	.variants = ipv4,
	.scene	  = encapsulation,
	.witness  = witness_send_udp,
	.attempt  = connect_over_udp,
	.effect	  = packet_arrived,
	.source	  = "net/sctp/protocol.c: udp_tunnel_xmit_skb(), which no hook sees");
