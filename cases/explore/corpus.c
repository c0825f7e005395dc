// SPDX-License-Identifier: GPL-2.0
/* The corpus of the explorer: scenarios that tell wrong models from the model. */
#include "explore/engine/portion.h"
#include "landproof.h"

/* Each is short enough for the patience that a world is given. */
#define PORTIONS 8
static const struct variant portions[] = {
	{ "", .arg = 0 }, { "2", .arg = 1 }, { "3", .arg = 2 },
	{ "4", .arg = 3 }, { "5", .arg = 4 }, { "6", .arg = 5 },
	{ "7", .arg = 6 }, { "8", .arg = 7 },
	{ NULL }
};

static int nothing(struct scene *scene)
{
	(void)scene;
	return WORKED;
}

static int try_fs(struct scene *scene)
{
	char why[SCENE_NOTE];

	switch (portion_try("fs", scene->variant->arg, PORTIONS, why,
			    sizeof(why))) {
	case PORTION_AGREES:
		return WORKED;
	case PORTION_LACKS:
		return cannot(scene, "%s", why);
	case PORTION_BROKEN:
		return broken(scene, "%s", why);
	case PORTION_BYPASSED:
		remark(scene, "%s", why);
		return UNENFORCED;
	default:
		remark(scene, "%s", why);
		return NO_EFFECT;
	}
}

CASE("explore.fs",
	.claim	 = "scenarios of files that tell wrong models of Landlock from the right one",
	.worlds	 = W(CONTROL) | W(CALL),
	.promise = { ALLOWED },
	.covers	 = "rule.path_beneath",
	.needs	 = "guest",
	.variants = portions,
	.bare	 = true,
	.root	 = true,
	.own_memory = true,
	.control = nothing,
	.attempt = try_fs,
	.source	 = "docs/model.md: every clause of the part fs");
