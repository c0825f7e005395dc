/* SPDX-License-Identifier: GPL-2.0 */
/* From what the worlds showed and what was promised to one verdict. */
#ifndef LANDPROOF_ENGINE_JUDGE_H
#define LANDPROOF_ENGINE_JUDGE_H

#include "engine/result.h"

int world_expected(const struct result *result, enum world world);
void judge(struct result *result);

#endif
