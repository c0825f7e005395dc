// SPDX-License-Identifier: GPL-2.0
/* Attempt: an address of the other IP version, which the stack refuses. */
#include <netinet/in.h>

/* The error that the stack itself gives counts as success. */
static int attempt(void)
{
	const struct sockaddr_in6 other = { .sin6_family = OTHER, .sin6_port = htons(9) };
	const int fd = socket(FAMILY, SOCK_STREAM, 0);

	if (fd < 0 || CALL(fd, (void *)&other, sizeof(other)) == 0)
		return NO_EFFECT;
	return errno == EAFNOSUPPORT ? 0 : errno;
}
