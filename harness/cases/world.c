// SPDX-License-Identifier: GPL-2.0
/* The worlds by name. */
#include "cases/world.h"

const char *const world_names[WORLDS] = {
	[WORLD_CONTROL]		= "control",
	[WORLD_BYSTANDER]	= "bystander",
	[WORLD_DENY]		= "deny",
	[WORLD_GRANT]		= "grant",
	[WORLD_STACKED]		= "stacked",
	[WORLD_INHERITED]	= "inherited",
	[WORLD_CALL]		= "call",
	[WORLD_EXTRA]		= "extra",
};
