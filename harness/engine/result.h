/* SPDX-License-Identifier: GPL-2.0 */
/* What running a case showed. */
#ifndef LANDPROOF_ENGINE_RESULT_H
#define LANDPROOF_ENGINE_RESULT_H

#include "cases/case.h"
#include "cases/verdict.h"

struct world_result {
	bool ran;
	int outcome;		/* errno or enum outcome */
	int expected;		/* the same; UNPROMISED: nothing is promised */
	double ms;
	char note[SCENE_NOTE];
};

struct result {
	const struct landproof_case *test;
	const struct variant *variant;
	enum verdict verdict;
	char why[320];
	char missing[SCENE_NOTE];
	char news[160];
	char log[2048];
	double ms;
	struct world_result worlds[WORLDS];
};

#endif
