// SPDX-License-Identifier: GPL-2.0
/* Runs a scenario and holds the answers against the model. */
#include <errno.h>
#include <string.h>

#include "explore/engine/trial.h"

static struct trial compare(const struct scenario *scenario,
			    const struct prediction *prediction,
			    const struct observation *observation)
{
	struct trial trial = { .decisions = prediction->decisions };
	int i;

	for (i = 0; i < prediction->count; i++) {
		if (i >= observation->count) {
			trial.agreement = FAILED;
			trial.why = "not all of it ran";
			return trial;
		}
		if (expected_has(&prediction->expected[i],
				 observation->answers[i]))
			continue;
		trial.agreement = DIFFERS;
		trial.index = i;
		trial.got = observation->answers[i];
		trial.wanted = prediction->expected[i];
		return trial;
	}
	if (!prediction->digested ||
	    prediction->digest == observation->digest)
		return trial;
	trial.agreement = DIFFERS;
	trial.index = scenario->count;
	return trial;
}

struct trial try_scenario(const struct part *part, const struct claim *claim,
			  const struct scenario *scenario)
{
	static struct prediction prediction;
	static struct observation observation;
	struct trial trial = { .agreement = FAILED };

	part->predict(claim, scenario, &prediction);
	observation.late = false;
	if (!part->run(claim, scenario, NULL, &observation, &trial.why)) {
		if (observation.late)
			trial.agreement = UNDECIDED;
		return trial;
	}
	return compare(scenario, &prediction, &observation);
}

/* What must be denied does not happen in the control either. */
static void choose_skipped(const struct part *part,
			   const struct scenario *scenario,
			   const struct prediction *prediction, int index,
			   bool *skip)
{
	int i;

	for (i = 0; i < scenario->count; i++) {
		const struct operation *op = &scenario->operations[i];
		const struct expected *expected = &prediction->expected[i];

		skip[i] = i > index || part->kinds[op->kind].enforces ||
			  (i != index && i < prediction->count &&
			   expected->denied && !expected->partial);
	}
}

/* DIFFERS: the control is as the model says, and so is not the cause. */
static enum agreement try_control(const struct part *part,
				  const struct claim *claim,
				  const struct scenario *scenario,
				  const struct trial *trial, int *control)
{
	static struct prediction prediction;
	static struct observation observation;
	bool skip[OPERATIONS_MAX];
	const char *why;
	bool good;

	if (part->uncontrolled)
		return DIFFERS;
	part->predict(claim, scenario, &prediction);
	choose_skipped(part, scenario, &prediction, trial->index, skip);
	observation.late = false;
	if (!part->run(claim, scenario, skip, &observation, &why))
		return observation.late ? AGREES : FAILED;
	if (trial->index == scenario->count)
		return observation.digest == prediction.digest ? DIFFERS :
								 FAILED;
	*control = observation.answers[trial->index];
	good = part->kinds[scenario->operations[trial->index].kind].hears ?
	       *control == ENODATA : trial->wanted.denied ?
	       *control == 0 || *control != trial->got :
	       expected_has(&trial->wanted, *control);
	return good ? DIFFERS : FAILED;
}

static bool same(const struct trial *one, const struct trial *other)
{
	return one->agreement == other->agreement && one->index == other->index &&
	       one->got == other->got;
}

enum agreement confirm(const struct part *part, const struct claim *claim,
		     const struct scenario *scenario,
		     const struct trial *trial, int times, int *control)
{
	enum agreement agreement;
	int i;

	*control = 0;
	for (i = 0; i < times; i++) {
		const struct trial again = try_scenario(part, claim, scenario);

		if (!same(trial, &again))
			return AGREES;
		agreement = try_control(part, claim, scenario, trial, control);
		if (agreement != DIFFERS)
			return agreement;
	}
	return DIFFERS;
}
