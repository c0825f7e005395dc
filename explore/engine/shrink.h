/* SPDX-License-Identifier: GPL-2.0 */
/* Makes a scenario that differs as small as it can be. */
#ifndef LANDPROOF_EXPLORE_SHRINK_H
#define LANDPROOF_EXPLORE_SHRINK_H

#include "explore/engine/trial.h"

/* For at most @ms; @trial becomes the one of what is left. */
void shrink(const struct part *part, const struct claim *claim,
	    struct scenario *scenario, struct trial *trial, double ms);

#endif
