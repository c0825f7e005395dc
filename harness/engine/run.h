/* SPDX-License-Identifier: GPL-2.0 */
/* The worlds of a plan, one after the other. */
#ifndef LANDPROOF_ENGINE_RUN_H
#define LANDPROOF_ENGINE_RUN_H

#include "engine/plan.h"
#include "engine/result.h"

/* Fills @result->worlds and, if the kernel warned, ->log. */
void run_plan(const struct plan *plan, struct result *result);

#endif
