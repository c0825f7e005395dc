/* SPDX-License-Identifier: GPL-2.0 */
/* The policy of each world, derived from the case's guard. */
#ifndef LANDPROOF_ENGINE_POLICY_H
#define LANDPROOF_ENGINE_POLICY_H

#include "cases/case.h"

#define POLICY_LAYERS 2

/* Fills @layers, the first to be enforced first; their number. */
int policy_layers(const struct landproof_case *test, enum world world,
		  const struct kernel *kernel,
		  struct ruleset layers[POLICY_LAYERS]);

#endif
