/* SPDX-License-Identifier: GPL-2.0 */
/* A case whose policy a tool enforces: its worlds, and what they come to. */
#ifndef LANDPROOF_ENGINE_ENFORCED_H
#define LANDPROOF_ENGINE_ENFORCED_H

#include <stdbool.h>

#include "cases/case.h"
#include "runtimes/tool.h"

enum tool_verdict {
	TOOL_ENFORCED, TOOL_INEXPRESSIBLE, TOOL_REFUSED_START, TOOL_OPEN_TOLD,
	TOOL_OPEN_SILENT, TOOL_OVERBLOCK, TOOL_KERNEL, TOOL_CONFOUNDED,
	TOOL_CANNOT_RUN, TOOL_BROKEN, TOOL_NOT_APPLICABLE,
};

extern const char *const tool_verdict_names[];

/*
 * Worlds of a tool.  CONTROL: it denies nothing.  DENY, GRANT: the case's own
 * policies.  STRICTEST: all that the tool can deny, and only the attempt's own
 * program is granted.
 */
enum tool_world {
	TOOL_CONTROL, TOOL_DENY, TOOL_GRANT, TOOL_STRICTEST, TOOL_WORLDS,
};

extern const char *const tool_world_names[];

/*
 * struct tool_world_result - what a world showed
 * @started: the tool executed the attempt
 * @inexpressible: it was not run, for it has no words for the policy
 * @coarse: a refusal cannot be pinned to the right that is meant
 * @outcome: of the attempt: errno or enum outcome
 * @layers: that the tool had added; -1: unknown
 * @status: of the tool, where it did not start the attempt
 * @lost: what the tool took away: a set of 1 << enum belonging
 * @command: as a user would type it, up to the program
 */
struct tool_world_result {
	bool ran, started, inexpressible, coarse;
	int outcome, layers, status;
	unsigned int lost;
	char note[SCENE_NOTE], said[1024], command[4096];
};

/* struct tool_result - of a case and a tool; .tool NULL: raw calls */
struct tool_result {
	const struct tool *tool;
	enum tool_verdict verdict;
	bool coarse;
	char why[400];
	struct tool_world_result worlds[TOOL_WORLDS];
};

/*
 * struct tool_case - a case as tools see it
 * @plain: the case's own control world, without exec and without a tool
 * @raw: the same policies by our own calls, through the same exec
 * @inapplicable: why no tool can be asked, or NULL
 * @missing: why it cannot run here, or NULL
 */
struct tool_case {
	const struct landproof_case *test;
	const struct variant *variant;
	const char *probe, *inapplicable, *missing;
	int plain;
	char plain_note[SCENE_NOTE];
	struct tool_result raw;
};

/* Once, before any case: NULL, or what is missing */
const char *enforced_init(void);
/* Runs what all tools are compared with. */
void enforced_begin(struct tool_case *tc, const struct landproof_case *test,
		    const struct variant *variant, const char *probe);
void enforced_run(const struct tool_case *tc, const struct tool *tool,
		  struct tool_result *result);
/* NULL: it runs without any policy; else what it said instead */
const char *tool_missing(const struct tool *tool);

#endif
