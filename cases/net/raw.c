// SPDX-License-Identifier: GPL-2.0
/*
 * Raw and packet sockets, with the capability that they take.  What they send
 * to a port is made by hand, and what answers on the wire is proof enough.
 */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>

#include "net.h"

struct packet {
	struct iphdr ip;
	union {
		struct tcphdr tcp;
		struct {
			struct udphdr udp;
			char token[sizeof(lab_token)];
		};
		uint8_t bytes[64];
	};
} __attribute__((packed));

/* RFC 1071, over @size bytes and what @sum begins with */
static uint16_t checksum(const void *data, size_t size, uint32_t sum)
{
	const uint8_t *byte = data;

	for (; size > 1; size -= 2, byte += 2)
		sum += byte[0] << 8 | byte[1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* The addresses, the protocol and the length belong to what TCP sums up. */
static uint32_t pseudo_header(const struct packet *p, size_t size)
{
	const uint32_t from = ntohl(p->ip.saddr), to = ntohl(p->ip.daddr);

	return (from >> 16) + (from & 0xffff) + (to >> 16) + (to & 0xffff) +
	       p->ip.protocol + size;
}

/* Addresses, ports and length of a packet to the peer of @port: its size. */
static size_t address(struct packet *p, int protocol, int port, size_t payload)
{
	struct sockaddr_storage from, to;

	own_address(AF_INET, LAB_DECOY, &from);
	peer_address(AF_INET, port, &to);
	*p = (struct packet) { .ip = {
		.version = 4,
		.ihl = sizeof(p->ip) / 4,
		.tot_len = htons(sizeof(p->ip) + payload),
		.ttl = 64,
		.protocol = protocol,
		.saddr = ((struct sockaddr_in *)&from)->sin_addr.s_addr,
		.daddr = ((struct sockaddr_in *)&to)->sin_addr.s_addr,
	} };
	p->ip.check = checksum(&p->ip, sizeof(p->ip), 0);
	/* Both headers begin with the ports. */
	p->udp.source = ((struct sockaddr_in *)&from)->sin_port;
	p->udp.dest = ((struct sockaddr_in *)&to)->sin_port;
	return sizeof(p->ip) + payload;
}

/* Is @answer one to @sent, of its protocol and with its ports turned round? */
static bool answers(const struct packet *answer, const struct packet *sent)
{
	return answer->ip.protocol == sent->ip.protocol &&
	       answer->ip.saddr == sent->ip.daddr &&
	       answer->udp.source == sent->udp.dest &&
	       answer->udp.dest == sent->udp.source;
}

/* Reads the answer to @sent from @fd, which receives other packets too. */
static int await_answer(int fd, const struct packet *sent,
			struct packet *answer)
{
	while (await_input(fd)) {
		if (recv(fd, answer, sizeof(*answer), 0) < 0)
			return errno;
		if (answers(answer, sent))
			return WORKED;
	}
	return NO_EFFECT;
}

/* The header of IP is ours, and so is what the socket sees of the answer. */
static int by_raw(struct scene *scene, const struct packet *p, size_t size,
		  struct packet *answer)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = p->ip.daddr,
	};
	const int fd = new_socket(AF_INET, SOCK_RAW, p->ip.protocol);
	const int one = 1;
	int ret;

	(void)scene;
	if (fd < 0)
		return -fd;
	setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &one, sizeof(one));
	ret = sendto(fd, p, size, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ?
		errno : await_answer(fd, p, answer);
	close(fd);
	return ret;
}

static int by_packet(struct scene *scene, const struct packet *p, size_t size,
		     struct packet *answer)
{
	const int fd = new_socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex("wire"),
		.sll_halen = ETH_ALEN,
		.sll_addr = { 0x02, 0x77, 0, 0, 0, 0x02 },
	};
	int ret;

	if (fd < 0)
		return -fd;
	if (!to.sll_ifindex)
		ret = cannot(scene, "a wire of two ends (module veth)");
	else
		ret = sendto(fd, p, size, 0, (struct sockaddr *)&to,
			     sizeof(to)) < 0 ? errno :
			await_answer(fd, p, answer);
	close(fd);
	return ret;
}

enum raw_kind { RAW, PACKET };

static const struct variant kinds[] = {
	{ "", .arg = RAW },
	{ "packet", .arg = PACKET },
	{ NULL }
};

static int exchange(struct scene *scene, const struct packet *p, size_t size,
		    struct packet *answer)
{
	return (scene->variant->arg == RAW ? by_raw : by_packet)(
		scene, p, size, answer);
}

/* A SYN; our own kernel resets what it did not begin itself. */
static int syn_to_peer(struct scene *scene)
{
	struct packet p, answer;
	const size_t size = address(&p, IPPROTO_TCP, LAB_TCP, sizeof(p.tcp));
	int ret;

	p.tcp.seq = htonl(getpid());
	p.tcp.doff = sizeof(p.tcp) / 4;
	p.tcp.syn = 1;
	p.tcp.window = htons(1024);
	p.tcp.check = checksum(&p.tcp, sizeof(p.tcp),
			       pseudo_header(&p, sizeof(p.tcp)));
	ret = exchange(scene, &p, size, &answer);
	if (ret)
		return ret;
	return answer.tcp.syn && answer.tcp.ack ? WORKED : NO_EFFECT;
}

CASE("net.raw.tcp",
	.claim	  = "a TCP segment made by hand, by root's raw or packet socket",
	.guard	  = { .net = TCP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#50",
	.labels	  = "reach-tcp",
	.needs	  = "root peer-tcp",
	.bare	  = true,
	.root	  = true,
	.variants = kinds,
	.enforce  = deny_all_net,
	.witness  = witness_connect_tcp,
	.attempt  = syn_to_peer,
	.source	  = "security/landlock/net.c: hook_socket_sendmsg() looks at TCP and UDP sockets only");

static int datagram_to_peer(struct scene *scene)
{
	struct packet p, answer;
	const size_t length = sizeof(p.udp) + sizeof(p.token);
	const size_t size = address(&p, IPPROTO_UDP, LAB_UDP, length);
	int ret;

	p.udp.len = htons(length);
	memcpy(p.token, lab_token, sizeof(p.token));
	ret = exchange(scene, &p, size, &answer);
	if (ret)
		return ret;
	return memcmp(answer.token, lab_token, sizeof(lab_token)) ?
		NO_EFFECT : WORKED;
}

CASE("net.raw.udp",
	.claim	  = "a UDP datagram made by hand, by root's raw or packet socket",
	.guard	  = { .net = UDP_RIGHTS },
	.promise  = { OPEN },
	.gap	  = "landlock-lsm/linux#50",
	.labels	  = "reach-udp",
	.needs	  = "root peer-udp",
	.bare	  = true,
	.root	  = true,
	.variants = kinds,
	.enforce  = deny_all_net,
	.witness  = witness_send_udp,
	.attempt  = datagram_to_peer,
	.source	  = "security/landlock/net.c: hook_socket_sendmsg() looks at TCP and UDP sockets only");
