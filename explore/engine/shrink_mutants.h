/* SPDX-License-Identifier: GPL-2.0 */
/* What shrinking leaves of scenarios that notice a clause that is off */
#ifndef LANDPROOF_EXPLORE_SHRINK_MUTANTS_H
#define LANDPROOF_EXPLORE_SHRINK_MUTANTS_H

#include "explore/engine/finding.h"
#include "explore/model/clause.h"

/*
 * struct shrunk - one of them
 * @finding: what is left
 * @certain: the model has one answer to it, and a kernel no choice
 * @runs: so many scenarios were run, with and without a sandbox
 */
struct shrunk {
	struct finding finding;
	bool certain;
	unsigned long runs;
};

/* The first scenario that notices @clause; false: none does in @most decisions */
bool shrink_mutant(const struct part *part, const struct claim *claim,
		   enum clause clause, uint64_t seed, unsigned long most,
		   struct shrunk *shrunk);

#endif
