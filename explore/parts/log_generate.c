// SPDX-License-Identifier: GPL-2.0
/*
 * Makes up a scenario of the log: a few processes with a few layers, some of them
 * quiet or muted, what they are denied, and after each of it the question what
 * was heard of it.  Each scenario is about something: its focus.
 */
#include <stdio.h>
#include <string.h>

#include "explore/parts/log.h"

enum focus { MIXED, QUIET, FLAGS, MUTED, LAYERS, FOCUSES };

static const uint8_t percent[FOCUSES] = {
	[MIXED] = 30, [QUIET] = 25, [FLAGS] = 15, [MUTED] = 15, [LAYERS] = 15,
};

static const uint8_t weights[LOG_HEARD][FOCUSES] = {
	[LOG_ENFORCE]	= { 8, 6, 8, 12, 16 },
	[LOG_MUTE]	= { 1, 0, 1, 6, 0 },
	[LOG_FORK]	= { 4, 2, 6, 8, 3 },
	[LOG_EXEC]	= { 3, 1, 7, 3, 1 },
	[LOG_EXIT]	= { 2, 1, 2, 2, 1 },
	[LOG_OPEN]	= { 20, 40, 20, 16, 30 },
	[LOG_LIST]	= { 5, 6, 6, 5, 5 },
	[LOG_TRUNCATE]	= { 3, 4, 2, 2, 2 },
	[LOG_MAKE]	= { 8, 8, 4, 4, 5 },
	[LOG_REMOVE]	= { 5, 5, 3, 3, 3 },
	[LOG_MOUNT]	= { 3, 3, 3, 2, 3 },
	[LOG_BIND]	= { 6, 9, 3, 3, 4 },
	[LOG_CONNECT]	= { 5, 7, 3, 3, 4 },
	[LOG_SEND]	= { 3, 5, 2, 2, 3 },
	[LOG_KILL]	= { 6, 8, 6, 4, 5 },
	[LOG_REACH]	= { 4, 7, 3, 3, 3 },
	[LOG_INSPECT]	= { 4, 3, 4, 3, 4 },
};

struct maker {
	struct random *random;
	struct scenario *scenario;
	struct log_state state;
	enum focus focus;
};

static int below(struct maker *maker, int count)
{
	return random_below(maker->random, count);
}

static bool chance(struct maker *maker, int percentage)
{
	return random_chance(maker->random, percentage);
}

/* Adds what the model speaks of. */
static bool add(struct maker *maker, const struct operation *op)
{
	static struct log_state before;
	struct scenario *scenario = maker->scenario;

	if (scenario->count == OPERATIONS_MAX)
		return false;
	before = maker->state;
	if (log_apply(&maker->state, op, &scenario->policies[op->policy])
	    .unspecified) {
		maker->state = before;
		return false;
	}
	scenario->operations[scenario->count++] = *op;
	return true;
}

/* A process that is there, or a free place for one; or -1 */
static int pick_task(struct maker *maker, bool alive)
{
	int i, count = 0, chosen = -1;

	for (i = 1; i < LOG_TASKS; i++)
		if (maker->state.tasks[i].alive == alive &&
		    below(maker, ++count) == 0)
			chosen = i;
	return chosen;
}

static int pick_actor(struct maker *maker)
{
	const int task = pick_task(maker, true);

	return task < 0 || chance(maker, 3) ? LOG_OUTSIDE : task;
}

/* Policies */

static const char *pick_path(struct maker *maker)
{
	return log_paths[below(maker, LOG_PATHS)];
}

static void add_grant(struct maker *maker, struct policy *policy)
{
	struct grant *grant = &policy->grants[policy->grants_count++];
	const bool port = policy->handled[SET_NET] && chance(maker, 40);
	const enum set set = port ? SET_NET : SET_FS;

	*grant = (struct grant) { 0 };
	if (port)
		grant->port = log_ports[below(maker, LOG_PORTS)];
	else
		strcpy(grant->path, pick_path(maker));
	grant->access = random_bits(maker->random, policy->handled[set],
				    chance(maker, 25) ? 0 : 50);
	grant->quiet = policy->quiet[set] && chance(maker, 50);
}

/* The object of the first rule once more */
static void add_again(struct maker *maker, struct policy *policy)
{
	struct grant *again = &policy->grants[policy->grants_count++];

	*again = policy->grants[0];
	again->quiet = policy->quiet[again->path[0] ? SET_FS : SET_NET] &&
		       chance(maker, again->quiet ? 20 : 50);
}

/* The directory of the first rule's object, which is not quiet */
static void add_above(struct maker *maker, struct policy *policy)
{
	struct grant *above = &policy->grants[policy->grants_count];
	char *end;

	*above = policy->grants[0];
	end = strrchr(above->path, '/');
	if (!above->path[0] || strcmp(above->path, ".") == 0)
		return;
	strcpy(end ?: above->path, end ? "" : ".");
	above->access = random_bits(maker->random, policy->handled[SET_FS],
				    40);
	above->quiet = false;
	policy->grants_count++;
}

static uint32_t some_of(struct maker *maker, enum set set, uint32_t among,
			int often)
{
	const uint32_t all = model_rights(set, maker->state.claim.abi) & among;

	return chance(maker, often) ? random_bits(maker->random, all, 60) : 0;
}

static void fill_policy(struct maker *maker, struct policy *policy)
{
	static const uint32_t tried = READ_FILE | WRITE_FILE | READ_DIR |
		TRUNCATE | MAKE_DIR | MAKE_REG | MAKE_FIFO | MAKE_SYM |
		MAKE_SOCK | REMOVE_FILE | REMOVE_DIR;
	int set, i;

	memset(policy, 0, sizeof(*policy));
	policy->handled[SET_FS] = some_of(maker, SET_FS, tried, 80);
	policy->handled[SET_NET] = some_of(maker, SET_NET, ~0U, 45);
	policy->handled[SET_SCOPED] = some_of(maker, SET_SCOPED, ~0U, 50);
	for (set = 0; set < SETS && maker->state.claim.abi >= 10; set++)
		if (chance(maker, maker->focus == QUIET ? 85 : 30))
			policy->quiet[set] = random_bits(maker->random,
				policy->handled[set], 60);
	for (i = below(maker, 5); i; i--)
		add_grant(maker, policy);
	if (policy->grants_count && chance(maker, 30))
		add_again(maker, policy);
	if (policy->grants_count && chance(maker, 20))
		add_above(maker, policy);
	if (chance(maker, maker->focus == FLAGS ? 70 : 25))
		policy->flags |= 1 + below(maker, 3);
	if (chance(maker, maker->focus == MUTED ? 30 : 5))
		policy->flags |= RESTRICT_SUBDOMAINS_OFF;
}

static void enforce(struct maker *maker, int actor)
{
	struct scenario *scenario = maker->scenario;
	struct operation op = { .kind = LOG_ENFORCE, .actor = actor };

	if (scenario->policies_count == POLICIES_MAX / 2 ||
	    actor == LOG_OUTSIDE)
		return;
	op.policy = scenario->policies_count++;
	fill_policy(maker, &scenario->policies[op.policy]);
	snprintf(op.text[0], sizeof(op.text[0]), "D%d",
		 scenario->policies_count);
	add(maker, &op);
}

/* Operations */

/* What would be heard, if anything is */
static void ask(struct maker *maker)
{
	const struct log_record *record = &maker->state.record;
	struct operation op = { .kind = LOG_HEARD, .flags = record->blockers };

	if (!record->object[0] || !record->domain ||
	    (!record->denied && chance(maker, 60)))
		return;
	strcpy(op.text[0], maker->state.domains[record->domain].name);
	strcpy(op.text[1], record->object);
	add(maker, &op);
}

static void fill(struct maker *maker, struct operation *op)
{
	const int task = pick_task(maker, true);

	switch (op->kind) {
	case LOG_FORK:
		strcpy(op->text[0], log_tasks[pick_task(maker, false)]);
		break;
	case LOG_OPEN:
		strcpy(op->text[0], pick_path(maker));
		op->flags = 1 + below(maker, 3);
		if (op->flags & LOG_WRITE && chance(maker, 25))
			op->flags |= LOG_TRUNC;
		break;
	case LOG_MAKE:
		strcpy(op->text[0], pick_path(maker));
		op->flags = (1U << below(maker, 5)) >> 1;
		break;
	case LOG_LIST:
	case LOG_TRUNCATE:
	case LOG_MOUNT:
		strcpy(op->text[0], pick_path(maker));
		break;
	case LOG_REMOVE:
		strcpy(op->text[0], pick_path(maker));
		/* fallthrough */
	case LOG_REACH:
		op->flags = below(maker, 2);
		break;
	case LOG_BIND:
		op->flags = below(maker, 2);
		/* fallthrough */
	case LOG_CONNECT:
	case LOG_SEND:
		snprintf(op->text[0], sizeof(op->text[0]), "%u",
			 log_ports[below(maker, LOG_PORTS)]);
		break;
	case LOG_KILL:
	case LOG_INSPECT:
		strcpy(op->text[0], log_tasks[task < 0 || chance(maker, 25) ?
					      LOG_OUTSIDE : task]);
		break;
	}
}

static void add_random(struct maker *maker)
{
	struct operation op = { .actor = pick_actor(maker) };

	op.kind = random_weighted(maker->random, &weights[0][maker->focus],
				  LOG_HEARD, FOCUSES);
	if (op.kind == LOG_ENFORCE) {
		enforce(maker, op.actor);
		return;
	}
	if (op.kind == LOG_FORK && pick_task(maker, false) < 0)
		return;
	fill(maker, &op);
	if (add(maker, &op) && op.kind >= LOG_OPEN)
		ask(maker);
}

/* A first process, with a layer or not */
static void begin(struct maker *maker)
{
	struct operation op = { .kind = LOG_FORK };
	int i;

	strcpy(op.text[0], log_tasks[1]);
	add(maker, &op);
	op = (struct operation) { .kind = LOG_MUTE, .actor = 1 };
	if (maker->focus == MUTED && chance(maker, 35))
		add(maker, &op);
	for (i = 1 + below(maker, 2); i; i--)
		if (!chance(maker, 15))
			enforce(maker, 1);
}

/* All processes end, and what is said of their domains */
static void end(struct maker *maker)
{
	int i;

	for (i = 1; i < LOG_TASKS; i++)
		if (maker->state.tasks[i].alive)
			add(maker, &(struct operation) { .kind = LOG_EXIT,
							 .actor = i });
	for (i = 1; i < maker->state.domains_count; i++) {
		const struct log_domain *domain = &maker->state.domains[i];
		struct operation op = { .kind = LOG_ENDED };

		strcpy(op.text[0], domain->name);
		snprintf(op.text[1], sizeof(op.text[1]), "%ld",
			 domain->denials);
		add(maker, &op);
	}
}

#define LENGTH	70
#define ENDING	30	/* operations that it takes at most */

void log_generate(struct random *random, const struct claim *claim,
		  struct scenario *scenario)
{
	static struct maker maker;
	const int length = 30 + random_below(random, LENGTH);

	scenario->count = scenario->policies_count = 0;
	maker.random = random;
	maker.scenario = scenario;
	maker.focus = random_weighted(random, percent, FOCUSES, 1);
	log_init(&maker.state, claim);
	begin(&maker);
	while (scenario->count < length &&
	       scenario->count < OPERATIONS_MAX - ENDING)
		add_random(&maker);
	/* It takes the kernel some time. */
	if (random_chance(random, 35))
		end(&maker);
}
