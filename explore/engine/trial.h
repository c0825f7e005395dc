/* SPDX-License-Identifier: GPL-2.0 */
/* One scenario, tried: is what the kernel answers what the model says? */
#ifndef LANDPROOF_EXPLORE_TRIAL_H
#define LANDPROOF_EXPLORE_TRIAL_H

#include "explore/engine/part.h"

enum agreement {
	AGREES,
	DIFFERS,	/* @index, or the count: what is left in the end */
	FAILED,		/* none of the kernel's doing: @why */
	UNDECIDED,	/* time ran out: @why */
};

struct trial {
	enum agreement agreement;
	int index;
	int got;		/* 0 or errno */
	struct expected wanted;
	int decisions;
	const char *why;
};

/* What the model says of @scenario without what is skipped */
void predict_without(const struct part *part, const struct claim *claim,
		     const struct scenario *scenario, const bool *skip,
		     struct prediction *prediction);

/* What a control leaves out: what enforces, and what must be denied but for @index */
void control_skips(const struct part *part, const struct claim *claim,
		   const struct scenario *scenario, int index, bool *skip);

/* Runs @scenario once. */
struct trial try_scenario(const struct part *part, const struct claim *claim,
			  const struct scenario *scenario);

/*
 * Runs it as often as it takes to believe a difference: with a control, where
 * nothing is enforced and nothing that must be denied is done, but for the
 * operation in question.  AGREES: it did not show again.  FAILED: the control
 * differs from the model, too, so the model is wrong about the rest of the
 * kernel.  Where time runs out it did not show again.  @control: what the control answered.
 */
#define REPRODUCTIONS 5
enum agreement confirm(const struct part *part, const struct claim *claim,
		     const struct scenario *scenario,
		     const struct trial *trial, int times, int *control);

#endif
