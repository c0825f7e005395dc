/* SPDX-License-Identifier: GPL-2.0 */
/* The model with a clause switched off: which scenarios tell the two apart? */
#ifndef LANDPROOF_EXPLORE_MUTANTS_H
#define LANDPROOF_EXPLORE_MUTANTS_H

#include "explore/engine/part.h"
#include "explore/model/clause.h"

/*
 * Would a kernel that does what the model says give a wrong answer to the
 * mutant?  @right: the model's prediction.  The operation, its count for what
 * is left in the end, or -1.
 */
int mutant_killed_at(const struct part *part, const struct claim *claim,
		     const struct scenario *scenario,
		     const struct prediction *right, enum clause mutant);

#define MUTANT_RUNS 5
struct mutant {
	unsigned long noticed[MUTANT_RUNS];	/* after so many decisions */
	bool survived;			/* in one of the runs, until the end */
};

/* Tries every mutant of a part, in runs of at most so many decisions. */
void mutants_try(const struct part *part, const struct claim *claim,
		 uint64_t seed, unsigned long most,
		 struct mutant mutants[CLAUSES]);

/* Does this clause belong to the part? */
bool clause_is_of(enum clause clause, const struct part *part);

#endif
