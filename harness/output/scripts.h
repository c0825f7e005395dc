/* SPDX-License-Identifier: GPL-2.0 */
/* Scripts of the driver's, and what each printed. */
#ifndef LANDPROOF_OUTPUT_SCRIPTS_H
#define LANDPROOF_OUTPUT_SCRIPTS_H

#include "output/arguments.h"

int command_scripts(const struct arguments *arguments);

#endif
