/* SPDX-License-Identifier: GPL-2.0 */
/* What running a case showed, and what is said of it. */
#ifndef LANDPROOF_ENGINE_RESULT_H
#define LANDPROOF_ENGINE_RESULT_H

#include "cases/case.h"
#include "cases/verdict.h"
#include "machine/kmsg.h"

struct world_result {
	bool ran;
	int outcome;		/* errno or enum outcome */
	int expected;		/* the same; UNPROMISED: nothing is promised */
	double ms;
	char note[SCENE_NOTE];
};

/* Why a case cannot run */
enum cause {
	CAUSE_NONE,
	CAUSE_NEED,	/* a word of its .needs is not met */
	CAUSE_MISSING,	/* a world found that something is missing */
	CAUSE_REFUSED,	/* the control world does not work, for no such reason */
	CAUSE_HUNG,	/* the control world did not come back */
	CAUSE_ENVIRONMENT, /* what was seen is not the kernel's for certain */
};

/*
 * struct result - of a case
 * @cause, @need, @world: of cannot-run: the word of .needs, or the world
 * @kmsg, @log: whether the kernel's log tells of trouble, and what it said
 */
struct result {
	const struct landproof_case *test;
	const struct variant *variant;
	enum verdict verdict;
	char why[320];
	enum cause cause;
	const char *need;
	enum world world;
	char missing[SCENE_NOTE];
	char news[160];
	enum kmsg kmsg;
	char log[2048];
	double ms;
	struct world_result worlds[WORLDS];
};

extern const char *const cause_names[];

#endif
