// SPDX-License-Identifier: GPL-2.0
/* From what the worlds showed and what was promised to one verdict. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "engine/judge.h"
#include "landlock/socket_rule.h"

int world_expected(const struct result *result, enum world world)
{
	const int control = result->worlds[WORLD_CONTROL].outcome;
	const struct promise *promise = promise_now(result->test);

	/* Whatever the kernel answers without Landlock, but nothing of ours. */
	if (promise->kind == PROMISE_UNCHANGED)
		return control > 0 ? control : WORKED;
	switch (world) {
	case WORLD_CONTROL:
	case WORLD_BYSTANDER:
	case WORLD_GRANT:
		return WORKED;
	default:
		break;
	}
	switch (promise->kind) {
	case PROMISE_DENIED:
		return promise->error;
	case PROMISE_ALLOWED:
		return WORKED;
	default:
		return UNPROMISED;
	}
}

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
	return got == WORKED ? BYPASS : ERRNO;
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

static void judge_control(struct result *result)
{
	const struct world_result *control = &result->worlds[WORLD_CONTROL];
	char name[32];

	result->verdict = control->outcome == BROKEN ||
			  control->outcome == KILLED ? BROKEN_RUN : CANNOT_RUN;
	if (control->note[0])
		snprintf(result->missing, sizeof(result->missing), "%s",
			 control->note);
	else
		snprintf(result->missing, sizeof(result->missing),
			 "without Landlock too: %s",
			 outcome_name(control->outcome, name, sizeof(name)));
	snprintf(result->why, sizeof(result->why), "%s", result->missing);
}

/* landlock_create_ruleset(2), ERRORS; EPERM is what a seccomp filter says. */
static bool says_no_landlock(int error)
{
	return error == ENOSYS || error == EOPNOTSUPP || error == EPERM;
}

static void judge_absence(struct result *result)
{
	const int abi = case_abi(result->test);

	if (!kernel.abi && !says_no_landlock(kernel.landlock_errno) &&
	    result->test->honesty &&
	    has_word(result->test->covers, "create.version")) {
		result->verdict = DISHONEST;
		snprintf(result->why, sizeof(result->why),
			 "asked for its ABI version, the kernel says %s",
			 strerrorname_np(kernel.landlock_errno));
		return;
	}
	if (kernel.abi >= abi) {
		result->verdict = DISHONEST;
		snprintf(result->why, sizeof(result->why),
			 "ABI %d is promised to take this, and does not",
			 kernel.abi);
		return;
	}
	result->verdict = ABSENT;
	if (kernel.abi && abi == ABI_PROPOSED)
		snprintf(result->why, sizeof(result->why),
			 "only proposed, and the kernel does not have it: %s",
			 result->test->covers);
	else if (kernel.abi)
		snprintf(result->why, sizeof(result->why),
			 "needs ABI %d, the kernel has %d", abi, kernel.abi);
	else
		snprintf(result->why, sizeof(result->why),
			 "no Landlock in this kernel: %s",
			 strerrorname_np(kernel.landlock_errno));
}

void judge(struct result *result)
{
	const struct landproof_case *test = result->test;
	enum world world;

	if (result->worlds[WORLD_CONTROL].ran &&
	    result->worlds[WORLD_CONTROL].outcome !=
	    result->worlds[WORLD_CONTROL].expected) {
		judge_control(result);
		return;
	}
	if (!case_expressible(test)) {
		judge_absence(result);
		return;
	}
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
		because(result, world);
	}
	if (result->verdict == CANNOT_RUN)
		snprintf(result->missing, sizeof(result->missing), "%.200s",
			 result->why);
	if (test->honesty && !sabotage &&
	    (result->verdict == OVERBLOCK || result->verdict == ERRNO ||
	     result->verdict == BYPASS))
		result->verdict = DISHONEST;
	if (case_abi(test) == ABI_PROPOSED)
		snprintf(result->news, sizeof(result->news), "%s",
			 socket_proposal_text());
	else if (kernel.abi < case_abi(test))
		snprintf(result->news, sizeof(result->news),
			 "backport: taken at ABI %d, promised since %d",
			 kernel.abi, case_abi(test));
}
