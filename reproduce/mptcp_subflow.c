// SPDX-License-Identifier: GPL-2.0
/* Attempt: the kernel connects to the port that the MPTCP peer announces. */
static int attempt(void)
{
	struct { int head, count, k, size; struct sockaddr_in at[8][16]; } s =
		{ 16, .size = 256 };
	socklen_t len = sizeof(s);
	const int fd = socket(CLIENT);
	const int failed = connect(fd, (void *)&to, sizeof(to));
	const int peer = failed ? -1 : accept(server, NULL, NULL);

	for (int tries = 0, i; !failed && tries < 9000; tries++) {
		usleep(send(tries % 2 ? fd : peer, "", 1, 0) * 1000);
		getsockopt(fd, 284, 3 /* MPTCP_SUBFLOW_ADDRS */, &s, &len);
		for (i = 0; i < s.count && i < 8; i++)
			if (s.at[i][8].sin_port == htons(7104))
				return 0;
	}
	return failed ? errno : NO_EFFECT;
}
