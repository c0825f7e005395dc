/* SPDX-License-Identifier: GPL-2.0 */
/* The cases, with their policies enforced by tools, as records. */
#ifndef LANDPROOF_OUTPUT_RUNTIMES_H
#define LANDPROOF_OUTPUT_RUNTIMES_H

#include "output/arguments.h"

/* An exit status */
int command_runtimes(const struct arguments *arguments);

#endif
