// SPDX-License-Identifier: GPL-2.0
/* Which worlds a case has, derived from its policies and its promise. */
#include <string.h>

#include "cases/table.h"
#include "cases/worlds.h"

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
 * Stacked layers and inherited domains are handled alike whatever the operation
 * is.  So only the first case of each subject and guard tries them; the cases
 * domain.layers.* and domain.inherit.* try them closely.
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
 * does depend on the address family, on the file system, and on what else a
 * variant says it does.
 */
unsigned int variant_worlds(const struct landproof_case *test,
			    const struct variant *variant)
{
	unsigned int spared = W(BYSTANDER) | W(STACKED) | W(INHERITED) |
			      W(EXTRA);

	if (variant == case_variants(test))
		return case_worlds(test);
	if (!variant->family && !variant->filesystem && !variant->grants)
		spared |= W(GRANT);
	/* Of a case that names only such worlds, all variants have them. */
	if (!(case_worlds(test) & ~spared & ~W(CONTROL)))
		return case_worlds(test);
	return case_worlds(test) & ~spared;
}
