// SPDX-License-Identifier: GPL-2.0
/* Worlds: which policy stands in which, derived from the case's guard. */
#include <stdio.h>
#include <string.h>

#include "base/programs.h"
#include "cases/table.h"
#include "engine/policy.h"
#include "landlock/port.h"

static bool given(const struct ruleset *set)
{
	return set->fs || set->net || set->scoped;
}

static bool grants(const struct landproof_case *test)
{
	return given(&test->allow) || test->grant[0].path ||
	       test->grant[0].is_port;
}

static bool denies_ever(const struct landproof_case *test)
{
	int i;

	for (i = 0; i < PROMISES_MAX; i++)
		if (test->promise[i].kind == PROMISE_DENIED)
			return true;
	return false;
}

/* Does its policy come from its guard alone? */
static bool is_plain(const struct landproof_case *test)
{
	return !test->worlds && !test->enforce && denies_ever(test);
}

static bool same_subject(const struct landproof_case *a,
			 const struct landproof_case *b)
{
	const size_t length = strrchr(a->id, '.') - a->id;

	return strncmp(a->id, b->id, length + 1) == 0;
}

/*
 * Layers and inheritance belong to the domain, not to the operation: the first
 * case of a subject with a given guard answers for the others.  domain.layers
 * and domain.inherit look at both more closely.
 */
static bool speaks_for_domain(const struct landproof_case *test)
{
	size_t i = 0;

	while (cases[i] != test)
		i++;
	while (i-- > 0 && same_subject(test, cases[i]))
		if (is_plain(cases[i]) &&
		    memcmp(&cases[i]->guard, &test->guard,
			   sizeof(test->guard)) == 0)
			return false;
	return true;
}

/* The worlds of a case that names none: those in which it has a policy. */
unsigned int case_worlds(const struct landproof_case *test)
{
	const bool denies = denies_ever(test);
	unsigned int worlds = W(CONTROL) | W(DENY);

	if (test->worlds)
		return test->worlds;
	if (test->extra)
		worlds |= W(EXTRA);
	if (!denies && test->promise[0].kind != PROMISE_OPEN)
		return worlds;
	if (!test->enforce)
		worlds |= W(BYSTANDER);
	if (grants(test))
		worlds |= W(GRANT);
	if (is_plain(test) && speaks_for_domain(test)) {
		worlds |= W(INHERITED);
		if (grants(test))
			worlds |= W(STACKED);
	}
	return worlds;
}

/*
 * Layers and inheritance have nothing to do with what a variant varies, and
 * worlds cost time: the first variant answers for all.  Whether a rule is found
 * does depend on the address family.
 */
unsigned int variant_worlds(const struct landproof_case *test,
			    const struct variant *variant)
{
	unsigned int spared = W(BYSTANDER) | W(STACKED) | W(INHERITED) |
			      W(EXTRA);

	if (variant == case_variants(test))
		return case_worlds(test);
	if (!variant->family)
		spared |= W(GRANT);
	/* Of a case that names only such worlds, all variants have them. */
	if (!(case_worlds(test) & ~spared & ~W(CONTROL)))
		return case_worlds(test);
	return case_worlds(test) & ~spared;
}

/*
 * Everything that the kernel can handle but the case has nothing to do with.
 * A layer that handles any right of the file system denies REFER as well
 * (userspace-api/landlock.rst, "LANDLOCK_ACCESS_FS_REFER").
 */
static struct ruleset bystander(const struct landproof_case *test)
{
	const uint64_t fs = test->guard.fs | test->uses.fs;
	struct ruleset set = {
		.fs = fs & FS_REFER ? 0 : kernel.fs & ~(fs | FS_REFER),
		.net = kernel.net & ~(test->guard.net | test->uses.net),
		.scoped = kernel.scoped &
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
	if (given(&test->deny) || test->bare)
		return;
	if (set->fs)
		add(set, (struct rule)PATH("decoy"));
	if (set->net)
		add(set, (struct rule)PORT(LAB_DECOY));
}

static int enforce(struct scene *scene, const struct ruleset *set)
{
	const struct landproof_case *test = scene->test;
	const char *step;
	int error;

	error = ruleset_enforce(set, test->guard.fs, test->guard.net, &step);
	if (!error)
		return 0;
	remark(scene, "%s: %s", step, strerrorname_np(error));
	return POLICY;
}

/* An erratum refuses too much: before its fix, whatever is handled may do. */
static bool waits_for_fix(const struct landproof_case *test)
{
	return test->promise[0].fixed && promise_now(test) != test->promise;
}

bool world_has_policy(const struct landproof_case *test, enum world world)
{
	const struct ruleset other = bystander(test);

	return world != WORLD_BYSTANDER ||
	       (given(&other) && !waits_for_fix(test));
}

int world_enforce(struct scene *scene)
{
	const struct landproof_case *test = scene->test;
	struct ruleset set;
	int ret;

	if (scene->world == WORLD_CONTROL || scene->world == WORLD_CALL)
		return 0;
	if (test->enforce && scene->world != WORLD_BYSTANDER)
		return test->enforce(scene);
	switch (scene->world) {
	case WORLD_BYSTANDER:
		set = bystander(test);
		return enforce(scene, &set);
	case WORLD_GRANT:
		set = granting(test);
		return enforce(scene, &set);
	case WORLD_STACKED:
		set = granting(test);
		ret = enforce(scene, &set);
		if (ret)
			return ret;
		set = denying(test);
		add_decoys(test, &set);
		return enforce(scene, &set);
	case WORLD_INHERITED:
		set = denying(test);
		/* execve(2) of the harness needs these (fs.c, hook_file_open) */
		if (set.fs & (FS_EXECUTE | FS_READ_FILE))
			add(&set, (struct rule)PATH(SELF, .access = set.fs &
					(FS_EXECUTE | FS_READ_FILE)));
		return enforce(scene, &set);
	case WORLD_EXTRA:
		set = *test->extra;
		return enforce(scene, &set);
	default:
		set = denying(test);
		return enforce(scene, &set);
	}
}
