/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Policies that must be taken: what it means when the kernel refuses a valid
 * one is decided here, for all cases.
 */
#ifndef LANDPROOF_CASES_ENFORCE_H
#define LANDPROOF_CASES_ENFORCE_H

#include "cases/scene.h"
#include "landlock/landlock.h"

/* Enforces @set; a rule without access bits grants the guard.  0 or POLICY */
int enforce_ruleset(struct scene *scene, const struct ruleset *set);
/* Builds it only: the descriptor, or POLICY */
int build_ruleset(struct scene *scene, const struct ruleset *set);
/* The kernel refused a call that is valid: says so; POLICY */
int policy_refused(struct scene *scene, const char *call, int error);

#endif
