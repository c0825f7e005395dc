// SPDX-License-Identifier: GPL-2.0
/* Plans, printed without running anything. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/words.h"
#include "cases/table.h"
#include "engine/plan.h"
#include "landlock/port.h"
#include "output/plan.h"

static const char *const enforcer_names[] = {
	[ENFORCER_NONE]		= "none",
	[ENFORCER_HARNESS]	= "layers",
	[ENFORCER_CASE]		= "case",
	[ENFORCER_ATTEMPT]	= "attempt",
};

static const char *expectation(int expected, char *buf, size_t size)
{
	return expected == AS_CONTROL ? "as control" :
		outcome_name(expected, buf, size);
}

static struct json json;

static void put_names(const char *key, enum feature_kind kind, uint64_t bits)
{
	const struct feature *f;

	json_array(&json, key);
	for (f = features; f < features + features_count; f++)
		if (f->kind == kind && (bits & f->value))
			json_string(&json, NULL, f->name);
	json_array_end(&json);
}

static bool is_rule(const struct rule *rule)
{
	return rule->path || rule->is_port;
}

/* A rule without access bits grants the guard. */
static uint32_t granted(const struct plan *plan, const struct rule *rule)
{
	if (rule->access)
		return rule->access;
	return rule->is_port ? plan->test->guard.net : plan->test->guard.fs;
}

static void rule_json(const struct plan *plan, const struct rule *rule)
{
	json_object(&json, NULL);
	if (rule->is_port)
		json_integer(&json, "port", lab_port(rule->port));
	else
		json_string(&json, "path", rule->path);
	put_names("allowed_access", rule->is_port ? FEATURE_NET : FEATURE_FS,
		  granted(plan, rule));
	put_names("flags", FEATURE_ADD_FLAG, rule->flags);
	json_object_end(&json);
}

static void layer_json(const struct plan *plan, const struct ruleset *set)
{
	const struct rule *rule;

	json_object(&json, NULL);
	put_names("handled_access_fs", FEATURE_FS, set->fs);
	put_names("handled_access_net", FEATURE_NET, set->net);
	put_names("scoped", FEATURE_SCOPE, set->scoped);
	put_names("quiet_access_fs", FEATURE_FS, set->quiet_fs);
	put_names("quiet_access_net", FEATURE_NET, set->quiet_net);
	put_names("quiet_scoped", FEATURE_SCOPE, set->quiet_scoped);
	put_names("flags", FEATURE_RESTRICT_FLAG, set->flags);
	json_array(&json, "rules");
	for (rule = set->rules; rule < set->rules + RULES_MAX && is_rule(rule);
	     rule++)
		rule_json(plan, rule);
	json_array_end(&json);
	json_object_end(&json);
}

static void world_json(const struct plan *plan, enum world which)
{
	const struct world_plan *world = &plan->worlds[which];
	char name[32];
	int i;

	json_object(&json, world_names[which]);
	json_string(&json, "expected", world->expected == UNPROMISED ? NULL :
		    expectation(world->expected, name, sizeof(name)));
	json_bool(&json, "witness", world->witness);
	json_string(&json, "policy", enforcer_names[world->enforcer]);
	json_array(&json, "layers");
	for (i = 0; i < world->layers_count; i++)
		layer_json(plan, &world->layers[i]);
	json_array_end(&json);
	json_object_end(&json);
}

static void needs_json(const char *words)
{
	char word[WORD_MAX];

	json_array(&json, "needs");
	while (next_word(&words, word))
		json_string(&json, NULL, word);
	json_array_end(&json);
}

static void plan_json(const struct plan *plan)
{
	enum world world;
	char id[128];

	json_object(&json, NULL);
	json_string(&json, "id",
		    case_id(plan->test, plan->variant, id, sizeof(id)));
	json_string(&json, "verdict", verdict_names[plan->verdict]);
	json_bool(&json, "settled", plan->settled);
	json_string(&json, "why", plan->why[0] ? plan->why : NULL);
	json_string(&json, "news", plan->news[0] ? plan->news : NULL);
	needs_json(plan->test->needs);
	json_object(&json, "worlds");
	for (world = 0; world < WORLDS; world++)
		if (plan->worlds[world].planned)
			world_json(plan, world);
	json_object_end(&json);
	json_object_end(&json);
}

/* The names of @bits, if any, behind @what */
static void put_bits(const char *what, enum feature_kind kind, uint64_t bits)
{
	const struct feature *f;

	for (f = features; f < features + features_count; f++) {
		if (f->kind != kind || !(bits & f->value))
			continue;
		printf("%s%s", what, f->name);
		what = " ";
	}
}

static void layer_text(const struct plan *plan, const struct ruleset *set)
{
	const struct rule *rule;

	put_bits(" ", FEATURE_FS, set->fs);
	put_bits(" ", FEATURE_NET, set->net);
	put_bits(" ", FEATURE_SCOPE, set->scoped);
	put_bits("; quiet: ", FEATURE_FS, set->quiet_fs);
	put_bits("; quiet: ", FEATURE_NET, set->quiet_net);
	put_bits("; quiet: ", FEATURE_SCOPE, set->quiet_scoped);
	put_bits("; ", FEATURE_RESTRICT_FLAG, set->flags);
	for (rule = set->rules; rule < set->rules + RULES_MAX && is_rule(rule);
	     rule++) {
		if (rule->is_port)
			printf("\n%31srule on port %d:", "",
			       lab_port(rule->port));
		else
			printf("\n%31srule on %s:", "", rule->path);
		put_bits(" ", rule->is_port ? FEATURE_NET : FEATURE_FS,
			 granted(plan, rule));
		put_bits("; ", FEATURE_ADD_FLAG, rule->flags);
	}
	putchar('\n');
}

static void world_text(const struct plan *plan, enum world which)
{
	static const char *const said[] = {
		[ENFORCER_NONE]		= "no policy",
		[ENFORCER_CASE]		= "the case enforces its policy",
		[ENFORCER_ATTEMPT]	= "the attempt calls Landlock itself",
	};
	const struct world_plan *world = &plan->worlds[which];
	char name[32];
	int i;

	printf("  %-10s %-12s ", world_names[which],
	       expectation(world->expected, name, sizeof(name)));
	if (world->enforcer != ENFORCER_HARNESS) {
		puts(said[world->enforcer]);
		return;
	}
	for (i = 0; i < world->layers_count; i++) {
		printf(i ? "%25slayer" : "%slayer", "");
		layer_text(plan, &world->layers[i]);
	}
}

static void plan_text(const struct plan *plan)
{
	enum world world;
	char id[128];

	printf("%s: %s\n", case_id(plan->test, plan->variant, id, sizeof(id)),
	       plan->test->claim);
	printf("  %s %s%s%s\n", plan->settled ? "is" : "conforming:",
	       verdict_names[plan->verdict], plan->why[0] ? ": " : "",
	       plan->why);
	if (plan->news[0])
		printf("  %s\n", plan->news);
	if (plan->test->needs)
		printf("  needs: %s\n", plan->test->needs);
	for (world = 0; world < WORLDS; world++)
		if (plan->worlds[world].planned)
			world_text(plan, world);
}

void print_plans(const struct selection *selection, const struct kernel *kernel,
		 bool as_json)
{
	const struct conditions conditions = { .kernel = kernel };
	struct line *lines;
	struct plan plan;
	size_t count, i;

	lines = select_lines(selection, &count);
	json = (struct json) { .out = stdout };
	if (as_json)
		json_array(&json, NULL);
	for (i = 0; i < count; i++) {
		plan_case(&plan, lines[i].test, lines[i].variant, &conditions);
		if (as_json)
			plan_json(&plan);
		else
			plan_text(&plan);
	}
	if (as_json) {
		json_array_end(&json);
		putchar('\n');
	}
	free(lines);
}
