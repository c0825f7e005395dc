/* SPDX-License-Identifier: GPL-2.0 */
/* One case: what it needs, its worlds one after the other, its verdict. */
#ifndef LANDPROOF_ENGINE_RUN_H
#define LANDPROOF_ENGINE_RUN_H

#include "engine/result.h"

/* A set of W(); 0: all that a case has. */
extern unsigned int worlds_wanted;
void run_case(struct result *result);

#endif
