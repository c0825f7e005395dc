// SPDX-License-Identifier: GPL-2.0
/*
 * Makes up a scenario of domains: processes and threads, some of them sandboxed
 * once or more often, and what they do to each other.  Each scenario is about
 * something: its focus says which operations are likely.
 */
#include <string.h>

#include "explore/parts/domain.h"

enum focus {
	MIXED, SIGNALS, GROUPS, SOCKETS, TRACING, THREADS, LAYERS, PROGRAMS,
	FOCUSES
};

static const uint8_t percent[FOCUSES] = {
	[MIXED] = 26, [SIGNALS] = 14, [GROUPS] = 16, [SOCKETS] = 18,
	[TRACING] = 10, [THREADS] = 10, [LAYERS] = 3, [PROGRAMS] = 3,
};

static const uint8_t weights[DOMAIN_KINDS][FOCUSES] = {
	[DOMAIN_ENFORCE]	= { 4, 4, 4, 4, 5, 9, 40, 5 },
	[DOMAIN_FORK]		= { 4, 3, 5, 3, 5, 3, 3, 5 },
	[DOMAIN_THREAD]		= { 3, 3, 3, 2, 3, 9, 2, 1 },
	[DOMAIN_EXIT]		= { 2, 2, 3, 2, 2, 4, 1, 2 },
	[DOMAIN_EXEC]		= { 0, 0, 0, 0, 0, 0, 0, 6 },
	[DOMAIN_GROUP]		= { 3, 1, 14, 0, 0, 0, 0, 1 },
	[DOMAIN_SOCKET]		= { 5, 0, 0, 9, 0, 2, 0, 4 },
	[DOMAIN_BIND]		= { 6, 0, 0, 9, 0, 2, 0, 4 },
	[DOMAIN_PASS]		= { 2, 0, 0, 8, 0, 0, 0, 1 },
	[DOMAIN_OWN]		= { 4, 1, 12, 0, 0, 3, 0, 1 },
	[DOMAIN_KILL]		= { 30, 70, 8, 2, 5, 40, 20, 20 },
	[DOMAIN_KILL_GROUP]	= { 8, 8, 22, 0, 0, 3, 2, 3 },
	[DOMAIN_EVENT]		= { 10, 3, 40, 0, 0, 8, 0, 3 },
	[DOMAIN_REACH]		= { 16, 0, 0, 45, 0, 6, 8, 12 },
	[DOMAIN_CONNECT]	= { 4, 0, 0, 14, 0, 1, 0, 2 },
	[DOMAIN_SEND]		= { 6, 0, 0, 12, 0, 1, 0, 2 },
	[DOMAIN_SENDTO]		= { 6, 0, 0, 14, 0, 1, 0, 2 },
	[DOMAIN_INSPECT]	= { 16, 4, 2, 2, 65, 12, 8, 14 },
	[DOMAIN_TRACEME]	= { 2, 0, 0, 0, 9, 1, 0, 1 },
};

struct maker {
	struct random *random;
	struct scenario *scenario;
	struct domain_state state;
	enum focus focus;
};

static int below(struct maker *maker, int count)
{
	return random_below(maker->random, count);
}

/* Adds what the model speaks of. */
static void add(struct maker *maker, const struct operation *op)
{
	static struct domain_state before;
	struct scenario *scenario = maker->scenario;

	if (scenario->count == OPERATIONS_MAX)
		return;
	before = maker->state;
	if (domain_apply(&maker->state, op, &scenario->policies[op->policy])
	    .unspecified)
		maker->state = before;
	else
		scenario->operations[scenario->count++] = *op;
}

static void put_task(char *text, int task)
{
	if (task == DOMAIN_OUTSIDE) {
		strcpy(text, "outside");
	} else {
		text[0] = 'a' + task - 1;
		text[1] = '\0';
	}
}

static void put_number(char *text, char letter, int number)
{
	text[0] = letter;
	text[1] = '0' + number;
	text[2] = '\0';
}

/* A task that is there, or one that may be made */
static int pick_task(struct maker *maker, bool alive)
{
	int i, count = 0, chosen = -1;

	for (i = 1; i < TASKS_MAX; i++)
		if (maker->state.tasks[i].alive == alive &&
		    below(maker, ++count) == 0)
			chosen = i;
	return chosen;
}

/* Mostly one that is sandboxed */
static int pick_actor(struct maker *maker)
{
	int i, task = DOMAIN_OUTSIDE;

	if (random_chance(maker->random, 6))
		return DOMAIN_OUTSIDE;
	for (i = 0; i < 4; i++) {
		task = pick_task(maker, true);
		if (task < 0)
			return DOMAIN_OUTSIDE;
		if (maker->state.tasks[task].domain)
			break;
	}
	return task;
}

static int pick_target(struct maker *maker)
{
	const int task = pick_task(maker, true);

	return task < 0 || random_chance(maker->random, 8) ? DOMAIN_OUTSIDE :
							      task;
}

static int deepest(const struct domain_state *state)
{
	int i, task = 1;

	for (i = 2; i < TASKS_MAX; i++)
		if (state->tasks[i].alive &&
		    state->domains[state->tasks[i].domain].depth >
		    state->domains[state->tasks[task].domain].depth)
			task = i;
	return task;
}

static void enforce(struct maker *maker, int actor)
{
	struct scenario *scenario = maker->scenario;
	struct operation op = { .kind = DOMAIN_ENFORCE, .actor = actor };
	const uint32_t all = model_rights(SET_SCOPED, maker->state.claim.abi);
	struct policy *policy;
	const int tsync = maker->focus == THREADS ? 55 : 15;

	if (scenario->policies_count == POLICIES_MAX ||
	    actor == DOMAIN_OUTSIDE ||
	    (maker->focus != LAYERS &&
	     scenario->policies_count > POLICIES_MAX / 2))
		return;
	op.policy = scenario->policies_count;
	policy = &scenario->policies[scenario->policies_count++];
	memset(policy, 0, sizeof(*policy));
	policy->handled[SET_SCOPED] = below(maker, 4) & all;
	if (maker->focus == SIGNALS || maker->focus == GROUPS)
		policy->handled[SET_SCOPED] |= below(maker, 3) ?
					       SCOPE_SIGNALS & all : 0;
	if (maker->focus == SOCKETS)
		policy->handled[SET_SCOPED] |= below(maker, 3) ?
					       SCOPE_ABSTRACT & all : 0;
	if (maker->state.claim.abi >= 8 && random_chance(maker->random, tsync))
		policy->flags = RESTRICT_ALL_THREADS;
	add(maker, &op);
}

/* The one to act that gives the most to look at */
static int pick_kind(struct maker *maker)
{
	int i, sum = 0, at;

	for (i = 0; i < DOMAIN_KINDS; i++)
		sum += weights[i][maker->focus];
	at = below(maker, sum);
	for (i = 0; i < DOMAIN_KINDS - 1; i++) {
		at -= weights[i][maker->focus];
		if (at < 0)
			break;
	}
	return i;
}

static int pick_endpoint(struct maker *maker, bool there)
{
	int i, count = 0, chosen = below(maker, ENDPOINTS_MAX);

	for (i = 0; i < ENDPOINTS_MAX; i++)
		if (!!maker->state.endpoints[i].holders == there &&
		    below(maker, ++count) == 0)
			chosen = i;
	return chosen;
}

/* Somebody who has that socket, mostly */
static int pick_holder(struct maker *maker, int endpoint)
{
	const uint32_t holders = maker->state.endpoints[endpoint].holders;
	int i, task = DOMAIN_OUTSIDE;

	for (i = 0; i < 8; i++) {
		task = pick_actor(maker);
		if (holders >> maker->state.tasks[task].process & 1)
			break;
	}
	return task;
}

/* A task that a file tells of its events, if it has one */
static int pick_watched(struct maker *maker, int file)
{
	const struct domain_file *one = &maker->state.files[file];

	return one->owned && !(one->how & OWN_GROUP) ? one->target :
						       pick_target(maker);
}

static void fill_socket_operation(struct maker *maker, struct operation *op)
{
	const int one = pick_endpoint(maker, op->kind != DOMAIN_SOCKET);
	const int to = pick_target(maker);

	put_number(op->text[0], 's', one);
	if (op->kind != DOMAIN_SOCKET && op->kind != DOMAIN_REACH)
		op->actor = pick_holder(maker, one);
	if (op->kind == DOMAIN_SOCKET)
		strcpy(op->text[1], below(maker, 2) ? "stream" : "dgram");
	else if (op->kind == DOMAIN_PASS)
		put_task(op->text[1], to);
	else if (op->kind == DOMAIN_CONNECT || op->kind == DOMAIN_SENDTO)
		put_number(op->text[1], 's', pick_endpoint(maker, true));
}

static void fill(struct maker *maker, struct operation *op)
{
	const int file = below(maker, FILES_MAX);

	switch (op->kind) {
	case DOMAIN_FORK:
	case DOMAIN_THREAD:
		put_task(op->text[0], pick_task(maker, false));
		break;
	case DOMAIN_GROUP:
	case DOMAIN_KILL_GROUP:
		put_task(op->text[0], pick_target(maker));
		break;
	case DOMAIN_OWN:
		put_number(op->text[0], 'f', file);
		put_task(op->text[1], pick_target(maker));
		if (random_chance(maker->random, 75))
			op->flags = below(maker, 3) ? OWN_GROUP : OWN_THREAD;
		break;
	case DOMAIN_EVENT:
		put_number(op->text[0], 'f', file);
		put_task(op->text[1], pick_watched(maker, file));
		break;
	case DOMAIN_KILL:
		put_task(op->text[0], pick_target(maker));
		if (below(maker, 2))
			op->flags = 1U << below(maker, 4);
		break;
	case DOMAIN_INSPECT:
		put_task(op->text[0], pick_target(maker));
		op->flags = 1U << below(maker, 4);
		break;
	case DOMAIN_EXIT:
	case DOMAIN_EXEC:
	case DOMAIN_TRACEME:
		break;
	default:
		fill_socket_operation(maker, op);
	}
}

static void add_random(struct maker *maker)
{
	struct operation op = {
		.kind = pick_kind(maker), .actor = pick_actor(maker),
	};

	if (op.kind == DOMAIN_ENFORCE) {
		enforce(maker, maker->focus == LAYERS && below(maker, 8) ?
			deepest(&maker->state) : op.actor);
		return;
	}
	/* Who is there is needed. */
	if ((op.kind == DOMAIN_FORK || op.kind == DOMAIN_THREAD) &&
	    pick_task(maker, false) < 0)
		return;
	fill(maker, &op);
	add(maker, &op);
}

static enum focus pick_focus(struct random *random)
{
	int i, at = random_below(random, 100);

	for (i = 0; i < FOCUSES - 1; i++) {
		at -= percent[i];
		if (at < 0)
			break;
	}
	return i;
}

/* A few tasks, the first of which what is outside has to make */
static void begin(struct maker *maker)
{
	struct operation op = { .kind = DOMAIN_FORK };
	int i;

	for (i = 1 + below(maker, 3); i; i--) {
		op.actor = i % 2 ? DOMAIN_OUTSIDE : pick_actor(maker);
		op.kind = DOMAIN_FORK;
		put_task(op.text[0], pick_task(maker, false));
		add(maker, &op);
	}
	for (i = 2 + below(maker, 4); i; i--) {
		op.actor = pick_actor(maker);
		op.kind = maker->focus == THREADS && below(maker, 3) ?
			  DOMAIN_THREAD : DOMAIN_FORK;
		put_task(op.text[0], pick_task(maker, false));
		add(maker, &op);
		enforce(maker, pick_actor(maker));
	}
	for (i = 0; i < 4 && maker->focus == SOCKETS; i++) {
		op.actor = pick_actor(maker);
		op.kind = DOMAIN_SOCKET;
		put_number(op.text[0], 's', i);
		strcpy(op.text[1], below(maker, 2) ? "stream" : "dgram");
		add(maker, &op);
		op.kind = DOMAIN_BIND;
		if (i < 3)
			add(maker, &op);
	}
}

void domain_generate(struct random *random, const struct claim *claim,
		     struct scenario *scenario)
{
	static struct maker maker;
	int i;

	scenario->count = scenario->policies_count = 0;
	maker.random = random;
	maker.scenario = scenario;
	maker.focus = pick_focus(random);
	domain_init(&maker.state, claim);
	begin(&maker);
	for (i = 60 + random_below(random, 60); i; i--)
		add_random(&maker);
}
