// SPDX-License-Identifier: GPL-2.0
/* Protocols that no right of the network speaks of. */
#include <arpa/inet.h>
#include <linux/dccp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include "net.h"

/* VMADDR_CID_LOCAL of <linux/vm_sockets.h>, 5.6 */
#define CID_LOCAL 1

static int vsock_listener(struct scene *scene)
{
	const struct sockaddr_vm local = {
		.svm_family = AF_VSOCK,
		.svm_cid = CID_LOCAL,
		.svm_port = VMADDR_PORT_ANY,
	};

	scene->fd[0] = lasting_socket(AF_VSOCK, scene->variant->arg, 0);
	if (bind(scene->fd[0], (struct sockaddr *)&local, sizeof(local)) ||
	    listen(scene->fd[0], 1))
		return cannot(scene, "vsock with loopback (module vsock_loopback): %s",
			      strerrorname_np(errno));
	return 0;
}

static int vsock_connect(struct scene *scene)
{
	struct sockaddr_vm to;
	socklen_t len = sizeof(to);
	const int fd = new_socket(AF_VSOCK, scene->variant->arg, 0);
	int ret;

	if (fd < 0)
		return -fd;
	if (getsockname(scene->fd[0], (struct sockaddr *)&to, &len) ||
	    connect(fd, (struct sockaddr *)&to, len) ||
	    send(fd, lab_token, sizeof(lab_token), MSG_NOSIGNAL) < 0)
		ret = errno;
	else
		ret = accept_token(scene->fd[0]);
	close(fd);
	return ret;
}

static const struct variant connected_types[] = {
	{ "", .arg = SOCK_STREAM },
	{ "seqpacket", .arg = SOCK_SEQPACKET },
	{ NULL }
};

CASE("net.vsock.connect",
	.claim	 = "connect(2) of a vsock stream, or of packets in sequence",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#6",
	.labels	 = "reach-tcp",
	.needs	 = "vsock lab",
	.bare	 = true,
	.enforce = deny_all_net,
	.scene	 = vsock_listener,
	.witness = witness_connect_tcp,
	.variants = connected_types,
	.attempt = vsock_connect,
	.source	 = "security/landlock/net.c: hook_socket_connect() looks at TCP and UDP only");

static int udplite_bind(struct scene *scene)
{
	return bind_port(scene->variant->family, SOCK_DGRAM, IPPROTO_UDPLITE,
			 LAB_FREE);
}

CASE("net.udplite.bind",
	.claim	  = "bind(2) of a UDP-Lite socket",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.labels	  = "serve-udp",
	.needs	  = "udplite lab",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.enforce  = deny_all_net,
	.witness  = witness_bind_tcp,
	.attempt  = udplite_bind,
	.source	  = "security/landlock/net.c: hook_socket_bind() looks at TCP and UDP only");

static int udplite_send(struct scene *scene)
{
	const int fd = new_socket(scene->variant->family, SOCK_DGRAM,
				  IPPROTO_UDPLITE);
	int ret;

	if (fd < 0)
		return -fd;
	ret = udp_send_echo(fd, scene->variant->family, LAB_UDPLITE);
	close(fd);
	return ret;
}

CASE("net.udplite.sendto",
	.claim	  = "sendto(2) of a UDP-Lite socket",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#6",
	.labels	  = "reach-udp",
	.needs	  = "peer-udplite",
	.bare	  = true,
	.variants = ipv4_and_ipv6,
	.enforce  = deny_all_net,
	.witness  = witness_bind_tcp,
	.attempt  = udplite_send,
	.source	  = "security/landlock/net.c: hook_socket_sendmsg() looks at TCP and UDP only");

static int dccp_connect(struct scene *scene)
{
	const int fd = new_socket(AF_INET, SOCK_DCCP, IPPROTO_DCCP);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	ret = connect_echo(fd, AF_INET, LAB_DCCP);
	close(fd);
	return ret;
}

CASE("net.dccp.connect",
	.claim	 = "connect(2) of a DCCP socket",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#6",
	.labels	 = "reach-tcp",
	.needs	 = "peer-dccp",
	.bare	 = true,
	.enforce = deny_all_net,
	.witness = witness_connect_tcp,
	.attempt = dccp_connect,
	.source	 = "security/landlock/net.c: hook_socket_connect() looks at TCP and UDP only");

/* The number of the protocol stands where other addresses have the port. */
static int bind_number(int fd)
{
	struct sockaddr_storage own;
	const socklen_t len = own_address(AF_INET, LAB_FREE, &own);

	if (bind(fd, (struct sockaddr *)&own, len))
		return errno;
	return local_port(fd) == lab_port(LAB_FREE) ? WORKED : NO_EFFECT;
}

static int connect_first(int fd, const struct sockaddr_storage *to)
{
	return errno_of(connect(fd, (struct sockaddr *)to,
				sizeof(struct sockaddr_in)));
}

enum { JUST_SEND, BIND_FIRST, CONNECT_FIRST };

/* The peer's kernel answers. */
static int ping(struct scene *scene)
{
	struct {
		struct icmphdr header;
		char data[sizeof(lab_token)];
	} question = { .header.type = ICMP_ECHO }, answer;
	struct sockaddr_storage to;
	const socklen_t len = peer_address(AF_INET, 0, &to);
	const int fd = new_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
	int ret = 0;

	if (fd < 0)
		return -fd;
	if (scene->variant->arg == BIND_FIRST)
		ret = bind_number(fd);
	if (scene->variant->arg == CONNECT_FIRST)
		ret = connect_first(fd, &to);
	memcpy(question.data, lab_token, sizeof(lab_token));
	if (!ret && sendto(fd, &question, sizeof(question), 0,
			   (struct sockaddr *)&to, len) < 0)
		ret = errno;
	if (!ret && (!await_input(fd) ||
		     recv(fd, &answer, sizeof(answer), 0) != sizeof(answer) ||
		     memcmp(answer.data, lab_token, sizeof(lab_token))))
		ret = NO_EFFECT;
	close(fd);
	return ret;
}

static const struct variant ways_to_ping[] = {
	{ "", .arg = JUST_SEND },
	{ "bind", .arg = BIND_FIRST },
	{ "connect", .arg = CONNECT_FIRST },
	{ NULL }
};

CASE("net.icmp.ping",
	.claim	 = "an ICMP echo by a ping socket",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#6",
	.needs	 = "lab",
	.bare	 = true,
	.enforce = deny_all_net,
	.witness = witness_connect_tcp,
	.variants = ways_to_ping,
	.attempt = ping,
	.source	 = "security/landlock/net.c: hook_socket_sendmsg() looks at TCP and UDP only");

/* A datagram socket, and none of UDP */
CASE("net.icmp.ping_without_udp",
	.claim	  = "an ICMP echo by a ping socket where UDP is denied",
	.guard	  = { .net = UDP_RIGHTS },
	.promise  = { ALLOWED },
	.needs	  = "peer-udp",
	.bare	  = true,
	.witness  = witness_send_udp,
	.variants = ways_to_ping,
	.attempt  = ping,
	.source	  = "uapi/linux/landlock.h: BIND_UDP and CONNECT_SEND_UDP, of UDP sockets");

/* 253 is for experiments (RFC 3692); the loopback brings it back. */
static int raw_token(struct scene *scene)
{
	char packet[sizeof(struct iphdr) + sizeof(lab_token)];
	struct sockaddr_storage to;
	const socklen_t len = loopback_address(AF_INET, 0, &to);
	const int fd = new_socket(AF_INET, SOCK_RAW, 253);
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	if (sendto(fd, lab_token, sizeof(lab_token), 0, (struct sockaddr *)&to,
		   len) < 0)
		ret = errno;
	else if (!await_input(fd) ||
		 recv(fd, packet, sizeof(packet), 0) != sizeof(packet) ||
		 memcmp(packet + sizeof(struct iphdr), lab_token,
			sizeof(lab_token)))
		ret = NO_EFFECT;
	else
		ret = WORKED;
	close(fd);
	return ret;
}

CASE("net.raw.sendto",
	.claim	 = "a packet of root's raw socket",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#50",
	.needs	 = "root lab",
	.bare	 = true,
	.root	 = true,
	.enforce = deny_all_net,
	.witness = witness_connect_tcp,
	.attempt = raw_token,
	.source	 = "security/landlock/net.c: hook_socket_sendmsg() looks at TCP and UDP only");

/* The EtherType of local experiments; the loopback brings it back. */
static int packet_token(struct scene *scene)
{
	const int protocol = htons(0x88b5);
	const int fd = new_socket(AF_PACKET, SOCK_DGRAM, protocol);
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = protocol,
		.sll_ifindex = if_nametoindex("lo"),
		.sll_halen = ETH_ALEN,
	};
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	if (sendto(fd, lab_token, sizeof(lab_token), 0, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		ret = errno;
	else
		ret = await_token(fd);
	close(fd);
	return ret;
}

CASE("net.packet.sendto",
	.claim	 = "a frame of root's packet socket",
	.guard	 = { .net = TCP_RIGHTS },
	.promise = { OPEN },
	.gap	 = "landlock-lsm/linux#50",
	.needs	 = "root lab",
	.bare	 = true,
	.root	 = true,
	.enforce = deny_all_net,
	.witness = witness_connect_tcp,
	.attempt = packet_token,
	.source	 = "security/landlock/net.c: hook_socket_sendmsg() looks at TCP and UDP only");
