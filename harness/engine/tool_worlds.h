/* SPDX-License-Identifier: GPL-2.0 */
/* The worlds of a case whose policy a tool enforces. */
#ifndef LANDPROOF_ENGINE_TOOL_WORLDS_H
#define LANDPROOF_ENGINE_TOOL_WORLDS_H

#include <stdbool.h>

#include "cases/case.h"
#include "runtimes/tool.h"

/*
 * CONTROL: nothing is denied.  DENY, GRANT: the case's own policies.
 * STRICTEST: all that the tool can deny, and only the attempt's own program is
 * granted.  WORD: the same, and a word, or all rights but the case's own, on
 * what the case grants.
 */
enum tool_world {
	TOOL_CONTROL, TOOL_DENY, TOOL_GRANT, TOOL_STRICTEST, TOOL_WORD,
	TOOL_WORLDS,
};

extern const char *const tool_world_names[];

/*
 * struct tool_world_result - what a world showed
 * @started: the tool executed the attempt
 * @inexpressible: it was not run, for it has no words for the policy
 * @coarse: a refusal cannot be pinned to the right that is meant
 * @wide: more was denied than the case's policy denies
 * @outcome: of the attempt: errno or enum outcome
 * @layers: that the tool had added; -1: unknown
 * @status: of the tool, where it did not start the attempt
 * @lost: what the tool took away: a set of 1 << enum belonging
 * @command: as a user would type it, up to the program
 */
struct tool_world_result {
	bool ran, started, inexpressible, coarse, wide;
	int outcome, layers, status;
	unsigned int lost;
	double ms;
	char note[SCENE_NOTE], said[1024], command[4096];
};

/*
 * struct tool_case - a case as tools see it
 * @raw: its policies by our own calls, through the same exec
 * @inapplicable: why no tool can be asked, or NULL
 * @missing: why it cannot run here, or empty
 */
struct tool_case {
	const struct landproof_case *test;
	const struct variant *variant;
	const char *probe, *inapplicable;
	char missing[SCENE_NOTE];
	struct tool_world_result raw[TOOL_WORLDS];
};

/* Once: NULL, or what is missing */
const char *tool_worlds_init(void);
/* Why no tool can be asked for the policy, or NULL */
const char *tool_inapplicable(const struct landproof_case *test);
/* The case's own policy in @which; false: it has none */
bool tool_policy(const struct tool_case *tc, const struct tool *tool,
		 enum tool_world which, struct ruleset *set);
/* What a word is said of: the rules that grant the case's guard; their number */
int word_rules(const struct landproof_case *test, struct rule rules[RULES_MAX]);
/* @tool NULL: raw calls; @word: of TOOL_WORD, or NULL */
void tool_world_run(const struct tool_case *tc, const struct tool *tool,
		    enum tool_world which, const struct word *word,
		    struct tool_world_result *out);
/* The same by raw calls, run when it is asked for first */
const struct tool_world_result *raw_world(struct tool_case *tc,
					  enum tool_world which);

#endif
