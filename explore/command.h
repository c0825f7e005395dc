/* SPDX-License-Identifier: GPL-2.0 */
/* landproof-guest explore */
#ifndef LANDPROOF_EXPLORE_COMMAND_H
#define LANDPROOF_EXPLORE_COMMAND_H

#include <stdbool.h>

#include "output/arguments.h"

int command_explore(struct arguments *arguments);

/* This process was executed by a scenario: whether, and its exit status. */
bool explore_task(int argc, char **argv, int *status);

#endif
