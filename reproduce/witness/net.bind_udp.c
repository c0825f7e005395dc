// SPDX-License-Identifier: GPL-2.0
/* Witness: what a sandbox with this right must refuse. */
#include <netinet/in.h>

/* The same sandbox refuses bind(2) of a UDP socket. */
static int witness(void)
{
	const struct sockaddr_in any = { AF_INET, htons(7199), { 0 }, "" };

	return bind(socket(AF_INET, SOCK_DGRAM, 0), (void *)&any, sizeof(any)) ? errno : 0;
}
