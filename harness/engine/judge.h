/* SPDX-License-Identifier: GPL-2.0 */
/* From the plan of a case and what its worlds showed to one verdict. */
#ifndef LANDPROOF_ENGINE_JUDGE_H
#define LANDPROOF_ENGINE_JUDGE_H

#include "engine/plan.h"
#include "engine/result.h"

void judge(const struct plan *plan, struct result *result);

#endif
