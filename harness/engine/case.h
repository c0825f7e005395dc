/* SPDX-License-Identifier: GPL-2.0 */
/* One case on this machine: planned, run, judged. */
#ifndef LANDPROOF_ENGINE_CASE_H
#define LANDPROOF_ENGINE_CASE_H

#include "engine/result.h"

/* A set of W(); 0: all that a case has. */
extern unsigned int worlds_wanted;
/* Control of every variant, also where another one shows the same */
extern bool every_control;

void run_case(const struct landproof_case *test, const struct variant *variant,
	      struct result *result);

#endif
