// SPDX-License-Identifier: GPL-2.0
/* Attempt: a socket serves a client. */
#include <netinet/in.h>

/* It serves if a client can call the socket and is heard. */
static int attempt(void)
{
	SOCKADDR own = { ADDRESS };
	socklen_t len = sizeof(own);
	const int fd = socket(SERVER);
	const int client = socket(CLIENT);
	char text[99] = "";

	if (fd < 0 || call(fd, (void *)&own, len) ||
	    getsockname(fd, (void *)&own, &len) ||
	    connect(client, (void *)&own, len) ||
	    send(client, MESSAGE, sizeof(MESSAGE), 0) < 0)
		return errno;
	recv(accept(fd, NULL, NULL), text, sizeof(text) - 1, 0);
	return strcmp(text, MESSAGE) ? NO_EFFECT : 0;
}
