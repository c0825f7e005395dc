// SPDX-License-Identifier: GPL-2.0
/* The loop: make up, run, compare; a difference is confirmed and shrunk. */
#include <string.h>

#include "base/time.h"
#include "explore/engine/explore.h"
#include "explore/engine/shrink.h"
#include "explore/model/clause.h"
#include "landlock/abi.h"

#define SHRINK_MS	6000	/* idle it takes less than 2 s */
#define SHRINK_MOST_MS	30000	/* on a busy machine */
#define PROGRESS_MS	2000
#define TOO_LATE	5	/* in a row: this is no busy machine */

struct claim claim_of(const struct kernel *kernel)
{
	return (struct claim) {
		.abi = kernel->abi < MODEL_ABI_NEWEST ? kernel->abi :
		       MODEL_ABI_NEWEST,
		.newer = kernel->abi > MODEL_ABI_NEWEST,
		.errata = kernel->errata < 0 ? 0 : kernel->errata,
	};
}

uint64_t scenario_seed(uint64_t seed, unsigned long number)
{
	struct random random = { seed ^ (number * 0xd1342543de82ef95ULL) };

	return random_next(&random);
}

static bool is_known(struct finding *finding, const struct part *part,
		     const struct scenario *scenario,
		     const struct trial *trial)
{
	const struct scenario *known = &finding->scenario;
	const int index = finding->trial.index;
	const bool state = trial->index == scenario->count;

	if (state != (index == known->count))
		return false;
	return finding->part == part && (state ||
	       (known->operations[index].kind ==
		scenario->operations[trial->index].kind &&
		finding->trial.got == trial->got &&
		finding->trial.wanted.denied == trial->wanted.denied &&
		finding->trial.wanted.clause == trial->wanted.clause));
}

static double shrink_time(void)
{
	const double most = SHRINK_MS * (patience_ms / 2000.);

	return most < SHRINK_MOST_MS ? most : SHRINK_MOST_MS;
}

/* Takes a difference in: confirms it and shrinks it, if it is a new one. */
static void differs(struct exploration *exploration, uint64_t seed,
		    const struct scenario *scenario,
		    const struct trial *trial)
{
	const struct part *part = exploration->part;
	struct finding *finding;
	double start;
	int i;

	for (i = 0; i < exploration->findings_count; i++) {
		finding = &exploration->findings[i];
		if (is_known(finding, part, scenario, trial)) {
			finding->times++;
			return;
		}
	}
	if (exploration->findings_count == FINDINGS_MAX)
		return;
	finding = &exploration->findings[exploration->findings_count];
	*finding = (struct finding) {
		.part = part, .claim = exploration->claim, .seed = seed,
		.scenario = *scenario, .trial = *trial,
		.operations = scenario->count, .times = 1,
		.at = exploration->decisions,
	};
	finding->agreement = confirm(part, &exploration->claim, scenario, trial,
				   REPRODUCTIONS, &finding->control);
	if (finding->agreement == DIFFERS && !exploration->first) {
		start = now_ms();
		shrink(part, &exploration->claim, &finding->scenario,
		       &finding->trial, shrink_time());
		finding->shrink_ms = now_ms() - start;
		finding->agreement = confirm(part, &exploration->claim,
					   &finding->scenario,
					   &finding->trial, REPRODUCTIONS,
					   &finding->control);
	}
	if (finding->agreement == AGREES)
		exploration->unstable++;
	else
		exploration->findings_count++;
}

static struct scenario without(const struct scenario *scenario, int index)
{
	struct scenario rest = *scenario;

	memmove(&rest.operations[index], &rest.operations[index + 1],
		(rest.count - index - 1) * sizeof(rest.operations[0]));
	rest.count--;
	return rest;
}

void explore_one(struct exploration *exploration, uint64_t seed,
		 const struct scenario *scenario)
{
	static struct scenario rest;
	const struct part *part = exploration->part;
	struct trial trial;

	exploration->scenarios++;
	if (part->needs(&exploration->claim, scenario)) {
		exploration->left_out++;
		return;
	}
	trial = try_scenario(part, &exploration->claim, scenario);
	exploration->decisions += trial.decisions;
	if (trial.agreement == DIFFERS)
		differs(exploration, seed, scenario, &trial);
	/* What follows a known difference is looked at, too. */
	rest = *scenario;
	while (trial.agreement == DIFFERS && part->independent) {
		rest = without(&rest, trial.index);
		trial = try_scenario(part, &exploration->claim, &rest);
		if (trial.agreement == DIFFERS)
			differs(exploration, seed, &rest, &trial);
	}
	exploration->in_a_row = trial.agreement != UNDECIDED ? 0 :
				exploration->in_a_row + 1;
	exploration->undecided += trial.agreement == UNDECIDED;
	if (trial.agreement == FAILED || exploration->in_a_row == TOO_LATE) {
		exploration->failure = trial.why;
		exploration->failed = rest;
	}
}

bool exploration_is_over(const struct exploration *exploration)
{
	return exploration->failure ||
	       (exploration->first && exploration_status(exploration));
}

static bool enough(const struct exploration *exploration, double now,
		   double start)
{
	return exploration_is_over(exploration) ||
	       (exploration->seconds &&
		now - start >= exploration->seconds * 1000) ||
	       (exploration->decisions_wanted &&
		exploration->decisions >= exploration->decisions_wanted);
}

void explore(struct exploration *exploration, progress_function progress)
{
	static struct scenario scenario;
	const struct part *part = exploration->part;
	const double start = now_ms();
	double now = start, told = start;

	while (!enough(exploration, now, start)) {
		const uint64_t seed = scenario_seed(exploration->seed,
						    exploration->scenarios);
		struct random random = { seed };

		part->generate(&random, &exploration->claim, &scenario);
		explore_one(exploration, seed, &scenario);
		now = now_ms();
		if (progress && now - told > PROGRESS_MS) {
			exploration->ms = now - start;
			progress(exploration);
			told = now;
		}
	}
	exploration->ms = now - start;
}

int exploration_status(const struct exploration *exploration)
{
	int i, status = exploration->failure ? 2 : 0;

	for (i = 0; i < exploration->findings_count; i++) {
		const struct finding *finding = &exploration->findings[i];
		const enum clause clause = finding->trial.wanted.clause;

		if (finding->agreement == FAILED)
			return 2;
		if (clause_texts[clause].support != SILENT && !status)
			status = 1;
	}
	return status;
}
