// SPDX-License-Identifier: GPL-2.0
/* Switches the clauses off, one by one. */
#include <stdlib.h>
#include <string.h>

#include "explore/engine/explore.h"
#include "explore/engine/mutants.h"

bool clause_is_of(enum clause clause, const struct part *part)
{
	const char *of = clause_texts[clause].part;

	return of && strcmp(of, part->name) == 0;
}

int mutant_killed_at(const struct part *part, const struct claim *claim,
		     const struct scenario *scenario,
		     const struct prediction *right, enum clause mutant)
{
	static struct prediction wrong;
	int i;

	clause_mutated = mutant;
	part->predict(claim, scenario, &wrong);
	clause_mutated = CLAUSE_NONE;
	for (i = 0; i < right->count && i < wrong.count; i++)
		if (!expected_has(&wrong.expected[i],
				  right->expected[i].answers[0]))
			return i;
	if (right->digested && wrong.digested &&
	    right->digest != wrong.digest)
		return scenario->count;
	return -1;
}

static int compare(const void *one, const void *other)
{
	const unsigned long a = *(const unsigned long *)one;
	const unsigned long b = *(const unsigned long *)other;

	return a < b ? -1 : a > b;
}

static void try_once(const struct part *part, const struct claim *claim,
		     uint64_t seed, unsigned long most, int run,
		     struct mutant mutants[CLAUSES])
{
	static struct scenario scenario;
	static struct prediction right;
	unsigned long decisions = 0, number = 0;
	int clause, left = 1;

	while (decisions < most && left) {
		struct random random = { scenario_seed(seed, number++) };

		part->generate(&random, claim, &scenario);
		part->predict(claim, &scenario, &right);
		decisions += right.decisions;
		left = 0;
		for (clause = 1; clause < CLAUSES; clause++) {
			if (!clause_is_of(clause, part) ||
			    mutants[clause].noticed[run])
				continue;
			left++;
			if (mutant_killed_at(part, claim, &scenario, &right,
					     clause) >= 0)
				mutants[clause].noticed[run] = decisions;
		}
	}
	for (clause = 1; clause < CLAUSES; clause++) {
		if (mutants[clause].noticed[run] ||
		    !clause_is_of(clause, part))
			continue;
		mutants[clause].noticed[run] = most;
		mutants[clause].survived = true;
	}
}

void mutants_try(const struct part *part, const struct claim *claim,
		 uint64_t seed, unsigned long most,
		 struct mutant mutants[CLAUSES])
{
	int run, clause;

	memset(mutants, 0, CLAUSES * sizeof(*mutants));
	for (run = 0; run < MUTANT_RUNS; run++)
		try_once(part, claim, scenario_seed(seed, 1000000 + run), most,
			 run, mutants);
	for (clause = 1; clause < CLAUSES; clause++)
		qsort(mutants[clause].noticed, MUTANT_RUNS,
		      sizeof(mutants[clause].noticed[0]), compare);
}
