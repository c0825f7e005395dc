/* SPDX-License-Identifier: GPL-2.0 */
/* How the tasks of a program take turns: what the parts "domain" and "log" share. */
#ifndef LANDPROOF_EXPLORE_TURNS_H
#define LANDPROOF_EXPLORE_TURNS_H

#include "explore/engine/part.h"

extern const struct helper turns_helpers[], turns_runner[];

#endif
