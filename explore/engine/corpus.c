// SPDX-License-Identifier: GPL-2.0
/*
 * Distils a corpus.  Prediction needs no kernel, so scenarios are chosen
 * beforehand: of many, the one is kept that notices most of the mutants that few
 * of those before do.  What it does not need for that is taken out of it.
 */
#include <stdlib.h>
#include <string.h>

#include "explore/engine/corpus.h"
#include "explore/engine/explore.h"
#include "explore/engine/kept.h"
#include "explore/engine/list.h"
#include "explore/engine/mutants.h"

#define TRIES	400000
#define MANY	100

__asm__(".section .rodata\n"
	".global corpus_text\n"
	"corpus_text:\n"
	".incbin \"explore/corpus/corpus.txt\"\n"
	".incbin \"explore/corpus/findings.txt\"\n"
	".byte 0\n"
	".previous\n");

typedef bool clause_set[CLAUSES];

/* Which of the mutants in @among does the scenario notice? */
static int kills(const struct part *part, const struct claim *claim,
		 const struct scenario *scenario, const clause_set among,
		 clause_set killed)
{
	static struct prediction right;
	int clause, count = 0;

	part->predict(claim, scenario, &right);
	for (clause = 1; clause < CLAUSES; clause++) {
		killed[clause] = among[clause] &&
			mutant_killed_at(part, claim, scenario, &right,
					 clause) >= 0;
		count += killed[clause];
	}
	return count;
}

/* Takes operations out as long as it notices as many of them. */
static void trim(const struct part *part, const struct claim *claim,
		 struct scenario *scenario, const clause_set needed)
{
	struct scenario *const smaller = KEPT(struct scenario);
	clause_set killed;
	const int wanted = kills(part, claim, scenario, needed, killed);
	int size, at;

	for (size = scenario->count / 2; size; size /= 2) {
		for (at = scenario->count - size; at >= 0; at -= size) {
			if (at + size > scenario->count)
				continue;
			*smaller = *scenario;
			memmove(&smaller->operations[at],
				&smaller->operations[at + size],
				(smaller->count - at - size) *
				sizeof(smaller->operations[0]));
			smaller->count -= size;
			if (kills(part, claim, smaller, needed, killed) ==
			    wanted)
				*scenario = *smaller;
		}
	}
}

/* Takes out what is quiet. */
static void trim_quiet(const struct part *part, const struct claim *claim,
		       struct scenario *scenario, const clause_set needed,
		       int wanted)
{
	struct scenario *const smaller = KEPT(struct scenario);
	clause_set killed;
	int i, bit;

	for (i = 0; i < scenario->policies_count; i++) {
		for (bit = 0; bit < 32 * SETS; bit++) {
			const int set = bit / 32;
			const uint32_t one = 1U << bit % 32;

			if (!(scenario->policies[i].quiet[set] & one))
				continue;
			*smaller = *scenario;
			smaller->policies[i].quiet[set] &= ~one;
			if (kills(part, claim, smaller, needed, killed) ==
			    wanted)
				*scenario = *smaller;
		}
	}
}

/* Takes rules out, and rights out of rules. */
static void trim_policies(const struct part *part, const struct claim *claim,
			  struct scenario *scenario, const clause_set needed)
{
	struct scenario *const smaller = KEPT(struct scenario);
	clause_set killed;
	const int wanted = kills(part, claim, scenario, needed, killed);
	int i, j, bit;

	for (i = 0; i < scenario->policies_count; i++) {
		struct policy *policy = &smaller->policies[i];

		for (j = scenario->policies[i].grants_count - 1; j >= 0; j--) {
			*smaller = *scenario;
			memmove(&policy->grants[j], &policy->grants[j + 1],
				(policy->grants_count - j - 1) *
				sizeof(policy->grants[0]));
			policy->grants_count--;
			if (kills(part, claim, smaller, needed, killed) ==
			    wanted)
				*scenario = *smaller;
		}
		for (bit = 0; bit < 32; bit++) {
			*smaller = *scenario;
			for (j = 0; j < policy->grants_count; j++)
				policy->grants[j].access &= ~(1U << bit);
			for (j = 0; j < SETS; j++) {
				policy->handled[j] &= ~(1U << bit);
				policy->quiet[j] &= ~(1U << bit);
			}
			if (kills(part, claim, smaller, needed, killed) ==
			    wanted)
				*scenario = *smaller;
		}
	}
	trim_quiet(part, claim, scenario, needed, wanted);
}

/* Numbers the policies anew: those that are left. */
static void compact(const struct part *part, struct scenario *scenario)
{
	static struct policy kept[POLICIES_MAX];
	int i, count = 0;

	for (i = 0; i < scenario->count; i++) {
		struct operation *op = &scenario->operations[i];

		if (!part->kinds[op->kind].enforces)
			continue;
		kept[count] = scenario->policies[op->policy];
		op->policy = count++;
	}
	memcpy(scenario->policies, kept, sizeof(kept));
	scenario->policies_count = count;
}

/* Of the next scenarios the one that notices most of them; false: none does */
static bool choose(struct listed *listed, const struct claim *claim,
		   uint64_t seed, unsigned long *number,
		   const clause_set wanted)
{
	struct scenario *const scenario = KEPT(struct scenario);
	const unsigned long end = *number + MANY;
	clause_set killed;
	int count, most = 0;

	for (; *number < end; (*number)++) {
		struct random random = { scenario_seed(seed, *number) };
		const uint64_t begin = random.state;

		listed->part->generate(&random, claim, scenario);
		count = kills(listed->part, claim, scenario, wanted, killed);
		if (count <= most)
			continue;
		most = count;
		listed->seed = begin;
		listed->scenario = *scenario;
	}
	return most;
}

bool corpus_distill(FILE *out, const struct part *part,
		    const struct claim *claim, uint64_t seed, int killers,
		    enum clause only)
{
	struct listed *const listed = KEPT(struct listed);
	clause_set wanted, killed;
	int counts[CLAUSES] = { 0 }, clause, left = 1;
	unsigned long number = 0;

	listed->part = part;
	while (number < TRIES && left) {
		left = 0;
		for (clause = 1; clause < CLAUSES; clause++) {
			wanted[clause] = clause_is_of(clause, part) &&
					 (!only || clause == (int)only) &&
					 counts[clause] < killers;
			left += wanted[clause];
		}
		if (!left || !choose(listed, claim, seed, &number, wanted))
			continue;
		kills(part, claim, &listed->scenario, wanted, killed);
		trim(part, claim, &listed->scenario, killed);
		compact(part, &listed->scenario);
		trim_policies(part, claim, &listed->scenario, killed);
		kills(part, claim, &listed->scenario, wanted, killed);
		for (clause = 1; clause < CLAUSES; clause++)
			counts[clause] += killed[clause];
		list_write(out, listed);
	}
	return !left;
}

bool corpus_count(const char *text, const struct part *part,
		  const struct claim *claim, int *counts)
{
	struct listed *const listed = KEPT(struct listed);
	struct list list = { .at = text };
	clause_set all, killed;
	int clause;

	for (clause = 0; clause < CLAUSES; clause++) {
		all[clause] = clause && clause_is_of(clause, part);
		counts[clause] = 0;
	}
	while (list_next(&list, listed)) {
		if (listed->part != part)
			continue;
		kills(part, claim, &listed->scenario, all, killed);
		for (clause = 1; clause < CLAUSES; clause++)
			counts[clause] += killed[clause];
	}
	return !list.why;
}
