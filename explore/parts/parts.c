// SPDX-License-Identifier: GPL-2.0
/* The parts of the explorer. */
#include <string.h>

#include "explore/engine/part.h"

const struct part *const parts[] = {
	/* First, because the others set no_new_privs for good */
	&part_calls, &part_fs, &part_overlay, &part_net, &part_domain,
	&part_log, NULL
};

const struct part *part_find(const char *name)
{
	const struct part *const *part;

	for (part = parts; *part; part++)
		if (strcmp((*part)->name, name) == 0)
			return *part;
	return NULL;
}
