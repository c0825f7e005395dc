/* SPDX-License-Identifier: GPL-2.0 */
/* Worlds: which policy stands in which, derived from the case's guard. */
#ifndef LANDPROOF_ENGINE_POLICY_H
#define LANDPROOF_ENGINE_POLICY_H

#include "cases/case.h"

unsigned int case_worlds(const struct landproof_case *test);
/* The same for one variant: those that can come out differently from the first. */
unsigned int variant_worlds(const struct landproof_case *test,
			    const struct variant *variant);
bool world_has_policy(const struct landproof_case *test, enum world world);
int world_enforce(struct scene *scene);

#endif
