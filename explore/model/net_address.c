// SPDX-License-Identifier: GPL-2.0
/* Addresses and kinds of sockets as words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

static const char *const families[FAMILIES] = {
	[FAMILY_NONE] = "none", [FAMILY_V4] = "v4", [FAMILY_V4_ANY] = "v4any",
	[FAMILY_V6] = "v6", [FAMILY_V6_ANY] = "v6any",
	[FAMILY_MAPPED] = "mapped", [FAMILY_UNSPEC] = "unspec",
	[FAMILY_UNIX] = "unix",
};
static const char *const sizes[SIZES] = {
	[SIZE_FULL] = "", [SIZE_SHORT] = "/short", [SIZE_FAMILY] = "/family",
	[SIZE_LONG] = "/long", [SIZE_OLD] = "/old",
};

struct net_address net_address(const char *text)
{
	const size_t length = strcspn(text, ":");
	struct net_address address = { FAMILY_NONE };
	char *rest;
	int i;

	for (i = 0; i < FAMILIES; i++)
		if (strncmp(families[i], text, length) == 0 &&
		    !families[i][length])
			address.family = i;
	if (!text[length])
		return address;
	address.port = strtoul(text + length + 1, &rest, 10);
	for (i = 0; i < SIZES; i++)
		if (strcmp(sizes[i], rest) == 0)
			address.size = i;
	return address;
}

void net_address_text(const struct net_address *address, char *text)
{
	if (address->family == FAMILY_NONE)
		strcpy(text, "none");
	else
		snprintf(text, TEXT_MAX, "%s:%u%s", families[address->family],
			 address->port, sizes[address->size]);
}

int net_address_bytes(const struct net_address *address)
{
	const bool wide = address->family == FAMILY_V6 ||
			  address->family == FAMILY_V6_ANY ||
			  address->family == FAMILY_MAPPED;

	if (address->family == FAMILY_NONE)
		return 0;
	switch (address->size) {
	case SIZE_FAMILY:
		return 2;
	case SIZE_SHORT:
		return wide ? 23 : 15;
	case SIZE_LONG:
		return 128;
	case SIZE_OLD:
		return wide ? 24 : 16;
	default:
		break;
	}
	if (address->family == FAMILY_UNIX)
		return 110;
	return wide || address->family == FAMILY_UNSPEC ? 28 : 16;
}

enum net_protocol net_protocol(const char *text, bool *v6)
{
	*v6 = text[0] && text[strlen(text) - 1] == '6';
	return text[0] == 'u' ? PROTOCOL_UDP :
	       text[0] == 'm' ? PROTOCOL_MPTCP : PROTOCOL_TCP;
}
