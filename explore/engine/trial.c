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

/* Is it Landlock's own, and so without a control? */
static bool enforces(const struct part *part, const struct scenario *scenario,
		     int index)
{
	return index < scenario->count &&
	       part->kinds[scenario->operations[index].kind].enforces;
}

/* What must be denied does not happen in the control either. */
static void choose_skipped(const struct part *part,
			   const struct scenario *scenario,
			   const struct prediction *prediction, int index,
			   bool *skip)
{
	int i;

	for (i = 0; i < scenario->count; i++) {
		const struct expected *expected = &prediction->expected[i];

		skip[i] = i > index || enforces(part, scenario, i) ||
			  (i != index && i < prediction->count &&
			   expected->denied && !expected->partial);
	}
}

void control_skips(const struct part *part, const struct claim *claim,
		   const struct scenario *scenario, int index, bool *skip)
{
	static struct prediction prediction;

	part->predict(claim, scenario, &prediction);
	choose_skipped(part, scenario, &prediction, index, skip);
}

void predict_without(const struct part *part, const struct claim *claim,
		     const struct scenario *scenario, const bool *skip,
		     struct prediction *prediction)
{
	static struct prediction of_rest;
	static struct scenario rest;
	int i, at = 0;

	rest = *scenario;
	rest.count = 0;
	for (i = 0; i < scenario->count; i++)
		if (!skip[i])
			rest.operations[rest.count++] = scenario->operations[i];
	part->predict(claim, &rest, &of_rest);
	prediction->digested = of_rest.digested;
	prediction->digest = of_rest.digest;
	prediction->decisions = of_rest.decisions;
	for (i = 0; i < scenario->count && (skip[i] || at < of_rest.count); i++)
		if (!skip[i])
			prediction->expected[i] = of_rest.expected[at++];
	prediction->count = i;
}

/*
 * Is @control what the model says of it?  Where it says nothing, because of what
 * was left out, it cannot be what is the matter.
 */
static bool is_good(const struct part *part, const struct scenario *scenario,
		    const struct trial *trial,
		    const struct prediction *prediction, int control)
{
	if (part->kinds[scenario->operations[trial->index].kind].hears)
		return control == ENODATA;
	if (trial->index < prediction->count)
		return expected_has(&prediction->expected[trial->index],
				    control);
	return trial->wanted.denied ? control == 0 || control != trial->got :
				      expected_has(&trial->wanted, control);
}

/* DIFFERS: the control is as the model says, and so is not the cause. */
static enum agreement try_control(const struct part *part,
				  const struct claim *claim,
				  const struct scenario *scenario,
				  const struct trial *trial, int *control)
{
	static struct prediction prediction, without;
	static struct observation observation;
	bool skip[OPERATIONS_MAX];
	const char *why;
	uint64_t digest;

	if (part->uncontrolled || enforces(part, scenario, trial->index))
		return DIFFERS;
	part->predict(claim, scenario, &prediction);
	choose_skipped(part, scenario, &prediction, trial->index, skip);
	predict_without(part, claim, scenario, skip, &without);
	observation.late = false;
	if (!part->run(claim, scenario, skip, &observation, &why))
		return observation.late ? AGREES : FAILED;
	digest = without.digested ? without.digest : prediction.digest;
	if (trial->index == scenario->count)
		return observation.digest == digest ? DIFFERS : FAILED;
	*control = observation.answers[trial->index];
	return is_good(part, scenario, trial, &without, *control) ? DIFFERS :
								       FAILED;
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
