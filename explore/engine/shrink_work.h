/* SPDX-License-Identifier: GPL-2.0 */
/* What the ways to make a scenario smaller share */
#ifndef LANDPROOF_EXPLORE_SHRINK_WORK_H
#define LANDPROOF_EXPLORE_SHRINK_WORK_H

#include "explore/engine/trial.h"

struct work {
	const struct part *part;
	const struct claim *claim;
	struct scenario best, candidate;
	struct trial trial;	/* of the best */
	double deadline;
};

/* Takes the candidate if it still shows the difference. */
bool take(struct work *work);
bool late(const struct work *work);
void cut(struct scenario *scenario, int from, int count);

/* Fewer operations, with other paths in the rest; true: there are fewer. */
bool fewer_names(struct work *work);
bool fewer_places(struct work *work);
/* The same where a rule that is on less helps */
bool fewer_with_deeper_rules(struct work *work);

#endif
