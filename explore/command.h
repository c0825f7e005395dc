/* SPDX-License-Identifier: GPL-2.0 */
/* landproof-guest explore */
#ifndef LANDPROOF_EXPLORE_COMMAND_H
#define LANDPROOF_EXPLORE_COMMAND_H

#include "output/arguments.h"

int command_explore(struct arguments *arguments);

#endif
