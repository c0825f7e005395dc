// SPDX-License-Identifier: GPL-2.0
/* Scene: a socket that listens, outside the sandbox. */
#include <netinet/in.h>

static SOCKADDR to;
static int server;

static void scene(void)
{
	socklen_t len = sizeof(to), on = 1;

	to = (SOCKADDR) { ADDRESS };
	if (NETWORK(server = socket(SERVER)) < 0 ||
	    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(server, (void *)&to, len) || listen(server, 1) ||
	    getsockname(server, (void *)&to, &len))
		err(CANNOT, "a socket that listens");
}
