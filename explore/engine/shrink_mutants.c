// SPDX-License-Identifier: GPL-2.0
/*
 * Shrinks what notices a wrong model, with the right one in place of a kernel:
 * that needs neither a kernel with a log nor privileges, and always does the
 * same.
 */
#include <errno.h>

#include "base/time.h"
#include "explore/engine/explore.h"
#include "explore/engine/mutants.h"
#include "explore/engine/shrink.h"
#include "explore/engine/shrink_mutants.h"

#define MOST_MS 60000

static const struct part *real;
static unsigned long runs;

/* What the model answers, as far as it specifies anything */
static void answer(const struct claim *claim, const struct scenario *scenario,
		   const bool *skip, struct observation *observation)
{
	static const bool nothing[OPERATIONS_MAX];
	static struct prediction prediction;
	int i;

	predict_without(real, claim, scenario, skip ?: nothing, &prediction);
	for (i = 0; i < prediction.count; i++)
		observation->answers[i] = prediction.expected[i].answers[0];
	if (prediction.digested)
		observation->digest = prediction.digest;
}

/* Where the right model specifies nothing, the wrong one has its way. */
static bool run(const struct claim *claim, const struct scenario *scenario,
		const bool *skip, struct observation *observation,
		const char **why)
{
	const enum clause mutant = clause_mutated;
	int i;

	(void)why;
	for (i = 0; i < scenario->count; i++)
		observation->answers[i] =
			real->kinds[scenario->operations[i].kind].hears ?
			ENODATA : 0;
	runs++;
	observation->count = scenario->count;
	answer(claim, scenario, skip, observation);
	clause_mutated = CLAUSE_NONE;
	answer(claim, scenario, skip, observation);
	clause_mutated = mutant;
	return true;
}

static bool is_certain(const struct finding *finding)
{
	static struct prediction right;
	const enum clause mutant = clause_mutated;

	clause_mutated = CLAUSE_NONE;
	real->predict(&finding->claim, &finding->scenario, &right);
	clause_mutated = mutant;
	return finding->trial.index < right.count &&
	       right.expected[finding->trial.index].count == 1;
}

/* False: no difference, or none that can be told from a wrong model */
static bool shrink_one(const struct part *part, const struct claim *claim,
		       struct shrunk *shrunk)
{
	struct finding *const finding = &shrunk->finding;
	struct scenario *const scenario = &finding->scenario;
	double start;

	finding->trial = try_scenario(part, claim, scenario);
	if (confirm(part, claim, scenario, &finding->trial, 1,
		    &finding->control) != DIFFERS)
		return false;
	finding->operations = scenario->count;
	runs = 0;
	start = now_ms();
	shrink(part, claim, scenario, &finding->trial, MOST_MS);
	finding->shrink_ms = now_ms() - start;
	finding->agreement = confirm(part, claim, scenario, &finding->trial, 1,
				     &finding->control);
	shrunk->runs = runs;
	shrunk->certain = is_certain(finding);
	return true;
}

bool shrink_mutant(const struct part *part, const struct claim *claim,
		   enum clause clause, uint64_t seed, unsigned long most,
		   struct shrunk *shrunk)
{
	static struct prediction right;
	struct part believed = *part;
	unsigned long decisions = 0, number;
	bool done = false;

	real = part;
	believed.run = run;
	shrunk->finding = (struct finding) {
		.part = part, .claim = *claim, .times = 1,
	};
	for (number = 0; decisions < most && !done; number++) {
		struct random random = { scenario_seed(seed, number) };

		shrunk->finding.seed = random.state;
		part->generate(&random, claim, &shrunk->finding.scenario);
		part->predict(claim, &shrunk->finding.scenario, &right);
		decisions += right.decisions;
		shrunk->finding.at = decisions;
		if (mutant_killed_at(part, claim, &shrunk->finding.scenario,
				     &right, clause) < 0)
			continue;
		clause_mutated = clause;
		done = shrink_one(&believed, claim, shrunk);
		clause_mutated = CLAUSE_NONE;
	}
	return done;
}
