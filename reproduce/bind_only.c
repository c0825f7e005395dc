// SPDX-License-Identifier: GPL-2.0
/* Attempt: bind(2), of a protocol that does not listen. */
#include <netinet/in.h>

static int attempt(void)
{
	SOCKADDR own = { ADDRESS };
	const int fd = socket(SERVER);

	return fd < 0 || bind(fd, (void *)&own, sizeof(own)) ? errno : 0;
}
