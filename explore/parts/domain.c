// SPDX-License-Identifier: GPL-2.0
/* The part "domain": its words, and what the model says of a scenario. */
#include <string.h>

#include "explore/parts/domain.h"
#include "explore/parts/turns.h"

static const char *const kill_flags[] = {
	"thread", "pidfd", "queue", "zero", NULL
};
static const char *const own_flags[] = { "thread", "group", NULL };
static const char *const inspect_flags[] = {
	"seize", "kcmp", "getfd", "exe", NULL
};

static const struct kind kinds[DOMAIN_KINDS] = {
	[DOMAIN_ENFORCE]	= { "enforce", .enforces = true },
	[DOMAIN_FORK]		= { "fork", 1 },
	[DOMAIN_THREAD]		= { "thread", 1 },
	[DOMAIN_EXIT]		= { "exit" },
	[DOMAIN_EXEC]		= { "exec" },
	[DOMAIN_GROUP]		= { "setpgid", 1 },
	[DOMAIN_SOCKET]		= { "socket", 2 },
	[DOMAIN_BIND]		= { "bind", 1 },
	[DOMAIN_PASS]		= { "pass", 2 },
	[DOMAIN_OWN]		= { "setown", 2, .flags = own_flags },
	[DOMAIN_KILL]		= { "kill", 1, .flags = kill_flags },
	[DOMAIN_KILL_GROUP]	= { "killpg", 1 },
	[DOMAIN_EVENT]		= { "event", 2 },
	[DOMAIN_REACH]		= { "reach", 1 },
	[DOMAIN_CONNECT]	= { "connect", 2 },
	[DOMAIN_SEND]		= { "send", 1 },
	[DOMAIN_SENDTO]		= { "sendto", 2 },
	[DOMAIN_INSPECT]	= { "inspect", 1, .flags = inspect_flags },
	[DOMAIN_TRACEME]	= { "traceme" },
};

static const char *const actors[TASKS_MAX] = {
	"outside", "a", "b", "c", "d", "e", "f", "g", "h"
};

static const char *needs(const struct claim *claim,
			 const struct scenario *scenario)
{
	int i;

	(void)claim;
	for (i = 0; i < scenario->count; i++)
		if (!domain_has(&scenario->operations[i]))
			return kinds[scenario->operations[i].kind].name;
	return NULL;
}

bool domain_is_datagram(const struct scenario *scenario, int index,
			const char *text)
{
	while (index--) {
		const struct operation *op = &scenario->operations[index];

		if (op->kind == DOMAIN_SOCKET && strcmp(op->text[0], text) == 0)
			return strcmp(op->text[1], "dgram") == 0;
	}
	return false;
}

void domain_predict(const struct claim *claim, const struct scenario *scenario,
		    struct prediction *prediction)
{
	static struct domain_state state;
	int i;

	domain_init(&state, claim);
	prediction->decisions = 0;
	prediction->digested = false;
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];
		const bool judged = domain_is_judged(&state, op);

		prediction->expected[i] = domain_apply(&state, op,
			&scenario->policies[op->policy]);
		if (prediction->expected[i].unspecified)
			break;
		prediction->decisions += judged;
	}
	prediction->count = i;
}

const struct part part_domain = {
	.name = "domain",
	.actors = actors,
	.actors_count = TASKS_MAX,
	.kinds = kinds,
	.kinds_count = DOMAIN_KINDS,
	.prepare = domain_prepare,
	.needs = needs,
	.generate = domain_generate,
	.predict = domain_predict,
	.run = domain_run,
	.statement = domain_statement,
	.helpers = { turns_helpers, domain_helpers },
	.runner = { turns_runner, domain_runner },
};
