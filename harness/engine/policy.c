// SPDX-License-Identifier: GPL-2.0
/* The policy of each world, derived from the case's guard. */
#include <string.h>

#include "base/programs.h"
#include "engine/policy.h"
#include "landlock/port.h"

static bool given(const struct ruleset *set)
{
	return set->fs || set->net || set->scoped;
}

/*
 * Everything that the kernel can handle but the case has nothing to do with.
 * A layer that handles any right of the file system denies REFER as well
 * (userspace-api/landlock.rst, "LANDLOCK_ACCESS_FS_REFER").
 */
static struct ruleset bystander(const struct landproof_case *test,
				const struct kernel *kernel)
{
	const uint64_t fs = test->guard.fs | test->uses.fs;
	struct ruleset set = {
		.fs = fs & FS_REFER ? 0 : kernel->fs & ~(fs | FS_REFER),
		.net = kernel->net & ~(test->guard.net | test->uses.net),
		.scoped = kernel->scoped &
			  ~(test->guard.scoped | test->uses.scoped),
	};

	return set;
}

static struct ruleset denying(const struct landproof_case *test)
{
	struct ruleset set = {
		.fs = test->guard.fs,
		.net = test->guard.net,
		.scoped = test->guard.scoped,
	};

	return given(&test->deny) ? test->deny : set;
}

static struct ruleset granting(const struct landproof_case *test)
{
	struct ruleset set = {
		.fs = test->guard.fs,
		.net = test->guard.net,
		.scoped = test->guard.scoped,
	};

	if (given(&test->allow))
		return test->allow;
	memcpy(set.rules, test->grant, sizeof(set.rules));
	return set;
}

static void add(struct ruleset *set, struct rule rule)
{
	struct rule *slot = set->rules;

	while (slot < set->rules + RULES_MAX - 1 &&
	       (slot->path || slot->is_port))
		slot++;
	*slot = rule;
}

/* The denying layer of the stacked world grants the right elsewhere. */
static void add_decoys(const struct landproof_case *test, struct ruleset *set)
{
	if (given(&test->deny))
		return;
	if (set->fs && !test->bare)
		add(set, (struct rule)PATH("decoy"));
	if (set->net)
		add(set, (struct rule)PORT(LAB_DECOY));
}

/* The harness must be able to execute itself (fs.c, hook_file_open). */
static void add_self(struct ruleset *set)
{
	const uint32_t access = set->fs & (FS_EXECUTE | FS_READ_FILE);

	if (access)
		add(set, (struct rule)PATH(SELF, .access = access));
}

int policy_layers(const struct landproof_case *test, enum world world,
		  const struct kernel *kernel,
		  struct ruleset layers[POLICY_LAYERS])
{
	switch (world) {
	case WORLD_CONTROL:
	case WORLD_CALL:
		return 0;
	case WORLD_BYSTANDER:
		layers[0] = bystander(test, kernel);
		return given(&layers[0]);
	case WORLD_GRANT:
		layers[0] = granting(test);
		return 1;
	case WORLD_STACKED:
		layers[0] = granting(test);
		layers[1] = denying(test);
		add_decoys(test, &layers[1]);
		return 2;
	case WORLD_INHERITED:
		layers[0] = denying(test);
		add_self(&layers[0]);
		return 1;
	case WORLD_EXTRA:
		layers[0] = *test->extra;
		return 1;
	default:
		layers[0] = denying(test);
		return 1;
	}
}
