/* SPDX-License-Identifier: GPL-2.0 */
/* A difference between the kernel and the model, and how it is told. */
#ifndef LANDPROOF_EXPLORE_FINDING_H
#define LANDPROOF_EXPLORE_FINDING_H

#include "base/json.h"
#include "explore/engine/trial.h"

struct finding {
	const struct part *part;
	struct claim claim;
	uint64_t seed;		/* of the scenario */
	struct scenario scenario;	/* shrunk */
	struct trial trial;
	enum agreement agreement;	/* DIFFERS; FAILED: the model or the machine */
	int control;
	int operations;		/* before it was shrunk */
	double shrink_ms;
	unsigned long at;	/* decisions until then */
	unsigned long times;	/* how often it was seen */
};

/* In words: "bypass", "overblock", "errno", "state", "broken" */
const char *finding_verdict(const struct finding *finding);
/* The errors that the model takes, "EACCES or EXDEV" */
void finding_wanted(const struct finding *finding, char *text, size_t size);
/* The same name for 0, and for errors */
const char *answer_name(int answer);

/* A list of operations: the array "operations", and a line each */
void operations_json(struct json *json, const struct part *part,
		     const struct scenario *scenario);
void operations_print(FILE *out, const struct part *part,
		      const struct scenario *scenario);

void finding_json(struct json *json, const struct finding *finding);
void finding_print(FILE *out, const struct finding *finding);
/* A program that shows it, to be compiled by itself */
void finding_program(FILE *out, const struct finding *finding);

#endif
