// SPDX-License-Identifier: GPL-2.0
/* The access rights by name, with the ABI version that brought each. */
#include <stddef.h>

#include "rights.h"

/* userspace-api/landlock.rst, "Access rights" and "Previous limitations" */
const struct word model_words[SETS][WORDS_MAX] = {
	[SET_FS] = {
		{ "EXECUTE", 1 }, { "WRITE_FILE", 1 }, { "READ_FILE", 1 },
		{ "READ_DIR", 1 }, { "REMOVE_DIR", 1 }, { "REMOVE_FILE", 1 },
		{ "MAKE_CHAR", 1 }, { "MAKE_DIR", 1 }, { "MAKE_REG", 1 },
		{ "MAKE_SOCK", 1 }, { "MAKE_FIFO", 1 }, { "MAKE_BLOCK", 1 },
		{ "MAKE_SYM", 1 }, { "REFER", 2 }, { "TRUNCATE", 3 },
		{ "IOCTL_DEV", 5 }, { "RESOLVE_UNIX", 9 },
	},
	[SET_NET] = {
		{ "BIND_TCP", 4 }, { "CONNECT_TCP", 4 },
		{ "BIND_UDP", 10 }, { "CONNECT_SEND_UDP", 10 },
	},
	[SET_SCOPED] = {
		{ "ABSTRACT_UNIX_SOCKET", 6 }, { "SIGNAL", 6 },
	},
};

uint32_t model_rights(enum set set, int abi)
{
	uint32_t bits = 0;
	int i;

	for (i = 0; i < WORDS_MAX && model_words[set][i].name; i++)
		if (model_words[set][i].abi <= abi)
			bits |= 1U << i;
	return bits;
}

bool claim_fixed(const struct claim *claim, int number)
{
	return claim->errata >> (number - 1) & 1;
}
