// SPDX-License-Identifier: GPL-2.0
/*
 * The part "overlay": the operations of the part "fs" on the merged hierarchy
 * of an overlay file system, and on its layers.
 */
#include "explore/parts/fs.h"
#include "explore/parts/overlay.h"

static const char *needs(const struct claim *claim,
			 const struct scenario *scenario)
{
	(void)scenario;
	if (!claim->abi)
		return "Landlock";
	if (fs_prepare() || !fs_can_mount())
		return "namespaces (root, or user namespaces)";
	return fs_can_overlay() ? NULL : "overlayfs";
}

const struct part part_overlay = {
	.name = "overlay",
	.actors = fs_actors,
	.actors_count = FS_ACTORS,
	.kinds = fs_kinds,
	.kinds_count = FS_KINDS,
	.slots = HANDLES_MAX,
	.prepare = fs_prepare,
	.needs = needs,
	.generate = overlay_generate,
	.predict = fs_predict,
	.run = fs_run,
	.statement = fs_statement,
	.helpers = { fs_helpers },
};
