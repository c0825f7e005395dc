/* SPDX-License-Identifier: GPL-2.0 */
/* Explores: scenario after scenario from a seed, and what came of them. */
#ifndef LANDPROOF_EXPLORE_EXPLORE_H
#define LANDPROOF_EXPLORE_EXPLORE_H

#include "explore/engine/finding.h"

#define FINDINGS_MAX 32

struct exploration {
	const struct part *part;
	struct claim claim;
	uint64_t seed;
	double seconds;			/* 0: no limit */
	unsigned long decisions_wanted;	/* 0: no limit */
	bool first;			/* one difference will do, unshrunk */

	unsigned long decisions, scenarios;
	unsigned long left_out;		/* this machine lacks something */
	unsigned long unstable;		/* differences that did not show again */
	unsigned long undecided;	/* scenarios that were not done in time */
	int in_a_row;			/* of these, the latest */
	double ms;
	struct finding findings[FINDINGS_MAX];
	int findings_count;
	const char *failure;		/* it could not go on */
	struct scenario failed;		/* with this one */
};

/* What a kernel says of itself, as the model takes it */
struct kernel;
struct claim claim_of(const struct kernel *kernel);

/* The seed of scenario @number of a run, from which alone it is made */
uint64_t scenario_seed(uint64_t seed, unsigned long number);

/* Tells of progress now and then, if there is anybody to tell. */
typedef void (*progress_function)(const struct exploration *exploration);

void explore(struct exploration *exploration, progress_function progress);

/* Runs one scenario, if this machine can; a new difference is confirmed. */
void explore_one(struct exploration *exploration, uint64_t seed,
		 const struct scenario *scenario);

/* Could it not go on, or has it what was asked for? */
bool exploration_is_over(const struct exploration *exploration);

/* Are there differences that the documentation speaks of, and broken ones? */
int exploration_status(const struct exploration *exploration);

#endif
