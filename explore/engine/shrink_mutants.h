/* SPDX-License-Identifier: GPL-2.0 */
/* What shrinking leaves of scenarios that notice a clause that is off */
#ifndef LANDPROOF_EXPLORE_SHRINK_MUTANTS_H
#define LANDPROOF_EXPLORE_SHRINK_MUTANTS_H

#include "explore/engine/list.h"
#include "explore/model/clause.h"

/*
 * struct shrunk - one of them
 * @listed: what is left
 * @operations: so many were there before
 * @runs: so many scenarios were run, with and without a sandbox
 */
struct shrunk {
	struct listed listed;
	int operations;
	unsigned long runs;
	double ms;
};

/* The first scenario that notices @clause; false: none does in @most decisions */
bool shrink_mutant(const struct part *part, const struct claim *claim,
		   enum clause clause, uint64_t seed, unsigned long most,
		   struct shrunk *shrunk);

#endif
