/* SPDX-License-Identifier: GPL-2.0 */
/* A case whose policy a tool enforces: its worlds, and what they come to. */
#ifndef LANDPROOF_ENGINE_ENFORCED_H
#define LANDPROOF_ENGINE_ENFORCED_H

#include "engine/tool_worlds.h"

enum tool_verdict {
	TOOL_ENFORCED, TOOL_INEXPRESSIBLE, TOOL_REFUSED_START, TOOL_OPEN_TOLD,
	TOOL_OPEN_SILENT, TOOL_OVERBLOCK, TOOL_KERNEL, TOOL_CONFOUNDED,
	TOOL_CANNOT_RUN, TOOL_BROKEN, TOOL_NOT_APPLICABLE,
};

extern const char *const tool_verdict_names[];

/* struct tool_result - of a case and a tool */
struct tool_result {
	const struct tool *tool;
	enum tool_verdict verdict;
	bool coarse;
	char why[400];
	struct tool_world_result worlds[TOOL_WORLDS];
};

/* Once, before any case: NULL, or what is missing */
const char *enforced_init(void);
/* Runs what every tool is compared with. */
void enforced_begin(struct tool_case *tc, const struct landproof_case *test,
		    const struct variant *variant, const char *probe);
void enforced_run(struct tool_case *tc, const struct tool *tool,
		  struct tool_result *result);

/*
 * What each word of @tool grants, of one that names rights what all others do,
 * held against its manual.  @index: the tool's, below TOOLS_MAX; what an
 * earlier case has shown is not tried again.  Calls @tell for each outcome,
 * with a name for it.
 */
void words_run(struct tool_case *tc, const struct tool *tool, int index,
	       void (*tell)(const char *id, const struct tool_result *result));

/* NULL: it runs without any policy; else what it said instead */
const char *tool_missing(const struct tool *tool);

#endif
