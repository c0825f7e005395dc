/* SPDX-License-Identifier: GPL-2.0 */
/* The corpus: scenarios that tell every mutant of the model from the model. */
#ifndef LANDPROOF_EXPLORE_CORPUS_H
#define LANDPROOF_EXPLORE_CORPUS_H

#include <stdio.h>

#include "explore/engine/part.h"
#include "explore/model/clause.h"

/* The list that is built in */
extern const char corpus_text[];

/*
 * Makes a corpus of one part: for each clause, or @only that one, at least
 * @killers scenarios in which its mutant is noticed.  False: some were not found.
 */
bool corpus_distill(FILE *out, const struct part *part,
		    const struct claim *claim, uint64_t seed, int killers,
		    enum clause only);

/* How many scenarios of a list notice each mutant; false: it is no list. */
bool corpus_count(const char *text, const struct part *part,
		  const struct claim *claim, int *counts);

#endif
