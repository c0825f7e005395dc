/* SPDX-License-Identifier: GPL-2.0 */
/* The table of cases, printed without running any. */
#ifndef LANDPROOF_OUTPUT_LIST_H
#define LANDPROOF_OUTPUT_LIST_H

#include "cases/select.h"

void list_cases(const struct selection *selection, bool json);
void list_coverage(bool json);
/* Defects of the table itself, one a line on stderr; their number. */
int list_check(void);
/*
 * The same, of cases that exercise a right without naming it: runs their
 * control worlds.
 */
int list_check_uses(void);

#endif
