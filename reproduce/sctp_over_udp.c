// SPDX-License-Identifier: GPL-2.0
/* Attempt: SCTP in UDP datagrams to a port of one's choice. */
/* SCTP_REMOTE_UDP_ENCAPS_PORT; the INIT chunk, to port 7, has no answer. */
static int attempt(void)
{
	struct { int any; struct sockaddr_storage all; short port; } over = {
		.port = to.sin_port };
	struct sockaddr_in peer = { AF_INET, htons(7), to.sin_addr, "" };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_SCTP);
	unsigned short ports[256] = { 0 };

	if (fd < 0 || setsockopt(fd, IPPROTO_SCTP, 132, &over, sizeof(over)))
		err(CANNOT, "SCTP over UDP (Linux 5.11, net.sctp.udp_port)");
	if (!connect(fd, (void *)&peer, sizeof(peer)) || errno != EINPROGRESS)
		return errno;
	recv(server, ports, sizeof(ports), 0);
	return ports[1] == htons(7) ? 0 : NO_EFFECT;
}
