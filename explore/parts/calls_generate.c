// SPDX-License-Identifier: GPL-2.0
/*
 * Makes up a scenario of Landlock's own calls: most are right, and most of the
 * others have one thing wrong, because of several errors any may come first.
 */
#include <stdio.h>

#include "explore/parts/calls.h"

enum focus { RULESETS, RULES, ENFORCING, PRIVILEGE, MANY, FOCUSES };

static const uint8_t weights[CALLS_KINDS][FOCUSES] = {
	[CALLS_CREATE]	 = { 40, 16, 14, 8, 4 },
	[CALLS_QUERY]	 = { 8, 0, 0, 0, 0 },
	[CALLS_ADD_PATH] = { 8, 30, 8, 2, 2 },
	[CALLS_ADD_PORT] = { 4, 24, 8, 2, 2 },
	[CALLS_RESTRICT] = { 2, 4, 20, 20, 60 },
	[CALLS_CLOSE]	 = { 1, 1, 1, 1, 0 },
	[CALLS_SET_NNP]	 = { 0, 0, 2, 3, 1 },
	[CALLS_IS_NNP]	 = { 0, 0, 4, 16, 2 },
	[CALLS_DROP]	 = { 0, 0, 2, 6, 0 },
	[CALLS_USERNS]	 = { 0, 0, 0, 3, 0 },
	[CALLS_READ]	 = { 1, 2, 8, 2, 1 },
	[CALLS_BIND]	 = { 1, 2, 8, 2, 1 },
};

struct maker {
	struct random *random;
	struct scenario *scenario;
	struct calls_state state;
	enum focus focus;
};

static void add(struct maker *maker, const struct operation *op)
{
	struct scenario *scenario = maker->scenario;
	const struct calls_state before = maker->state;

	if (scenario->count == OPERATIONS_MAX)
		return;
	if (calls_apply(&maker->state, op).unspecified)
		maker->state = before;
	else
		scenario->operations[scenario->count++] = *op;
}

static uint32_t some(struct maker *maker, enum set set, int percent)
{
	return random_bits(maker->random,
			   model_rights(set, maker->state.claim.abi), percent);
}

static void fill_create(struct maker *maker, struct operation *op)
{
	struct random *random = maker->random;
	uint32_t handled[SETS], quiet[SETS] = { 0 };
	int set;

	for (set = 0; set < SETS; set++)
		handled[set] = random_chance(random, 70) ?
			       some(maker, set, 50) : 0;
	for (set = 0; set < SETS && random_chance(random, 60); set++)
		quiet[set] = random_bits(random, handled[set], 50);
	if (random_chance(random, 8)) {
		set = random_below(random, SETS);
		quiet[set] = some(maker, set, 40);
	}
	if (random_chance(random, 40))
		op->flags = 1U << random_below(random, 13);
	if (random_chance(random, 3))
		op->flags |= 1U << (7 + random_below(random, 6));
	snprintf(op->text[0], TEXT_MAX, "%x/%x/%x/%x/%x/%x", handled[SET_FS],
		 handled[SET_NET], handled[SET_SCOPED], quiet[SET_FS],
		 quiet[SET_NET], quiet[SET_SCOPED]);
}

static void fill_add(struct maker *maker, struct operation *op, enum set set)
{
	static const char *const ports[] = {
		"0", "1", "443", "65534", "65535", "65536", "65537",
		"4294967296"
	};
	struct random *random = maker->random;
	const struct calls_ruleset *ruleset = &maker->state.rulesets[op->slot];
	const uint32_t handled = ruleset->attr.handled[set];
	uint32_t access;

	access = random_chance(random, 30) ? handled :
		 random_chance(random, 8) ? some(maker, set, 30) :
		 random_bits(random, handled, 50);
	if (random_chance(random, 10))
		access = 0;
	if (ruleset->attr.quiet[set] ? random_chance(random, 40) :
				       random_chance(random, 6))
		op->flags |= ADD_QUIETLY;
	if (random_chance(random, 20))
		op->flags |= 1U << (1 + random_below(random, 4));
	if (set == SET_FS && random_chance(random, 30))
		op->flags |= 1U << (5 + random_below(random, 4));
	if (op->flags & ADD_FILE && random_chance(random, 60))
		access &= FILE_RIGHTS;
	snprintf(op->text[0], TEXT_MAX, "%x", access);
	if (set == SET_NET)
		snprintf(op->text[1], TEXT_MAX, "%s",
			 ports[random_below(random, 8)]);
}

static void fill_restrict(struct maker *maker, struct operation *op)
{
	struct random *random = maker->random;

	if (random_chance(random, maker->focus == MANY ? 10 : 40))
		op->flags = random_bits(random, RESTRICT_SAME | RESTRICT_NEW |
					RESTRICT_MUTE | RESTRICT_SYNC, 40);
	if (random_chance(random, maker->focus == PRIVILEGE ? 40 : 5))
		op->flags |= RESTRICT_NNP;
	if (random_chance(random, maker->focus == MANY ? 4 : 25))
		op->flags |= 1U << (5 + random_below(random, 5));
	if (random_chance(random, 8))
		op->flags = RESTRICT_NONE | RESTRICT_MUTE |
			    (random_chance(random, 50) ? RESTRICT_SYNC : 0);
}

static int any_ruleset(struct maker *maker)
{
	int i, slot = 0;

	for (i = 0; i < 4; i++) {
		slot = random_below(maker->random, RULESETS_MAX);
		if (maker->state.rulesets[slot].open)
			break;
	}
	return slot;
}

static void add_random(struct maker *maker)
{
	struct operation op = {
		.kind = random_weighted(maker->random,
					&weights[0][maker->focus], CALLS_KINDS,
					sizeof(weights[0])),
		.actor = CALLS_INSIDE,
	};

	switch (op.kind) {
	case CALLS_CREATE:
		op.slot = random_below(maker->random, RULESETS_MAX);
		fill_create(maker, &op);
		break;
	case CALLS_QUERY:
		op.flags = random_bits(maker->random, QUERY_UNKNOWN |
				       QUERY_ATTR | QUERY_SIZE, 25) |
			   (random_chance(maker->random, 50) ? QUERY_VERSION :
							       QUERY_ERRATA);
		break;
	case CALLS_ADD_PATH:
	case CALLS_ADD_PORT:
		op.slot = any_ruleset(maker);
		fill_add(maker, &op, op.kind == CALLS_ADD_PATH ? SET_FS :
								 SET_NET);
		break;
	case CALLS_RESTRICT:
		op.slot = any_ruleset(maker);
		fill_restrict(maker, &op);
		break;
	case CALLS_CLOSE:
		op.slot = any_ruleset(maker);
		break;
	}
	add(maker, &op);
}

void calls_generate(struct random *random, const struct claim *claim,
		    struct scenario *scenario)
{
	static struct maker maker;
	int i;

	scenario->count = scenario->policies_count = 0;
	maker.random = random;
	maker.scenario = scenario;
	maker.focus = random_below(random, FOCUSES);
	calls_init(&maker.state, claim);
	for (i = 0; i < 2; i++) {
		struct operation op = {
			.kind = CALLS_CREATE, .actor = CALLS_INSIDE, .slot = i,
		};

		fill_create(&maker, &op);
		add(&maker, &op);
	}
	for (i = 20 + random_below(random, 20); i; i--)
		add_random(&maker);
}
