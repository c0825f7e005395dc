// SPDX-License-Identifier: GPL-2.0
/* From the plan of a case and what its worlds showed to one verdict. */
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "cases/table.h"
#include "engine/judge.h"
#include "landlock/abi.h"
#include "machine/environment.h"
#include "machine/guest.h"

const char *const cause_names[] = {
	[CAUSE_NONE]	= NULL,
	[CAUSE_NEED]	= "need",
	[CAUSE_MISSING]	= "missing",
	[CAUSE_REFUSED]	= "control-refused",
	[CAUSE_HUNG]	= "control-hung",
	[CAUSE_ENVIRONMENT] = "environment",
};

static bool refused(int outcome)
{
	return outcome > 0 || outcome == NO_EFFECT;
}

static enum verdict judge_world(const struct world_result *world)
{
	const int got = world->outcome, expected = world->expected;

	if (got == BROKEN || got == KILLED)
		return BROKEN_RUN;
	if (got == HUNG)
		return HANG;
	if (got == CANNOT)
		return CANNOT_RUN;
	if (got == UNENFORCED)
		return BYPASS;
	if (got == POLICY)
		return DISHONEST;
	if (expected == UNPROMISED)
		return refused(got) ? CLOSED : OPEN_GAP;
	if (expected == got || (expected == ANY_ERRNO && refused(got)))
		return HOLDS;
	if (expected == WORKED)
		return OVERBLOCK;
	return got == WORKED || got == LOG_SILENT ? BYPASS : ERRNO;
}

/* When several worlds deviate, the one that says most comes first. */
static int weight(enum verdict verdict)
{
	static const enum verdict order[] = {
		HOLDS, OPEN_GAP, CLOSED, CANNOT_RUN, ERRNO, OVERBLOCK, BYPASS,
		DISHONEST, HANG, BROKEN_RUN,
	};
	int i = sizeof(order) / sizeof(order[0]);

	while (--i > 0 && order[i] != verdict)
		;
	return i;
}

static void because(struct result *result, enum world world)
{
	const struct world_result *w = &result->worlds[world];
	char got[32], wanted[32];

	snprintf(result->why, sizeof(result->why), "%s: %s%s%s%s%s",
		 world_names[world],
		 outcome_name(w->outcome, got, sizeof(got)),
		 w->expected == UNPROMISED ? "" : " instead of ",
		 w->expected == UNPROMISED ? "" :
		 outcome_name(w->expected, wanted, sizeof(wanted)),
		 w->note[0] ? ": " : "", w->note);
}

/* What is missing only showed in @world, or is all that is known of it. */
static void cannot_run(struct result *result, enum cause cause,
		       enum world world)
{
	const struct world_result *w = &result->worlds[world];
	char name[32];

	result->verdict = CANNOT_RUN;
	result->cause = cause;
	result->world = world;
	if (w->note[0])
		snprintf(result->missing, sizeof(result->missing), "%s",
			 w->note);
	else
		snprintf(result->missing, sizeof(result->missing),
			 "without Landlock too: %s",
			 outcome_name(w->outcome, name, sizeof(name)));
	if (world == WORLD_CONTROL)
		snprintf(result->why, sizeof(result->why), "%s",
			 result->missing);
	else
		snprintf(result->why, sizeof(result->why),
			 "%s: %s, although control worked", world_names[world],
			 w->note[0] ? w->note : "something is missing");
}

/* Control has no sandbox: where it fails, nothing can be said of Landlock. */
static void judge_control(const struct plan *plan, struct result *result)
{
	switch (result->worlds[WORLD_CONTROL].outcome) {
	case BROKEN:
	case KILLED:
		result->verdict = BROKEN_RUN;
		because(result, WORLD_CONTROL);
		return;
	case CANNOT:
		cannot_run(result, CAUSE_MISSING, WORLD_CONTROL);
		return;
	case HUNG:
		cannot_run(result, CAUSE_HUNG, WORLD_CONTROL);
		return;
	case POLICY:
		/* What the scene enforces is valid if the kernel has it at all. */
		if (plan->settled) {
			cannot_run(result, CAUSE_MISSING, WORLD_CONTROL);
			return;
		}
		result->verdict = DISHONEST;
		because(result, WORLD_CONTROL);
		return;
	default:
		break;
	}
	cannot_run(result, CAUSE_REFUSED, WORLD_CONTROL);
}

static void judge_settled(const struct plan *plan, struct result *result)
{
	result->verdict = plan->verdict;
	snprintf(result->why, sizeof(result->why), "%s", plan->why);
	if (plan->verdict != CANNOT_RUN)
		return;
	result->cause = CAUSE_NEED;
	result->need = plan->need;
	snprintf(result->missing, sizeof(result->missing), "%s", plan->why);
}

static void judge_worlds(const struct plan *plan, struct result *result)
{
	enum world world;

	result->verdict = HOLDS;
	snprintf(result->why, sizeof(result->why), "every world as promised");
	for (world = 0; world < WORLDS; world++) {
		enum verdict verdict;

		if (!result->worlds[world].ran)
			continue;
		verdict = judge_world(&result->worlds[world]);
		if (weight(verdict) <= weight(result->verdict))
			continue;
		result->verdict = verdict;
		if (verdict == CANNOT_RUN)
			cannot_run(result, CAUSE_MISSING, world);
		else
			because(result, world);
	}
	if (result->verdict != CANNOT_RUN)
		result->cause = CAUSE_NONE;
	if (plan->honesty &&
	    (result->verdict == OVERBLOCK || result->verdict == ERRNO ||
	     result->verdict == BYPASS))
		result->verdict = DISHONEST;
	snprintf(result->news, sizeof(result->news), "%s", plan->news);
}

/* What the kernel says of itself outranks what the worlds showed. */
static void judge_log(struct result *result)
{
	switch (result->kmsg) {
	case KMSG_TROUBLE:
		result->verdict = CRASH;
		snprintf(result->why, sizeof(result->why),
			 "the kernel warned while this case ran");
		break;
	case KMSG_NO_MEMORY:
		result->verdict = BROKEN_RUN;
		snprintf(result->why, sizeof(result->why),
			 "the machine had too little memory for this case");
		break;
	case KMSG_QUIET:
		break;
	}
}

static bool refused_a_policy(const struct result *result)
{
	enum world world;

	for (world = 0; world < WORLDS; world++)
		if (result->worlds[world].ran &&
		    result->worlds[world].outcome == POLICY)
			return true;
	return false;
}

static bool uses_ports(const struct landproof_case *test)
{
	const char *const family = case_family(test);

	return test->guard.net || test->uses.net ||
	       strcmp(family, "net") == 0 || strcmp(family, "socket") == 0;
}

/* Control shows what all processes are refused, if it tries the same calls. */
static bool control_tries_all(const struct landproof_case *test)
{
	return !test->control && !test->enforce;
}

/*
 * Can what is not normal here be the reason of the verdict?  The error of a
 * control world may be that of another module, and Landlock be asked before it.
 */
static bool environment_explains(const struct plan *plan,
				 const struct result *result)
{
	const enum influence influence =
		environment_influence(uses_ports(plan->test));
	const enum influence enough = control_tries_all(plan->test) ?
		INFLUENCE_RESTRICTS : INFLUENCE_REFUSES;

	switch (result->verdict) {
	case BROKEN_RUN:
		return influence >= INFLUENCE_REFUSES;
	case DISHONEST:
		return influence >= (refused_a_policy(result) ?
				     INFLUENCE_REFUSES : enough);
	case ERRNO:
		return influence >= (plan->promise->kind == PROMISE_UNCHANGED ?
				     MIN(INFLUENCE_ANSWERS, enough) : enough);
	case OVERBLOCK:
	case CLOSED:
		return influence >= enough;
	case HANG:
		return influence >= INFLUENCE_RESTRICTS;
	case BYPASS:
		return influence >= INFLUENCE_SPOILS;
	default:
		return false;
	}
}

/* What the environment may have done is not held against the kernel. */
static void judge_environment(const struct plan *plan, struct result *result)
{
	const char *const call = environment_refused_call();
	const char *const words = environment_words();
	char seen[160];

	if (result->verdict == CANNOT_RUN && words && !call) {
		const size_t used = strlen(result->missing);

		snprintf(result->missing + used,
			 sizeof(result->missing) - used, " (here: %s)", words);
	} else if (is_guest()) {
		/* A machine of ours restricts nothing: it is the kernel. */
		return;
	} else if (call && (result->verdict != ABSENT || !kernel.abi)) {
		snprintf(result->missing, sizeof(result->missing), "%s", call);
	} else if (environment_explains(plan, result)) {
		snprintf(seen, sizeof(seen), "%.100s", result->why);
		snprintf(result->missing, sizeof(result->missing),
			 "%s: %s", words, seen);
	} else {
		return;
	}
	result->verdict = CANNOT_RUN;
	if (!result->cause)
		result->cause = CAUSE_ENVIRONMENT;
	snprintf(result->why, sizeof(result->why), "%s", result->missing);
}

static bool control_failed(const struct result *result)
{
	const struct world_result *control = &result->worlds[WORLD_CONTROL];

	return control->ran && control->outcome != control->expected;
}

void judge(const struct plan *plan, struct result *result)
{
	if (control_failed(result))
		judge_control(plan, result);
	else if (plan->settled)
		judge_settled(plan, result);
	else
		judge_worlds(plan, result);
	judge_environment(plan, result);
	judge_log(result);
}
