/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The plan of a case on a kernel: all that is known before anything runs, as
 * data.  Worlds run from it, the verdict comes from it and from what the worlds
 * showed, and landproof-guest plan prints it.
 */
#ifndef LANDPROOF_ENGINE_PLAN_H
#define LANDPROOF_ENGINE_PLAN_H

#include "cases/verdict.h"
#include "engine/policy.h"
#include "runtimes/tool.h"

/* Stands for "whatever the control world showed" in an expectation. */
#define AS_CONTROL (-101)

/* Who makes the policy of a world */
enum enforcer {
	ENFORCER_NONE,		/* there is no policy */
	ENFORCER_HARNESS,	/* the layers that are planned */
	ENFORCER_CASE,		/* .enforce */
	ENFORCER_ATTEMPT,	/* the attempt is about the calls themselves */
	ENFORCER_TOOL,		/* another program, which executes the attempt */
};

/*
 * struct tool_road - how a world's policy goes through execve(2)
 * @tool: NULL: the harness makes the calls itself
 * @probe: the harness's binary, where the attempt's user can execute it
 * @line: of the tool, to be filled
 */
struct tool_road {
	const struct tool *tool;
	struct policy policy;
	const char *probe;
	struct command_line *line;
};

/*
 * struct world_plan - one world of a case
 * @planned: false: the case does not run in it
 * @expected: an errno or enum outcome; or ANY_ERRNO, UNPROMISED, AS_CONTROL
 * @witness: what must be refused is tried first
 * @through: of ENFORCER_TOOL
 * @layers: of the domain, the first to be enforced first; a rule without
 *	access bits grants the guard
 */
struct world_plan {
	bool planned;
	int expected;
	bool witness;
	enum enforcer enforcer;
	const struct tool_road *through;
	int layers_count;
	struct ruleset layers[POLICY_LAYERS];
};

/*
 * struct plan - a case on a kernel
 * @promise: the clause that counts
 * @abi: the version that promises what the case is about, or ABI_PROPOSED
 * @verdict: of a kernel on which each world shows what is expected
 * @settled: the other worlds would say nothing: this is the verdict, unless
 *	control fails
 * @need: the word of .needs because of which the case cannot run, or NULL
 * @honesty: a deviation means that the kernel's claim is wrong
 * @why: what a settled verdict says
 * @news: what is worth telling beside any verdict
 */
struct plan {
	const struct landproof_case *test;
	const struct variant *variant;
	const struct promise *promise;
	int abi;
	enum verdict verdict;
	bool settled;
	const char *need;
	bool honesty;
	char why[240];
	char news[160];
	struct world_plan worlds[WORLDS];
};

/*
 * struct conditions - what a plan depends on beside the case
 * @kernel: what it says of itself and takes
 * @need, @missing: a word of .needs that is not met, and what is missing; NULL
 * @worlds: a set of W(), or 0 for all
 * @every_control: also of variants that only repeat that the operation works
 * @sabotaged: enforcement is: whatever deviates is not the kernel's claim
 */
struct conditions {
	const struct kernel *kernel;
	const char *need, *missing;
	unsigned int worlds;
	bool every_control;
	bool sabotaged;
};

void plan_case(struct plan *plan, const struct landproof_case *test,
	       const struct variant *variant,
	       const struct conditions *conditions);

#endif
