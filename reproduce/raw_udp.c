// SPDX-License-Identifier: GPL-2.0
/* Attempt: a UDP datagram made by hand. */
/* The header of UDP, without a sum, and the message */
static int attempt(void)
{
	const int fd = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	struct { short from, port, length, sum; char text[sizeof(MESSAGE)]; } datagram = {
		htons(9), to.sin_port, htons(sizeof(datagram)), 0, MESSAGE };
	char text[99] = "";

	if (fd < 0 || sendto(fd, &datagram, sizeof(datagram), 0, (void *)&to, sizeof(to)) < 0)
		return errno;
	recv(server, text, sizeof(text) - 1, 0);
	return strcmp(text, MESSAGE) ? NO_EFFECT : 0;
}
