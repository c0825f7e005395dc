// SPDX-License-Identifier: GPL-2.0
/* Attempt: a TCP segment made by hand. */
struct segment {
	unsigned short from, to; int seq, ack;
	unsigned char words, flags; unsigned short window, sum, urgent;
};

/* A SYN, whose sum the kernel fills in; the listener answers SYN and ACK. */
static int attempt(void)
{
	struct segment syn = { htons(9), to.sin6_port, 1, 0, 80, 2, 99, 0, 0 }, answer;
	struct sockaddr_in6 host = to;
	const int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_TCP), sum_at = 16;

	host.sin6_port = 0;
	setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &sum_at, sizeof(sum_at));
	if (sendto(fd, &syn, sizeof(syn), 0, (void *)&host, sizeof(host)) < 0)
		return errno;
	while (recv(fd, &answer, sizeof(answer), 0) > 0)
		if (answer.from == to.sin6_port && answer.to == htons(9))
			return answer.flags == 0x12 ? 0 : NO_EFFECT;
	return errno;
}
