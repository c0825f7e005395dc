// SPDX-License-Identifier: GPL-2.0
/*
 * The worlds of a case whose policy a tool enforces.  The scene, the attempt
 * and its proof are the case's; raw calls go through the same exec.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/programs.h"
#include "cases/worlds.h"
#include "engine/needs.h"
#include "engine/policy.h"
#include "engine/process.h"
#include "engine/tool_worlds.h"
#include "landlock/layers.h"
#include "landlock/port.h"

const char *const tool_world_names[] = {
	"control", "deny", "grant", "strictest", "word",
};

static struct command_line *line;	/* shared with the worlds' processes */
static int layers_free;			/* before any tool */

const char *tool_worlds_init(void)
{
	line = mmap(NULL, sizeof(*line), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (line == MAP_FAILED)
		return "memory for command lines";
	layers_free = layers_left();
	return layers_free < 0 ? "a count of Landlock's layers" : NULL;
}

static bool given(const struct ruleset *set)
{
	return set->fs || set->net || set->scoped;
}

/* A policy that tools can be asked for has one layer and no flags. */
const char *tool_inapplicable(const struct landproof_case *test)
{
	struct ruleset layers[POLICY_LAYERS];
	const unsigned int worlds = case_worlds(test);

	if (worlds & W(CALL))
		return "the attempt is about the Landlock calls themselves";
	if (test->enforce)
		return "its policy is C code";
	if (!(worlds & W(DENY)))
		return "nothing is denied in it";
	if (test->promise[0].kind == PROMISE_ALLOWED ||
	    test->promise[0].kind == PROMISE_UNCHANGED)
		return "it is promised to stay open";
	if (needs_get(test->needs) & GETS_LOG)
		return "it reads the log";
	policy_layers(test, WORLD_DENY, &kernel, layers);
	if (!given(&layers[0]))
		return "it has no policy";
	if (layers[0].flags || layers[0].quiet_fs || layers[0].quiet_net ||
	    layers[0].quiet_scoped)
		return "its policy has flags";
	return NULL;
}

/* As a shell reads it: only what needs quotes has them. */
static void quote(char *buf, size_t size, const char *text)
{
	const size_t used = strlen(buf);
	const bool bare = *text && !text[strspn(text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_-+=/.,:@%")];

	snprintf(buf + used, size - used, bare ? "%s%s" : "%s'%s'",
		 used ? " " : "", text);
}

static void write_command(struct tool_world_result *out)
{
	int i;

	out->command[0] = '\0';
	for (i = 0; i < line->variables_count; i++)
		quote(out->command, sizeof(out->command), line->variables[i]);
	for (i = 0; i < line->argc; i++)
		quote(out->command, sizeof(out->command), line->argv[i]);
}

/* A layer that grants the probe, which must be executed after it */
static void add_probe(struct ruleset *set, const char *probe)
{
	const uint32_t access = set->fs & (FS_EXECUTE | FS_READ_FILE);
	struct rule *rule = set->rules;

	while (rule < set->rules + RULES_MAX - 1 &&
	       (rule->path || rule->is_port))
		rule++;
	if (access)
		*rule = (struct rule)PATH(probe, .access = access);
}

/* All that the tool and the kernel can deny; raw: all that the kernel can */
static struct ruleset strictest(const struct tool *tool)
{
	struct ruleset set = {
		.fs = tool ? tool->handles[SET_FS] : kernel.fs,
		.net = tool ? tool->handles[SET_NET] : kernel.net,
		.scoped = tool ? tool->handles[SET_SCOPE] : kernel.scoped,
	};
	int i;

	for (i = 0; tool && i < tool->rights_count; i++)
		*(tool->rights[i].set == SET_FS ? &set.fs :
		  tool->rights[i].set == SET_NET ? &set.net : &set.scoped) |=
			tool->rights[i].bit;
	set.fs &= kernel.fs;
	set.net &= kernel.net;
	set.scoped &= kernel.scoped;
	return set;
}

int word_rules(const struct landproof_case *test, struct rule rules[RULES_MAX])
{
	struct ruleset layers[POLICY_LAYERS];
	const struct rule *rule;
	int count = 0;

	memset(rules, 0, RULES_MAX * sizeof(*rules));
	policy_layers(test, WORLD_GRANT, &kernel, layers);
	for (rule = layers[0].rules; rule < layers[0].rules + RULES_MAX &&
	     (rule->path || rule->is_port); rule++) {
		if (rule->access && !(rule->access &
				      (test->guard.fs | test->guard.net)))
			continue;
		rules[count] = *rule;
		rules[count++].access = 0;
	}
	return count;
}

bool tool_policy(const struct tool_case *tc, const struct tool *tool,
		 enum tool_world which, struct ruleset *set)
{
	struct ruleset layers[POLICY_LAYERS];

	if (which == TOOL_STRICTEST || which == TOOL_WORD) {
		*set = strictest(tool);
		if (which == TOOL_WORD)
			word_rules(tc->test, set->rules);
		return true;
	}
	if (which == TOOL_GRANT &&
	    !(variant_worlds(tc->test, tc->variant) & W(GRANT)))
		return false;
	policy_layers(tc->test, which == TOOL_GRANT ? WORLD_GRANT : WORLD_DENY,
		      &kernel, layers);
	*set = layers[0];
	return true;
}

/* Of a word world: all rights but the case's own, on what the case grants */
static uint32_t all_but(uint32_t handled, uint32_t guard)
{
	return guard ? handled & ~guard : 0;
}

static bool fill_policy(const struct tool_case *tc, const struct tool *tool,
			enum tool_world which, const struct word *word,
			struct ruleset *set, struct policy *policy)
{
	const struct landproof_case *const test = tc->test;

	if (!tool_policy(tc, tool, which, set))
		return false;
	*policy = (struct policy) {
		.set = set,
		.guard_fs = test->guard.fs,
		.guard_net = test->guard.net,
		.uses = { test->uses.fs, test->uses.net, test->uses.scoped },
		.word = word,
	};
	if (which != TOOL_WORD)
		return true;
	if (!word) {
		policy->guard_fs = all_but(set->fs, test->guard.fs);
		policy->guard_net = all_but(set->net, test->guard.net);
	} else if (!tool) {
		set->fs = word->set == SET_FS ? set->fs : 0;
		set->net = word->set == SET_NET ? set->net : 0;
		set->scoped = 0;
		policy->guard_fs = word->grants & set->fs;
		policy->guard_net = word->grants & set->net;
	}
	return true;
}

void tool_world_run(const struct tool_case *tc, const struct tool *tool,
		    enum tool_world which, const struct word *word,
		    struct tool_world_result *out)
{
	static struct plan plan;
	struct ruleset set;
	struct tool_road road = {
		.tool = tool, .probe = tc->probe, .line = line,
	};
	const enum world world = which == TOOL_CONTROL ? WORLD_CONTROL :
				 which == TOOL_GRANT || which == TOOL_WORD ?
				 WORLD_GRANT : WORLD_DENY;
	struct world_result seen = { 0 };
	const struct tool_trace *trace;

	*out = (struct tool_world_result) { .layers = -1 };
	if (which != TOOL_CONTROL) {
		if (!fill_policy(tc, tool, which, word, &set, &road.policy))
			return;
		if (!tool)
			add_probe(&set, tc->probe);
	}
	road.policy.root = tc->test->root;
	plan = (struct plan) { .test = tc->test, .variant = tc->variant };
	plan.worlds[world] = (struct world_plan) {
		.planned = true, .enforcer = ENFORCER_TOOL, .through = &road,
	};
	world_run(&plan, world, &seen);
	trace = world_trace();
	out->ran = true;
	out->started = trace->started;
	out->inexpressible = trace->inexpressible;
	out->coarse = line->coarse;
	out->wide = line->wide;
	out->outcome = seen.outcome;
	out->status = trace->status;
	out->lost = trace->lost;
	out->ms = seen.ms;
	if (trace->layers_left >= 0)
		out->layers = layers_free - trace->layers_left;
	memcpy(out->note, seen.note, sizeof(out->note));
	snprintf(out->said, sizeof(out->said), "%.1000s", trace->said);
	write_command(out);
}

const struct tool_world_result *raw_world(struct tool_case *tc,
					  enum tool_world which)
{
	struct tool_world_result *const world = &tc->raw[which];

	if (!world->ran)
		tool_world_run(tc, NULL, which, NULL, world);
	return world;
}
