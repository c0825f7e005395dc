/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the part "calls" share. */
#ifndef LANDPROOF_EXPLORE_CALLS_H
#define LANDPROOF_EXPLORE_CALLS_H

#include "explore/engine/part.h"
#include "explore/model/calls.h"

void calls_generate(struct random *random, const struct claim *claim,
		    struct scenario *scenario);

/* What this process lacks from the beginning, or NULL */
const char *calls_lack(void);
const char *calls_prepare(void);
/* Is there what @kind needs? */
bool calls_has(int kind);
bool calls_run(const struct claim *claim, const struct scenario *scenario,
	       const bool *skip, struct observation *observation,
	       const char **why);

/* For which kernel statements are */
int calls_abi(void);
void calls_statement(FILE *out, const struct scenario *scenario, int number);
extern const struct helper calls_helpers[], calls_runner[];

#endif
