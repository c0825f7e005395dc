/* SPDX-License-Identifier: GPL-2.0 */
/* Plans, printed without running anything. */
#ifndef LANDPROOF_OUTPUT_PLAN_H
#define LANDPROOF_OUTPUT_PLAN_H

#include "cases/select.h"

/* Of each selected case on @kernel, whose needs beside Landlock are all met */
void print_plans(const struct selection *selection, const struct kernel *kernel,
		 bool as_json);

#endif
