// SPDX-License-Identifier: GPL-2.0
/* The part "calls": its words, and what the model says of a scenario. */
#include "explore/parts/calls.h"

static const char *const create_flags[] = {
	"empty", "short", "first", "second", "page", "tail", "over", "null",
	"bad", "fs-bit", "net-bit", "scoped-bit", "unknown", NULL
};
static const char *const query_flags[] = {
	"version", "errata", "unknown", "attr", "size", NULL
};
static const char *const add_flags[] = {
	"quiet", "unknown", "null", "no-ruleset", "bit", "file", "closed",
	"pipe", "memfd", NULL
};
static const char *const restrict_flags[] = {
	"log-same-exec-off", "log-new-exec-on", "log-subdomains-off", "tsync",
	"no-new-privs", "next", "last", "none", "minus-two", "no-ruleset", NULL
};

static const struct kind kinds[CALLS_KINDS] = {
	[CALLS_CREATE]	 = { "create", 1, .slot = true,
			     .flags = create_flags },
	[CALLS_QUERY]	 = { "query", .flags = query_flags },
	[CALLS_ADD_PATH] = { "add_path", 1, .slot = true, .flags = add_flags },
	[CALLS_ADD_PORT] = { "add_port", 2, .slot = true, .flags = add_flags },
	[CALLS_RESTRICT] = { "restrict", .slot = true,
			     .flags = restrict_flags },
	[CALLS_CLOSE]	 = { "close", .slot = true },
	[CALLS_SET_NNP]	 = { "set_no_new_privs" },
	[CALLS_IS_NNP]	 = { "has_no_new_privs" },
	[CALLS_DROP]	 = { "drop" },
	[CALLS_USERNS]	 = { "userns" },
	[CALLS_READ]	 = { "read" },
	[CALLS_BIND]	 = { "bind" },
};

static const char *const actors[] = {
	[CALLS_OUTSIDE] = "outside", [CALLS_INSIDE] = "inside",
};

static const char *needs(const struct claim *claim,
			 const struct scenario *scenario)
{
	const char *const lack = calls_lack();
	int i;

	(void)claim;
	for (i = 0; i < scenario->count; i++)
		if (!calls_has(scenario->operations[i].kind))
			return kinds[scenario->operations[i].kind].name;
	return lack;
}

static void predict(const struct claim *claim, const struct scenario *scenario,
		    struct prediction *prediction)
{
	static struct calls_state state;
	int i;

	calls_init(&state, claim);
	prediction->decisions = 0;
	prediction->digested = false;
	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];

		prediction->expected[i] = calls_apply(&state, op);
		if (prediction->expected[i].unspecified)
			break;
		prediction->decisions++;
	}
	prediction->count = i;
}

const struct part part_calls = {
	.name = "calls",
	.actors = actors,
	.actors_count = CALLS_ACTORS,
	.kinds = kinds,
	.kinds_count = CALLS_KINDS,
	.slots = RULESETS_MAX,
	.uncontrolled = true,
	.prepare = calls_prepare,
	.needs = needs,
	.generate = calls_generate,
	.predict = predict,
	.run = calls_run,
	.statement = calls_statement,
	.helpers = { calls_helpers },
	.runner = { calls_runner },
};
