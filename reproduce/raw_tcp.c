// SPDX-License-Identifier: GPL-2.0
/* Attempt: a TCP segment made by hand. */
struct segment { unsigned short from, to; int seq, ack; unsigned char words, flags;
	unsigned short window, sum, urgent; };

/* A SYN, whose sum the kernel fills in: it worked if the listener's answer has SYN and ACK. */
static int attempt(void)
{
	struct segment syn = { htons(9), to.sin6_port, 1, 0, 5 << 4, 2, htons(1024), 0, 0 }, answer;
	const struct sockaddr_in6 host = { .sin6_family = AF_INET6, .sin6_addr = to.sin6_addr };
	const int fd = socket(AF_INET6, SOCK_RAW, IPPROTO_TCP);

	setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, &(int) { 16 }, sizeof(int));
	if (fd < 0 || sendto(fd, &syn, sizeof(syn), 0, (void *)&host, sizeof(host)) < 0)
		return errno;
	while (recv(fd, &answer, sizeof(answer), 0) > 0)
		if (answer.from == to.sin6_port && answer.to == htons(9))
			return answer.flags == 0x12 ? 0 : NO_EFFECT;
	return errno;
}
