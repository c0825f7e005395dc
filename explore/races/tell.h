/* SPDX-License-Identifier: GPL-2.0 */
/* landproof-guest explore --races */
#ifndef LANDPROOF_EXPLORE_RACES_TELL_H
#define LANDPROOF_EXPLORE_RACES_TELL_H

#include "output/arguments.h"

/* Runs all races; an exit status */
int command_races(const struct arguments *arguments);

#endif
